"""Opening what a person hands in: files or a folder, gzipped or not, or a zip of them; and lines with their numbers."""

import gzip
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, Literal, cast

from qa.tickets.intake import sealing
from qa.tickets.intake.base import UnusableFileError, clean
from qa.tickets.redaction import redact_short

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"  # Excel's format before 2007
NO_DATA = {  # first bytes of what people hand in by mistake
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"Rar!": "a RAR archive: unpack it first",
    b"7z\xbc\xaf": "a 7-Zip archive: unpack it first",
}
Kind = Literal["text", "json", "workbook", "zip"]
LONGEST_LINE = 32 * 1024 * 1024
LARGEST_UNPACKED = 8 * 1024**3  # bytes of all members of one zip
MOST_MEMBERS = 10_000  # files of one zip
BLOCK = 1024 * 1024


def plain_name(path: Path) -> str:
    """A file's name as reports show it: without folders, redacted like all else."""
    return redact_short(clean(path.name))


def listed(paths: Sequence[Path], suffixes: tuple[str, ...]) -> list[Path]:
    """The files among these paths, folders replaced by what they hold with one of these endings, in order of name."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.is_file() and each.name.endswith(suffixes))
            if not inside:
                raise UnusableFileError(
                    f"The folder {plain_name(path)} holds no file that ends in {' or '.join(suffixes)}."
                )
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise UnusableFileError(f"There is no file or folder {plain_name(path)}.")
    if not found:
        raise UnusableFileError("No file was given.")
    return found


def opened(path: Path) -> BinaryIO:
    """A file's bytes, unpacked where its first bytes say gzip, whatever its name says."""
    file = sealing.open_file(path)
    magic = file.read(4)
    file.seek(0)
    if magic.startswith(GZIP_MAGIC):
        return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, _Gzip(file)), BLOCK))
    if magic == ZIP_MAGIC:
        file.close()
        raise UnusableFileError(
            f"{plain_name(path)} is a zip archive or an Excel file, which this format does not read."
        )
    return file


class _Gzip(gzip.GzipFile):
    """What a gzipped file holds; the file is closed with it."""

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__(fileobj=packed, mode="rb")
        self._packed = packed

    def close(self) -> None:
        super().close()
        self._packed.close()


def kind_of(path: Path) -> Kind:
    """What a file holds, by its first bytes whatever its name says; refused where it can be no export at all."""
    with sealing.open_file(path) as raw:
        magic = raw.read(4)
    if magic == ZIP_MAGIC:
        return "workbook" if _is_workbook(path) else "zip"
    if magic == OLE_MAGIC:
        return "workbook"
    with opened(path) as file:
        try:
            head = file.read(BLOCK)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnusableFileError(f"{plain_name(path)} is cut off or damaged: {error}") from error
    for start, what in NO_DATA.items():
        if head.startswith(start):
            raise UnusableFileError(f"{plain_name(path)} is {what}, not an export.")
    if (encoding := _wide(head)) is not None:
        head = head.decode(encoding, "replace").encode()
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise UnusableFileError(
            f"{plain_name(path)} is a web page, not an export: perhaps the help desk's sign-in page was saved."
        )
    return "json" if text[:1] in (b"{", b"[") else "text"


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 where the first bytes tell of one, as RFC 4627 has it."""
    encoding = json.detect_encoding(head[:4])
    return encoding if encoding.startswith(("utf-16", "utf-32")) else None


def is_archive(path: Path) -> bool:
    """Whether a file is a zip of others, whatever its name says."""
    with sealing.open_file(path) as raw:
        magic = raw.read(4)
    return magic == ZIP_MAGIC and not _is_workbook(path)


def _is_workbook(path: Path) -> bool:
    try:
        with sealing.open_file(path) as file, zipfile.ZipFile(file) as packed:
            return any(name.startswith(("xl/", "content.xml")) for name in packed.namelist())
    except zipfile.BadZipFile:
        return False


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The numbered lines of a file that are not blank, in UTF-8."""
    with opened(path) as file:
        try:
            encoding = _wide(file.read(4))
            file.seek(0)
            found = _raw_lines(file) if encoding is None else _decoded(file, encoding)
            for number, line in enumerate(found, start=1):
                if not line.isspace():
                    yield number, line
                if len(line) >= LONGEST_LINE:  # its other pieces are no lines of their own
                    while not line.endswith(b"\n"):
                        line = next(found, b"\n")
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnusableFileError(f"{plain_name(path)} is cut off or damaged: {error}") from error


def _raw_lines(file: BinaryIO) -> Iterator[bytes]:
    return iter(partial(file.readline, LONGEST_LINE), b"")


def _decoded(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    with io.TextIOWrapper(file, encoding, errors="replace", newline="\n") as text:
        for line in iter(partial(text.readline, LONGEST_LINE), ""):
            yield line.encode()


def blocks(path: Path) -> Iterator[bytes]:
    """The same lines in blocks of whole ones: for a look at millions that need not be read one by one."""
    with opened(path) as file:
        try:
            encoding = _wide(file.read(4))
            file.seek(0)
            if encoding is not None:
                yield from _decoded(file, encoding)
                return
            while block := file.read(BLOCK):
                yield block + (b"" if block.endswith(b"\n") else file.readline(LONGEST_LINE))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnusableFileError(f"{plain_name(path)} is cut off or damaged: {error}") from error


def text_of(path: Path, encoding: str = "utf-8-sig", errors: str = "surrogateescape") -> IO[str]:
    """A file as text with its line ends untouched; bytes that are none become lone surrogates."""
    return io.TextIOWrapper(opened(path), encoding=encoding, errors=errors, newline="")


def digest_of(paths: Iterable[Path]) -> str:
    """One digest of the files as they came."""
    digest = hashlib.sha256()
    for path in paths:
        with sealing.open_file(path) as file:
            while block := file.read(BLOCK):
                digest.update(block)
    return digest.hexdigest()


def unpack(archive: Path, folder: Path) -> list[Path]:
    """The files of a zip, without its folders; refused when it is far larger inside than anything real."""
    try:
        with sealing.open_file(archive) as file, zipfile.ZipFile(file) as packed:
            members = [each for each in packed.infolist() if not each.is_dir() and not _hidden(each.filename)]
            if len(members) > MOST_MEMBERS:
                raise UnusableFileError(f"{plain_name(archive)} holds more than {MOST_MEMBERS} files.")
            if sum(each.file_size for each in members) > LARGEST_UNPACKED:
                raise UnusableFileError(
                    f"{plain_name(archive)} is larger than 8 GB when unpacked; hand in its files singly."
                )
            found = []
            for number, member in enumerate(members):
                target = folder / f"{number:03d}"
                target.mkdir(parents=True, exist_ok=True)
                target /= Path(member.filename.replace("\\", "/")).name
                with packed.open(member) as source, sealing.create_file(target) as unpacked:
                    _copy(source, unpacked, plain_name(archive))
                found.append(target)
            return found
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError) as error:
        raise UnusableFileError(f"{plain_name(archive)} cannot be unpacked: {error}") from error


def _copy(source: IO[bytes], target: BinaryIO, name: str) -> None:
    written = 0
    while block := source.read(BLOCK):
        written += len(block)
        if written > LARGEST_UNPACKED:
            raise UnusableFileError(f"{name} is larger than 8 GB when unpacked; hand in its files singly.")
        target.write(block)


def _hidden(name: str) -> bool:
    """Whether a member is a file system's own bookkeeping."""
    parts = name.replace("\\", "/").split("/")
    return "__MACOSX" in parts or parts[-1].startswith(".")
