"""``flask export trends``: the board pack as a file."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from exports.board_pack import build
from qa.coaching.commands import MADE_BY, OUT, export, here
from qa.core import audit
from qa.core.errors import NotFoundError
from qa.people.models import Team
from qa.people.queries import setting_at
from qa.trends import board_pack
from qa.trends.looking import SPANS, USUAL_SPAN, Filters, look


@export.command("trends")
@OUT
@click.option("--team", "name", metavar="NAME", help="only this team")
@click.option("--queue", help="only this queue")
@click.option("--weeks", type=click.Choice([str(span) for span in SPANS]), default=str(USUAL_SPAN), show_default=True)
@with_appcontext
def trends(out: Path, name: str | None, queue: str | None, weeks: str) -> None:
    """Write what the page of trends shows as the board pack."""
    at = here()
    team_id = None
    if name is not None:
        team_id = at.session.scalar(select(Team.id).where(Team.programme_id == at.programme.id, Team.name == name))
        if team_id is None:
            raise NotFoundError(f"There is no team {name!r}.")
    chosen = Filters(team_id=team_id, queue=queue, weeks=int(weeks))
    setting = setting_at(at.session, at.programme.id, at.now)
    looked = look(at.session, at.operator, chosen, setting=setting, zone=at.zone, now=at.now)
    data = board_pack.data_of(at.session, at.operator, looked, made_by=MADE_BY, zone=at.zone, now=at.now)
    out.write_bytes(build(data))
    audit.record(
        at.session,
        action="export.trends",
        object_type="programme",
        object_id=at.programme.id,
        actor_id=None,
        now=at.now,
        detail={"team": team_id, "weeks": chosen.weeks, "reviews": looked.reviews},
    )
    at.session.commit()
    click.echo(f"{out}: {data.scope}, {looked.reviews} reviews.")
