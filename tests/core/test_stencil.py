"""A piece that is drawn once with holes."""

from enum import StrEnum

import pytest
from markupsafe import Markup

from qa.core.pages import HOLE, Stencil, escaped


def test_what_is_filled_in_is_escaped_and_stays_where_it_belongs():
    stencil = Stencil(
        ("name", "text"), lambda holes: f'<li title="{holes["name"]}">{holes["text"]}, {holes["name"]}</li>'
    )

    drawn = [
        stencil.filled(name='"><script>', text="a & b"),
        stencil.filled(name="Ann", text="text"),
    ]

    assert drawn == [
        '<li title="&quot;&gt;&lt;script&gt;">a &amp; b, &quot;&gt;&lt;script&gt;</li>',
        '<li title="Ann">text, Ann</li>',
    ]
    assert stencil.encoded(name="Ünn <", text="ä <b>".encode()).decode() == '<li title="Ünn &lt;">ä <b>, Ünn &lt;</li>'


def test_a_word_of_a_kind_of_its_own_is_escaped_as_any_text():
    class Sign(StrEnum):
        LESS = "<"

    stencil = Stencil(("name",), lambda holes: f"<li>{holes['name']}</li>")

    assert stencil.encoded(name=Sign.LESS) == b"<li>&lt;</li>"
    assert stencil.encoded(name=Markup("<b>")) == b"<li><b></li>"


@pytest.mark.parametrize("text", ["a & b", f"torn{HOLE}apart", ""])
def test_texts_escaped_together_are_poured_each_into_its_own_hole(text: str):
    stencil = Stencil(("name", "text"), lambda holes: f"100 % {holes['text']} of {holes['name']}, {holes['name']}")

    poured = stencil.poured(escaped(["<Ann>", text]))

    assert poured == f"100 % {text.replace('&', '&amp;')} of &lt;Ann&gt;, &lt;Ann&gt;"
