"""Uploaded files as they wait for their job: encrypted in blocks, read without ever being written in the clear.

A sealed file is its magic, eight random bytes, and blocks of AES-256-GCM (NIST SP 800-38D). A block's nonce is those
bytes and its number; its associated data say whether it is the last, so that blocks can be neither moved, repeated nor
cut away. Whoever reads inside ``opening`` reads sealed files like plain ones; plain files are read as they are.
"""

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from qa.core.crypto import UnreadableTextError, new_text_key

MAGIC = b"\x93FMsealed\x01"
SALT, TAG = 8, 16
BLOCK = 1024 * 1024  # plain bytes of each block but the last
HEAD = len(MAGIC) + SALT
_key: ContextVar[bytes | None] = ContextVar("sealed_files_key", default=None)

new_key = new_text_key


@contextmanager
def opening(key: bytes) -> Iterator[None]:
    """Inside, sealed files open with this key, and new ones are sealed with it."""
    token = _key.set(key)
    try:
        yield
    finally:
        _key.reset(token)


def open_file(path: Path) -> BinaryIO:
    """A file's bytes, whether it is sealed or plain."""
    file = path.open("rb")
    if file.read(len(MAGIC)) != MAGIC:
        file.seek(0)
        return file
    key = _key.get()
    if key is None:
        file.close()
        raise UnreadableTextError("this upload's key is gone: its files cannot be read any more")
    return cast(BinaryIO, io.BufferedReader(_Opened(file, key), BLOCK))


def create_file(path: Path) -> BinaryIO:
    """A new file to write to: sealed where a key is set, else plain."""
    key = _key.get()
    return path.open("wb") if key is None else cast(BinaryIO, io.BufferedWriter(_Sealed(path.open("wb"), key), BLOCK))


def save_sealed(source: BinaryIO, path: Path, key: bytes) -> None:
    """Copy a stream into a new sealed file."""
    with opening(key), create_file(path) as target:
        while block := source.read(BLOCK):
            target.write(block)


def _nonce(salt: bytes, number: int) -> bytes:
    return salt + number.to_bytes(4, "big")


class _Sealed(io.RawIOBase):
    """Writes blocks as they fill; the last, perhaps empty, when it is closed."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        super().__init__()
        self._file, self._cipher, self._salt = file, AESGCM(key), os.urandom(SALT)
        self._waiting = bytearray()
        self._number = 0
        file.write(MAGIC + self._salt)

    def writable(self) -> bool:
        return True

    def write(self, told: object) -> int:
        block = bytes(told)  # type: ignore[call-overload]
        self._waiting += block
        while len(self._waiting) > BLOCK:  # a full one may still be the last
            self._put(bytes(self._waiting[:BLOCK]), last=False)
            del self._waiting[:BLOCK]
        return len(block)

    def _put(self, plain: bytes, *, last: bool) -> None:
        about = b"last" if last else b"more"
        self._file.write(self._cipher.encrypt(_nonce(self._salt, self._number), plain, about))
        self._number += 1

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self._waiting), last=True)
            self._file.close()
        super().close()


class _Opened(io.RawIOBase):
    """Reads any place of a sealed file, block by block."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        super().__init__()
        self._file, self._cipher = file, AESGCM(key)
        self._salt = file.read(SALT)
        sealed = file.seek(0, io.SEEK_END) - HEAD
        self._blocks = max(1, -(-sealed // (BLOCK + TAG)))
        self._size = sealed - self._blocks * TAG
        self._place = 0
        self._number, self._block = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError(errno.EINVAL, "a place before the beginning of the file")  # as of a plain file
        self._place = base + offset
        return self._place

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        number, start = divmod(self._place, BLOCK)
        if number >= self._blocks:
            return 0
        told = self._plain(number)[start : start + len(view)]
        view[: len(told)] = told
        self._place += len(told)
        return len(told)

    def _plain(self, number: int) -> bytes:
        if number != self._number:
            self._file.seek(HEAD + number * (BLOCK + TAG))
            about = b"last" if number == self._blocks - 1 else b"more"
            try:
                sealed = self._file.read(BLOCK + TAG)
                self._block = self._cipher.decrypt(_nonce(self._salt, number), sealed, about)
            except (InvalidTag, ValueError) as error:
                raise UnreadableTextError("this upload was changed, cut off, or sealed with another key") from error
            self._number = number
        return self._block

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
