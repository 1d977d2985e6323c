"""Whether a version in the locks is known to be vulnerable, by pip-audit; where nobody can be asked, it says so.

    .venv/bin/python scripts/audit.py requirements.txt ...

It asks the registry's own advisories; with ``OSV_URL`` set, that address, which answers as OSV's ``/v1/query`` does: a
mirror in the house, for instance. Exit 1 only when something was found.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PATIENCE = "5"  # seconds for one answer of the service that pip-audit asks
LONGEST = 60
UNREACHABLE = ("ConnectionError", "ServiceError", "Timeout", "Max retries", "NameResolution")


def main(locks: list[str]) -> int:
    program = Path(sys.executable).with_name("pip-audit")
    asked = [argument for lock in locks for argument in ("--requirement", lock)]
    options = [
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner",
        "off",
        "--timeout",
        PATIENCE,
        "--format",
        "json",
    ]
    if os.environ.get("OSV_URL"):
        options += ["--vulnerability-service", "osv", "--osv-url", os.environ["OSV_URL"]]
    try:
        done = subprocess.run([program, *asked, *options], capture_output=True, text=True, check=False, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        print(f"skipped: the advisory service did not answer within {LONGEST} s")
        return 0
    if not done.stdout:
        unreachable = any(word in done.stderr for word in UNREACHABLE)
        print("skipped: the advisory service cannot be reached from here" if unreachable else done.stderr)
        return 0 if unreachable else 1
    return tell(json.loads(done.stdout)["dependencies"])


def tell(found: list[dict[str, Any]]) -> int:
    """One line for each vulnerable package; a mirror that knows no advisories is no service."""
    known = [each for each in found if "vulns" in each]
    if not known:
        print("skipped: what answers here for the advisory service knows none of the packages")
        return 0
    vulnerable = [each for each in known if each["vulns"]]
    for each in vulnerable:
        ids = ", ".join(
            f"{one['id']} (mended in {', '.join(one['fix_versions']) or 'none yet'})" for one in each["vulns"]
        )
        print(f"{each['name']} {each['version']}: {ids}")
    print(f"{len(known)} of {len(found)} packages were looked up, {len(vulnerable)} are known to be vulnerable")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
