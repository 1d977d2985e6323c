"""The `flask demo` command: build the demo operation once, then serve it."""

import datetime as dt
import os

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching.models import CoachingPlan
from qa.config import settings
from qa.core.access import ROLE_WORDS, Role
from qa.core.clock import monday_of, utcnow
from qa.core.db import db
from qa.core.errors import ConflictError
from qa.people.models import Programme
from qa.people.queries import first_programme, people_with_role
from qa.serving import serve

SEED = 7
TICKETS = 60_000
WEEKS = 26
FEWEST_WEEKS = 3
HALF_DAY = dt.timedelta(hours=13)  # the story ends on Monday at noon: never in the future


@click.command("demo")
@click.option("--tickets", default=TICKETS, show_default=True, type=click.IntRange(500))
@click.option("--weeks", default=WEEKS, show_default=True, type=click.IntRange(FEWEST_WEEKS, WEEKS))
@click.option("--seed", default=SEED, show_default=True)
@click.option("--serve/--no-serve", "serving", default=True, show_default=True)
@with_appcontext
def demo(*, tickets: int, weeks: int, seed: int, serving: bool) -> None:
    """Build the demo operation, unless it is there already, and serve it."""
    upgrade()
    programme = first_programme(db.session())
    if programme is not None and programme.key != "demo":
        raise ConflictError("This database holds a real programme; the demo needs one of its own.")
    db.session.rollback()
    if programme is None:
        build(tickets=tickets, weeks=weeks, seed=seed)
    port = int(os.environ.get("PORT") or 8000)
    tell_sign_ins(db.session(), port)
    db.session.remove()
    if serving:
        serve(current_app._get_current_object(), "127.0.0.1", port)  # type: ignore[attr-defined]


def build(*, tickets: int, weeks: int, seed: int) -> None:
    """Build with a progress bar; what a broken build left is thrown away by the next `make demo`."""
    from qa.demo.load import Build  # the simulation is heavy, and needed once

    as_of = monday_of((utcnow() - HALF_DAY).date())
    click.echo(f"Building the demo operation as of {as_of}, a minute and a half.")
    with click.progressbar(length=100, label="Preparing") as bar:
        progress = Progress(bar)
        Build(
            db.session(),
            settings(),
            seed=seed,
            as_of=as_of,
            weeks=weeks,
            tickets=tickets,
            report=progress.tell,
        ).run()


class Progress:
    """Stages with their share of the time, on one bar."""

    shares = (
        ("Simulating the operation", 3),
        ("Storing tickets", 57),
        ("Drawing and scoring week by week", 37),
        ("Sealing the audit trail", 3),
    )

    def __init__(self, bar: "click._termui_impl.ProgressBar[int]") -> None:
        self.bar = bar
        self.shown = 0

    def tell(self, stage: str, done: int, total: int) -> None:
        before = 0
        for name, share in self.shares:
            if name == stage:
                before += int(share * done / max(total, 1))
                break
            before += share
        self.bar.label = stage.ljust(34)
        self.bar.update(max(0, before - self.shown))
        self.shown = max(self.shown, before)


def tell_sign_ins(session: Session, port: int) -> None:
    """The address and one person of each role."""
    from qa.demo.load_people import PASSWORD

    programme: Programme | None = first_programme(session)
    if programme is None:
        return
    click.echo(f"\nFairmark is at http://127.0.0.1:{port}  (Ctrl+C stops it, the data stay)\n")
    today = utcnow().date()
    coached = set(session.scalars(select(CoachingPlan.specialist_id).where(CoachingPlan.state == "active")))
    for role in (Role.DIRECTOR, Role.QA_LEAD, Role.TEAM_LEAD, Role.REVIEWER, Role.SPECIALIST, Role.ADMIN):
        people = people_with_role(session, programme.id, role, today)
        # The QA lead leads a team too: show another lead as the team lead.
        person = people[-1] if role is Role.TEAM_LEAD and len(people) > 1 else people[0] if people else None
        if role is Role.SPECIALIST:
            person = next((each for each in people if each.id in coached), person)
        if person is not None:
            click.echo(f"  {ROLE_WORDS[role]:<11} {person.email}")
    click.echo(f"\n  password of all: {PASSWORD}\n")
