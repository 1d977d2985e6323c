"""The watch from the command line, and on the public world where it is at hand."""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from bench.drift_worlds import file_world, judged, outcome
from calibration.__main__ import main
from calibration.monitor import watch
from calibration.scoring_files import read_rubric, read_scorings
from calibration.scorings import Kind
from calibration.simulate import LEVELS, SCALE, Drift, Operation, World, simulate
from tests.shared import shared_path

HEADER = ["review_id", "week", "kind", "ticket_id", "reviewer", "specialist", "queue", "minutes", "score", *SCALE.ids]


def rubric(folder: Path, **changed: object) -> Path:
    criteria = [
        {"id": name, "levels": levels, "weight": float(weight), "critical": bool(critical)}
        for name, levels, weight, critical in zip(SCALE.ids, LEVELS, SCALE.weights, SCALE.critical, strict=True)
    ]
    content = {"criteria": criteria, "versions": [{"version": 1, "from_week": 0}]} | changed
    path = folder / "rubric.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def reviews(folder: Path, operation: Operation, name: str = "reviews.csv.gz") -> Path:
    path = folder / name
    opened = gzip.open if name.endswith(".gz") else open
    scorings = operation.scorings
    with opened(path, "wt", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(HEADER)
        for row in range(len(scorings)):
            levels = scorings.answers[row] * (np.array(LEVELS) - 1)
            reviewer = scorings.reviewer[row]
            writer.writerow(
                [
                    row, scorings.week[row], Kind(scorings.kind[row]).name.lower(), scorings.ticket[row],
                    "GOLD" if reviewer < 0 else f"R{reviewer}", f"S{scorings.specialist[row]}",
                    f"Q{scorings.queue[row]}", scorings.minutes[row], "",
                    *["" if np.isnan(level) else str(round(level)) for level in levels],
                ]
            )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def operation() -> Operation:
    drift = Drift(reviewer=2, kind="severity", size=-16, onset=12)
    return simulate(World(reviewers=8, weeks=17, volumes=(30,), drifts=(drift,)), np.random.default_rng(4))


def test_the_command_prints_a_json_line_per_flag_and_week(
    tmp_path: Path, operation: Operation, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--reviews", str(reviews(tmp_path, operation)), "--rubric", str(rubric(tmp_path))]

    code = main(["monitor", *arguments])

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    expected = [
        (f"R{flag.reviewer}", flag.week, flag.level)
        for week in watch(operation.scorings, operation.scale)
        for flag in week.judgement.flags
    ]
    assert code == 0
    assert [(line["reviewer"], line["week"], line["level"]) for line in lines] == expected
    assert "R2" in {line["reviewer"] for line in lines if line["level"] == "red"}


def test_a_plain_file_reads_like_a_packed_one(tmp_path: Path, operation: Operation) -> None:
    scale = read_rubric(rubric(tmp_path))

    packed, plain = (
        read_scorings(reviews(tmp_path, operation, name), scale) for name in ("reviews.csv.gz", "reviews.csv")
    )

    assert np.array_equal(packed.scorings.answers, plain.scorings.answers, equal_nan=True)
    np.testing.assert_allclose(plain.scorings.answers, operation.scorings.answers, equal_nan=True)
    assert set(plain.reviewers) == {f"R{number}" for number in range(8)}


def test_versions_after_the_first_are_changes(tmp_path: Path) -> None:
    versions = [{"version": 2, "from_week": 9, "touched": ["c2", "c9"]}, {"version": 1, "from_week": 0}]

    (change,) = read_rubric(rubric(tmp_path, versions=versions)).scale.changes

    assert (change.week, change.touched) == (9, (1, 8))


BASE = "review_id,week,kind,ticket_id,reviewer,specialist,queue,minutes,score," + ",".join(SCALE.ids)
GOOD = "1,0,routine,7,R1,S1,Q1,8.0,100," + ",".join("1" * 12)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(BASE.replace("queue,", ""), "queue", id="column missing"),
        pytest.param(f"{BASE}\n{GOOD}\n{GOOD.replace('routine', 'spot')}", "line 3: kind is 'spot'", id="kind"),
        pytest.param(f"{BASE}\n{GOOD.replace('8.0', 'long')}", "line 2: minutes is 'long'", id="minutes"),
        pytest.param(f"{BASE}\n{GOOD[:-1]}7", "line 2: c12 is '7', not 0 to 1", id="level"),
        pytest.param(f"{BASE}\n{GOOD},9", "line 2 has", id="too many fields"),
        pytest.param(f"{BASE}\n\n{GOOD}\n{GOOD.replace('8.0', '-1')}", "line 4: minutes is '-1'", id="empty line"),
        pytest.param(
            f"{BASE}\n{GOOD.replace('1,0,', '1,0.5,')}", "line 2: week is '0.5', not a week", id="half a week"
        ),
        pytest.param(f"{BASE}\n{GOOD.replace('1,0,', '1,,')}", "line 2: week is ''", id="no week"),
        pytest.param(f"{BASE}\n{GOOD.replace('8.0', 'inf')}", "line 2: minutes is 'inf'", id="endless"),
        pytest.param(f"{BASE}\n{GOOD[:-1]}nan", "line 2: c12 is 'nan', not 0 to 1", id="nan"),
        pytest.param(f"{BASE},queue\n{GOOD},Q1", "columns queue are there twice", id="column twice"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text(text, encoding="utf-8")

    code = main(["monitor", "--reviews", str(path), "--rubric", str(rubric(tmp_path))])

    assert code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("{", "not a rubric file", id="not JSON"),
        pytest.param("{}", "'criteria' is missing", id="no criteria"),
        pytest.param('{"criteria": [{"id": "a", "levels": 1, "weight": 1}]}', "at least 2 levels", id="one level"),
    ],
)
def test_a_wrong_rubric_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, message: str) -> None:
    path = tmp_path / "rubric.json"
    path.write_text(content, encoding="utf-8")

    code = main(["monitor", "--reviews", "absent.csv", "--rubric", str(path)])

    assert code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [gzip.compress(BASE.encode(), mtime=0)[:-9], b"plain text", BASE.encode("utf-16")],
    ids=["cut off", "not packed", "not packed, in UTF-16"],
)
def test_a_packed_file_that_is_broken_or_not_packed_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "reviews.csv.gz"
    path.write_bytes(content)

    code = main(["monitor", "--reviews", str(path), "--rubric", str(rubric(tmp_path))])

    assert code == 2
    assert "reviews.csv.gz: cannot be read" in capsys.readouterr().err


def test_a_file_that_is_absent_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["monitor", "--reviews", str(tmp_path / "none.csv"), "--rubric", str(rubric(tmp_path))])

    assert code == 2
    assert "none.csv" in capsys.readouterr().err


def test_a_rubric_version_that_touches_an_unknown_criterion_is_refused(tmp_path: Path) -> None:
    versions = [{"version": 1, "from_week": 0}, {"version": 2, "from_week": 9, "touched": ["c99"]}]

    with pytest.raises(ValueError, match="c99"):
        read_rubric(rubric(tmp_path, versions=versions))


@pytest.mark.slow
def test_the_public_world_is_watched_as_well_as_promised() -> None:
    folder = shared_path("reference", "drift_world")
    world = file_world(folder)

    found = outcome(world, judged(world))

    assert found.found_within(12) >= 15
    assert found.found_within(24) >= 17
    assert found.false_reds <= 5
    assert found.drop_reds <= 2


@pytest.mark.slow
def test_the_quick_study_prints_every_figure_beside_its_bar(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["simulate", "--quick"])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert sum("real ARL" in line for line in lines) >= 4
    assert sum("median delay" in line for line in lines) == 6
    assert sum("RMSE" in line for line in lines) == 1
