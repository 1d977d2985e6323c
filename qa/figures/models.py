"""Weekly sums: keys and numbers only, no rule and no name; whoever changes a fact changes its sums with it.

A row is the pack of one week: its *cells* and the sums of each, as one block of numbers. A page reads some hundreds of
packs where it would read many thousands of rows, and a submit writes ten where it would write thirty.

``cells`` is a JSON list of keys in ascending order, each a list in the order of ``CELL``. ``sums`` holds one line a
cell of 8-byte floats, least byte first, in the order of ``SUMS``. A cell that counts none of ``COUNTS`` any more goes,
and with it what rounding left in its sums; a pack without cells goes too.

A *face* is what sums are split by beside team and queue: ``channel``, ``tier``, ``language``, ``tenure``, ``launch``,
for reviews ``version``, for frames ``all`` (not split). Each part counts once in every face that it has a value of;
every review has a version, so that those of ``version`` are all of them.
"""

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, BigInt


def _key() -> Any:
    return mapped_column(primary_key=True, autoincrement=False)


def _id() -> Any:
    return mapped_column(BigInt, primary_key=True, autoincrement=False)


FACES = ("all", "channel", "language", "launch", "tenure", "tier", "version")  # of packs that are kept by team


class Pack(Base):
    """What every table of packs has besides its key."""

    __abstract__ = True
    CELL: ClassVar[tuple[str, ...]]
    SUMS: ClassVar[tuple[str, ...]]
    COUNTS: ClassVar[tuple[str, ...]]

    cells: Mapped[str] = mapped_column(sort_order=1)
    sums: Mapped[bytes] = mapped_column(sort_order=1)


class WeeklyReviewPack(Pack):
    """Sums over drawn, submitted, routine reviews in their current revision; ``n`` counts those with a score.

    d is one over the chance of being drawn, y the score, p the predicted score (0 where ``predicted`` is 0); a name
    is the product that is summed: ``d2yp`` the sum of d squared times y times p; ``d_moved`` that of d times the points
    that an upheld dispute moved the score by. The factor for reviews not done is the same for a week, team and risk
    class, and applied on reading.
    """

    __tablename__ = "weekly_review_pack"
    CELL = ("queue", "value", "risk_class", "predicted")  # predicted 1: the parts have a predicted score
    SUMS = (
        *("reviews", "n", "passed", "critical", "disputed", "y", "y2", "p", "d", "d2", "dy", "d2y", "dy2", "d2y2"),
        *("dp", "d2p", "dp2", "d2p2", "dyp", "d2yp", "d_passed", "d2_passed", "d_critical", "d2_critical", "d_moved"),
    )
    COUNTS = ("reviews",)

    programme_id: Mapped[int] = _id()
    face: Mapped[str] = _key()
    team_id: Mapped[int] = _id()  # 0: none
    week: Mapped[dt.date] = _key()  # the Monday of the period


class WeeklyReviewerPack(Pack):
    """Whose scores a week's figure rests on; faces ``team``, ``queue`` and ``language``.

    ``d_free`` is over reviews that failed no critical, where strictness tells; ``seconds`` of scoring are shown as sums
    over at least five reviewers.
    """

    __tablename__ = "weekly_reviewer_pack"
    CELL = ("reviewer_id",)
    SUMS = ("n", "d", "d_free", "seconds")
    COUNTS = ("n",)

    programme_id: Mapped[int] = _id()
    face: Mapped[str] = _key()
    value: Mapped[str] = _key()
    week: Mapped[dt.date] = _key()


class WeeklyAnswerPack(Pack):
    """What criteria and sections got, x in percent of their points: ``n`` answered and not N/A, ``left_out`` N/A."""

    __tablename__ = "weekly_answer_pack"
    CELL = ("kind", "version_id", "key", "queue", "risk_class")  # kind: criterion, section; the version of the rubric
    SUMS = ("n", "left_out", "d", "d2", "dx", "d2x", "dx2", "d2x2")
    COUNTS = ("n", "left_out")

    programme_id: Mapped[int] = _id()
    team_id: Mapped[int] = _id()
    week: Mapped[dt.date] = _key()


class WeeklyDrawPack(Pack):
    """How many parts were drawn; those replaced since were never in the population."""

    __tablename__ = "weekly_draw_pack"
    CELL = ("queue", "risk_class")
    SUMS = ("drawn",)
    COUNTS = ("drawn",)

    programme_id: Mapped[int] = _id()
    team_id: Mapped[int] = _id()
    week: Mapped[dt.date] = _key()


class WeeklyFramePack(Pack):
    """Sums over all parts that could be drawn; times by their natural logarithms, of seconds plus one.

    ``replied`` and ``solved`` count parts with a time to the first reply, and to the resolution.
    """

    __tablename__ = "weekly_frame_pack"
    CELL = ("queue", "value")
    SUMS = (
        *("parts", "late", "csat_good", "csat_bad", "reopened", "escalated", "predicted", "p"),
        *("replied", "ln_reply", "ln2_reply", "solved", "ln_solve", "ln2_solve"),
    )
    COUNTS = ("parts",)

    programme_id: Mapped[int] = _id()
    face: Mapped[str] = _key()
    team_id: Mapped[int] = _id()
    week: Mapped[dt.date] = _key()


class WeeklyPersonPack(Pack):
    """Whose work a figure is over: parts by specialist; faces ``all``, ``team``, ``queue`` and the others."""

    __tablename__ = "weekly_person_pack"
    CELL = ("specialist_id",)
    SUMS = ("parts",)
    COUNTS = ("parts",)

    programme_id: Mapped[int] = _id()
    face: Mapped[str] = _key()
    value: Mapped[str] = _key()
    week: Mapped[dt.date] = _key()


class StrictnessStatement(Base):
    """What is known of reviewers' strictness over some weeks: one row a programme, made anew by its job."""

    __tablename__ = "strictness_statement"

    programme_id: Mapped[int] = _id()
    made_at: Mapped[dt.datetime]
    first_week: Mapped[dt.date]
    last_week: Mapped[dt.date]
    document: Mapped[dict[str, Any]]  # between, of scores, passes and criticals; effects by reviewer
