"""What of a passage others may read: no name, no number. Pure."""

import re
from collections.abc import Collection

HIDDEN = "…"


def anonymous(passage: str, names: Collection[str], numbers: Collection[str]) -> str:
    """The passage without the names of people and the numbers of tickets that it mentions."""
    hidden = {part for name in names for part in [name, *name.split()] if len(part) > 1}
    hidden |= {number for number in numbers if number}
    if not hidden:
        return passage
    ordered = sorted(hidden, key=len, reverse=True)  # the whole name before its parts
    found = re.compile(r"#?(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)", re.IGNORECASE)
    return found.sub(HIDDEN, passage)
