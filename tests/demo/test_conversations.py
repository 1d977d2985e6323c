"""Conversations keep to the facts, show the quality, and are never alike."""

import re
from collections import defaultdict

import pytest

from qa.demo.cases import case
from qa.demo.conversations import conversation
from qa.demo.facts import FIRST_HALF, SECOND_HALF, WHOLE
from qa.demo.phrases import PHRASES
from qa.demo.themes import THEMES, Tier
from qa.tickets.redaction import Kind, spans


def replies_of(conversation, part):
    return [message for message in conversation.messages if message.part == part and message.author == "specialist"]


def specialist_text(conversation, part):
    return " ".join(message.text for message in replies_of(conversation, part))


def parts_of(told, kind=WHOLE):
    return [
        (item, text, index, part)
        for item, text in told
        for index, part in enumerate(item.parts)
        if part.kind == kind and item.language == "en"
    ]


def test_the_same_case_is_always_told_the_same(operation, told):
    for ticket in range(0, 400, 10):
        assert conversation(case(operation, ticket)) == told[ticket // 10][1]


def test_every_family_and_branch_is_told(told):
    keys = {(item.family.key, item.branch.key) for item, _ in told}

    assert len(keys) > 100


def test_replies_have_the_number_and_the_times_of_the_facts(told):
    for item, text in told:
        for index, part in enumerate(item.parts):
            offsets = [message.offset for message in replies_of(text, index)]
            assert len(offsets) == part.replies
            assert (offsets[0], offsets[-1]) == (part.first_reply, part.last_reply)


def test_messages_are_in_order_and_begin_with_the_creator(told):
    for _, text in told:
        offsets = [message.offset for message in text.messages]
        assert offsets == sorted(offsets)
        assert offsets[0] == 0
        assert text.messages[0].author == "creator"


def test_only_notes_are_hidden_and_only_specialists_have_parts(told):
    for item, text in told:
        for message in text.messages:
            assert message.public == (message.author != "internal")
            assert (message.part is not None) == (message.author in ("specialist", "internal"))
            assert message.part is None or 0 <= message.part < len(item.parts)


def test_no_slot_is_left_open_and_no_space_is_doubled(told):
    for item, text in told:
        for written in (text.subject, *(message.text for message in text.messages)):
            assert written, item.family.key
            assert not re.search(r"[{}@|\\]", written), written
            assert not re.search(r"  |^\s|\s$| ,|\.\.|\?\.|!\.|\n\n\n", written), written
            assert not re.search(r"[.!?] [a-z]", written.replace("...", "")), written


def test_there_is_nothing_that_redaction_would_find(told):
    for _, text in told:
        for written in (text.subject, *(message.text for message in text.messages)):
            found = [span for span in spans(written) if span.kind is not Kind.PERSON_NAME]  # the names are the cast's
            assert found == []


def test_some_messages_hold_redacted_data(told):
    tagged = [text for _, text in told if any(re.search(r"\[(email|phone) 1\]", item.text) for item in text.messages)]

    assert 0.05 < len(tagged) / len(told) < 0.6


def test_no_two_conversations_of_one_specialist_are_alike(operation, told):
    opened, written = defaultdict(list), defaultdict(list)
    for (_, text), ticket in zip(told, range(0, operation.tickets.number.size, 10), strict=True):
        specialists = operation.parts.specialist[list(operation.parts_of(ticket))].tolist()
        for specialist in set(specialists):
            opened[specialist].append(text.messages[0].text)
        for index, specialist in enumerate(specialists):
            written[specialist].append(specialist_text(text, index))

    for texts in (*opened.values(), *written.values()):
        assert len(set(texts)) == len(texts)


def test_marks_name_messages_of_the_part(told):
    for item, text in told:
        assert len(text.marks) == len(item.parts)
        for index, marks in enumerate(text.marks):
            assert set(marks) == set(THEMES)
            assert all(text.messages[place].part == index for place in marks.values())


@pytest.mark.parametrize(("tier", "answers"), [(Tier.GOOD, "right"), (Tier.FAIR, "thin"), (Tier.POOR, "wrong")])
def test_the_answer_is_as_accurate_as_the_part(told, tier, answers):
    cases = [entry for entry in parts_of(told) if entry[3].truth.tier("accuracy") == tier]

    assert cases
    for item, text, index, _ in cases:
        fitting = [one.format_map(item.slots) for one in getattr(item.branch, answers)]
        assert any(one in specialist_text(text, index) for one in fitting)


def test_a_good_next_step_is_the_branchs_own_with_its_date(told):
    cases = [entry for entry in parts_of(told) if entry[3].truth.tier("next_step") == Tier.GOOD]

    for item, text, index, _ in cases:
        assert any(step.format_map(item.slots) in specialist_text(text, index) for step in item.branch.steps)


def test_a_specialist_with_good_tone_takes_up_the_worry(told):
    cases = [entry for entry in parts_of(told) if entry[3].truth.tier("tone") == Tier.GOOD]

    for item, text, index, _ in cases:
        kind_words = [words.format_map(item.slots) for words in PHRASES["en"].desk.empathy[item.family.stake]]
        assert any(words in specialist_text(text, index) for words in kind_words)


def test_skipping_the_check_shows_as_account_facts_in_the_first_reply(told):
    broken = [
        entry
        for entry in parts_of(told)
        if "verification" not in entry[3].truth.absent and entry[3].truth.tier("verification") == Tier.POOR
    ]

    assert broken
    for item, text, index, _ in broken:
        told_early = [words.format_map(item.slots) for words in PHRASES["en"].desk.verify.poor]
        assert any(words in replies_of(text, index)[0].text for words in told_early)


def test_a_leak_shows_where_privacy_is_broken_and_nowhere_else(told):
    for item, text, index, part in parts_of(told):
        leaks = [words.format_map(item.slots) for words in PHRASES["en"].desk.leak]
        leaked = any(words in specialist_text(text, index) for words in leaks)
        assert leaked == (part.truth.tier("privacy") == Tier.POOR)


def test_an_open_question_comes_up_again_or_is_answered(told):
    incomplete = [
        entry for entry in parts_of(told) if entry[3].replies >= 4 and entry[3].truth.tier("completeness") == Tier.POOR
    ]

    assert incomplete
    for item, text, index, _ in incomplete:
        asked = sum(item.side[0] in message.text for message in text.messages if message.author == "creator")
        assert asked >= 2
        assert item.side[1].format_map(item.slots) not in specialist_text(text, index)


def test_handed_over_tickets_have_a_note_and_two_voices(told):
    handed = [
        (item, text) for item, text in told if [part.kind for part in item.parts[:2]] == [FIRST_HALF, SECOND_HALF]
    ]

    assert handed
    for item, text in handed:
        assert item.parts[0].specialist != item.parts[1].specialist
        assert any(message.author == "internal" and message.part == 0 for message in text.messages)


def test_tickets_of_other_languages_are_told_in_them(told):
    german = [text for item, text in told if item.language == "de" and item.parts]

    assert german
    for text in german:
        assert re.search(r"\b(der|die|das|ist|Sie|und|auf|nicht|ich)\b", text.messages[0].text)
        assert not re.search(r"\b(the|you|please)\b", specialist_text(text, 0))


def test_a_ticket_nobody_answered_is_the_creators_message_alone(told):
    alone = [text for item, text in told if not item.parts]

    assert alone
    assert all([message.author for message in text.messages] == ["creator"] for text in alone)
