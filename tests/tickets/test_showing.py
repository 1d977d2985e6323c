"""A message as a page shows it: tokens set apart, links that only lead to http and https."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.tickets.showing import pieces_of


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://help.example/a?b=1&c=2#d, please.", ["https://help.example/a?b=1&c=2#d"]),
        ("(HTTP://X.example/a) and http://y.example!", ["HTTP://X.example/a", "http://y.example"]),
        ("https://x.example/a_(b)", ["https://x.example/a_(b)"]),
        ("javascript:alert(1) data:text/html,x ftp://x.example //x.example www.x.example", []),
        ('https://x.example/"onclick="alert(1)', ["https://x.example/"]),
        ("https://x.example/[email 1]/settings", ["https://x.example/"]),
        ("", []),
    ],
)
def test_only_addresses_of_the_web_are_links(text: str, links: list[str]) -> None:
    pieces = pieces_of(text)

    assert [piece.text for piece in pieces if piece.link] == links
    assert "".join(piece.text for piece in pieces) == text


@given(st.text(alphabet="htps:/.()[email 1]ab \"'<>,\n", max_size=80))
def test_no_character_is_lost_and_every_link_is_of_the_web(text: str) -> None:
    pieces = pieces_of(text)

    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text.lower().startswith(("http://", "https://")) for piece in pieces if piece.link)
