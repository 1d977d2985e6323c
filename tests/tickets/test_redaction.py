"""Redaction by the formats' definitions; the measured recall and precision stand in `test_redaction_truth.py`."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.tickets.redaction import Kind, redact, spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("write to ann.lee@example.com.", "write to [email].", id="mail at the end of a sentence"),
        pytest.param("<mailto:ann+tag@mail.example.co.uk>", "<mailto:[email]>", id="mail with a tag in a link"),
        pytest.param("o'neil@example.org", "[email]", id="mail with an apostrophe"),
        pytest.param('"ann lee"@example.org', "[email]", id="quoted local part (RFC 5322)"),
        pytest.param("jörg@müller.example", "[email]", id="mail in letters beyond ASCII (RFC 6531)"),
        pytest.param("Shop=Ann, Email=ann@example.org", "Shop=Ann, Email=[email]", id="a label is no part"),
        pytest.param("a@x.example,b@y.example", "[email],[email]", id="two addresses side by side"),
        pytest.param("user@[192.0.2.1]", "[email]", id="address literal"),
        pytest.param("+44 20 7946 0958", "[phone]", id="E.164 with spaces"),
        pytest.param("+4915112345678", "[phone]", id="E.164 together"),
        pytest.param("+1 (415) 555-0106", "[phone]", id="plus and area in brackets"),
        pytest.param("(737) 555-0121", "[phone]", id="area code in brackets"),
        pytest.param("1-415-555-0106", "[phone]", id="with the trunk one"),
        pytest.param("202.555.0113 ext. 12", "[phone]", id="with an extension"),
        pytest.param("call 2025550113 now", "call [phone] now", id="ten digits after a cue"),
        pytest.param("01 23 45 67 89", "[phone]", id="French pairs"),
        pytest.param("020 7946 0958", "[phone]", id="British trunk form"),
        pytest.param("4111 1111 1111 1111", "[card]", id="card in fours"),
        pytest.param("4111-1111-1111-1111", "[card]", id="card with dashes"),
        pytest.param("378282246310005", "[card]", id="fifteen digits"),
        pytest.param("3782-822463-10005", "[card]", id="four, six, five"),
        pytest.param("my SSN is 746-48-4015", "my SSN is [SSN]", id="SSN"),
        pytest.param("ssn: 746484015", "ssn: [SSN]", id="SSN together after its cue"),
        pytest.param("from 203.0.113.134:443", "from [IP]:443", id="IPv4 with a port"),
        pytest.param("2001:db8::ff00:42:8329", "[IP]", id="IPv6 shortened"),
        pytest.param("2001:0db8:85a3:0000:0000:8a2e:0370:7334", "[IP]", id="IPv6 in full"),
        pytest.param("::ffff:192.0.2.128", "[IP]", id="IPv4 inside IPv6"),
        pytest.param("192[.]0[.]2[.]1", "[IP]", id="IPv4 with brackets round its points"),
        pytest.param("00:1A:2b:3c:4d:5e", "[MAC]", id="MAC with colons"),
        pytest.param("001a.2b3c.4d5e", "[MAC]", id="MAC in three groups"),
        pytest.param("pay to DE89 3704 0044 0532 0130 00 today", "pay to [IBAN] today", id="German IBAN"),
        pytest.param("GB82WEST12345698765432", "[IBAN]", id="British IBAN together"),
        pytest.param("I live at 8560 W 14th Avenue, Apt 27.", "I live at [address].", id="street with a unit"),
        pytest.param("221B Baker Street, London NW1 6XE", "[address]", id="British address with its postcode"),
        pytest.param("Hauptstraße 12a, 10115 Berlin", "[address]", id="German address"),
        pytest.param("12 rue de la Paix, 75002 Paris", "[address]", id="French address"),
        pytest.param("Calle de Alcalá 42, 28014 Madrid", "[address]", id="Spanish address"),
        pytest.param("born on 4 March 1987", "born on [date of birth]", id="date of birth in words"),
        pytest.param("DOB: 1987-03-04", "DOB: [date of birth]", id="date of birth after its letters"),
        pytest.param("Geburtsdatum 04.03.1987", "Geburtsdatum [date of birth]", id="date of birth in German"),
        pytest.param("my account number is 35131510", "my account number is [account number]", id="account number"),
        pytest.param("PIN 0314 or 9503", "PIN [PIN] or [PIN]", id="two PINs"),
        pytest.param(
            "my pet's name is Buddy.", "my pet's name is [security answer].", id="answer to a security question"
        ),
        pytest.param("My name is Ann Lee.", "My name is [name].", id="name that is introduced"),
        pytest.param("Dear Mrs Lee,", "Dear Mrs [name],", id="name after a title"),
        pytest.param("the password is hunter2!", "the password is [secret]!", id="password"),
        pytest.param("key AKIAIOSFODNN7EXAMPLE here", "key [secret] here", id="access key by its issuer's prefix"),
        pytest.param("api_key=abcd-efgh", "api_key=[secret]", id="key after its label"),
        pytest.param("https://ann:pw@example.com/x", "https://[secret]@example.com/x", id="login inside an address"),
        pytest.param("ann\u200b@exam\u00adple.com", "[email]", id="mail with characters nobody sees"),
        pytest.param("?to=ann%40example.com&x=1", "?to=[email]&x=1", id="mail inside a link"),
        pytest.param("lena dot k at example dot co", "[email]", id="mail in words"),
        pytest.param("two zero two triple five zero one double four", "[phone]", id="phone in words"),
        pytest.param("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "[card]", id="card digit by digit"),
        pytest.param("SSN seven four six, four eight, four zero one five", "SSN [SSN]", id="SSN in words"),
        pytest.param("٤١١١ ١١١١ ١١١١ ١١١١", "[card]", id="Arabic digits"),
        pytest.param('"ann@home"@example.org', "[email]", id="at sign inside a quoted local part (RFC 5322)"),
        pytest.param("ann@[IPv6:2001:db8::1]", "[email]", id="address literal of IPv6 (RFC 5321)"),
        pytest.param("ann@example,com", "[email]", id="a comma typed for the point"),
        pytest.param("annlee(a)example.com", "[email]", id="an a in brackets for the sign"),
        pytest.param("a n n at e x a m p l e dot c o m", "[email]", id="mail letter by letter to its end"),
        pytest.param("PIN:4821", "PIN:[PIN]", id="PIN straight after its colon"),
        pytest.param("CC#4111 1111 1111 1111", "CC#[card]", id="card after two letters and a hash"),
        pytest.param("ss# 746-48-4015", "ss# [SSN]", id="SSN after two letters and a hash"),
        pytest.param("acct #12345678", "acct #[account number]", id="account after a hash"),
        pytest.param("07700900123", "[phone]", id="British mobile together"),
        pytest.param("015123456789", "[phone]", id="German mobile together"),
        pytest.param("+52 1 55 1234 5678", "[phone]", id="Mexican mobile as once written"),
        pytest.param("(55) 1234 5678", "[phone]", id="Mexican area in brackets"),
        pytest.param("phone #: 4155550184", "phone #: [phone]", id="phone after its word and a hash"),
        pytest.param("Phone# (415) 555-0184", "Phone# [phone]", id="area code after a hash"),
        pytest.param("call me at 612345678", "call me at [phone]", id="nine digits after a cue (Spain)"),
        pytest.param("mobile 40612231", "mobile [phone]", id="eight digits after a cue (Norway)"),
        pytest.param("512 345 678", "[phone]", id="Polish mobile"),
        pytest.param("21 238 7726", "[phone]", id="Lisbon"),
        pytest.param("131 2345 6053", "[phone]", id="Chinese mobile"),
        pytest.param("four one five dash five five five dash zero one two three", "[phone]", id="dashes in words"),
        pytest.param("4️⃣1️⃣5️⃣-555-0123", "[phone]", id="digits of a keypad"),
        pytest.param("card 4111, 1111, 1111, 1111", "card [card]", id="card between commas"),
        pytest.param("4111\t1111\t1111\t1111", "[card]", id="card between tabs"),
        pytest.param("4111 1111 1111 1111 12/27 123", "[card] 12/27 123", id="card before its date"),
        pytest.param("my card 4111 1111 1111 1111 123", "my card [card] 123", id="card before its code"),
        pytest.param("SSN#746-48-4015", "SSN#[SSN]", id="SSN after a hash"),
        pytest.param("746\u221248\u22124015", "[SSN]", id="SSN with minus signs"),
        pytest.param("ip 192.168.001.010", "ip [IP]", id="IPv4 filled up with zeros"),
        pytest.param("192.0.2[.]1", "[IP]", id="IPv4 with one point in brackets"),
        pytest.param("MAC address: 001a2b3c4d5e", "MAC address: [MAC]", id="MAC together after its word"),
        pytest.param("mac is 00 1a 2b 3c 4d 5e", "mac is [MAC]", id="MAC between spaces after its word"),
        pytest.param("DE89.3704.0044.0532.0130.00", "[IBAN]", id="IBAN with points"),
        pytest.param("D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0", "[IBAN]", id="IBAN letter by letter"),
        pytest.param("born on 12-May-1984", "born on [date of birth]", id="date of birth with dashes"),
        pytest.param("10 Rue de Rivoli, 75001 Paris", "[address]", id="French address in capitals"),
        pytest.param("24 Sussex Drive, Ottawa ON K1M 1M4", "[address]", id="Canadian address"),
        pytest.param("write ann at gmail com please", "write [email] please", id="mail without its point"),
        pytest.param("it is j.smith at hotmail co uk", "it is [email]", id="mail without both points"),
        pytest.param("my passport is NP1D8F3K7.", "my passport is [account number].", id="passport of few digits"),
        pytest.param("passport no. C01X00T47", "passport no. [account number]", id="passport of letters and digits"),
        pytest.param("NINO AB 12 34 56 C", "NINO [account number]", id="British number of a person"),
        pytest.param("mi NIE: X-1234567-L", "mi NIE: [account number]", id="Spanish number of a person"),
        pytest.param("CPF 123.456.789-09", "CPF [account number]", id="Brazilian number of a person"),
        pytest.param("12 34 56 78 is my phone", "[phone] is my phone", id="phone before its word"),
        pytest.param("my name is Maria del Carmen Lopez", "my name is [name]", id="name with a particle"),
    ],
)
def test_personal_data_becomes_a_token(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("order 4111-2222-3333", id="order of twelve digits"),
        pytest.param("I saw it at gmail com", id="no mailbox before the host"),
        pytest.param("nie 12345 mal", id="never in German, no Spanish number"),
        pytest.param("za 14 dni 12.05.2026", id="days in Polish, no Spanish number"),
        pytest.param("DAS GEHT NIE 2024 10 31", id="never and a day in capitals"),
        pytest.param("my passport (10.12.2025) expired", id="the day of a passport in brackets"),
        pytest.param("Neuer Reisepass 01.12.2026", id="the day of a passport in German"),
        pytest.param("NHS 24 7 365", id="around the clock"),
        pytest.param("National insurance 12.570", id="an amount of insurance"),
        pytest.param("I get an error at Outlook it says no", id="an error at a host"),
        pytest.param("please sign in at outlook com", id="signing in at a host"),
        pytest.param("The page at yahoo com is down", id="a page at a host"),
        pytest.param("my users at yahoo com complain", id="users of a host"),
        pytest.param("Hola @orange es una vergüenza", id="a firm that is spoken to"),
        pytest.param("1 200 000 is our phone budget", id="an amount before the word for a phone"),
        pytest.param("12345678 is my phone's serial", id="what is a phone's before its word"),
        pytest.param("my passport EXPIRED in JAN27", id="capitals after a passport"),
        pytest.param("my passport expires 2027-01-01", id="the day of a passport"),
        pytest.param("order 12345678 is my phone case", id="order before the word for a phone"),
        pytest.param("ref 123-45-678", id="reference like an SSN"),
        pytest.param("invoice 8842 1190 3321 0001 77", id="invoice of eighteen digits"),
        pytest.param("invoice 4111 1111 1111 1111 7", id="a card's digits that go on"),
        pytest.param("version 10.0.19045.4291", id="version with a large part"),
        pytest.param("version 1.2.3.4", id="version that could be an address"),
        pytest.param("v10.0.1.2", id="short version"),
        pytest.param("booking code 555-0199-AA", id="booking code"),
        pytest.param("case no. 20260412-0091", id="case number"),
        pytest.param("parcel 9931939443153", id="parcel number of thirteen digits"),
        pytest.param("DE89 3704 0044 0532 0130 01", id="IBAN whose check digits do not hold"),
        pytest.param("4111 1111 1111 1112", id="check digit does not hold"),
        pytest.param("000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000", id="SSNs that were never issued"),
        pytest.param("256.1.1.1 and 1.2.3", id="no IPv4 addresses"),
        pytest.param("at 12:30:45 or 23:59", id="times"),
        pytest.param("2026-04-06 02:03:38", id="moment"),
        pytest.param("06/08/1985 and 31.12.2025 14:05", id="dates"),
        pytest.param("std::vector<int> a::b", id="names of C++"),
        pytest.param("@SUM(1,2) and @handle and a@b", id="signs that are no addresses"),
        pytest.param("12345678 1234567890", id="bare numbers without a cue"),
        pytest.param("3 1/2' floppy, 300,000 pounds, 15 credits", id="quantities"),
        pytest.param("Nothing of the kind.", id="plain words"),
        pytest.param("order number 415-555-0106", id="order in a phone's shape"),
        pytest.param("the password is wrong", id="a word about a password"),
        pytest.param("my account is locked since 2019", id="a year after an account"),
        pytest.param("at noon we met. Then we left", id="at, as a word"),
        pytest.param("I need one or two rooms for three nights", id="number words that count"),
        pytest.param("4 nights, 2 rooms, 3 people, 1 dog", id="digits that count"),
        pytest.param("It is a 15 minute drive", id="no address"),
        pytest.param("my name is spelled wrong", id="a word about a name"),
        pytest.param("one, two, three, four, five, six, seven, eight, nine, ten", id="somebody counts"),
        pytest.param("1 2 3 4 5 6 7 8 9 10", id="somebody counts in digits"),
        pytest.param("call centre opened 20240501", id="a day after a phone's word"),
        pytest.param("pin it at 12:3000 or 10:15", id="times after a pin"),
        pytest.param("phone order #415-555-0184", id="an order by phone"),
        pytest.param("invoice #4111 1111 1111 1111", id="an invoice in a card's shape"),
        pytest.param("version 192.168.001.010", id="a version filled up with zeros"),
        pytest.param("2 Place settings, 3 a b 12 34 cd 56", id="letters beside digits"),
        pytest.param("my mac is from 2019", id="a computer"),
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert redact(text) == text


def test_several_kinds_in_one_text_each_get_their_token() -> None:
    text = "Ann, ann@example.com, 202-555-0113, card 4111111111111111, 746-48-4015 from 198.51.100.7"

    kinds = [span.kind for span in spans(text)]

    assert kinds == [Kind.EMAIL, Kind.PHONE, Kind.CARD, Kind.SSN, Kind.IP]


@given(st.text())
def test_spans_are_in_order_within_the_text_and_apart(text: str) -> None:
    found = spans(text)

    positions = [position for span in found for position in (span.start, span.end)]
    assert positions == sorted(positions)
    assert all(0 <= span.start < span.end <= len(text) for span in found)


@given(st.text(alphabet="0123456789 .-()+@:abcx", max_size=80))
def test_redacting_twice_finds_nothing_more_of_what_was_found(text: str) -> None:
    once = redact(text)

    assert all(f"[{kind}" not in once[span.start : span.end] for kind in Kind for span in spans(once))


HOSTILE = (
    "1", "1-", "1 ", "1.", "@", "a@", "a.@", ":", "::", "1:", "a" * 70 + "@", "(1) ", "+1", "4111 ", "0", "call 1",
    "-.-1", "one ", "a at ", "a b at c dot ", "1 Main ", "my name is ", "name=", "account ", "pin 1", "born ", "DE89 ",
    "00:", "password: ", "eyJ", "Hi Ann", "rue de ", "[.]", "1 dot ",
    "a-", "passport A1 ", "a at gmail com ", "is my phone 12 ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_repetition_ends(piece: str) -> None:
    # A pattern that tries again inside itself would take hours for this.
    assert redact(piece * 800)


@pytest.mark.parametrize("end", ["a a at gmail com", "a at 10.30", "a at b dot c"])
@pytest.mark.parametrize("piece", ["a-", "a -", "a_", "1-"])
def test_hostile_repetition_before_what_begins_a_reading_ends(piece: str, end: str) -> None:
    assert redact(piece * 40 + end)


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE)
def test_twenty_times_the_text_takes_about_twenty_times_as_long(piece: str) -> None:
    # A pattern that reads on from every place would take four hundred times as long.
    assert seconds(piece * 20_000) < 60 * min(seconds(piece * 1_000) for _ in range(3)) + 0.05


def seconds(text: str) -> float:
    started = time.process_time()
    redact(text)
    return time.process_time() - started
