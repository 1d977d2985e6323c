"""The daily e-mail: its words, which are only kinds and numbers, and handing it to the mail server."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid

from itsdangerous import BadSignature, URLSafeSerializer

from qa.config import MailSettings
from qa.notices.kinds import words_of

TIMEOUT = 10  # seconds; the runner does other work too
LONGEST_ERROR = 200


class NotTakenError(Exception):
    """The server did not take the message: it may be tried again, unless ``for_good``."""

    def __init__(self, message: str, *, for_good: bool = False) -> None:
        super().__init__(message[:LONGEST_ERROR])
        self.for_good = for_good


class UnclearError(Exception):
    """The connection broke where the server may have taken the message already: sending it again could double it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """To whom a digest goes."""

    name: str
    email: str
    inbox_url: str
    preferences_url: str
    stop_url: str


def begun(mail: MailSettings, *, to: str, subject: str) -> EmailMessage:
    """A message that no person wrote, with its heads and without its words."""
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = mail.sender
    message["To"] = to
    message["Message-ID"] = make_msgid(domain=mail.sender.rpartition("@")[2].strip(">") or None)
    message["Auto-Submitted"] = "auto-generated"
    return message


def compose(mail: MailSettings, to: Addressee, kinds: Sequence[str]) -> EmailMessage:
    """A digest from the kinds of its notices, one entry a notice: no name, no number and no word of any ticket."""
    counts: dict[str, int] = {}
    for kind in kinds:
        counts[words_of(kind)] = counts.get(words_of(kind), 0) + 1
    lines = [f"- {words}" + (f" ({count} times)" if count > 1 else "") for words, count in counts.items()]
    subject = "Fairmark: one notice waits" if len(kinds) == 1 else f"Fairmark: {len(kinds)} notices wait"
    message = begun(mail, to=to.email, subject=subject)
    message["List-Unsubscribe"] = f"<{to.stop_url}>"
    message.set_content(
        "\n".join(
            [
                f"Hello {to.name},",
                "",
                "this waits for you in Fairmark:",
                "",
                *lines,
                "",
                f"Read them: {to.inbox_url}",
                "",
                f"Choose what comes by e-mail: {to.preferences_url}",
                f"No e-mail any more: {to.stop_url}",
                "",
                "What is in a conversation never leaves Fairmark by e-mail.",
            ]
        )
    )
    return message


@contextmanager
def connected(mail: MailSettings) -> Iterator[smtplib.SMTP]:
    """A connection to the mail server, encrypted and signed in as configured; ``NotTakenError`` where that fails."""
    server: smtplib.SMTP | None = None
    try:
        if mail.security == "tls":
            context = ssl.create_default_context()
            server = smtplib.SMTP_SSL(mail.host, mail.port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT)
        if mail.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if mail.user:
            server.login(mail.user, mail.password)
    except (smtplib.SMTPException, OSError) as error:
        if server is not None:
            server.close()
        raise NotTakenError(f"the mail server does not let us in: {type(error).__name__}") from error
    try:
        yield server
    finally:
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()


def hand_over(server: smtplib.SMTP, message: EmailMessage) -> None:
    """Give one message to the server, and say plainly whether it took it."""
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise NotTakenError(f"the address was refused ({code})", for_good=code >= 500) from error
    except smtplib.SMTPResponseException as error:  # it answered, and the answer was no
        raise NotTakenError(f"the server answered {error.smtp_code}", for_good=error.smtp_code >= 500) from error
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        raise UnclearError(f"the connection broke: {type(error).__name__}") from error


def stop_token(secret_key: str, user_id: int) -> str:
    """What lets its holder stop one person's e-mail, and nothing else."""
    return str(URLSafeSerializer(secret_key, salt="notices.stop").dumps(user_id))


def read_stop_token(secret_key: str, token: str) -> int | None:
    """Whose e-mail a token stops; ``None`` where it is not one of ours."""
    try:
        user_id = URLSafeSerializer(secret_key, salt="notices.stop").loads(token)
    except BadSignature:
        return None
    return user_id if isinstance(user_id, int) else None
