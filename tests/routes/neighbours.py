"""Another programme beside the one of the tests, whose things are nobody's business here."""

from dataclasses import replace

from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.people.models import Programme, ProgrammeSetting, Source
from tests.support.cast import OPENED, Cast, agent, person


def neighbour(session: Session, cast: Cast) -> Cast:
    """Another programme in the same database, with a reviewer and a specialist of its own."""
    programme = Programme(key="other", name="Advertisers", created_at=OPENED)
    session.add(programme)
    session.flush()
    setting = ProgrammeSetting(programme_id=programme.id, valid_from=OPENED)
    source = Source(programme_id=programme.id, key="ads", kind="csv", name="Ads desk", created_at=OPENED)
    session.add_all([setting, source])
    session.flush()
    reviewer = person(session, programme, "Fiona Fox", Role.REVIEWER)
    specialist = person(session, programme, "Felix Fox", Role.SPECIALIST)
    return replace(
        cast,
        programme=programme,
        setting=setting,
        source=source,
        rita=reviewer,
        sam=specialist,
        sam_agent=agent(session, source, specialist),
    )
