"""E-mailing a one-time link to whom an account belongs."""

from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from qa.config import MailSettings, settings
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.jobs import Job
from qa.notices import mailing
from qa.people import accounts
from qa.people.models import User


def mail_link(job: Job) -> Mapping[str, Any]:
    """Make a link and send it; the token is nowhere but in the message. Without an account there is nothing to do."""
    chosen, session, person = settings(), db.session(), job.payload["person"]
    user = session.get(User, person) if person is not None else None
    if chosen.mail is None or user is None or not user.active:
        return {}
    purpose = "reset" if user.password_hash else "invite"
    name, email = user.name, user.email
    token = accounts.issue_link(session, user.id, purpose=purpose, by=None, now=utcnow())
    session.commit()
    with mailing.connected(chosen.mail) as server:
        mailing.hand_over(server, compose(chosen.mail, name, email, token))
    return {"sent": 1}


def compose(mail: MailSettings, name: str, email: str, token: str) -> EmailMessage:
    """The message with the link."""
    message = mailing.begun(mail, to=email, subject="Fairmark: your link for a new password")
    message.set_content(
        f"Hello {name},\n\nhere you choose a new password for Fairmark:\n\n{mail.base_url}/welcome/{token}\n\n"
        "The link works once, for 24 hours (an invitation for 7 days). If you did not ask for it, somebody else typed "
        "your e-mail: leave it, and nothing changes.\n"
    )
    return message
