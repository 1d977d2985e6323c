"""One-time links: who gets one, how long it holds, and that it works once."""

import datetime as dt
import re
from collections.abc import Callable

from click.testing import Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.people.models import (
    OneTimeLink,
)
from tests.support.cast import Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]


def test_the_command_invites_by_a_link_that_works_once(
    session: Session, cast: Cast, client: CheckingClient, flask_command: Callable[..., Result]
):
    cast.sam.password_hash = None
    new = "three unrelated words here"

    printed = flask_command("people", "invite", "sam@example.org", "--base-url", "https://qa.example.org/").output

    address = printed.split("https://qa.example.org")[1].strip()
    assert client.get(address).status_code == 200
    first = client.post_form(address, {"password": new, "repeated": new})
    again = client.post_form(address, {"password": "another three words", "repeated": "another three words"})
    assert (first.status_code, first.location) == (302, "/")
    assert client.get("/").status_code == 200
    assert again.status_code == 404
    assert client.get(address).status_code == 404
    assert session.scalars(select(OneTimeLink.purpose)).all() == ["invite"]


def test_a_newer_link_ends_the_older_ones(cast: Cast, client: CheckingClient, flask_command: Callable[..., Result]):
    older, newer = (
        flask_command("people", "invite", "sam@example.org").output.split("8000")[1].strip() for _ in range(2)
    )

    assert client.get(older).status_code == 404
    assert client.get(newer).status_code == 200


def test_a_link_runs_out_and_a_closed_account_has_none(
    session: Session, cast: Cast, client: CheckingClient, flask_command: Callable[..., Result]
):
    address = flask_command("people", "invite", "sam@example.org").output.split("8000")[1].strip()
    link = session.scalars(select(OneTimeLink)).one()
    runs_out = link.expires_at

    cast.sam.active = False
    closed = client.get(address).status_code
    cast.sam.active = True
    link.expires_at = link.created_at
    late = client.get(address).status_code

    assert runs_out - link.created_at == dt.timedelta(hours=24)  # Sam has a password: this one resets it
    assert (closed, late) == (404, 404)


def test_an_admin_s_invitation_is_shown_once_and_kept_as_a_digest(session: Session, cast: Cast, sign_in: SignIn):
    cast.rob.password_hash = None
    client = sign_in(cast.ada)

    page = client.post_form("/people/invite-all").get_data(as_text=True)

    token = re.search(r"/welcome/([\w-]+)", page)
    assert token is not None
    kept = session.scalars(select(OneTimeLink)).one()
    assert kept.user_id == cast.rob.id
    assert token[1] not in kept.token_digest
    assert "Rob Rees" in page
