"""Every workbook as its readers see it: no empty page, nothing cut off, no slab of ink; formulas that agree."""

from pathlib import Path

import pytest

from tests.exports import office
from tests.exports.test_flat_data import written
from tests.exports.test_hostile import MAKERS

WORDS = {
    "coaching": ("Coaching plan", "Focus areas and actions", "Goal by", "How the cover's figures are made"),
    "scorecard": ("Jordan Pereira", "Criteria against the others", "Reviews of the period"),
    "team": ("Quality score by specialist", "The others of the team"),
    "session": ("Calibration session", "Agreement by criterion", "Each participant against"),
    "drift": ("Reviewers' board", "Severity with its uncertainty", "Strictness week by week in pictures"),
    "board pack": (
        "Board pack",
        "Weekly quality",
        "Quality by team and week",
        "Pass rate and critical-error rate",
        "Quality against its limits",
    ),
    "flat data": ("Answers", "What was chosen.", "One answer.", "SHA-256 of the rows"),
}


@pytest.mark.slow
def test_every_workbook_can_be_printed_and_read(tmp_path: Path) -> None:
    files = {name.replace(" ", "-"): build(make()) for name, (build, make) in MAKERS.items()}
    written(tmp_path / "flat.xlsx", "xlsx")
    files["flat-data"] = (tmp_path / "flat.xlsx").read_bytes()

    pages = office.printed(files, tmp_path / "paper")
    found = office.recalculated(files, tmp_path / "values")

    for name, content in files.items():
        office.same_as_brought(content, found[name])

    for name, words in WORDS.items():
        printed = pages[name.replace(" ", "-")]
        office.readable(printed, *words, *([] if name == "flat data" else ["Where these figures come from"]))
        assert all("Exported by" in page.text for page in printed), name  # the watermark line on every page
