"""The rubrics that come with the program."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "library"


def library() -> dict[str, str]:
    """The YAML text of each starter rubric by its file name without ending."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.yaml"))}
