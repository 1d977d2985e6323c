"""The examples of an installation name what there is: variables, commands, folders, limits."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from qa.config import Settings
from tests.codebase.sources import PROJECT

DEPLOY = PROJECT / "deploy"
UNITS = ("fairmark-server@.service", "fairmark-worker.service")


def variables() -> dict[str, str]:
    lines = (DEPLOY / "fairmark.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_variables_of_the_example_make_settings(tmp_path: Path) -> None:
    told = variables()
    read = (PROJECT / "qa" / "config.py").read_text(encoding="utf-8")
    manual = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert {name for name in told if f'"{name}"' not in read or f"`{name}`" not in manual} == set()
    made = Settings.from_environment({**told, "SECRET_KEY": "k" * 40, "FAIRMARK_INSTANCE": str(tmp_path)})
    assert (made.trusted_proxies, made.embedded_runner, made.secure_cookies) == (1, False, True)
    with pytest.raises(Exception, match="SECRET_KEY"):
        Settings.from_environment({**told, "FAIRMARK_INSTANCE": str(tmp_path)})  # nobody runs on the example's key


def test_the_proxy_lets_through_what_the_application_takes_and_tells_it_who_asks(tmp_path: Path) -> None:
    told = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    limit = Settings.for_tests(database_url="sqlite://", instance=tmp_path).max_upload_bytes

    assert f"client_max_body_size {limit // 1024**2}m;" in told
    for name in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Request-ID"):
        assert f"proxy_set_header {name} $" in told
    assert "location = /metrics { return 404; }" in told


def test_the_image_holds_every_package_that_the_program_reads() -> None:
    told = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    copied = set(re.findall(r"^COPY (\w[\w.]*) ", told, flags=re.MULTILINE))

    assert {"qa", "rubrics", "calibration", "exports", "templates", "wsgi.py"} <= copied
    assert "--require-hashes -r requirements.txt" in told
    assert "USER fairmark" in told
    # What the build is handed is no more than what it copies.
    handed = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    listed = {line[1:] for line in handed if line.startswith("!")}
    assert listed == copied - {"requirements.txt"} | {"requirements*.txt"}


@pytest.mark.parametrize("unit", UNITS)
def test_the_units_are_what_systemd_takes(unit: str, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not here")
    # It looks for the program and the user: here they are others.
    text = (DEPLOY / unit).read_text(encoding="utf-8")
    copy = tmp_path / unit.replace("@", "@8001")
    copy.write_text(text.replace("/opt/fairmark/.venv/bin/flask", "/bin/true").replace("=fairmark\n", "=root\n"))

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
    )

    ours = [line for line in done.stderr.splitlines() if "fairmark" in line]
    assert ours == []


def test_the_scraping_example_is_one() -> None:
    made = yaml.safe_load((DEPLOY / "prometheus.yml").read_text(encoding="utf-8"))

    assert made["scrape_configs"][0]["authorization"]["type"] == "Bearer"
