"""Which rubric applies to a part: the most specific rule in force, and the version in force at the resolution."""

import datetime as dt

import pytest

from qa.rubric_library.rules import InForce, Rule, RuleBook

MARCH, APRIL, MAY = (dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (3, 4, 5))
INSTANT = dt.timedelta(microseconds=1)


def rule(rule_id: int, family: int, since: dt.datetime = MARCH, until: dt.datetime | None = None, **facts: str) -> Rule:
    return Rule(
        id=rule_id,
        family_id=family,
        queue=facts.get("queue"),
        channel=facts.get("channel"),
        language=facts.get("language"),
        valid_from=since,
        valid_to=until,
    )


def version(version_id: int, family: int, since: dt.datetime = MARCH) -> InForce:
    return InForce(version_id=version_id, family_id=family, effective_from=since)


@pytest.mark.parametrize(
    ("queue", "channel", "language", "family"),
    [
        pytest.param("music", "chat", "de", 1, id="nothing named fits everything"),
        pytest.param("payouts", "chat", "de", 2, id="one fact beats none"),
        pytest.param("payouts", "email", "de", 3, id="two facts beat one"),
        pytest.param("payouts", "email", "en", 4, id="three facts beat two"),
        pytest.param("music", "email", "en", 1, id="every fact has to fit"),
    ],
)
def test_the_most_specific_rule_wins(queue: str, channel: str, language: str, family: int):
    book = RuleBook(
        rules=(
            rule(4, 1),
            rule(3, 2, queue="payouts"),
            rule(2, 3, queue="payouts", channel="email"),
            rule(1, 4, queue="payouts", channel="email", language="en"),
        ),
        versions=(),
    )

    assert book.family_for(queue, channel, language, APRIL) == family


def test_of_equally_specific_rules_the_newest_wins():
    book = RuleBook(rules=(rule(1, 1, APRIL), rule(2, 2, MARCH)), versions=())

    assert book.family_for("q", "c", "l", APRIL - INSTANT) == 2
    assert book.family_for("q", "c", "l", APRIL) == 1


def test_a_rule_holds_from_its_moment_until_the_moment_it_ends():
    book = RuleBook(rules=(rule(1, 1, MARCH, MAY),), versions=())

    held = [book.family_for("q", "c", "l", moment) for moment in (MARCH - INSTANT, MARCH, MAY - INSTANT, MAY)]

    assert held == [None, 1, 1, None]


def test_a_part_is_judged_by_the_version_in_force_when_it_was_resolved():
    book = RuleBook(rules=(rule(1, 1),), versions=(version(12, 1, APRIL), version(11, 1, MARCH), version(20, 2, APRIL)))

    judged = [book.version_for("q", "c", "l", moment) for moment in (MARCH, APRIL - INSTANT, APRIL, MAY)]

    assert judged == [11, 11, 12, 12]


def test_where_the_programme_goes_by_the_review_the_moment_of_the_review_decides_for_every_part():
    book = RuleBook(
        rules=(rule(1, 1, MARCH, APRIL), rule(2, 2, APRIL)),
        versions=(version(11, 1), version(20, 2, MARCH), version(21, 2, MAY)),
        at=MAY,
    )

    assert [book.version_for("q", "c", "l", moment) for moment in (MARCH, APRIL, MAY)] == [21, 21, 21]
    assert book.boundaries(MARCH, MAY) == ()


def test_a_rule_whose_rubric_is_not_in_force_yet_gives_no_version():
    book = RuleBook(rules=(rule(1, 1),), versions=(version(11, 1, MAY),))

    assert book.version_for("q", "c", "l", APRIL) is None


def test_a_more_specific_rule_without_a_version_does_not_fall_back():
    book = RuleBook(rules=(rule(1, 1), rule(2, 2, queue="payouts")), versions=(version(11, 1),))

    assert book.version_for("payouts", "c", "l", APRIL) is None
