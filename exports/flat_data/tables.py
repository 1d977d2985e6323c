"""The tables and the meaning of their columns: the data dictionary that goes with every file."""

from dataclasses import dataclass

from exports.tables import Column, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatTable:
    """A table by its name in files, and what one of its rows is."""

    name: str
    title: str
    row: str
    columns: tuple[Column, ...]

    @property
    def field_names(self) -> tuple[str, ...]:
        return tuple(column.title for column in self.columns)


def _column(title: str, kind: Kind, meaning: str) -> Column:
    return Column(title=title, kind=kind, meaning=meaning)


_REVIEW_ID = _column("review_id", "whole", "The review; the same number in reviews and answers.")
_PART_ID = _column("part_id", "whole", "The handled part: what one specialist did in one resolution of a ticket.")
_TICKET = _column("ticket", "text", "The ticket's id in the help desk.")
_SOURCE = _column("source", "text", "The key of the source it came from.")
_RESOLVED = _column("resolved_at", "minute", "When the part was resolved.")
_SPECIALIST = _column("specialist", "text", "Who handled the part; empty when no person is matched.")
_TEAM = _column("team", "text", "The specialist's team on the day of the resolution.")
_FACTS = (
    _column("queue", "text", "The queue as imported."),
    _column("channel", "text", "The channel as imported."),
    _column("tier", "text", "The customer's tier as imported."),
    _column("language", "text", "The language as imported."),
)
_CHANCE = _column(
    "inclusion_probability",
    "number",
    "The chance that the draw had of taking this part; its inverse is the design weight. Empty: not drawn by chance.",
)

REVIEWS = FlatTable(
    name="reviews",
    title="Reviews",
    row="A submitted review, as its newest revision stands.",
    columns=(
        _REVIEW_ID,
        _PART_ID,
        _TICKET,
        _SOURCE,
        _column(
            "purpose",
            "text",
            "Why it was made. Only routine reviews with an inclusion probability stand for the work as a whole. "
            "Empty for reviews of one's own that may have been hidden second scores.",
        ),
        _column("state", "text", "submitted or voided; a voided review counts in no figure."),
        _RESOLVED,
        _SPECIALIST,
        _TEAM,
        *_FACTS,
        _column("reviewer", "text", "Who scored it: by name for those who may know it, else by pseudonym."),
        _column("rubric", "text", "The rubric family's key."),
        _column("rubric_version", "text", "The version that it was scored by."),
        _column("revision", "whole", "1 as first submitted; more after a correction or a dispute."),
        _column("score", "number", "0 to 100 with bonus and criticals applied; empty when nothing was applicable."),
        _column("base_score", "number", "The score before critical failures."),
        _column("outcome", "text", "passed, failed, failed_critical or not_scored."),
        _column("failed_criticals", "text", "The keys of the critical criteria that failed, separated by blanks."),
        _column("submitted_at", "minute", "When the reviewer submitted it."),
        _column("released_at", "minute", "When the specialist could read it; empty: not yet."),
        _column("acknowledged_at", "minute", "When the specialist acknowledged it; empty: not yet."),
        _CHANCE,
    ),
)

ANSWERS = FlatTable(
    name="answers",
    title="Answers",
    row="What was chosen for one criterion, in the newest revision of a submitted review.",
    columns=(
        _REVIEW_ID,
        _PART_ID,
        _column("purpose", "text", "As in reviews."),
        _column("rubric", "text", "The rubric family's key."),
        _column("rubric_version", "text", "The version that it was scored by."),
        _column("criterion", "text", "The criterion's key, the same in every version that keeps its meaning."),
        _column("level", "text", "The key of the level chosen; empty with a percentage or when not applicable."),
        _column("percentage", "number", "0 to 100 where the criterion is a free percentage."),
        _column("fraction", "number", "What the answer earns of its criterion, 0 to 1; empty when not applicable."),
        _column("not_applicable", "text", "yes or no."),
        _column("root_causes", "text", "The keys of the root causes, separated by blanks."),
        _column("praised", "text", "yes or no: whether the reviewer said well done."),
        _column("pins", "whole", "How many passages of the conversation it points at."),
        _column("answered_at", "minute", "When the answer was last changed."),
    ),
)

TICKETS = FlatTable(
    name="tickets",
    title="Tickets",
    row="A handled part of a ticket. No subject, message or other text is in it.",
    columns=(
        _PART_ID,
        _TICKET,
        _SOURCE,
        _RESOLVED,
        _SPECIALIST,
        _TEAM,
        *_FACTS,
        _column("priority", "text", "The priority as imported."),
        _column("product_area", "text", "The product area as imported."),
        _column("launch", "text", "The launch it belongs to; empty: none."),
        _column("status", "text", "The ticket's status as last imported."),
        _column("created_at", "minute", "When the ticket was opened."),
        _column("first_reply_seconds", "whole", "From opening to the first reply, in seconds."),
        _column("resolution_seconds", "whole", "From opening to the last resolution, in seconds."),
        _column("reopens", "whole", "How often the ticket was reopened."),
        _column("escalated", "text", "yes or no."),
        _column("csat", "text", "good or bad; empty: not told."),
        _column("public_replies", "whole", "The specialist's public replies in this resolution."),
        _column("primary", "text", "yes for the part that stands for its resolution, else no."),
        _column("eligible", "text", "yes when it can be drawn, else no."),
        _column("ineligible_reason", "text", "Why it cannot be drawn."),
    ),
)

DRAWS = FlatTable(
    name="draws",
    title="Draws",
    row="A part that a draw took.",
    columns=(
        _column("week", "text", "The week whose frame was drawn from."),
        _column("draw", "whole", "1 for the week's draw, more for supplements."),
        _column("position", "whole", "The place in the drawn order."),
        _PART_ID,
        _TICKET,
        _RESOLVED,
        _SPECIALIST,
        _TEAM,
        _column("cell", "text", "The cell of the frame: the parts that had the same chance."),
        _column("cell_size", "whole", "Parts in the cell."),
        _column("cell_drawn", "whole", "Parts drawn from the cell."),
        _CHANCE,
        _column("plans", "text", "The plans that asked for it, separated by blanks."),
        _column("state", "text", "drawn, replaced or not_done."),
        _column("receipt", "text", "SHA-256 of the draw's receipt."),
    ),
)

ALL = (REVIEWS, ANSWERS, TICKETS, DRAWS)
