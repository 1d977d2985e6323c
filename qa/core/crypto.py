"""Stored text: compressed, encrypted with a key of its own per ticket, so that one key's erasure erases the text.

The ticket's key is wrapped by a master key of the installation (the newest of a ring). AES-256-GCM throughout
(NIST SP 800-38D), a fresh 96-bit nonce for each message.
"""

import base64
import hmac
import os
import zlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from qa.core.errors import FairmarkError

NONCE_BYTES = 12


class UnreadableTextError(FairmarkError):
    """The text cannot be read with the keys at hand."""

    status = 410


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Master keys by id, newest first."""

    keys: tuple[tuple[str, bytes], ...]

    @property
    def newest(self) -> tuple[str, bytes]:
        return self.keys[0]

    def find(self, key_id: str) -> bytes:
        for known, key in self.keys:
            if known == key_id:
                return key
        raise UnreadableTextError(f"the key {key_id!r} that protects this text is not configured")


def new_text_key() -> bytes:
    """A fresh key for one ticket's text."""
    return AESGCM.generate_key(256)


def wrap(ring: KeyRing, text_key: bytes, about: str) -> tuple[str, bytes]:
    """A ticket's key as it is stored: the master key's id and the wrapped bytes; ``about`` binds it to its ticket."""
    key_id, master = ring.newest
    return key_id, _seal(master, text_key, about)


def unwrap(ring: KeyRing, key_id: str, wrapped: bytes, about: str) -> bytes:
    return _opened(_master(ring.find(key_id)), wrapped, about)


def encrypt_text(text_key: bytes, plain: bytes, about: str) -> bytes:
    return _seal(text_key, zlib.compress(plain, 6), about)


def decrypt_text(text_key: bytes, payload: bytes, about: str) -> bytes:
    return zlib.decompress(_open(text_key, payload, about))


def seal_secret(ring: KeyRing, secret: bytes, about: str) -> bytes:
    """A small secret of the installation, such as a draw's seed, with the id of the master key in front."""
    key_id, master = ring.newest
    return key_id.encode() + b":" + _seal(master, secret, about)


def open_secret(ring: KeyRing, sealed: bytes, about: str) -> bytes:
    key_id, _, payload = sealed.partition(b":")
    return _open(ring.find(key_id.decode()), payload, about)


def draft_key_of(draft_key: bytes, user_id: int) -> str:
    """What seals one person's unsent answers in a browser, in base64: 32 bytes that follow from nobody else's.

    It is the expand step of HKDF-SHA-256 in one block (RFC 5869, section 2.3); ``draft_key`` is random already.
    """
    return base64.b64encode(hmac.digest(draft_key, f"fairmark:drafts:{user_id}\x01".encode(), "sha256")).decode("ascii")


def _seal(key: bytes, plain: bytes, about: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


@lru_cache(maxsize=16)
def _master(key: bytes) -> AESGCM:
    """The cipher of a master key, which its installation keeps as long as it runs; no ticket's key is kept here."""
    return AESGCM(key)


def _open(key: bytes, sealed: bytes, about: str) -> bytes:
    return _opened(AESGCM(key), sealed, about)


def _opened(cipher: AESGCM, sealed: bytes, about: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError) as error:  # ValueError: it is shorter than a nonce
        raise UnreadableTextError("this text was changed, or belongs to another ticket") from error
