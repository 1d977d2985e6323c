"""What an intake leaves behind, for the walk through every route."""

import json

from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core.crypto import KeyRing, seal_secret
from qa.people.models import Source
from qa.tickets.live.connections import about_credentials
from qa.tickets.models import IntakeRun, IntakeUpload, SavedMapping, SourceConnection
from tests.support.cast import NOW, Cast


def source_connection(session: Session, cast: Cast, settings: Settings) -> SourceConnection:
    """A connection to a host that no name server knows."""
    source = Source(programme_id=cast.programme.id, key="live", kind="intercom", name="Intercom", created_at=NOW)
    session.add(source)
    session.flush()
    secret = json.dumps({"user": "", "token": "t"}).encode()
    connection = SourceConnection(
        source_id=source.id,
        base_url="https://help-desk.invalid",
        credentials=seal_secret(KeyRing(settings.text_keys), secret, about_credentials(source.id)),
        start_at=NOW,
        updated_at=NOW,
    )
    session.add(connection)
    session.flush()
    return connection


def intake_upload(session: Session, cast: Cast) -> IntakeUpload:
    upload = IntakeUpload(
        programme_id=cast.programme.id,
        token=f"folder-{cast.programme.id}",
        format="csv",
        source_key="",
        file_names=["export.csv"],
        looks=[],
        mapping={"sheets": []},
        created_at=NOW,
    )
    session.add(upload)
    session.flush()
    return upload


def saved_mapping(session: Session, cast: Cast) -> SavedMapping:
    saved = SavedMapping(programme_id=cast.programme.id, name="Monthly", mapping={"sheets": []}, updated_at=NOW)
    session.add(saved)
    session.flush()
    return saved


def intake_run(session: Session, cast: Cast) -> IntakeRun:
    run = IntakeRun(
        programme_id=cast.programme.id,
        source_id=cast.source.id,
        format="csv",
        file_names=["tickets.csv"],
        state="done",
        started_at=NOW,
        finished_at=NOW,
        started_by_id=cast.ada.id,
    )
    session.add(run)
    session.flush()
    return run
