"""A mail server for tests: it keeps what it is given, and refuses or breaks off as a test asks."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from qa.config import MailSettings


class Sink(socketserver.ThreadingTCPServer):
    """``refuse`` maps a command (RCPT, DATA, END for the message itself) to the answer; ``hang_up`` closes after it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.messages: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}
        self.hang_up: str | None = None

    @property
    def settings(self) -> MailSettings:
        return MailSettings(
            host="127.0.0.1",
            port=self.server_address[1],
            security="none",
            user="",
            password="",
            sender="fairmark@example.org",
            base_url="https://quality.example.org",
        )

    def bodies(self) -> list[str]:
        return [message.get_content().replace("\r\n", "\n") for message in self.messages]


class _Talk(socketserver.StreamRequestHandler):
    server: Sink

    def handle(self) -> None:
        self._say("220 sink")
        while line := self.rfile.readline():
            command = line.decode().split(":")[0].split()[0].upper()
            if command == "QUIT":
                return self._say("221 bye")
            if command == "DATA" and "DATA" not in self.server.refuse:
                self._say("354 go on")
                if not self._message():
                    return None
            else:
                self._say(self.server.refuse.get(command, "250 ok"))
        return None

    def _message(self) -> bool:
        received = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            received.append(line)
        if self.server.hang_up == "END":  # taken or not: the client cannot know
            return False
        answer = self.server.refuse.get("END", "250 ok")
        if answer.startswith("250"):
            self.server.messages.append(message_from_bytes(b"".join(received), policy=policy.default))  # type: ignore[arg-type]
        self._say(answer)
        return True

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@contextmanager
def running() -> Iterator[Sink]:
    """A sink on a free port."""
    with Sink() as sink:
        thread = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            sink.shutdown()
            thread.join()
