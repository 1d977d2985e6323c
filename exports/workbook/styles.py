"""Every font, colour and number format of the workbooks, as named styles."""

from dataclasses import dataclass

from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side

FONT = "Calibri"

# Dark on white or on a light wash: legible in print, in grey, and sparing with ink.
PALETTE = {
    "ink": "161A20",
    "soft": "49525F",
    "accent": "1F55C4",
    "wash": "E7EEFC",
    "bar": "B9CDF7",
    "line": "C9CFD8",
    "edge": "77818F",
    "paper": "FFFFFF",
    "good": "12643A",
    "good_wash": "E1F3E8",
    "warn": "7A4A00",
    "warn_wash": "FCEFD7",
    "bad": "A11A1A",
    "bad_wash": "FCE8E7",
    "input": "FFFBE8",
    "input_edge": "B79A3C",
    "team": "8C5A14",
}

# "_)" keeps the room of a bracket free after a number, so that it does not touch the text of the next column; an
# indent would do the same in Excel, but LibreOffice draws indents of numbers unevenly.
WHOLE = "#,##0_)"
ONE_DECIMAL = "0.0_)"
SIGNED = '+0.0_);"\N{MINUS SIGN}"0.0_);0.0_)'
SIGNED_2 = '+0.00_);"\N{MINUS SIGN}"0.00_);0.00_)'
SHARE = "0.0%_)"
SIGNED_SHARE = '+0.0%_);"\N{MINUS SIGN}"0.0%_);0.0%_)'
CHANCE = "0.0000_)"
FACTOR = "0.00_)"
AFTER_TEXT = "@_)"
DAY = "yyyy-mm-dd"
MINUTE = "yyyy-mm-dd hh:mm"
MORE_DECIMALS = (2, 3, 4, 9)
GENERAL = "General"
AS_TEXT = "@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One named style, by the words of the palette."""

    size: float = 10
    bold: bool = False
    colour: str = "ink"
    fill: str | None = None
    across: str | None = None  # left, right, center
    up: str = "top"
    wrap: bool = False
    number_format: str = GENERAL
    underline: bool = False
    line: str | None = None  # a line below, by the words of the palette
    box: str | None = None  # a line all round
    unlocked: bool = False


