"""Who finds what of the routes of exports."""

from tests.routes.case import cases

FLAT_EXPORTS = [
    *cases(
        "data_exports.fetch data_exports.delete",
        {
            "Lena's": ("lena", lambda w: {"export_id": w.exports.lenas.id}),
            "of strangers": ("", lambda w: {"export_id": w.exports.foreign.id}),
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
