"""The picture that an authenticator app reads."""

import io

from markupsafe import Markup


def qr(text: str) -> Markup:
    """A QR code as SVG for the page; black on white in both looks, as cameras want it."""
    from segno import make

    drawn = io.BytesIO()
    make(text, error="m", micro=False).save(
        drawn, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False, svgns=False, omitsize=True,
        svgclass="qr", lineclass=None, nl=False
    )  # fmt: skip
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn by us: it holds the text as squares alone