STYLES: dict[str, Style] = {
    "title": Style(size=20, bold=True, up="center"),
    "name": Style(size=14, bold=True, up="center"),
    "subtitle": Style(size=11, colour="soft", up="center"),
    "heading": Style(size=12, bold=True, up="bottom", line="edge"),
    "note": Style(size=9, colour="soft", wrap=True),
    "label": Style(size=9, colour="soft", up="bottom"),
    "figure": Style(size=22, bold=True, colour="accent", across="left", up="center", number_format=ONE_DECIMAL),
    "figure share": Style(size=22, bold=True, colour="accent", across="left", up="center", number_format=SHARE),
    "figure whole": Style(size=22, bold=True, colour="accent", across="left", up="center", number_format=WHOLE),
    "figure signed": Style(size=22, bold=True, colour="accent", across="left", up="center", number_format=SIGNED),
    **{
        f"{name} too few": Style(size=22, bold=True, colour="soft", across="left", up="center", number_format=shown)
        for name, shown in (("figure", ONE_DECIMAL), ("figure share", SHARE), ("figure signed", SIGNED))
    },
    "figure words": Style(size=12, bold=True, colour="soft", across="left", up="center", wrap=True),
    "small figure": Style(size=14, bold=True, across="left", up="center", number_format=WHOLE),
    "interval": Style(size=9, colour="soft", across="left"),
    "interval wrapped": Style(size=9, colour="soft", across="left", wrap=True),
    "text": Style(wrap=True),
    "text line": Style(),
    "strong": Style(bold=True),
    "strong wrapped": Style(bold=True, wrap=True),
    "soft": Style(colour="soft"),
    "soft wrapped": Style(colour="soft", wrap=True),
    "number": Style(across="right", number_format=ONE_DECIMAL),
    **{f"number {digits}": Style(across="right", number_format=f"0.{'0' * digits}_)") for digits in MORE_DECIMALS},
    "number 2 soft": Style(across="right", number_format=FACTOR, colour="soft"),
    "signed 2": Style(across="right", number_format=SIGNED_2),
    "signed 2 soft": Style(across="right", number_format=SIGNED_2, colour="soft"),
    "number soft": Style(across="right", number_format=ONE_DECIMAL, colour="soft"),
    "signed": Style(across="right", number_format=SIGNED),
    "signed soft": Style(across="right", number_format=SIGNED, colour="soft"),
    "whole": Style(across="right", number_format=WHOLE),
    "plain whole": Style(across="right", number_format="0_)"),
    "any number": Style(across="right"),
    "share": Style(across="right", number_format=SHARE),
    "share soft": Style(across="right", number_format=SHARE, colour="soft"),
    "share signed": Style(across="right", number_format=SIGNED_SHARE),
    "share signed soft": Style(across="right", number_format=SIGNED_SHARE, colour="soft"),
    "chance": Style(across="right", number_format=CHANCE, colour="soft"),
    "day": Style(across="left", number_format=DAY),
    "day soft": Style(across="left", number_format=DAY, colour="soft"),
    "minute": Style(across="left", number_format=MINUTE),
    "factor": Style(across="right", number_format=FACTOR, colour="soft"),
    "whole left": Style(across="left", number_format="0"),
    "number left": Style(across="left", number_format="0.0"),
    "number 2 left": Style(across="left", number_format="0.00"),
    "share left": Style(across="left", number_format="0.0%"),
    "text right": Style(across="right", wrap=True, number_format=AFTER_TEXT),
    "code": Style(size=9, colour="soft", wrap=True),
    "link": Style(colour="accent", underline=True),
    "header": Style(bold=True, fill="wash", line="edge", wrap=True, up="center"),
    "header right": Style(
        bold=True, fill="wash", line="edge", wrap=True, up="center", across="right", number_format=AFTER_TEXT
    ),
    "worse": Style(bold=True, colour="bad", fill="bad_wash"),
    "better": Style(bold=True, colour="good", fill="good_wash"),
    "no verdict": Style(colour="soft"),
    "said": Style(fill="wash", wrap=True),
    "warned": Style(bold=True, colour="warn", fill="warn_wash", wrap=True),
    "input": Style(fill="input", box="input_edge", wrap=True, number_format=AS_TEXT, unlocked=True),
    "input day": Style(fill="input", box="input_edge", across="left", number_format=DAY, unlocked=True),
    "input number": Style(fill="input", box="input_edge", across="right", number_format=ONE_DECIMAL, unlocked=True),
}


def named(name: str) -> NamedStyle:
    """The named style as openpyxl writes it."""
    style = STYLES[name]
    return NamedStyle(
        name=excel_name(name),
        font=Font(
            name=FONT,
            size=style.size,
            bold=style.bold,
            color=PALETTE[style.colour],
            underline="single" if style.underline else None,
        ),
        fill=PatternFill("solid", fgColor=PALETTE[style.fill]) if style.fill else PatternFill(),
        border=_border(style),
        alignment=Alignment(horizontal=style.across, vertical=style.up, wrap_text=style.wrap),
        number_format=style.number_format,
        protection=Protection(locked=not style.unlocked),
    )


def excel_name(name: str) -> str:
    """How the style is called in Excel's own list."""
    return f"Fairmark {name}"


def _border(style: Style) -> Border:
    if style.box:
        side = Side(style="thin", color=PALETTE[style.box])
        return Border(left=side, right=side, top=side, bottom=side)
    return Border(bottom=Side(style="thin", color=PALETTE[style.line])) if style.line else Border()
