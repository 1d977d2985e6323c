"""Redaction over the texts of one ticket: lasting tokens, questions and their answers, names the export tells."""

from hypothesis import given
from hypothesis import strategies as st

from qa.tickets.facts import redacted
from qa.tickets.redaction import Turn, redact_turns
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
