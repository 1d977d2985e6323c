"""The steps of scoring between rubric versions, with the kept shifts, as the trends page needs them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

import rubrics
from calibration.results import Estimate
from qa.core.prepared import Prepared, PreparedPlain, each_of, one_of
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.rubric_library.queries import parsed
from qa.rubric_studies.bridges import kept_shifts
from qa.trends.linking import Change, Judged
from qa.trends.summed import Summed


def by_week(session: Session, found: Summed) -> list[Judged]:
    """What each rubric version judged of a scope's settled weeks; one statement."""
    settled = set(found.sums.rows.week.tolist())
    rows = sorted((place, version, *sums) for (place, version), sums in found.judged.items() if place in settled)
    names = dict(zip((ids := sorted({row[1] for row in rows})), names_of(session, ids), strict=True))
    return [
        Judged(week=found.weeks[place], rubric=names[version], n=round(n), weight=d) for place, version, n, d in rows
    ]


@lru_cache(maxsize=128)
def _names(versions: int) -> PreparedPlain:
    return PreparedPlain(
        select(RubricVersion.id, RubricFamily.name, RubricVersion.major, RubricVersion.minor)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .where(one_of(RubricVersion.id, "id", versions))
    )


def names_of(session: Session, version_ids: Sequence[str]) -> list[str]:
    """Rubric versions as people say them."""
    asked = each_of("id", map(int, version_ids))
    rows = _names(len(asked)).all(session, **asked) if asked else []
    names = {str(version): f"{name} {major}.{minor}" for version, name, major, minor in rows}
    return [names.get(each, each) for each in version_ids]


def ids_of(session: Session, programme_id: int) -> dict[str, int]:
    """The rubric versions of a programme by how people say them."""
    rows = session.execute(
        select(RubricVersion.id, RubricFamily.name, RubricVersion.major, RubricVersion.minor)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .where(RubricFamily.programme_id == programme_id, RubricVersion.major.is_not(None))
        .order_by(RubricVersion.id)
    )
    return {f"{name} {major}.{minor}": version for version, name, major, minor in rows}


@lru_cache(maxsize=128)
def _of_families(names: int) -> Prepared:
    version = RubricVersion
    return Prepared(
        select(version.id, version.family_id, RubricFamily.name, version.major, version.minor, version.document)
        .join(RubricFamily, RubricFamily.id == version.family_id)
        .where(
            RubricFamily.programme_id == bindparam("programme"),
            one_of(RubricFamily.name, "name", names),
            version.state.in_(("published", "retired")),
        )
        .order_by(RubricFamily.id, version.major, version.minor, version.id)
    )


def changes_between(session: Session, programme_id: int, names: Iterable[str]) -> list[Change]:
    """Where the scoring of a rubric changed, for rubrics that more than one of these version names belongs to.

    Two statements; none where no rubric changed.
    """
    families = [name.rpartition(" ")[0] for name in names]
    changed = {family for family in families if families.count(family) > 1}
    if not changed:
        return []
    rows = _of_families(len(changed)).all(session, programme=programme_id, **each_of("name", changed))
    shifts = kept_shifts(session, [row.id for row in rows])
    found: list[Change] = []
    for family_id, family in dict.fromkeys((row.family_id, row.name) for row in rows):
        versions = {f"{row.major}.{row.minor}": row for row in rows if row.family_id == family_id}
        runs = rubrics.score_runs([parsed(version.document) for version in versions.values()])
        for old, new in pairwise(runs):
            found.append(
                Change(
                    old=frozenset(f"{family} {label}" for label in old),
                    new=frozenset(f"{family} {label}" for label in new),
                    name=f"{family} {new[0]}",
                    version_id=versions[new[0]].id,
                    shift=_best([shifts[pair] for pair in _pairs(versions, old, new) if pair in shifts]),
                )
            )
    return found


def _pairs(versions: Mapping[str, Any], old: Sequence[str], new: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Any version of one stretch with any of the next: within a stretch scores are the same."""
    return ((versions[a].id, versions[b].id) for a, b in product(old, new))


def _best(shifts: Sequence[Estimate]) -> Estimate | None:
    """The shift that rests on the most parts."""
    return max(shifts, key=lambda shift: shift.n_items, default=None)
