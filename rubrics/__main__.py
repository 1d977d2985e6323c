"""python -m rubrics check FILE...: what is wrong in rubric files; python -m rubrics schema: their JSON Schema."""

import argparse
import sys
from pathlib import Path

from rubrics.loading import load_yaml
from rubrics.model import RubricError
from rubrics.schema import schema_text
from rubrics.writing import fingerprint


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 1 when a file has problems."""
    parser = argparse.ArgumentParser(prog="python -m rubrics", description="Check rubric files.")
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="name every problem of rubric files, with line and column")
    checking.add_argument("files", nargs="+", type=Path, metavar="FILE")
    commands.add_parser("schema", help="write the JSON Schema of rubric files")
    chosen = parser.parse_args(arguments)
    if chosen.command == "schema":
        sys.stdout.write(schema_text())
        return 0
    good = [_check(path) for path in chosen.files]
    return 0 if all(good) else 1


def _check(path: Path) -> bool:
    try:
        version = load_yaml(path.read_text(encoding="utf-8"), name=str(path))
    except (RubricError, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{error}\n")
        return False
    sys.stdout.write(
        f"{path}: {version.key} {version.label}, {len(version.criteria)} criteria, {fingerprint(version)}\n"
    )
    return True


if __name__ == "__main__":
    sys.exit(main())
