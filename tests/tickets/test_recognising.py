"""Whose export files are is seen by their fields, whatever they are called."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qa.tickets.intake.recognising import help_desk_of
from tests.shared import shared_path
from tests.tickets.records import FLAT_TICKET, ZENDESK_USERS, zendesk_comment, zendesk_ticket
from tests.tickets.test_other_desks import AGENTS, OBJECTS


def written(folder: Path, *rows: Any, name: str = "data.json") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("desk", OBJECTS)
def test_the_objects_of_each_help_desk_are_recognised(desk: str, tmp_path: Path) -> None:
    assert help_desk_of([written(tmp_path, OBJECTS[desk])]) == desk
    others = [written(tmp_path, *rows, name=f"{table}.json") for table, rows in AGENTS[desk].items()]
    assert help_desk_of([*others, written(tmp_path, OBJECTS[desk])]) == desk


@pytest.mark.parametrize(
    "wrap", [lambda row: row, lambda row: {"tickets": [row], "after_cursor": "x", "end_of_stream": True}]
)
def test_zendesk_is_recognised_as_lines_and_as_pages_with_its_users_first(
    wrap: Callable[[Any], Any], tmp_path: Path
) -> None:
    users = written(tmp_path, *ZENDESK_USERS, name="a.json")
    comments = written(tmp_path, zendesk_comment(1), name="b.json")
    assert help_desk_of([users, comments, written(tmp_path, wrap(zendesk_ticket()))]) == "zendesk"


@pytest.mark.parametrize(
    "row", [FLAT_TICKET, {"id": 1, "status": "open", "subject": "x"}, {"message_id": "m", "text": "via"}]
)
def test_flat_objects_are_a_table(row: dict[str, Any], tmp_path: Path) -> None:
    assert help_desk_of([written(tmp_path, row)]) is None


def test_tables_are_no_help_desks_export(tmp_path: Path) -> None:
    path = tmp_path / "tickets.jsonl"  # not what its name says
    path.write_text("via,requester_id,submitter_id,assignee_id\n1,2,3,4\n")
    assert help_desk_of([path]) is None


def test_the_shared_exports_are_recognised() -> None:
    assert help_desk_of(sorted(shared_path("data/zendesk").glob("*.gz"))) == "zendesk"
    assert help_desk_of(sorted(shared_path("data/intercom").glob("*.gz"))) == "intercom"
