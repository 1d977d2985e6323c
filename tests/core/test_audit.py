"""The audit trail: what was changed, inserted, reordered or cut away afterwards is found, on both engines."""

import datetime as dt
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Executable, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qa.config import PROJECT, Settings
from qa.core import audit
from qa.core.audit import AuditEvent, AuditSeal, Finding
from qa.core.clock import utcnow
from qa.core.db import db
from tests.support.cast import NOW
from tests.support.trail import tamper

KEY = b"the key of the sealer, which no table holds"
LENGTH = 12
SPREAD = 10  # ids are 10, 20, 30, ... so that something fits in between

Verify = Callable[[], list[Finding]]


@pytest.fixture
def anchors(tmp_path: Path) -> Path:
    return tmp_path / audit.ANCHORS


@pytest.fixture
def trail(session: Session, anchors: Path) -> list[int]:
    """Twelve sealed and anchored events, a second apart; their ids."""
    ids = [SPREAD * n for n in range(1, LENGTH + 1)]
    for n, event_id in enumerate(ids):
        session.add(event_with(event_id, at=NOW + dt.timedelta(seconds=n)))
    session.commit()
    audit.seal_and_anchor(session, KEY, anchors.parent, now=NOW)
    return ids


@pytest.fixture
def verify(session: Session, anchors: Path) -> Verify:
    """What a look at the trail finds a minute later."""

    def look() -> list[Finding]:
        session.commit()
        later = NOW + dt.timedelta(minutes=1, seconds=LENGTH)
        return audit.verify(session, KEY, now=later, anchored=audit.anchors(anchors))

    return look


def event_with(event_id: int, *, at: dt.datetime = NOW, **more: object) -> AuditEvent:
    columns = {
        "actor_id": 7,
        "action": "review.submit",
        "object_type": "review",
        "object_id": str(event_id),
        "detail": {"score": "347/4", "revision": event_id, "outcome": "größer", "parts": [1, 2.5, None, True]},
    }
    return AuditEvent(id=event_id, at=at, **{**columns, **more})


def kinds(findings: list[Finding]) -> set[str]:
    return {finding.kind for finding in findings}


def test_an_untouched_trail_has_no_finding(trail: list[int], verify: Verify):
    assert verify() == []


def test_an_empty_trail_has_no_finding(verify: Verify):
    assert verify() == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"at": NOW - dt.timedelta(microseconds=1)}, id="time"),
        pytest.param({"actor_id": 8}, id="actor"),
        pytest.param({"actor_id": None}, id="no actor"),
        pytest.param({"action": "review.void"}, id="action"),
        pytest.param({"object_type": "draw"}, id="type"),
        pytest.param({"object_id": "61"}, id="object"),
        pytest.param({"detail": {"score": "99"}}, id="detail"),
    ],
)
def test_a_changed_event_is_found_and_named(
    session: Session, trail: list[int], verify: Verify, change: dict[str, object]
):
    tamper(session, update(AuditEvent).where(AuditEvent.id == trail[5]).values(**change))

    findings = verify()

    assert [(finding.kind, finding.event_id) for finding in findings] == [("changed", trail[5])]


def test_an_event_put_in_between_is_found(session: Session, trail: list[int], verify: Verify):
    session.add(event_with(trail[5] + 1, at=NOW + dt.timedelta(seconds=5)))

    assert [(finding.kind, finding.event_id) for finding in verify()] == [("inserted", trail[5] + 1)]


def test_an_event_of_long_ago_is_found_even_after_the_sealer_took_it(
    session: Session, trail: list[int], verify: Verify, anchors: Path
):
    session.add(event_with(trail[-1] + 1, at=NOW - dt.timedelta(days=3)))
    session.commit()
    audit.seal_and_anchor(session, KEY, anchors.parent, now=NOW)

    assert [(finding.kind, finding.event_id) for finding in verify()] == [("inserted", trail[-1] + 1)]


def test_an_event_sealed_without_the_key_is_found(session: Session, trail: list[int], verify: Verify):
    head = session.scalars(select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1)).one()
    forged = event_with(trail[-1] + 1, at=NOW + dt.timedelta(seconds=LENGTH))
    session.add(forged)
    session.flush()
    digest = audit.link(b"another key", head.digest, forged)
    session.add(AuditSeal(seq=head.seq + 1, event_id=forged.id, digest=digest))

    assert [finding.event_id for finding in verify()] == [forged.id]


def test_a_trail_sealed_anew_without_the_key_is_found(session: Session, trail: list[int], verify: Verify):
    tamper(session, update(AuditEvent).where(AuditEvent.id == trail[3]).values(actor_id=8))
    tamper(session, delete(AuditSeal))
    session.commit()
    audit.seal(session, b"another key")

    findings = verify()

    assert len([finding for finding in findings if finding.kind == "changed"]) == LENGTH
    assert "reordered" in kinds(findings)


