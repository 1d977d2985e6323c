"""Weekly sums: keys and numbers only, no rule and no name; whoever changes a fact changes its sums with it.

A *face* is what a sum is split by beside its team and queue: ``all`` (not split), ``channel``, ``tier``, ``language``,
``tenure``, ``launch``, and for reviews ``version``. Each part counts once in every face that it has a value of.
"""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, BigInt

CLUSTERED = {"sqlite_with_rowid": False}  # read in the order of the key: a week of a team lies together


def _key() -> Any:
    return mapped_column(primary_key=True, autoincrement=False)


def _id() -> Any:
    return mapped_column(BigInt, primary_key=True, autoincrement=False)


def _sum() -> Any:
    return mapped_column(default=0.0)


class WeeklyReviewSum(Base):
    """Sums over drawn, submitted, routine reviews in their current revision.

    d is one over the chance of being drawn, y the score, p the predicted score (0 where ``predicted`` is 0); a name
    is the product that is summed: ``d2yp`` the sum of d squared times y times p. The factor for reviews not done is
    the same for a week, team and risk class, and applied on reading.
    """

    __tablename__ = "weekly_review_sum"
    __table_args__ = CLUSTERED

    programme_id: Mapped[int] = _id()
    face: Mapped[str] = _key()
    team_id: Mapped[int] = _id()  # 0: none
    week: Mapped[dt.date] = _key()  # the Monday of the period
    queue: Mapped[str] = _key()
    value: Mapped[str] = _key()
    risk_class: Mapped[int] = _key()
    predicted: Mapped[int] = _key()  # 1: the parts have a predicted score
    reviews: Mapped[int] = mapped_column(default=0)
    n: Mapped[int] = mapped_column(default=0)  # of them with a score
    passed: Mapped[int] = mapped_column(default=0)
    critical: Mapped[int] = mapped_column(default=0)
    disputed: Mapped[int] = mapped_column(default=0)
    y: Mapped[float] = _sum()
    y2: Mapped[float] = _sum()
    p: Mapped[float] = _sum()
    d: Mapped[float] = _sum()
    d2: Mapped[float] = _sum()
    dy: Mapped[float] = _sum()
    d2y: Mapped[float] = _sum()
    dy2: Mapped[float] = _sum()
    d2y2: Mapped[float] = _sum()
    dp: Mapped[float] = _sum()
    d2p: Mapped[float] = _sum()
    dp2: Mapped[float] = _sum()
    d2p2: Mapped[float] = _sum()
    dyp: Mapped[float] = _sum()
    d2yp: Mapped[float] = _sum()
    d_passed: Mapped[float] = _sum()
    d2_passed: Mapped[float] = _sum()
    d_critical: Mapped[float] = _sum()
    d2_critical: Mapped[float] = _sum()
    d_moved: Mapped[float] = _sum()  # d times the points that an upheld dispute moved the score by


class WeeklyReviewerSum(Base):
    """Whose scores a week's figure rests on; faces ``all``, ``team``, ``queue`` and ``language``."""

    __tablename__ = "weekly_reviewer_sum"
    __table_args__ = CLUSTERED

    programme_id: Mapped[int] = _id()
    face: Mapped[str] = _key()
    value: Mapped[str] = _key()
    week: Mapped[dt.date] = _key()
    reviewer_id: Mapped[int] = _id()
    n: Mapped[int] = mapped_column(default=0)
    d: Mapped[float] = _sum()
    d_free: Mapped[float] = _sum()  # of reviews that failed no critical, where strictness tells
    seconds: Mapped[float] = _sum()  # of scoring; shown as sums over at least five reviewers


class WeeklyAnswerSum(Base):
    """What criteria and sections got, x in percent of their points; only what was answered and is not N/A."""

    __tablename__ = "weekly_answer_sum"
    __table_args__ = CLUSTERED

    programme_id: Mapped[int] = _id()
    team_id: Mapped[int] = _id()
    week: Mapped[dt.date] = _key()
    kind: Mapped[str] = _key()  # criterion, section
    version_id: Mapped[int] = _id()  # of the rubric
    key: Mapped[str] = _key()
    queue: Mapped[str] = _key()
    risk_class: Mapped[int] = _key()
    n: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)  # N/A
    d: Mapped[float] = _sum()
    d2: Mapped[float] = _sum()
    dx: Mapped[float] = _sum()
    d2x: Mapped[float] = _sum()
    dx2: Mapped[float] = _sum()
    d2x2: Mapped[float] = _sum()


class WeeklyDrawSum(Base):
    """How many parts were drawn; those replaced since were never in the population."""

    __tablename__ = "weekly_draw_sum"
    __table_args__ = CLUSTERED

    programme_id: Mapped[int] = _id()
    team_id: Mapped[int] = _id()
    week: Mapped[dt.date] = _key()
    queue: Mapped[str] = _key()
    risk_class: Mapped[int] = _key()
    drawn: Mapped[int] = mapped_column(default=0)


class WeeklyFrameSum(Base):
    """Sums over all parts that could be drawn; times by their natural logarithms, of seconds plus one."""

    __tablename__ = "weekly_frame_sum"
    __table_args__ = CLUSTERED

    programme_id: Mapped[int] = _id()
    face: Mapped[str] = _key()
    team_id: Mapped[int] = _id()
    week: Mapped[dt.date] = _key()
    queue: Mapped[str] = _key()
    value: Mapped[str] = _key()
    parts: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    csat_good: Mapped[int] = mapped_column(default=0)
    csat_bad: Mapped[int] = mapped_column(default=0)
    reopened: Mapped[int] = mapped_column(default=0)
    escalated: Mapped[int] = mapped_column(default=0)
    predicted: Mapped[int] = mapped_column(default=0)
    p: Mapped[float] = _sum()
    replied: Mapped[int] = mapped_column(default=0)  # parts with a time to the first reply
    ln_reply: Mapped[float] = _sum()
    ln2_reply: Mapped[float] = _sum()
    solved: Mapped[int] = mapped_column(default=0)  # parts with a time to the resolution
    ln_solve: Mapped[float] = _sum()
    ln2_solve: Mapped[float] = _sum()


class WeeklyPersonSum(Base):
    """Whose work a figure is over: parts by specialist; faces ``all``, ``team``, ``queue`` and the others."""

    __tablename__ = "weekly_person_sum"
    __table_args__ = CLUSTERED

    programme_id: Mapped[int] = _id()
    face: Mapped[str] = _key()
    value: Mapped[str] = _key()
    week: Mapped[dt.date] = _key()
    specialist_id: Mapped[int] = _id()
    parts: Mapped[int] = mapped_column(default=0)


class StrictnessStatement(Base):
    """What is known of reviewers' strictness over some weeks: one row a programme, made anew by its job."""

    __tablename__ = "strictness_statement"

    programme_id: Mapped[int] = _id()
    made_at: Mapped[dt.datetime]
    first_week: Mapped[dt.date]
    last_week: Mapped[dt.date]
    document: Mapped[dict[str, Any]]  # between, of scores, passes and criticals; effects by reviewer
