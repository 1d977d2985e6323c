"""Tables of sums that the former version keeps, where a row held one cell: still there, because it may go on beside us.

Nothing here reads or writes them. The next version drops them.
"""

from typing import Any

from sqlalchemy import Column, Date, Double, Integer, String, Table

from qa.core.orm import Base, BigInt

KINDS: dict[str, Any] = {
    **dict.fromkeys(("programme_id", "team_id", "reviewer_id", "specialist_id", "version_id"), BigInt),
    **dict.fromkeys(("face", "value", "queue", "kind", "key"), String),
    **dict.fromkeys(("risk_class", "predicted", "reviews", "n", "passed", "critical", "disputed", "left_out"), Integer),
    **dict.fromkeys(("drawn", "parts", "late", "csat_good", "csat_bad", "reopened", "escalated"), Integer),
    **dict.fromkeys(("replied", "solved"), Integer),
    "week": Date,
}
TABLES = {
    "weekly_review_sum": (
        "programme_id face team_id week queue value risk_class predicted",
        "reviews n passed critical disputed y y2 p d d2 dy d2y dy2 d2y2 dp d2p dp2 d2p2 dyp d2yp d_passed d2_passed "
        "d_critical d2_critical d_moved",
    ),
    "weekly_reviewer_sum": ("programme_id face value week reviewer_id", "n d d_free seconds"),
    "weekly_answer_sum": (
        "programme_id team_id week kind version_id key queue risk_class",
        "n left_out d d2 dx d2x dx2 d2x2",
    ),
    "weekly_draw_sum": ("programme_id team_id week queue risk_class", "drawn"),
    "weekly_frame_sum": (
        "programme_id face team_id week queue value",
        "parts late csat_good csat_bad reopened escalated predicted p replied ln_reply ln2_reply solved ln_solve "
        "ln2_solve",
    ),
    "weekly_person_sum": ("programme_id face value week specialist_id", "parts"),
}

for _name, (_keys, _sums) in TABLES.items():
    Table(
        _name,
        Base.metadata,
        *(Column(each, KINDS[each], primary_key=True, autoincrement=False) for each in _keys.split()),
        *(Column(each, KINDS.get(each, Double), nullable=False) for each in _sums.split()),
        sqlite_with_rowid=False,
    )
