"""Where a request ends is read in the one way of the standard: else a second one could hide in the first."""

import re
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from tests.support.server import LiveServer

HIDDEN = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
MOMENT = 0.3  # seconds within which a second answer follows the first
CHUNKED = f"0\r\n\r\n{HIDDEN}"


def sent(server: LiveServer, *headers: str, body: str) -> list[str]:
    """The first lines of the answers to one request, until the server closes or is done."""
    address = urlsplit(server.url)
    head = "\r\n".join(["GET /healthz HTTP/1.1", "Host: localhost", *headers])
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=60) as connection:
        connection.sendall(f"{head}\r\n\r\n{body}".encode())
        found = connection.recv(65_536)
        connection.settimeout(MOMENT)
        with suppress(TimeoutError):
            while part := connection.recv(65_536):
                found += part
    return re.findall(r"HTTP/1\.[01] \d+", found.decode(errors="replace"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("chores", [False])
def test_a_request_ends_where_its_chunks_or_its_one_length_say(live_server: LiveServer) -> None:
    whole = f"Content-Length: {len(CHUNKED)}"
    chunked = "Transfer-Encoding: chunked"
    assert sent(live_server, "Content-Length: 0", body=HIDDEN) == ["HTTP/1.1 200", "HTTP/1.1 200"]
    for both in ((whole, chunked), (chunked, whole)):  # chunks count, whatever the length says: RFC 9112, 6.3
        assert len(sent(live_server, *both, body=CHUNKED)) == 2

    for headers, body in (
        (("Content-Length: 0", whole), CHUNKED),
        ((whole, "Content-Length: 0"), CHUNKED),
        (("Content-Length: +3",), HIDDEN),
        (("Content-Length: 0x3",), HIDDEN),
        (("Transfer-Encoding: chunked, identity",), CHUNKED),
        (("Transfer-Encoding: xchunked",), CHUNKED),
        (("Content-Length : 0",), HIDDEN),
        (("X-Odd: a\rContent-Length: 0",), HIDDEN),
    ):
        answers = sent(live_server, *headers, body=body)
        assert len(answers) == 1, (headers, answers)
        assert answers[0][9] in "45", (headers, answers)
