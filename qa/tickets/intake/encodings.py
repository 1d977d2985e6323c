"""In which encoding a text file is written, told from its bytes. Pure but for reading the file's beginning."""

import codecs
from pathlib import Path

from qa.tickets.intake import files

SAMPLE = 4 * 1024 * 1024  # bytes that are looked at
LEAST_NULS = 0.3  # of every second byte, for text to be UTF-16 without its mark
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NAMES = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
}


def encoding_of(path: Path) -> str:
    """The encoding of a file by its first four megabytes; UTF-8 unless they say otherwise."""
    with files.opened(path) as file:
        return encoding_of_bytes(file.read(SAMPLE))


def encoding_of_bytes(head: bytes) -> str:
    """By the byte order mark, by the zero bytes of UTF-16, else UTF-8 unless hardly anything in it is.

    Bytes that are not UTF-8 in a file that is otherwise cost their row; a file without any valid sequence of several
    bytes was written in the one-byte encoding of Windows.
    """
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    pairs = len(head) // 2
    if pairs:
        if head[1::2].count(0) > LEAST_NULS * pairs:
            return "utf-16-le"
        if head[0::2].count(0) > LEAST_NULS * pairs:
            return "utf-16-be"
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(head, final=False)
    invalid = sum("\ud800" <= character <= "\udfff" for character in text) if not text.isascii() else 0
    valid = sum(character > "\x7f" for character in text) - invalid if invalid else 0
    return "cp1252" if invalid > 4 * valid else "utf-8-sig"


def errors_of(encoding: str) -> str:
    """How a reader marks bytes that are no text: as lone surrogates, which only UTF-16 and UTF-32 cannot."""
    return "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"


def is_damaged(text: str, encoding: str) -> bool:
    """Whether a decoded text holds bytes that were none of its encoding."""
    if text.isascii():
        return False
    if errors_of(encoding) == "replace":
        return "\ufffd" in text
    return any("\ud800" <= character <= "\udfff" for character in text)
