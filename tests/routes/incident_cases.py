"""Who finds what of the routes of incidents."""

from tests.routes.case import cases

INCIDENTS = [
    *cases(
        "incidents.show incidents.acknowledge incidents.settle incidents.take_up",
        {
            "in Sam's ticket": ("lena quinn", lambda w: {"incident_id": w.incidents.sams.id}),
            "in Olga's ticket": ("otto quinn", lambda w: {"incident_id": w.incidents.olgas.id}),
            "of strangers": ("", lambda w: {"incident_id": w.incidents.foreign.id}),
        },
    ),
    *cases(
        "incidents.raise_while_scoring",
        {
            "Rita's part": ("rita", lambda w: {"assignment_id": w.ritas_task.id}),
            "Rob's part": ("rob", lambda w: {"assignment_id": w.robs_task.id}),
        },
    ),
    *cases(
        "incidents.raise_while_reading",
        {
            "Sam's": ("lena quinn sam", lambda w: {"ticket_id": w.sams_ticket.id}),
            "Olga's": ("otto quinn olga", lambda w: {"ticket_id": w.olgas_ticket.id}),
            "too severe for everybody": ("", lambda w: {"ticket_id": w.severe_ticket.id}),
            "of strangers": ("", lambda w: {"ticket_id": w.foreign_ticket.id}),
        },
    ),
    *cases(
        "incidents.set_owners",
        {
            "a kind": ("quinn ada", lambda w: {"kind": "legal"}),
            "no such kind": ("", lambda w: {"kind": "gossip"}),
        },
    ),
]
