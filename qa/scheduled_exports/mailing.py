"""The e-mail that says an export is ready: which kind, and where to sign in for it. No name, no figure, no file."""

from email.message import EmailMessage

from qa.config import MailSettings
from qa.notices.mailing import begun
from qa.scheduled_exports.rules import OFFERS, Kind
from qa.scheduled_exports.service import KEPT_DAYS


def compose(mail: MailSettings, *, name: str, email: str, kind: Kind, address: str) -> EmailMessage:
    """The message to one receiver."""
    message = begun(mail, to=email, subject="Fairmark: an export is ready")
    message.set_content(
        "\n".join(
            [
                f"Hello {name},",
                "",
                f"an export is ready for you: {OFFERS[kind].words}.",
                "",
                f"Sign in and fetch it within {KEPT_DAYS} days: {address}",
                "",
                "The file itself is never sent: it opens only for you, and only while your roles allow it.",
            ]
        )
    )
    return message
