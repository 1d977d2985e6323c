"""Who finds what of the routes of exports."""

from tests.routes.case import cases

FLAT_EXPORTS = [
    *cases(
        "coaching.team_workbook coaching.team_plans",
        {
            "Payouts": ("lena quinn", lambda w: {"team_id": w.payouts.id}),
            "Appeals": ("otto quinn", lambda w: {"team_id": w.appeals.id}),
        },
    ),
    *cases(
        "data_exports.fetch data_exports.delete",
        {
            "Lena's": ("lena", lambda w: {"export_id": w.exports.lenas.id}),
            "of strangers": ("", lambda w: {"export_id": w.exports.foreign.id}),
        },
    ),
    *cases(
        "scheduled_exports.pause scheduled_exports.resume scheduled_exports.take_over scheduled_exports.delete",
        {
            "Lena's": ("lena", lambda w: {"schedule_id": w.exports.lenas_schedule.id}),
            "of strangers": ("", lambda w: {"schedule_id": w.exports.foreign_schedule.id}),
        },
    ),
    *cases(
        "scheduled_exports.show scheduled_exports.fetch",
        {
            "Lena's": ("lena", lambda w: {"delivery_id": w.exports.lenas_delivery.id}),
            "of strangers": ("", lambda w: {"delivery_id": w.exports.foreign_delivery.id}),
        },
    ),
    *cases(
        "data_exports.call_off",
        {
            "Lena's": ("lena", lambda w: {"export_id": w.exports.lenas_waiting.id}),
            "of strangers": ("", lambda w: {"export_id": w.exports.foreign.id}),
        },
    ),
]
