"""Write which licence each package of the product is under, into docs/licences.md.

.venv/bin/python scripts/licences.py
"""

import re
import sys
from importlib import metadata
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "licences.md"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
CLASSIFIER = "License :: OSI Approved :: "
HEAD = """# Licences of what the product runs on

Every package of `requirements.txt`, as its own description says. Written by `scripts/licences.py`; a test compares it
with the lock. `make sbom` writes the same with digests as CycloneDX.

| package | version | licence |
|---|---|---|
"""


def pinned(lock: Path) -> dict[str, str]:
    """Name and version of each package in a lock."""
    return dict(PINNED.findall(lock.read_text(encoding="utf-8")))


def licence_of(name: str) -> str:
    """The licence that a package names: the expression, else the classifiers, else the first line of its text."""
    told = metadata.metadata(name)
    expression = told.get("License-Expression")
    if expression:
        return expression
    classifiers = [
        line.removeprefix(CLASSIFIER) for line in told.get_all("Classifier") or () if line.startswith(CLASSIFIER)
    ]
    if classifiers:
        return ", ".join(classifiers)
    return (told.get("License") or "not told").strip().splitlines()[0][:80]


def page() -> str:
    """The whole page."""
    rows = []
    for name, version in sorted(pinned(PROJECT / "requirements.txt").items()):
        try:
            rows.append(f"| {name} | {version} | {licence_of(name)} |\n")
        except metadata.PackageNotFoundError:  # of another platform
            rows.append(f"| {name} | {version} | not installed on this platform |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.exit(0)
