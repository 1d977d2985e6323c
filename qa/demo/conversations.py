"""Writing a ticket's conversation so that it shows how well each theme was handled."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from qa.demo.cases import Case, CasePart
from qa.demo.chance import stream
from qa.demo.episodes import Author, Beat, Episode
from qa.demo.themes import THEMES

BOT_AFTER = 8  # seconds
AFTERWARDS = 50  # seconds after the last reply, for a hand-over's note or a word of thanks


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. ``part`` is the index of the case's part whose specialist wrote it."""

    author: Author
    public: bool
    offset: int  # seconds since the ticket was created
    text: str
    part: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A subject and its messages in time; ``marks`` tells for each part where each theme shows (message index)."""

    subject: str
    messages: tuple[Message, ...]
    marks: tuple[Mapping[str, int], ...]


def conversation(case: Case, rng: Random | None = None) -> Conversation:
    """The conversation of a case; without a stream of its own it is always the same."""
    rng = rng or stream("text", case.seed, case.number)
    messages: list[Message] = []
    marks: list[Mapping[str, int]] = []
    for index, part in enumerate(case.parts):
        beats = Episode(case, index, rng).beats()
        times = _times(beats, part, _since(case, index, messages), rng)
        marks.append(_marks(beats, len(messages)))
        for beat, offset in zip(beats, times, strict=True):
            messages.append(_message(case, beat, offset, index))
    if not case.parts or case.waiting:
        beats, offset = Episode(case, None, rng).beats(), 0
        if case.parts:
            offset = case.parts[-1].resolved + rng.randrange(600, 3000)
            beats = Episode(case, len(case.parts) - 1, rng).back()
        messages += [_message(case, beat, offset, None) for beat in beats]
    return Conversation(subject=case.subject, messages=tuple(messages), marks=tuple(marks))


def _since(case: Case, index: int, messages: list[Message]) -> int:
    """When the conversation was last touched before a part: at its last message, or when it was resolved before."""
    if not index:
        return 0
    former = case.parts[index - 1]
    return max(messages[-1].offset, former.resolved if former.resolution < case.parts[index].resolution else 0)


def _message(case: Case, beat: Beat, offset: int, part: int | None) -> Message:
    wrote = beat.author in ("specialist", "internal")
    return Message(
        author=beat.author,
        public=beat.author != "internal",
        offset=offset,
        text=beat.text(case.channel),
        part=part if wrote else None,
    )


def _marks(beats: list[Beat], start: int) -> dict[str, int]:
    """Where each theme shows first; what shows nowhere is looked for in the longest reply."""
    replies = [index for index, beat in enumerate(beats) if beat.author == "specialist"]
    main = max(replies, key=lambda index: sum(map(len, beats[index].paragraphs)))
    marks = dict.fromkeys(THEMES, start + main)
    for index in range(len(beats) - 1, -1, -1):
        marks.update(dict.fromkeys(beats[index].themes, start + index))
    return marks


def _times(beats: list[Beat], part: CasePart, since: int, rng: Random) -> list[int]:
    """Offsets of the beats: replies as the facts say, everything else in between."""
    replies = [index for index, beat in enumerate(beats) if beat.author == "specialist"]
    if len(replies) != part.replies:
        raise ValueError(f"a part of {part.replies} replies was told in {len(replies)}")
    span = part.last_reply - part.first_reply
    between = sorted(rng.uniform(0.08, 0.92) for _ in range(max(0, part.replies - 2)))
    moments = [part.first_reply, *(part.first_reply + int(span * share) for share in between), part.last_reply]
    times = [0] * len(beats)
    for index, moment in zip(replies, moments, strict=False):
        times[index] = moment
    edges = [-1, *replies, len(beats)]
    for left, right in itertools.pairwise(edges):
        low = times[left] if left >= 0 else since
        high = times[right] if right < len(beats) else min(part.resolved, times[left] + AFTERWARDS)
        gap = range(left + 1, right)
        for index, share in zip(gap, sorted(rng.random() for _ in gap), strict=True):
            times[index] = low + int((high - low) * share)
    if since == 0:
        times[0] = 0
        if len(beats) > 1 and beats[1].author == "bot":
            times[1] = min(BOT_AFTER, times[2])
    return times
