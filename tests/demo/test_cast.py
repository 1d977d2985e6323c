"""The people of the demo operation."""

import datetime as dt

import pytest

from qa.demo import story
from qa.demo.cast import cast, email_of
from qa.demo.scenarios import LANGUAGES, QUEUE_KEYS

MONDAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def people():
    return cast(11, MONDAY)


def test_there_is_one_director_six_leads_forty_eight_specialists_six_reviewers_and_an_admin(people):
    roles = [person.roles for person in people.people]

    assert roles.count(("director",)) == 1
    assert roles.count(("admin",)) == 1
    assert sum("team_lead" in item for item in roles) == 6
    assert roles.count(("specialist",)) == 48
    assert roles.count(("reviewer",)) == 6
    assert sum("qa_lead" in item for item in roles) == 1
    assert people.people[people.qa_lead].roles == ("team_lead", "qa_lead")


def test_everybody_has_an_address_of_the_invented_company(people):
    addresses = [person.email for person in people.people]

    assert len(set(addresses)) == len(addresses)
    assert all(address.isascii() and address.endswith("@fairmark.example") for address in addresses)


def test_names_of_many_alphabets_become_plain_addresses():
    assert email_of("Małgorzata Nowicka") == "malgorzata.nowicka@fairmark.example"
    assert email_of("Elif Yıldız") == "elif.yildiz@fairmark.example"
    assert email_of("Joon-ho Baek") == "joon-ho.baek@fairmark.example"
    assert email_of("Dao Thi Mai") == "dao.thi-mai@fairmark.example"


def test_teams_have_eight_members_before_the_move(people):
    day = story.monday(MONDAY, story.MOVE_WEEK) - dt.timedelta(days=1)
    sizes = [0] * len(people.teams)
    for index in range(48):
        if index != story.NEW_SPECIALIST:
            sizes[people.team_of(index, day)] += 1

    assert sizes == [8, 8, 8, 8, 7, 8]


def test_one_specialist_changes_the_team_on_a_monday(people):
    day = story.monday(MONDAY, story.MOVE_WEEK)

    before = people.team_of(story.MOVED_SPECIALIST, day - dt.timedelta(days=1))
    after = people.team_of(story.MOVED_SPECIALIST, day)

    assert before != after == story.MOVED_TO_TEAM


def test_the_new_starter_belongs_nowhere_before_starting(people):
    day = story.monday(MONDAY, story.NEW_STARTER_WEEK)

    assert people.team_of(story.NEW_SPECIALIST, day) == story.NEW_SPECIALIST // 8
    with pytest.raises(ValueError, match="belonged to no team"):
        people.team_of(story.NEW_SPECIALIST, day - dt.timedelta(days=1))


def test_somebody_is_away_now_and_somebody_was_away_for_long(people):
    def away(specialist):
        return people.people[people.specialists[specialist].person].absences

    assert any(first <= MONDAY <= last for first, last in away(story.AWAY_NOW))
    assert any((last - first).days >= 60 for first, last in away(story.LONG_ABSENT))


def test_absences_end_after_they_begin_and_do_not_touch(people):
    for person in people.people:
        for first, last in person.absences:
            assert first <= last
        for (_, last), (first, _) in zip(person.absences, person.absences[1:], strict=False):
            assert first > last + dt.timedelta(days=1)


def test_every_queue_and_language_has_specialists_and_reviewers(people):
    specialists = [people.people[item.person] for item in people.specialists]
    reviewers = [people.people[item.person] for item in people.reviewers]

    assert {queue for person in specialists for queue in person.queues} == set(QUEUE_KEYS)
    for group in (specialists, reviewers):
        assert {language for person in group for language in person.languages} == set(LANGUAGES)


def test_one_reviewer_drifts(people):
    assert [item.drifts for item in people.reviewers].count(True) == 1


def test_people_follow_from_the_seed():
    assert cast(3, MONDAY) == cast(3, MONDAY)
    assert cast(3, MONDAY) != cast(4, MONDAY)
