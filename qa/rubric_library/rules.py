"""Which rubric applies to a part, decided from dated rules and versions alone."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """From a moment on, parts with these facts belong to a family; an open fact fits everything."""

    id: int
    family_id: int
    queue: str | None
    channel: str | None
    language: str | None
    valid_from: dt.datetime
    valid_to: dt.datetime | None

    @property
    def facts(self) -> int:
        """How many facts the rule names: the more, the more specific it is."""
        return sum(fact is not None for fact in (self.queue, self.channel, self.language))

    def fits(self, queue: str, channel: str, language: str, moment: dt.datetime) -> bool:
        return (
            self.valid_from <= moment
            and (self.valid_to is None or moment < self.valid_to)
            and self.queue in (None, queue)
            and self.channel in (None, channel)
            and self.language in (None, language)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A published version of a family, from a moment on until it is retired."""

    version_id: int
    family_id: int
    effective_from: dt.datetime
    retired_at: dt.datetime | None = None

    def holds(self, moment: dt.datetime) -> bool:
        return self.effective_from <= moment and (self.retired_at is None or moment < self.retired_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """All rules and published versions of a programme.

    A part is judged by its own moment, its resolution; with ``at`` by that moment, whatever the part's own.
    """

    rules: Sequence[Rule]
    versions: Sequence[InForce]
    at: dt.datetime | None = None

    def family_for(self, queue: str, channel: str, language: str, moment: dt.datetime) -> int | None:
        """The family of the most specific rule in force; of equally specific ones the newest."""
        fitting = [rule for rule in self.rules if rule.fits(queue, channel, language, self.at or moment)]
        if not fitting:
            return None
        return max(fitting, key=lambda rule: (rule.facts, rule.valid_from, rule.id)).family_id

    def version_for(self, queue: str, channel: str, language: str, moment: dt.datetime) -> int | None:
        """The version of that family in force at the moment; nothing where none was published by then."""
        family_id = self.family_for(queue, channel, language, moment)
        return None if family_id is None else self.in_force(family_id, self.at or moment)

    def in_force(self, family_id: int, moment: dt.datetime) -> int | None:
        """The newest version of a family that holds at a moment."""
        published = [version for version in self.versions if version.family_id == family_id and version.holds(moment)]
        if not published:
            return None
        return max(published, key=lambda version: (version.effective_from, version.version_id)).version_id

    def boundaries(self, since: dt.datetime, until: dt.datetime) -> tuple[dt.datetime, ...]:
        """The moments in between at which another rubric may begin to apply."""
        if self.at is not None:
            return ()
        moments = {rule.valid_from for rule in self.rules} | {version.effective_from for version in self.versions}
        moments |= {rule.valid_to for rule in self.rules if rule.valid_to}
        moments |= {version.retired_at for version in self.versions if version.retired_at}
        return tuple(sorted(moment for moment in moments if since < moment < until))
