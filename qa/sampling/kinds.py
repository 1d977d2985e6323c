"""The kinds of plans as people choose them, and what each means for the draw. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.sampling.allocation import Plan

NEW_DAYS = 90
MOST_PER_SPECIALIST = 50
SHARES = ("self_share", "peer_share")
MOST = 5_000  # reviews a week that one plan asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind: its words in a form and on a receipt, and what it needs."""

    name: str
    label: str
    says: str  # one sentence for somebody who never saw statistics
    amount: str | None  # what the number counts; none: it needs no number
    most: int = MOST
    strata: bool = False
    filter: str | None = None  # the field without which it makes no sense; "any" for at least one


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            name="quota_per_specialist",
            label="The same number for every specialist",
            says="Each specialist gets this many reviews; who resolved fewer has all of them reviewed.",
            amount="Reviews per specialist and week",
            most=MOST_PER_SPECIALIST,
        ),
        Kind(
            name="simple",
            label="A number out of everything",
            says="Every part has the same chance.",
            amount="Reviews a week",
        ),
        Kind(
            name="stratified",
            label="The same number for every group",
            says="Each queue, tier or other group gets this many reviews, however small it is.",
            amount="Reviews per group and week",
            strata=True,
        ),
        Kind(
            name="neyman",
            label="More where scores differ more",
            says="Groups that are large, or whose scores differ widely, get more; for the most exact figure overall.",
            amount="Reviews a week",
            strata=True,
        ),
        Kind(
            name="risk",
            label="More where the risk is higher",
            says="A part of the highest risk class is twelve times as likely as one of the lowest.",
            amount="Reviews a week",
        ),
        Kind(
            name="launch_watch",
            label="Watch a launch",
            says="Extra reviews of what people ask about a launch, while it runs.",
            amount="Reviews of the launch a week",
            filter="launch",
        ),
        Kind(
            name="new_specialists",
            label="New specialists",
            says="Extra reviews for each specialist in the first days.",
            amount="Reviews per new specialist and week",
            most=MOST_PER_SPECIALIST,
        ),
        Kind(
            name="census",
            label="Every one of a rare kind",
            says="Everything that the filters leave is reviewed. Meant for what is rare and must not be missed.",
            amount=None,
            filter="any",
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a plan's version says, as plain values."""

    kind: str
    amount: int = 0
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    strata: tuple[str, ...] = ()
    days: int = NEW_DAYS
    schedule: str = "weekly"
    once: str | None = None  # the week of a one-off, as 2026-W14
    until: str | None = None  # the last week
    paused: bool = False
    self_share: float = 0.0  # of its drawn parts that their specialists are invited to score too
    peer_share: float = 0.0  # that another specialist is invited to score

    def parameters(self) -> dict[str, Any]:
        """What of it is kept beside kind, filter and schedule."""
        kept: dict[str, Any] = {"amount": self.amount}
        if self.strata:
            kept["strata"] = list(self.strata)
        if self.kind == "new_specialists":
            kept["days"] = self.days
        if self.once:
            kept["once"] = self.once
        if self.until:
            kept["until"] = self.until
        for name in SHARES:
            if getattr(self, name):
                kept[name] = getattr(self, name)
        return kept

    def attributes(self) -> set[str]:
        """The attributes that cells have to carry for this plan."""
        return {*self.plan("").where, *self.strata}

    def plan(self, key: str) -> Plan:
        """The plan as the draw reads it; its spreads are put in when the seed is committed to."""
        where = {name: tuple(values) for name, values in self.where.items() if values}
        kind = self.kind
        if kind == "launch_watch":
            kind = "simple"
        elif kind == "new_specialists":
            kind, where = "quota_per_specialist", {**where, f"new_{self.days}": ("yes",)}
        return Plan(key=key, kind=kind, amount=self.amount, where=where, strata=self.strata)


def rules_of(kind: str, parameters: Mapping[str, Any], where: Mapping[str, Sequence[str]], schedule: str) -> Rules:
    """A stored version's rules."""
    return Rules(
        kind=kind,
        amount=int(parameters.get("amount", 0)),
        where=where,
        strata=tuple(parameters.get("strata", ())),
        days=int(parameters.get("days", NEW_DAYS)),
        schedule=schedule,
        once=parameters.get("once"),
        until=parameters.get("until"),
        self_share=float(parameters.get("self_share", 0.0)),
        peer_share=float(parameters.get("peer_share", 0.0)),
    )


def faults(rules: Rules) -> dict[str, str]:
    """What is wrong with a plan's rules, by field, in words."""
    kind = KINDS.get(rules.kind)
    if kind is None:
        return {"kind": "Choose a kind of plan."}
    found = {}
    if kind.amount and not 1 <= rules.amount <= kind.most:
        found["amount"] = f"{kind.amount}: 1 to {kind.most}."
    if kind.strata and not rules.strata:
        found["strata"] = "Choose what makes a group, such as the queue."
    chosen = [name for name, values in rules.where.items() if values]
    if kind.filter == "any" and not chosen:
        found["kind"] = (
            "Say which kind is reviewed in full: choose at least one filter. Without one, every part would be."
        )
    elif kind.filter and kind.filter != "any" and kind.filter not in chosen:
        found["kind"] = "Choose which launch to watch, under the filters."
    if rules.kind == "new_specialists" and not 7 <= rules.days <= 730:
        found["days"] = "From 7 to 730 days."
    if rules.schedule == "one_off" and not rules.once:
        found["once"] = "Say which week, such as 2026-W14."
    for name in SHARES:
        if not 0 <= getattr(rules, name) <= 1:
            found[name] = "A share lies between 0 and 100 %."
    return found