def test_a_trail_sealed_anew_with_the_key_differs_from_its_anchor(session: Session, trail: list[int], verify: Verify):
    tamper(session, update(AuditEvent).where(AuditEvent.id == trail[3]).values(actor_id=8))
    tamper(session, delete(AuditSeal))
    session.commit()
    audit.seal(session, KEY)

    assert kinds(verify()) == {"reordered"}


def test_two_seals_that_changed_places_are_found(session: Session, trail: list[int], verify: Verify):
    first, second = session.scalars(
        select(AuditSeal).where(AuditSeal.event_id.in_([trail[4], trail[7]])).order_by(AuditSeal.seq)
    ).all()
    rows = [
        {"seq": first.seq, "event_id": second.event_id, "digest": second.digest},
        {"seq": second.seq, "event_id": first.event_id, "digest": first.digest},
    ]
    tamper(session, delete(AuditSeal).where(AuditSeal.seq.in_([first.seq, second.seq])))
    session.execute(insert(AuditSeal), rows)

    assert {trail[4], trail[7]} <= {finding.event_id for finding in verify()}


def test_two_events_that_changed_places_are_found(session: Session, trail: list[int], verify: Verify):
    tamper(session, update(AuditEvent).where(AuditEvent.id == trail[4]).values(object_id=str(trail[7])))
    tamper(session, update(AuditEvent).where(AuditEvent.id == trail[7]).values(object_id=str(trail[4])))

    assert {finding.event_id for finding in verify()} == {trail[4], trail[7]}


def test_a_trail_cut_at_its_end_is_shorter_than_its_anchor(session: Session, trail: list[int], verify: Verify):
    tamper(session, delete(AuditSeal).where(AuditSeal.event_id >= trail[8]))
    tamper(session, delete(AuditEvent).where(AuditEvent.id >= trail[8]))

    assert kinds(verify()) == {"truncated"}


def test_a_trail_cut_at_its_beginning_is_found(session: Session, trail: list[int], verify: Verify):
    tamper(session, delete(AuditSeal).where(AuditSeal.event_id <= trail[2]))
    tamper(session, delete(AuditEvent).where(AuditEvent.id <= trail[2]))

    assert "truncated" in kinds(verify())


def test_an_event_taken_out_of_the_middle_is_found(session: Session, trail: list[int], verify: Verify):
    tamper(session, delete(AuditSeal).where(AuditSeal.event_id == trail[6]))
    tamper(session, delete(AuditEvent).where(AuditEvent.id == trail[6]))

    assert "truncated" in kinds(verify())


def test_an_event_taken_out_with_its_place_closed_up_is_found(session: Session, trail: list[int], verify: Verify):
    tamper(session, delete(AuditSeal).where(AuditSeal.event_id == trail[6]))
    tamper(session, delete(AuditEvent).where(AuditEvent.id == trail[6]))
    for sealed in session.scalars(select(AuditSeal).where(AuditSeal.event_id > trail[6]).order_by(AuditSeal.seq)):
        tamper(session, update(AuditSeal).where(AuditSeal.seq == sealed.seq).values(seq=sealed.seq - 1))

    findings = verify()

    assert trail[7] in {finding.event_id for finding in findings}
    assert "truncated" in kinds(findings)


def test_an_emptied_trail_is_found(session: Session, trail: list[int], verify: Verify):
    tamper(session, delete(AuditSeal))
    tamper(session, delete(AuditEvent))

    assert kinds(verify()) == {"truncated"}


def test_an_event_that_commits_late_is_honest(session: Session, trail: list[int], verify: Verify, anchors: Path):
    # Its number was taken before those of events that were sealed meanwhile.
    session.add(event_with(trail[-1] - 1, at=NOW + dt.timedelta(seconds=LENGTH)))
    session.commit()
    audit.seal_and_anchor(session, KEY, anchors.parent, now=NOW)

    assert verify() == []


def test_an_event_stands_or_falls_with_its_use_case(session: Session):
    audit.record(session, action="a", object_type="t", object_id=1, actor_id=None, now=NOW)
    session.rollback()

    assert session.scalars(select(AuditEvent)).all() == []


def test_a_clock_that_was_set_back_is_told_in_the_trail_and_is_no_finding(
    session: Session, trail: list[int], verify: Verify, anchors: Path
):
    back = NOW - dt.timedelta(hours=3)
    session.add_all([event_with(trail[-1] + 1, at=back), event_with(trail[-1] + 2, at=back)])
    session.commit()
    audit.seal_and_anchor(session, KEY, anchors.parent, now=back)
    session.add(event_with(trail[-1] + 4, at=back + dt.timedelta(minutes=1)))
    session.commit()
    audit.seal_and_anchor(session, KEY, anchors.parent, now=back + dt.timedelta(minutes=1))

    noted = session.scalars(select(AuditEvent.at).where(AuditEvent.action == audit.CLOCK_SET_BACK)).all()
    assert (noted, verify()) == ([back], [])


