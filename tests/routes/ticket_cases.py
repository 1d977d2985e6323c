"""The routes of tickets, intakes and live sources, and who finds what there."""

from tests.routes.case import cases

TICKETS = [
    *cases(
        "tickets.show",
        {
            "Sam's": ("lena quinn sam", lambda w: {"ticket_id": w.sams_ticket.id}),
            "Olga's": ("otto quinn olga", lambda w: {"ticket_id": w.olgas_ticket.id}),
            "too severe for everybody": ("", lambda w: {"ticket_id": w.severe_ticket.id}),
            "of strangers": ("", lambda w: {"ticket_id": w.foreign_ticket.id}),
        },
    ),
    *cases(
        "tickets.intake_run tickets.rejects",
        {
            "a run": ("ada", lambda w: {"run_id": w.run.id}),
            "of strangers": ("", lambda w: {"run_id": w.foreign_run.id}),
        },
    ),
    *cases(
        "tickets.source tickets.change_source tickets.try_source tickets.pull_source",
        {
            "a connection": ("ada", lambda w: {"connection_id": w.connection.id}),
            "of strangers": ("", lambda w: {"connection_id": w.foreign_connection.id}),
        },
    ),
    *cases(
        "tickets.source_rules tickets.change_rules",
        {
            "a source": ("ada", lambda w: {"source_id": w.connection.source_id}),
            "of strangers": ("", lambda w: {"source_id": w.foreign_connection.source_id}),
        },
    ),
    *cases(
        "tickets.mapping tickets.change_mapping",
        {
            "an upload": ("ada", lambda w: {"upload_id": w.upload.id}),
            "of strangers": ("", lambda w: {"upload_id": w.foreign_upload.id}),
        },
    ),
    *cases(
        "tickets.saved_mapping tickets.forget_mapping",
        {
            "a mapping": ("ada", lambda w: {"mapping_id": w.saved_mapping.id}),
            "of strangers": ("", lambda w: {"mapping_id": w.foreign_mapping.id}),
        },
    ),
    *cases(
        "tickets.keep_originals",
        {
            "a source": ("ada", lambda w: {"source_id": w.connection.source_id}),
            "of strangers": ("", lambda w: {"source_id": w.foreign_connection.source_id}),
        },
    ),
    *cases(
        "tickets.settle_original",
        {
            "Quinn's request": ("quinn ada", lambda w: {"reveal_id": w.quinns_original.id}),
            "of strangers": ("", lambda w: {"reveal_id": w.foreign_original.id}),
        },
    ),
    *cases(
        "tickets.original tickets.open_original tickets.withdraw_original",
        {
            "Quinn's request": ("quinn", lambda w: {"reveal_id": w.quinns_original.id}),
            "of strangers": ("", lambda w: {"reveal_id": w.foreign_original.id}),
        },
    ),
]
