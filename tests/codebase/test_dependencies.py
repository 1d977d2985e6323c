"""What the product is made of is told: each package with its licence, none that would oblige whoever runs it."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scripts import licences
from tests.codebase.sources import PROJECT


def test_the_page_of_licences_is_that_of_the_lock() -> None:
    rows = [line.split("|")[1:4] for line in licences.PAGE.read_text(encoding="utf-8").splitlines() if "==" not in line]
    told = {name.strip(): version.strip() for name, version, _ in (row for row in rows if len(row) == 3)}

    assert {name: version for name, version in told.items() if name not in ("package", "---")} == licences.pinned(
        PROJECT / "requirements.txt"
    )


def test_every_licence_is_told_and_none_obliges_to_publish_what_is_run() -> None:
    text = licences.PAGE.read_text(encoding="utf-8")

    assert "not told" not in text
    assert "Affero" not in text
    assert "AGPL" not in text
    assert "| GPL" not in text


class Advisories(BaseHTTPRequestHandler):
    """Answers as OSV's ``/v1/query`` does: it knows one vulnerability, of one version of one package."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        package = {"name": "leaky", "ecosystem": "PyPI"}
        found = {
            "id": "PYSEC-2026-1",
            "aliases": ["CVE-2026-0001"],
            "summary": "It tells everybody everything.",
            "affected": [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "1.1"}]}]}],
        }
        known = asked == {"package": package, "version": "1.0"}
        body = json.dumps({"vulns": [found]} if known else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence: the test's own output is what counts."""


@pytest.mark.slow
def test_the_check_fails_on_a_version_that_is_known_to_be_vulnerable(tmp_path: Path):
    lock = tmp_path / "requirements.txt"

    def check(*pinned: str) -> subprocess.CompletedProcess[str]:
        lock.write_text("".join(f"{each} --hash=sha256:{'0' * 64}\n" for each in pinned))
        address = f"http://127.0.0.1:{service.server_port}/v1/query"
        return subprocess.run(
            [sys.executable, PROJECT / "scripts/audit.py", lock],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "OSV_URL": address},
            capture_output=True,
            text=True,
            check=False,
        )

    with ThreadingHTTPServer(("127.0.0.1", 0), Advisories) as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        leaky, mended = check("sound==2.0", "leaky==1.0"), check("sound==2.0", "leaky==1.1")
        service.shutdown()
    away = check("sound==2.0", "leaky==1.0")

    assert leaky.returncode == 1, leaky
    assert leaky.stdout.splitlines() == [
        "leaky 1.0: PYSEC-2026-1 (mended in 1.1)",
        "2 of 2 packages were looked up, 1 are known to be vulnerable",
    ]
    assert (mended.returncode, mended.stdout.split(",")[0]) == (0, "2 of 2 packages were looked up")
    assert away.returncode == 0
    assert away.stdout.startswith("skipped: ")
    assert '"advisories" $bin/python scripts/audit.py' in (PROJECT / "scripts/lint.sh").read_text()