def test_an_anchor_that_a_full_disk_cut_off_hides_no_other(session: Session, trail: list[int], anchors: Path):
    noted = list(audit.anchors(anchors))
    with anchors.open("a") as file:
        file.write("2026-04-08T09:00:00+00:00 99 0123")
    audit.anchor(anchors, 100, "f" * 64, NOW)

    assert list(audit.anchors(anchors)) == [*noted, (100, "f" * 64)]


def test_sealing_takes_what_waits_in_chunks_until_nothing_waits(session: Session, anchors: Path, verify: Verify):
    session.add_all(event_with(n, at=NOW) for n in range(1, 1102))
    session.commit()

    sealed = audit.seal_and_anchor(session, KEY, anchors.parent, now=NOW)

    assert sealed == 1101
    assert audit.unsealed_count(session) == 0
    assert [seq for seq, _ in audit.anchors(anchors)] == [500, 1000, 1101]
    assert verify() == []


def test_sealers_and_writers_at_the_same_time_make_one_chain(app: Flask, settings: Settings, session: Session):
    writing = threading.Event()
    writing.set()

    def write() -> None:
        for n in range(15):
            with app.app_context():
                audit.record(db.session(), action="a", object_type="t", object_id=n, actor_id=None, now=utcnow())
                db.session.commit()

    def seal() -> None:
        while writing.is_set():
            with app.app_context():
                audit.seal_and_anchor(db.session(), settings.audit_key, settings.instance, now=utcnow())

    writers = [threading.Thread(target=write) for _ in range(6)]
    sealers = [threading.Thread(target=seal) for _ in range(2)]
    for thread in (*writers, *sealers):
        thread.start()
    for thread in writers:
        thread.join(timeout=60)
    writing.clear()
    for thread in sealers:
        thread.join(timeout=60)
    audit.seal_and_anchor(session, settings.audit_key, settings.instance, now=utcnow())

    anchored = list(audit.anchors(settings.instance / audit.ANCHORS))
    assert audit.chain_head(session)[0] == 90
    assert audit.verify(session, settings.audit_key, now=utcnow(), anchored=iter(anchored)) == []


def test_the_command_says_that_an_untouched_trail_holds(session: Session, flask_command):
    audit.record(session, action="a", object_type="t", object_id=1, actor_id=None, now=utcnow())

    result = flask_command("audit", "verify")

    assert result.exit_code == 0
    assert "1 events sealed, 0 findings" in result.output


def test_the_command_fails_when_an_event_was_changed(session: Session, flask_command):
    audit.record(session, action="a", object_type="t", object_id=1, actor_id=None, now=utcnow())
    flask_command("audit", "verify")
    tamper(session, update(AuditEvent).values(action="b"))

    result = flask_command("audit", "verify", "--json")

    assert result.exit_code == 1
    assert [found["kind"] for found in json.loads(result.output)["findings"]] == ["changed"]


def refused(session: Session, statement: Executable) -> bool:
    try:
        session.execute(statement)
    except DBAPIError as error:
        session.rollback()
        return "the audit trail is only added to" in str(error)
    session.rollback()
    return False


def test_the_database_refuses_to_change_or_delete_what_stands_in_the_trail(session: Session, trail: list[int]):
    tried = [
        update(AuditEvent).where(AuditEvent.id == trail[5]).values(actor_id=8),
        delete(AuditEvent).where(AuditEvent.id == trail[5]),
        update(AuditSeal).values(digest="0"),
        delete(AuditSeal),
    ]
    if session.get_bind().dialect.name == "postgresql":
        tried.append(text("TRUNCATE audit_seal, audit_event"))

    assert [refused(session, statement) for statement in tried] == [True] * len(tried)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_grants_of_the_operations_page_let_the_application_write_the_trail_and_change_nothing(
    session: Session, trail: list[int], anchors: Path
):
    page = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    grants = re.findall(r"^    ((?:GRANT|REVOKE) .*;)$", page, flags=re.MULTILINE)
    session.execute(text("CREATE ROLE fairmark_app"))
    for grant in grants:
        session.execute(text(grant))
    session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))  # the grants alone
    session.execute(text("SET LOCAL ROLE fairmark_app"))

    session.add(event_with(trail[-1] + 10))
    assert audit.seal(session, KEY) == 1
    for statement in ("UPDATE audit_event SET actor_id = 8", "DELETE FROM audit_event", "TRUNCATE audit_event CASCADE"):
        with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
            session.execute(text(statement))
    session.rollback()  # the role with it


def test_a_new_event_is_not_taken_for_an_inserted_one_while_it_waits_for_the_sealer(
    session: Session, trail: list[int], verify: Verify
):
    session.add(event_with(trail[-1] + 1, at=NOW + dt.timedelta(seconds=LENGTH)))

    assert verify() == []
