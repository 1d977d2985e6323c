"""The coaching workbooks of a whole team, packed into one file."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import exports.coaching_workbook as book
from exports.text import file_name
from qa.coaching import queries, scorecards, workbook
from qa.coaching.span import weeks_until
from qa.core.access import Actor
from qa.core.crypto import KeyRing
from qa.people.models import Team


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One workbook of the zip, as the trail has to know it for the workbook to be handed back."""

    person_id: int
    detail: Mapping[str, object]


def pack_plans(
    session: Session,
    actor: Actor,
    team: Team,
    target: Path | BinaryIO,
    *,
    ring: KeyRing,
    zone: ZoneInfo,
    today: dt.date,
    now: dt.datetime,
) -> list[Packed]:
    """Write each specialist's workbook, to fill in and hand back by itself, into a zip."""
    weeks, people = weeks_until(today), scorecards.members_of(session, actor, team, today=today)
    readable = queries.readable_about([coached.user.id for coached in people], actor, now)
    evidence = scorecards.evidence_of(session, team, weeks, readable=readable)
    made_at = now.astimezone(zone).timetuple()[:6]
    packed = []
    with ZipFile(target, "w", ZIP_STORED) as archive:  # each workbook is packed already
        for coached in people:
            data = scorecards.coaching_of(
                session,
                coached,
                evidence,
                scorecards.standing_of(evidence, coached.user.id, team.name, weeks),
                weeks=weeks,
                today=today,
                reader=actor,
                made_by=actor.name,
                ring=ring,
                zone=zone,
                now=now,
            )
            content = book.build(data)
            name = file_name(coached.user.name, str(coached.user.id), suffix=".xlsx")
            archive.writestr(ZipInfo(name, made_at), content)
            packed.append(Packed(person_id=coached.user.id, detail=workbook.told(data, content)))
    return packed
