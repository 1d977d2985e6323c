"""Cases about golden tickets for the walk through every route."""

from tests.routes.case import cases

CALIBRATION = [
    *cases(
        "golden.confirm golden.decline golden.retire",
        {
            "proposed by Ada": ("lena otto quinn", lambda w: {"golden_id": w.golden.id}),
            "of another programme": ("", lambda w: {"golden_id": w.foreign_golden.id}),
        },
        form={"version": "0"},
    ),
    *cases(
        "golden.propose",
        {
            "Quinn's session": (
                "lena otto quinn",
                lambda w: {"session_id": w.quinns_session.id, "session_part_id": w.quinns_part.id},
            ),
            "a part of another session": (
                "",
                lambda w: {"session_id": w.ottos_session.id, "session_part_id": w.quinns_part.id},
            ),
        },
    ),
]
