"""What the product is made of is told: each package with its licence, none that would oblige whoever runs it."""

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
