"""Redaction over the texts of one ticket: lasting tokens, questions and their answers, names the export tells."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.tickets.facts import redacted
from qa.tickets.redaction import Turn, redact_turns, spans_of_turns
from tests.tickets import other_forms as forms
from tests.tickets.records import replied, said, ticket


def asked(text: str) -> Turn:
    return Turn(text, asks=True)


def answered(text: str) -> Turn:
    return Turn(text, answers=True)


def test_a_value_has_the_same_token_wherever_it_stands() -> None:
    texts = redact_turns([Turn("a@x.example"), Turn("b@x.example or A@X.example"), Turn("call 202-555-0113")])

    assert texts == ["[email 1]", "[email 2] or [email 1]", "call [phone 1]"]


def test_an_answer_is_known_by_its_question() -> None:
    texts = redact_turns(
        [
            asked("Can you tell me your account number, please?"),
            answered("84318931431"),
            asked("And your PIN?"),
            answered("9503 or 1596"),
            asked("Your date of birth?"),
            answered("4/1/1927"),
            asked("What was your mother's maiden name?"),
            answered("Sanchez"),
        ]
    )

    assert texts[1::2] == ["[account number 1]", "[PIN 1] or [PIN 2]", "[date of birth 1]", "[security answer 1]"]


DOCUMENT_QUESTIONS = (
    "Could you send me your passport number?",
    "¿Me puede decir su NIE?",
    "Which identity document do you have, and what is its number?",
    "Please give me the number of your residence permit.",
    "Pouvez-vous m'envoyer votre carte d'identité ?",
)


@pytest.mark.parametrize("name", forms.DOCUMENTS)
@settings(deadline=None, max_examples=6)
@given(
    data=st.data(),
    question=st.sampled_from(DOCUMENT_QUESTIONS),
    before=st.sampled_from(["", "It's ", "Sure: ", "Passport "]),
    after=st.sampled_from(["", ".", ", thanks"]),
)
def test_a_documents_number_is_known_by_the_question_for_it(
    name: str, data: st.DataObject, question: str, before: str, after: str
) -> None:
    value = data.draw(forms.DOCUMENTS[name])

    (_, spans) = spans_of_turns([asked(question), answered(before + value + after)])

    assert [(span.start, span.end) for span in spans] == [(len(before), len(before) + len(value))]


@pytest.mark.parametrize(
    "said",
    [
        "order 7F3K9Q2A1",
        "tracking 1Z999AA10123456784",
        "it ends on 2027-01-01",
        "my iPhone14 cannot photograph it",
        "on 12 May 2024 at 4pm",
        "I have the M1 Pro of 2021, it cost 20 euros",
        "see screenshot20240102.png",
        "it is at https://x.example/AB1234567",
        "version v2.10.33445b says no",
        "no lo tengo",
    ],
)
@pytest.mark.parametrize("question", DOCUMENT_QUESTIONS[:2])
def test_what_only_looks_like_a_documents_number_stays(question: str, said: str) -> None:
    assert redact_turns([asked(question), answered(said)])[1] == said


@pytest.mark.parametrize("question", ["How can I help?", "What does the page show?", "What is your order's code?"])
def test_a_number_of_letters_and_digits_that_nobody_asked_for_stays(question: str) -> None:
    assert redact_turns([asked(question), answered("X1234567L")])[1] == "X1234567L"


@pytest.mark.parametrize("piece", ["-", "1-", "A1", "X 1234567 ", "12.345.678-", "AB ", "AB 12 34 56 "])
def test_a_hostile_answer_to_a_question_for_a_document_ends(piece: str) -> None:
    # A pattern that tries again inside itself would take hours for this.
    for text in (piece * 40 + "C01X00T47", piece * 2_000):
        assert redact_turns([asked(DOCUMENT_QUESTIONS[0]), answered(text)])[1]


def test_the_same_answer_without_its_question_stays() -> None:
    assert redact_turns([asked("How many points do you see?"), answered("84318931431")])[1] == "84318931431"


def test_what_was_found_once_is_taken_out_everywhere() -> None:
    texts = redact_turns([answered("Try 9503."), Turn("[tool] login: PIN=9503"), Turn("It costs $9503 or 19503.")])

    assert texts == ["Try [PIN 1].", "[tool] login: PIN=[PIN 1]", "It costs $9503 or 19503."]


def test_a_person_is_one_token_however_the_name_is_written() -> None:
    texts = redact_turns(
        [Turn("I'm katarina miller"), Turn("Thanks Katarina!"), Turn("Ms Miller called")], ["Katarina Miller"]
    )

    assert texts == ["I'm [name 1]", "Thanks [name 1]!", "Ms [name 1] called"]


def test_a_name_that_is_also_a_word_stays_where_it_is_the_word() -> None:
    texts = redact_turns([Turn("Will and May will come, you may ask Will.")], ["Will May"])

    assert texts == ["[name 1] and [name 1] will come, you may ask [name 1]."]


def test_the_names_of_requester_and_agents_leave_a_stored_ticket() -> None:
    record = ticket(
        7,
        said(0, "Ann Lee here"),
        replied(5, text="Hello Ann, this is Sam Sato."),
        people=("Ann Lee",),
        subject="For Ann",
    )

    kept = redacted(record)

    texts = [kept.subject, *(message.text for message in kept.messages or ())]
    assert not any(name in text for text in texts for name in ("Ann", "Lee"))


@given(st.lists(st.text(max_size=40), max_size=6), st.lists(st.text(max_size=12), max_size=3))
def test_every_text_comes_back_and_what_is_no_token_was_there_before(texts: list[str], people: list[str]) -> None:
    written = redact_turns([Turn(text) for text in texts], people)

    assert len(written) == len(texts)
