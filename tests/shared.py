"""Where the shared reference material lies, for the tests that read it."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


def shared_path(*parts: str) -> Path:
    """The path of one shared file; the test is skipped, with its reason, on a machine that has none."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared reference material is absent: {'/'.join(parts)}")
    return path
