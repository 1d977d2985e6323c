"""Who finds what of the routes of reviews and disputes."""

from tests.routes.case import cases

REVIEWS = [
    *cases(
        "reviews.show",
        {
            "of Sam's work": ("rita lena quinn sam dora", lambda w: {"review_id": w.sams_review.id}),
            "of Olga's work": ("rob otto quinn olga dora", lambda w: {"review_id": w.olgas_review.id}),
            "of a stranger's work": ("", lambda w: {"review_id": w.foreign_review.id}),
        },
    ),
    *cases(
        "reviews.revision",
        {
            "of Sam's work": ("rita lena quinn sam dora", lambda w: {"review_id": w.sams_review.id, "n": 1}),
            "of Olga's work": ("rob otto quinn olga dora", lambda w: {"review_id": w.olgas_review.id, "n": 1}),
            "no such revision": ("", lambda w: {"review_id": w.sams_review.id, "n": 9}),
        },
    ),
    *cases(
        "incidents.raise_beside_review",
        {
            "of Sam's work": ("rita lena quinn sam", lambda w: {"review_id": w.sams_review.id}),
            "of Olga's work": ("rob otto quinn olga", lambda w: {"review_id": w.olgas_review.id}),
            "of a stranger's work": ("", lambda w: {"review_id": w.foreign_review.id}),
        },
    ),
    *cases(
        "disputes.dispute",
        {
            "of Sam's work": ("sam", lambda w: {"review_id": w.sams_review.id}),
            "of Olga's work": ("olga", lambda w: {"review_id": w.olgas_review.id}),
        },
    ),
    *cases(
        "disputes.withdraw disputes.escalate",
        {
            "Sam's": ("sam", lambda w: {"dispute_id": w.sams_dispute.id}),
            "a stranger's": ("", lambda w: {"dispute_id": w.foreign_dispute.id}),
        },
    ),
    *cases(
        "disputes.show disputes.settle",
        {
            "Sam's": ("lena quinn", lambda w: {"dispute_id": w.sams_dispute.id}),
            "a stranger's": ("", lambda w: {"dispute_id": w.foreign_dispute.id}),
        },
    ),
    *cases(
        "second_looks.show second_looks.give_back",
        {
            "Lena's": ("lena", lambda w: {"look_id": w.lenas_look.id}),
            "nobody's any more": ("", lambda w: {"look_id": 0}),
        },
    ),
    *cases(
        "comment_templates.show comment_templates.change comment_templates.remove",
        {
            "Rita's": ("rita", lambda w: {"template_id": w.ritas_template.id}),
            "the programme's": ("quinn", lambda w: {"template_id": w.shared_template.id}),
            "another programme's": ("", lambda w: {"template_id": w.foreign_template.id}),
        },
        form={"version": "0", "name": "Thanks", "text": "Well done."},
    ),
    *cases(
        "reviews.void reviews.bring_back",
        {
            "of Sam's work": ("quinn", lambda w: {"review_id": w.sams_review.id}),
            "of a stranger's work": ("", lambda w: {"review_id": w.foreign_review.id}),
        },
    ),
    *cases(
        "reviews.acknowledge",
        {
            "of Sam's work": ("sam", lambda w: {"review_id": w.sams_review.id}),
            "of Olga's work": ("olga", lambda w: {"review_id": w.olgas_review.id}),
        },
    ),
    *cases(
        "reviews.release",
        {
            "of Sam's work": ("lena quinn", lambda w: {"review_id": w.sams_review.id}),
            "of Olga's work": ("otto quinn", lambda w: {"review_id": w.olgas_review.id}),
            "of a stranger's work": ("", lambda w: {"review_id": w.foreign_review.id}),
        },
    ),
    *cases(
        "comments.add",
        {
            "of Sam's work": ("rita lena quinn sam", lambda w: {"review_id": w.sams_review.id}),
            "of Olga's work": ("rob otto quinn olga", lambda w: {"review_id": w.olgas_review.id}),
            "of a stranger's work": ("", lambda w: {"review_id": w.foreign_review.id}),
        },
        form={"comment": "Thank you."},
    ),
    *cases(
        "comments.rest",
        {
            "of Sam's work": ("rita lena quinn sam", lambda w: {"review_id": w.sams_review.id}),
            "of a stranger's work": ("", lambda w: {"review_id": w.foreign_review.id}),
        },
    ),
    *cases(
        "companions.decline",
        {
            "Sam's": ("sam", lambda w: {"assignment_id": w.invited.task.id}),
            "no invitation": ("", lambda w: {"assignment_id": w.ritas_task.id}),
        },
    ),
    *cases(
        "companions.beside",
        {
            "Sam's own": ("lena quinn sam dora", lambda w: {"review_id": w.invited.own.id}),
            "nothing beside it": ("", lambda w: {"review_id": w.invited.drawn.id}),
        },
    ),
    *cases(
        "second_looks.take",
        {
            "of Sam's work": ("lena quinn", lambda w: {"review_id": w.sams_review.id}),
            "of Olga's work": ("otto quinn", lambda w: {"review_id": w.olgas_review.id}),
            "of a stranger's work": ("", lambda w: {"review_id": w.foreign_review.id}),
        },
    ),
]
