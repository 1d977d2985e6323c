"""Where quality moved: every team and queue of the newest weeks, clear changes first. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from qa.trends.key_figures import TOO_FEW, Standing

FIRST: Mapping[str, int] = {"worse": 0, "better": 1, "cannot tell": 2, TOO_FEW: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One team or queue, and what the address of the trends page calls it."""

    kind: Literal["team", "queue"]
    key: str | int
    row: Standing


def moves(teams: Sequence[Standing], queues: Sequence[Standing], team_ids: Mapping[str, int]) -> list[Move]:
    """Those with a clear change first and then by name: an order of scores would be luck."""
    found = [
        *(Move(kind="team", key=team_ids.get(row.name, row.name), row=row) for row in teams),
        *(Move(kind="queue", key=row.name, row=row) for row in queues),
    ]
    return sorted(found, key=lambda each: (FIRST.get(each.row.verdict, len(FIRST)), each.kind != "team", each.row.name))
