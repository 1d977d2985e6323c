"""The contrast of all colours that meet, light and dark, read from tokens.css (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from functools import cache

import pytest

from tests.core.gallery import PROJECT

CSS = PROJECT / "qa" / "static" / "css"
THEMES = ("light", "dark")
GROUNDS = ("ground", "paper", "sunken")
WASHES = ("accent-wash", "good-wash", "warn-wash", "bad-wash")
SERIES = tuple(f"series-{number}" for number in range(1, 7))
TEXT, MARK = 4.5, 3.0

Colour = tuple[float, float, float]


@cache
def palette(theme: str) -> dict[str, Colour]:
    tokens = (CSS / "tokens.css").read_text()
    found = re.findall(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)", tokens)
    return {name: _channels(pair[THEMES.index(theme)]) for name, *pair in found}


def _channels(code: str) -> Colour:
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def luminance(colour: Colour) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mixed(over: Colour, under: Colour, opacity: float) -> Colour:
    red, green, blue = (opacity * a + (1 - opacity) * b for a, b in zip(over, under, strict=True))
    return red, green, blue


def test_contrast_is_reckoned_as_wcag_says():
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast(_channels("#777777"), (1, 1, 1)) == pytest.approx(4.48, abs=0.005)  # WebAIM's checker


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", [*GROUNDS, "accent-wash"])
@pytest.mark.parametrize("text", ["ink", "ink-soft", "accent", "accent-strong", "good", "warn", "bad"])
def test_text_can_be_read_on_every_ground(theme: str, ground: str, text: str):
    colours = palette(theme)

    assert contrast(colours[text], colours[ground]) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", ["good", "warn", "bad"])
def test_a_state_can_be_read_on_its_wash(theme: str, state: str):
    colours = palette(theme)

    assert contrast(colours[state], colours[f"{state}-wash"]) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("text", "ground"), [("on-accent", "accent"), ("on-accent", "accent-strong"), ("on-bad", "bad")]
)
def test_the_words_of_a_filled_button_can_be_read(theme: str, text: str, ground: str):
    colours = palette(theme)

    assert contrast(colours[text], colours[ground]) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("edge", ["edge", "axis", "accent", "bad"])
def test_edges_of_controls_and_the_focus_ring_can_be_seen(theme: str, ground: str, edge: str):
    colours = palette(theme)

    assert contrast(colours[edge], colours[ground]) >= MARK


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("series", [*SERIES, "bad", "ink-soft", "axis"])
@pytest.mark.parametrize("ground", ["paper", "sunken"])
def test_the_marks_of_a_chart_can_be_seen(theme: str, series: str, ground: str):
    colours = palette(theme)

    assert contrast(colours[series], colours[ground]) >= MARK


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("line", SERIES)
@pytest.mark.parametrize("band", SERIES)
def test_a_line_can_be_seen_on_any_band(theme: str, line: str, band: str):
    colours = palette(theme)
    opacity = float(re.search(r"\.band \{[^}]*fill-opacity: ([\d.]+)", (CSS / "charts.css").read_text())[1])  # type: ignore[index]
    bar = float(re.search(r"\.bar \{[^}]*fill-opacity: ([\d.]+)", (CSS / "charts.css").read_text())[1])  # type: ignore[index]

    assert contrast(colours[line], mixed(colours[band], colours["paper"], opacity)) >= MARK
    assert contrast(colours[line], mixed(colours[line], colours["paper"], bar)) >= MARK


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("series", SERIES)
def test_the_share_written_in_a_part_can_be_read(theme: str, series: str):
    colours = palette(theme)

    assert contrast(colours["paper"], colours[series]) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("text", ["ink", "ink-soft", "bad"])
@pytest.mark.parametrize("band", SERIES[:2])
def test_words_can_be_read_on_a_band(theme: str, text: str, band: str):
    colours = palette(theme)

    assert contrast(colours[text], mixed(colours[band], colours["paper"], 0.16)) >= TEXT


@pytest.mark.parametrize("sheet", sorted(path.name for path in CSS.glob("*.css") if path.name != "tokens.css"))
def test_no_other_sheet_names_a_colour(sheet: str):
    css = re.sub(r"/\*.*?\*/", "", (CSS / sheet).read_text(), flags=re.DOTALL)

    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])|\b(?:rgb|hsl|oklch)a?\(", css)
    assert set(re.findall(r"var\(--([\w-]+)", css)) <= _declared() | set(re.findall(r"--([\w-]+):", css))


def _declared() -> set[str]:
    return set(re.findall(r"--([\w-]+):", (CSS / "tokens.css").read_text()))
