"""What a flag says in words that a person can understand and question. Pure."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from qa.core.numerals import number

Document = Mapping[str, Any]

STREAMS = {
    "severity": "Strictness",
    "noise": "Scatter beside others on the same part",
    "spread": "Spread of own scores",
    "halo": "One impression over all criteria",
    "na_rate": "Use of N/A",
    "fast_perfect": "Unusually fast perfect reviews",
    "critical": "Critical criteria failed",
}
AGREES = {
    "confirmed": "double scores agree",
    "check the case mix": "double scores do not show it: check the case mix",
    "awaiting double scores": "double scores cannot tell yet",
}
CHANCE = {
    "red": "Such a flag appears by chance less than once in ten reviewer-years.",
    "amber": "Such a mark appears by chance less than once in two reviewer-years.",
}
LEVELS = {"none": "steady", "amber": "watch", "red": "act"}


def day_of(text: str) -> dt.date:
    """A Monday as stored."""
    return dt.date.fromisoformat(text)


def short_day(day: dt.date) -> str:
    """A day without its year: 3 March."""
    return f"{day.day} {day:%B}"


def stream_name(flag: Document) -> str:
    """What the leading stream is called; a criterion by its own name."""
    return STREAMS.get(flag["stream"], f"the criterion “{flag['name']}”")


def chart_title(stream: str, run: Document) -> str:
    """What a control chart shows."""
    if stream == "severity":
        return "Strictness week by week"
    return f"{STREAMS[stream] if stream in STREAMS else run['criteria'].get(stream, stream)} week by week"


def became(flag: Document) -> str:
    """The change itself: direction and rough size."""
    stream, effect = flag["stream"], float(flag["effect"])
    size = number(abs(effect), 0)
    if stream == "severity":
        return f"became about {size} points {'stricter' if effect < 0 else 'more lenient'}"
    if stream == "noise":
        return f"scores {'less' if effect > 0 else 'more'} evenly beside others on the same part"
    if stream == "spread":
        return f"spreads the own scores {'more' if effect > 0 else 'less'} than before"
    if stream == "halo":
        return f"lets one impression colour all criteria {'more' if effect > 0 else 'less'} than before"
    if stream == "na_rate":
        return f"chooses N/A {'more' if effect > 0 else 'less'} often"
    if stream == "fast_perfect":
        return f"gives unusually fast perfect reviews {number(effect, 1)} times as often as before"
    if stream == "critical":
        return f"fails critical criteria {number(effect, 1)} times as often as before"
    return f"scores the criterion “{flag['name']}” about {size} points {'lower' if effect < 0 else 'higher'}"


def unit_of(flag: Document) -> str:
    """The unit of the change."""
    if flag["stream"] in {"noise", "spread", "halo", "na_rate"}:
        return "standard deviations"
    if flag["stream"] in {"fast_perfect", "critical"}:
        return "times the former rate"
    return "points" if flag["stream"] == "severity" else "points of the criterion"


def size_of(flag: Document) -> str:
    """Estimate and 90 % range."""
    ratio = flag["stream"] in {"fast_perfect", "critical"}
    digits = 2 if flag["stream"] in {"noise", "spread", "halo", "na_rate"} else 1
    figures = [number(flag[name], digits, signed=not ratio) for name in ("effect", "low", "high")]
    return f"{figures[0]} {unit_of(flag)}, 90 % range {figures[1]} to {figures[2]}"


def counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def evidence_of(flag: Document) -> str:
    """What the change rests on, from its likely onset on."""
    return (
        f"{counted(flag['routine'], 'own review', 'own reviews')}, "
        f"{counted(flag['double'], 'hidden second score', 'hidden second scores')}, "
        f"{counted(flag['calibration'], 'calibration answer', 'calibration answers')}"
    )


def onset_of(flag: Document) -> str:
    """The likely week and the range of weeks that holds 90 %."""
    onset, first, last = (day_of(flag[name]) for name in ("onset", "onset_earliest", "onset_latest"))
    said = f"around the week of {short_day(onset)}"
    return said if first == last else f"{said} (likely {short_day(first)} – {short_day(last)})"


def sentence(flag: Document, name: str = "This reviewer") -> str:
    """The whole finding, as somebody who has to act on it reads it (statistics of the flag, chance, biggest part)."""
    said = [
        f"{name} {became(flag)} {onset_of(flag)}.",
        f"Estimate {size_of(flag)}.",
        f"Evidence since: {evidence_of(flag)}; {AGREES[flag['confirmation']]}.",
        CHANCE[flag["level"]],
    ]
    if flag["criterion"] is not None and flag["stream"] == "severity":
        said.append(f"Biggest part: the criterion “{flag['criterion']}”.")
    if flag["beside"]:
        names = ", ".join(STREAMS.get(each, f"“{each}”") for each in flag["beside"])
        said.append(f"Also seen in: {names}.")
    return " ".join(said)


def ended(flag: Document) -> str:
    """The newest week in which the evidence stood at this level."""
    return short_day(day_of(flag["week"]))
