"""The report on real ratings, tried on a few made ones."""

import csv
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from bench import ratings_report
from bench.dot_plot import ticks

WEEK = 7 * 24 * 3600 * 1000


def written(path: Path, head: list[str], rows: list[list[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three raters of 90 items over three weeks, the second of whom becomes five points stricter in the third."""
    rng = np.random.default_rng(1)
    penalty = rng.integers(0, 12, 90)
    rows: list[list[object]] = []
    for item in range(90):
        for rater in range(3):
            week = item // 30
            own = penalty[item] + rng.integers(0, 3) + 5 * (rater == 1 and week == 2)
            rows.append([f"i{item}", f"r{rater}", "total_penalty", own, 1, week * WEEK + item])
    head = ["item", "rater", "dimension", "rating", "n_errors", "time_ms"]
    written(tmp_path / "wmt23_mqm" / "ratings.csv", head, rows)
    written(tmp_path / "wmt23_mqm" / "items.csv", ["item", "system"], [[f"i{item}", item % 4] for item in range(90)])
    checks = [[f"i{item}", f"r{item % 3}", "Found" if item else "Missed", item] for item in range(12)]
    written(tmp_path / "wmt23_mqm" / "gold_checks.csv", ["item", "rater", "result", "time_ms"], checks)
    polite = [[row[0], row[1], "politeness", row[3]] for row in rows]
    written(tmp_path / "stanford_politeness" / "ratings.csv", ["item", "rater", "dimension", "rating"], polite)
    written(tmp_path / "stanford_politeness" / "items.csv", ["item"], [])
    return tmp_path


def test_the_report_names_the_rater_who_became_stricter(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = folder / "pictures"

    code = ratings_report.main(["--ratings", str(folder), "--pictures", str(pictures)])
    lines = capsys.readouterr().out.splitlines()

    assert code == 0
    changes = {line.split(" | ")[0].strip("| "): line for line in lines if " | 1 to 3 | " in line}
    assert float(changes["r1"].split(" | ")[2]) == pytest.approx(-10 / 3 - 5 / 3, abs=0.8)
    assert "< 0.001" in changes["r1"]
    assert "< 0.001" not in changes["r0"]
    assert any("3 of 4" in line for line in lines)
    assert len(list(pictures.glob("*.svg"))) == 4
    for picture in pictures.glob("*.svg"):
        assert ET.parse(picture).getroot().tag.endswith("svg")


def test_a_folder_without_ratings_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ratings_report.main(["--ratings", str(tmp_path)]) == 2
    assert "no ratings" in capsys.readouterr().err


def test_ticks_are_round_and_inside() -> None:
    assert ticks(-6.2, 2.1) == [-6.0, -4.0, -2.0, 0.0, 2.0]
    assert ticks(0.0, 1.0) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
