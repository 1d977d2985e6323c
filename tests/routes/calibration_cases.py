"""Cases about criteria of sessions, series, golden tickets and certification for the walk through every route."""

from tests.routes.case import cases

CALIBRATION = [
    *cases(
        "series.show series.change series.pause series.resume series.stop",
        {
            "Quinn's": ("quinn", lambda w: {"series_id": w.calibrating.quinns_series.id}),
            "Otto's": ("otto quinn", lambda w: {"series_id": w.calibrating.ottos_series.id}),
            "of another programme": ("", lambda w: {"series_id": w.calibrating.foreign_series.id}),
        },
        form={"version": "0"},
    ),
    *cases(
        "certification.show",
        {
            "Rita": ("rita quinn", lambda w: {"user_id": w.calibrating.ritas_certification.user_id}),
            "a stranger": ("", lambda w: {"user_id": w.stranger.id}),
        },
    ),
    *cases(
        "certification.begin certification.on_record",
        {
            "Rita": ("quinn", lambda w: {"user_id": w.calibrating.ritas_certification.user_id}),
            "a stranger": ("", lambda w: {"user_id": w.stranger.id}),
        },
    ),
    *cases(
        "certification.another_round certification.more_shadowed certification.certify certification.withdraw",
        {
            "Rita's": ("quinn", lambda w: {"certification_id": w.calibrating.ritas_certification.id}),
            "of another programme": ("", lambda w: {"certification_id": w.calibrating.foreign_certification.id}),
        },
        form={"version": "0"},
    ),
    *cases(
        "certification.shadowed certification.look",
        {
            "for Rob to look at": ("rob quinn", lambda w: {"shadowed_id": w.calibrating.robs_shadowed.id}),
            "of another programme": ("", lambda w: {"shadowed_id": w.calibrating.foreign_shadowed.id}),
        },
    ),
    *cases(
        "calibration.extend",
        {
            "Quinn's session": ("quinn", lambda w: {"session_id": w.quinns_session.id}),
            "Otto's session": ("otto quinn", lambda w: {"session_id": w.ottos_session.id}),
        },
        form={"version": "0", "due_on": "2026-01-01"},
    ),
    *cases(
        "calibration.criterion",
        {
            "Quinn's session": (
                "rita rob lena otto quinn dora",
                lambda w: {"session_id": w.quinns_session.id, "key": "tone"},
            ),
            "Otto's session": (
                "rob lena otto quinn dora",
                lambda w: {"session_id": w.ottos_session.id, "key": "tone"},
            ),
        },
    ),
    *cases(
        "golden.confirm golden.decline golden.retire",
        {
            "proposed by Ada": ("lena otto quinn", lambda w: {"golden_id": w.calibrating.golden.id}),
            "of another programme": ("", lambda w: {"golden_id": w.calibrating.foreign_golden.id}),
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
