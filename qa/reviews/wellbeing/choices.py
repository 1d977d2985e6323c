"""What somebody who scores chooses for themselves; kept with the person, read by nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from qa.core.errors import InvalidInputError
from qa.people.models import User

KEY = "desk"
MOST = 500  # reviews a week
PAUSES = (3, 5, 10, 15)  # minutes
USUAL_PAUSE = 5


class Blur(StrEnum):
    """Which texts of customers are blurred until one looks at them."""

    NEVER = "never"
    UPSETTING = "upsetting"
    ALWAYS = "always"


BLUR_WORDS = {
    Blur.NEVER: "Nothing: severity 2 and 3 stay behind their curtain all the same",
    Blur.UPSETTING: "Texts of tickets with a content severity, from 1 on",
    Blur.ALWAYS: "Every text of a customer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """One person's own."""

    goal: int | None = None  # reviews a week
    blur: Blur = Blur.NEVER
    pause: int | None = USUAL_PAUSE  # minutes offered after hard content; none: not offered

    def blurs(self, severity: int) -> bool:
        """Whether a ticket's texts are blurred until one looks."""
        return self.blur == Blur.ALWAYS or (self.blur == Blur.UPSETTING and severity > 0)


def read_choices(preferences: Mapping[str, Any]) -> Choices:
    """The choices as they are kept; what is not understood is as if it were not chosen."""
    kept = preferences.get(KEY)
    if not isinstance(kept, Mapping):
        return Choices()
    goal, blur, pause = kept.get("goal"), kept.get("blur"), kept.get("pause", USUAL_PAUSE)
    return Choices(
        goal=goal if isinstance(goal, int) and 0 < goal <= MOST else None,
        blur=Blur(blur) if blur in set(Blur) else Blur.NEVER,
        pause=pause if pause in PAUSES else None,
    )


def read_form(form: Mapping[str, str]) -> Choices:
    """The choices as they were typed."""
    typed = form.get("goal", "").strip()
    if typed and not (typed.isascii() and typed.isdecimal() and 0 < int(typed[:9]) <= MOST):
        raise InvalidInputError(f"A goal is a number from 1 to {MOST}, or nothing.", {"goal": "out of range"})
    blur, pause = form.get("blur", ""), form.get("pause", "")
    if blur not in set(Blur) or pause not in {"", *map(str, PAUSES)}:
        raise InvalidInputError("Load the page again: it offers other choices by now.", {"blur": "unknown"})
    return Choices(goal=int(typed) if typed else None, blur=Blur(blur), pause=int(pause) if pause else None)


def choose(session: Session, user_id: int, chosen: Choices) -> None:
    """Keep them; other preferences stay. No trail: how somebody protects themselves is nobody's business."""
    user = session.get_one(User, user_id, with_for_update=True)
    kept = {"goal": chosen.goal, "blur": chosen.blur.value, "pause": chosen.pause}
    user.preferences = {**user.preferences, KEY: kept}
    session.flush()
