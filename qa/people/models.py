"""Programmes, people, what they may in time, and the help desk's names for them."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.access import Role
from qa.core.orm import Base, BigInt, WithId, one_of

# Work that people ask for and a higher room does.
MATCH_PARTS_JOB = "tickets.match_parts"
MAIL_LINK_JOB = "people.mail_link"


class Programme(WithId, Base):
    """A quality programme: one operation with its rules and words."""

    __tablename__ = "programme"

    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    customer_word: Mapped[str] = mapped_column(default="creator")
    created_at: Mapped[dt.datetime]
    # Another number after every change of its rules; the database sees to it (migration 0042).
    rules_mark: Mapped[int] = mapped_column(BigInt, default=0, server_default="0")


class ProgrammeSetting(WithId, Base):
    """The programme's rules from a date on; the newest row not in the future is in force."""

    __tablename__ = "programme_setting"
    __table_args__ = (
        UniqueConstraint("programme_id", "valid_from"),
        CheckConstraint("double_share >= 0 AND double_share <= 1", name="double_share_is_a_share"),
        CheckConstraint("dispute_window_days >= 0", name="dispute_window_not_negative"),
        CheckConstraint("dispute_answer_days >= 1", name="dispute_answered_some_day"),
        CheckConstraint("week_start BETWEEN 1 AND 7", name="week_start_is_a_weekday"),
        one_of("primary_part_rule", ("most_public_replies", "last_public_reply")),
        one_of("release_rule", ("at_once", "next_morning", "by_lead")),
        one_of("rubric_date", ("resolution", "review")),
        one_of("peer_from", ("other_team", "same_team", "any_team")),
        CheckConstraint("certification_practice BETWEEN 5 AND 40", name="certification_practice_in_range"),
        CheckConstraint("certification_mark > 0 AND certification_mark < 1", name="certification_mark_in_range"),
        CheckConstraint("certification_shadowed BETWEEN 1 AND 20", name="certification_shadowed_in_range"),
        CheckConstraint("certification_absence_weeks BETWEEN 1 AND 104", name="certification_absence_in_range"),
        CheckConstraint("gold_per_month BETWEEN 0 AND 40", name="gold_per_month_in_range"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    valid_from: Mapped[dt.datetime]
    time_zone: Mapped[str] = mapped_column(default="UTC")
    week_start: Mapped[int] = mapped_column(default=1)
    own_team_ban: Mapped[bool] = mapped_column(default=True)
    blind: Mapped[bool] = mapped_column(default=True)  # reviewers do not see the specialist's name before submitting
    release_rule: Mapped[str] = mapped_column(default="at_once")
    dispute_window_days: Mapped[int] = mapped_column(default=14)  # after the release; 0: nothing can be disputed
    dispute_answer_days: Mapped[int] = mapped_column(default=5, server_default="5")  # until a dispute is due
    own_specialist_ban: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # no dispute of the own team
    double_share: Mapped[float] = mapped_column(default=0.08)
    fair_mean: Mapped[bool] = mapped_column(default=False)
    live_score: Mapped[bool] = mapped_column(default=False)
    primary_part_rule: Mapped[str] = mapped_column(default="most_public_replies")
    rubric_date: Mapped[str] = mapped_column(default="resolution", server_default="resolution")  # which version applies
    review_days: Mapped[int] = mapped_column(default=7)  # days from the draw to the due date
    harmful_per_week: Mapped[int] = mapped_column(default=20, server_default="20")  # of severity 2 and 3, a reviewer
    harmful_per_day: Mapped[int] = mapped_column(default=8, server_default="8")  # read, not given
    severe_per_week: Mapped[int] = mapped_column(default=10, server_default="10")  # of them of severity 3
    severe_per_day: Mapped[int] = mapped_column(default=4, server_default="4")
    gold_per_month: Mapped[int] = mapped_column(default=1, server_default="1")  # golden tickets, a reviewer, 4 weeks
    certification_required: Mapped[bool] = mapped_column(default=False, server_default=false())  # for drawn parts
    certification_practice: Mapped[int] = mapped_column(default=8, server_default="8")  # golden tickets a round
    certification_mark: Mapped[float] = mapped_column(default=0.4, server_default="0.4")  # kappa's lower bound
    certification_shadowed: Mapped[int] = mapped_column(default=3, server_default="3")  # reviews looked at
    certification_absence_weeks: Mapped[int] = mapped_column(default=12, server_default="12")  # until it lapses
    peer_from: Mapped[str] = mapped_column(default="other_team", server_default="other_team")  # who reviews a peer
    quality_target: Mapped[float | None]
    second_factor_roles: Mapped[str | None]  # who has to show one, with blanks between; nobody
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class User(WithId, Base):
    """A person who signs in, or whose work is seen here."""

    __tablename__ = "person"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    email: Mapped[str] = mapped_column(unique=True)  # lower case
    name: Mapped[str]
    pseudonym: Mapped[str]  # how those see a reviewer who may not see the name
    password_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    started_on: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime]
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Another number after every change of the roles, teams, regions and clearance held; the database sees to it.
    holdings_mark: Mapped[int] = mapped_column(BigInt, default=0, server_default="0")


class RoleGrant(WithId, Base):
    """A role from a day on, until a day (exclusive)."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="ends_after_it_starts"),
        UniqueConstraint("user_id", "role", "valid_from"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]


class Team(WithId, Base):
    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("programme_id", "name"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str]
    created_at: Mapped[dt.datetime]


class Membership(WithId, Base):
    """Who belonged to, or led, which team when; a member has one team at a time."""

    __tablename__ = "membership"
    __table_args__ = (
        one_of("kind", ("member", "lead")),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="ends_after_it_starts"),
        UniqueConstraint("user_id", "team_id", "kind", "valid_from"),
        Index("ix_membership_team", "team_id", "kind"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    kind: Mapped[str] = mapped_column(default="member")
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]


class Absence(WithId, Base):
    """Days on which nothing is due from a person; the last day is included."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="ends_after_it_starts"),
        UniqueConstraint("user_id", "first_day"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]


class Clearance(WithId, Base):
    """The highest content severity (0 to 3) a person may open."""

    __tablename__ = "clearance"
    __table_args__ = (
        CheckConstraint("severity BETWEEN 0 AND 3", name="severity_known"),
        UniqueConstraint("user_id", "valid_from"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    severity: Mapped[int]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]


class RegionClearance(WithId, Base):
    """A data region whose tickets a person may open; the region "default" needs no clearance."""

    __tablename__ = "region_clearance"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="ends_after_it_starts"),
        UniqueConstraint("user_id", "region", "valid_from"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    region: Mapped[str]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]


class Skill(WithId, Base):
    """A language, queue or subject a person can work in."""

    __tablename__ = "skill"
    __table_args__ = (
        one_of("kind", ("language", "queue", "subject")),
        UniqueConstraint("user_id", "kind", "value", "valid_from"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    value: Mapped[str]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]


class Capacity(WithId, Base):
    """Reviews a reviewer can do in a week, from a day on; where it was told in hours, those and what a review takes."""

    __tablename__ = "capacity"
    __table_args__ = (
        UniqueConstraint("user_id", "valid_from"),
        CheckConstraint("reviews_per_week >= 0", name="not_negative"),
        CheckConstraint(
            "(hours_per_week IS NULL) = (minutes_per_review IS NULL)", name="hours_go_with_minutes_a_review"
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reviews_per_week: Mapped[int]
    hours_per_week: Mapped[float | None]
    minutes_per_review: Mapped[float | None]
    valid_from: Mapped[dt.date]


class Source(WithId, Base):
    """A help desk account that tickets come from."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    key: Mapped[str]  # part of every permanent random number, never renamed
    kind: Mapped[str]  # zendesk, csv, demo, ...
    name: Mapped[str]
    data_region: Mapped[str] = mapped_column(default="default")
    cursor: Mapped[str | None]  # where a live pull goes on
    marks: Mapped[dict[str, Any] | None]  # rules that mark its tickets as they come in
    created_at: Mapped[dt.datetime]


class AgentIdentity(WithId, Base):
    """Whom the help desk calls an agent; a person here once matched by e-mail."""

    __tablename__ = "agent_identity"
    __table_args__ = (UniqueConstraint("source_id", "external_id"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    external_id: Mapped[str]
    email: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str]
    is_bot: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


class UserSession(WithId, Base):
    """A signed-in browser; revocable, with an idle and an absolute end."""

    __tablename__ = "user_session"
    __table_args__ = (one_of("entered_by", ("password", "link", "provider")),)

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    user_agent: Mapped[str] = mapped_column(default="")
    entered_by: Mapped[str] = mapped_column(default="password", server_default="password")
    second_factor_at: Mapped[dt.datetime | None]  # when a second factor was shown in it
    proved_at: Mapped[dt.datetime | None]  # when the person last proved to be who they are; empty: at its start


class OneTimeLink(WithId, Base):
    """An invitation or a password reset; works once, until its end."""

    __tablename__ = "one_time_link"
    __table_args__ = (one_of("purpose", ("invite", "reset")),)

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str]
    token_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    created_by_id: Mapped[int | None] = mapped_column(BigInt)
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class SecondFactor(WithId, Base):
    """The secret that a person's authenticator app shares with this installation, sealed by the key ring."""

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    secret: Mapped[bytes]
    created_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]  # empty: it was shown, and no code has come back yet
    last_step: Mapped[int] = mapped_column(BigInt, default=0)  # the half minute of the last code that was taken


class RecoveryCode(WithId, Base):
    """A code that stands in for the app once; kept as a digest."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "digest"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    digest: Mapped[str]
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class PersonIdentity(WithId, Base):
    """Whom a provider of sign-ins means by a subject; matched once by a verified e-mail."""

    __tablename__ = "person_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("user_id", "issuer"))

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[dt.datetime]


class SignInTry(WithId, Base):
    """One try to sign in, kept for a month: digests under the installation's key, no e-mail and no address."""

    __tablename__ = "sign_in_try"
    __table_args__ = (
        one_of("outcome", ("entered", "wrong_password", "wrong_code", "asked")),
        Index("ix_sign_in_try_account", "account", "at"),
    )

    at: Mapped[dt.datetime] = mapped_column(index=True)
    account: Mapped[str]
    source: Mapped[str]  # the browser that signed in to this account before, else the address
    known_device: Mapped[bool]
    outcome: Mapped[str]
