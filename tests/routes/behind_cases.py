"""Who finds what of the routes of what stands behind the figures."""

from tests.routes.case import cases

IMPORTS = " ".join(
    f"{room}.{page}"
    for room in ("launches", "escalations", "targets", "board_notes", "sop_gaps")
    for page in ("import_form", "import_example", "preview_import", "apply_import")
)
WITHOUT_OBJECT = f"""
{IMPORTS} rubrics.procedure_import_form rubrics.procedure_import_example rubrics.procedure_preview_import
rubrics.procedure_apply_import launches.index launches.create escalations.index escalations.create targets.index
targets.set_target board_notes.index board_notes.write sop_gaps.index sop_gaps.create sop_gaps.procedures
"""
BEHIND = [
    *cases(
        "launches.show",
        {
            "a launch": ("lena otto quinn dora", lambda w: {"launch_id": w.behind.launch.id}),
            "of strangers": ("", lambda w: {"launch_id": w.foreign_behind.launch.id}),
        },
    ),
    *cases(
        "launches.edit launches.archive launches.restore launches.add_issue",
        {
            "a launch": ("quinn dora", lambda w: {"launch_id": w.behind.launch.id}),
            "of strangers": ("", lambda w: {"launch_id": w.foreign_behind.launch.id}),
        },
    ),
    *cases(
        "launches.settle_issue",
        {
            "an issue": ("quinn dora", lambda w: {"issue_id": w.behind.issue.id}),
            "of strangers": ("", lambda w: {"issue_id": w.foreign_behind.issue.id}),
        },
    ),
    *cases(
        "targets.withdraw targets.bring_back",
        {
            "a target": ("quinn dora", lambda w: {"target_id": w.behind.target.id}),
            "of strangers": ("", lambda w: {"target_id": w.foreign_behind.target.id}),
        },
    ),
    *cases(
        "escalations.show",
        {
            "Sam's ticket": ("lena quinn dora", lambda w: {"escalation_id": w.behind.escalation.id}),
            "Olga's ticket": ("otto quinn dora", lambda w: {"escalation_id": w.olgas_behind.escalation.id}),
            "of strangers": ("", lambda w: {"escalation_id": w.foreign_behind.escalation.id}),
        },
    ),
    *cases(
        "escalations.edit escalations.close escalations.reopen escalations.archive escalations.restore",
        {
            "Sam's ticket": ("lena quinn", lambda w: {"escalation_id": w.behind.escalation.id}),
            "Olga's ticket": ("otto quinn", lambda w: {"escalation_id": w.olgas_behind.escalation.id}),
            "of strangers": ("", lambda w: {"escalation_id": w.foreign_behind.escalation.id}),
        },
    ),
    *cases(
        "sop_gaps.show",
        {
            "raised by Rita": ("rita lena quinn dora", lambda w: {"gap_id": w.behind.gap.id}),
            "raised by Rob": ("rob otto quinn dora", lambda w: {"gap_id": w.olgas_behind.gap.id}),
            "of strangers": ("", lambda w: {"gap_id": w.foreign_behind.gap.id}),
        },
    ),
    *cases(
        "sop_gaps.handle",
        {
            "in Sam's ticket": ("lena quinn", lambda w: {"gap_id": w.behind.gap.id}),
            "in Olga's ticket": ("otto quinn", lambda w: {"gap_id": w.olgas_behind.gap.id}),
            "of strangers": ("", lambda w: {"gap_id": w.foreign_behind.gap.id}),
        },
    ),
    *cases(
        "sop_gaps.raise_while_scoring",
        {
            "Rita's part": ("rita", lambda w: {"assignment_id": w.ritas_task.id}),
            "Rob's part": ("rob", lambda w: {"assignment_id": w.robs_task.id}),
        },
    ),
    *cases(
        "board_notes.show",
        {
            "a note": ("quinn dora", lambda w: {"period": w.board_note}),
            "no such period": ("", lambda w: {"period": "2026-W99"}),
        },
    ),
    *cases(
        "board_notes.edit",
        {
            "a note": ("dora", lambda w: {"period": w.board_note}),
            "no such period": ("", lambda w: {"period": "2026-W99"}),
        },
    ),
]
