"""Uploaded files on their way to their job: sealed with a key of their own, which ends with the job or after a day."""

import datetime as dt
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qa.core.crypto import KeyRing, unwrap, wrap
from qa.tickets.intake import files, sealing
from qa.tickets.models import UploadKey

LIFETIME = dt.timedelta(hours=24)  # of files that no job took in, and of their key
ARCHIVE_SUFFIX = ".zip"
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFiles:
    """Uploaded files that wait in a folder of their own, and the key that opens them."""

    token: str
    names: tuple[str, ...]
    key: bytes


def keep_files(folder: Path, uploads: Sequence[tuple[str, BinaryIO]]) -> KeptFiles:
    """Save uploads, each a name and a stream, where their job will look for them."""
    token, key = secrets.token_hex(16), sealing.new_key()
    names = []
    for number, (name, stream) in enumerate(uploads):
        plain = Path(name.replace("\\", "/")).name or "file"
        kept = folder / token / f"{number:03d}" / plain[-LONGEST_NAME:]
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sealing.save_sealed(stream, kept, key)
        names.append(plain)
    return KeptFiles(token=token, names=tuple(names), key=key)


def remember_key(session: Session, ring: KeyRing, kept: KeptFiles, *, now: dt.datetime) -> None:
    """Keep an upload's key, wrapped, until its job ends."""
    key_id, wrapped = wrap(ring, kept.key, about_upload(kept.token))
    session.add(UploadKey(token=kept.token, key_id=key_id, wrapped=wrapped, created_at=now))
    session.flush()


def key_of(session: Session, ring: KeyRing, token: str, *, now: dt.datetime) -> bytes | None:
    """The key of an upload; none once its time is over."""
    row = session.get(UploadKey, token)
    if row is None or row.created_at < now - LIFETIME:
        return None
    return unwrap(ring, row.key_id, row.wrapped, about_upload(token))


def all_files(paths: Sequence[Path]) -> list[Path]:
    """The files handed in, those inside folders included, in a stable order."""
    found: list[Path] = []
    for path in paths:
        found += sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    return [path for path in found if path.is_file()]


def size_of(folder: Path, token: str) -> int:
    """Bytes of an upload's files as they wait."""
    return sum(each.stat().st_size for each in all_files([folder / token]))


def kept_files(folder: Path, token: str) -> list[Path]:
    """The files of an upload, zips replaced by what they hold; the same however often it is asked for.

    Called inside ``sealing.opening``.
    """
    for path in all_files([folder / token]):
        if path.name.lower().endswith(ARCHIVE_SUFFIX) or files.is_archive(path):
            place = path.parent / "unpacked"
            shutil.rmtree(place, ignore_errors=True)  # of a job that was killed while unpacking
            files.unpack(path, place)
            path.unlink()
    return all_files([folder / token])


def forget(session: Session, folder: Path, token: str) -> None:
    """Destroy an upload's key, then delete its files: what they told is stored, redacted. Commits."""
    session.execute(delete(UploadKey).where(UploadKey.token == token))
    session.commit()
    forget_files(folder, token)


def forget_files(folder: Path, token: str) -> None:
    """Delete the files of an upload whose key is gone, or was never kept."""
    shutil.rmtree(folder / token, ignore_errors=True)


def forget_stale(session: Session, folder: Path, *, now: dt.datetime) -> int:
    """Destroy the keys whose day is over, then their files, and old files that have no key; how many keys. Commits."""
    stale = session.scalars(
        delete(UploadKey).where(UploadKey.created_at < now - LIFETIME).returning(UploadKey.token)
    ).all()
    session.commit()
    known = set(session.scalars(select(UploadKey.token)))
    session.rollback()
    before = (now - LIFETIME).timestamp()
    for place in folder.iterdir() if folder.exists() else ():
        if place.name in stale or (place.name not in known and place.stat().st_mtime < before):
            forget_files(folder, place.name)
    return len(stale)


def about_upload(token: str) -> str:
    """What an upload's key is bound to."""
    return f"upload/{token}"
