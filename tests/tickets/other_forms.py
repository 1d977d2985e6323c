"""Personal data and look-alikes in many forms, made from the formats' definitions, for rules that never saw them.

Each form is a strategy of its own, so that a failure names it. Numbers are made up; national phone forms follow the
numbering plans, cards carry a right check digit, SSNs keep the SSA's rules.
"""

import re
from collections.abc import Callable
from math import prod

from hypothesis import strategies as st
from stdnum import iban, luhn

Draw = Callable[[st.SearchStrategy], object]
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def template(pattern: str) -> st.SearchStrategy[str]:
    """``9`` is any digit, ``8`` one from 2 to 9; all else, and a digit after a backslash, stands for itself."""
    signs: list[tuple[str, int]] = []  # what stands there, and how many digits it may be; 0 for itself
    kept = False
    for sign in pattern:
        if sign == "\\" and not kept:
            kept = True
            continue
        signs.append((sign, 0 if kept else {"9": 10, "8": 8}.get(sign, 0)))
        kept = False

    def filled(number: int) -> str:  # one drawn number gives all digits: a draw for each takes far longer
        shown = []
        for sign, many in signs:
            if many:
                number, digit = divmod(number, many)
                shown.append(str(digit + 10 - many))
            else:
                shown.append(sign)
        return "".join(shown)

    return st.integers(0, prod(many for _, many in signs if many) - 1).map(filled)


PHONES = {
    "NANP brackets": template("(899) 899-9999"),
    "NANP close": template("(899)899-9999"),
    "NANP dashes": template("899-899-9999"),
    "NANP points": template("899.899.9999"),
    "NANP spaces": template("899 899 9999"),
    "NANP one": template("1-899-899-9999"),
    "NANP one brackets": template("1 (899) 899-9999"),
    "NANP plus points": template("+1.899.899.9999"),
    "NANP plus close": template("+18998999999"),
    "NANP plus brackets": template("+1(899)899-9999"),
    "NANP extension": template("899-899-9999 ext. 99"),
    "NANP x": template("899-899-9999 x999"),
    "GB plus": template("+44 20 7999 9999"),
    "GB zero in brackets": template("+44 (0)20 7999 9999"),
    "GB London": template("020 7999 9999"),
    "GB mobile": template("07799 999999"),
    "GB area": template("(0161) 499 9999"),
    "GB exit": template("0044 7799 999999"),
    "DE plus": template("+4\\9 30 23999 999"),
    "DE slash": template("030/2399999"),
    "DE mobile": template("0151 23999999"),
    "DE brackets": template("(030) 2399 9999"),
    "DE dash": template("0171-2399999"),
    "FR pairs": template("06 12 34 99 99"),
    "FR points": template("06.12.34.99.99"),
    "FR plus": template("+33 6 12 34 99 99"),
    "FR dashes": template("01-42-68-99-99"),
    "ES plus": template("+34 612 34 99 99"),
    "ES pairs": template("612 34 99 99"),
    "ES threes": template("612 349 999"),
    "IT plus": template("+3\\9 347 123 9999"),
    "IT mobile": template("347 123 9999"),
    "IT Rome": template("06 6982 9999"),
    "NL mobile": template("06-12349999"),
    "NL area": template("020-6239999"),
    "NL plus": template("+31 6 12349999"),
    "PT plus": template("+351 \\912 349 999"),
    "PT threes": template("\\912 349 999"),
    "BR mobile": template("(11) \\91234-9999"),
    "BR plus": template("+55 11 \\91234-9999"),
    "AU mobile": template("0412 349 999"),
    "AU area": template("(02) 9123 9999"),
    "AU plus": template("+61 412 349 999"),
    "IN plus": template("+\\91 \\98765 43999"),
    "CH mobile": template("07\\9 123 99 99"),
    "AT": template("0664 1239999"),
    "IE": template("0\\87 123 9999"),
    "JP plus": template("+\\81 \\90-1234-9999"),
    "MX plus": template("+52 55 1234 9999"),
    "SE plus": template("+46 70 123 99 99"),
    "no-break space": template("+44 20 7999 9999".replace(" ", "\u00a0")),
    "en dashes": template("899–899–9999"),
}
PHONE_AFTER_CUE = {
    "together": template("8998999999"),
    "one together": template("18998999999"),
    "local": template("899-9999"),
    "GB together": template("07799999999"),
}


@st.composite
def cards(draw: Draw) -> str:
    prefix, length, sizes = draw(
        st.sampled_from(
            [
                ("4", 16, (4, 4, 4, 4)),
                ("51", 16, (4, 4, 4, 4)),
                ("2221", 16, (4, 4, 4, 4)),
                ("34", 15, (4, 6, 5)),
                ("37", 15, (4, 6, 5)),
                ("6011", 16, (4, 4, 4, 4)),
                ("65", 16, (4, 4, 4, 4)),
                ("3528", 16, (4, 4, 4, 4)),
                ("36", 14, (4, 6, 4)),
                ("305", 14, (4, 6, 4)),
                ("62", 16, (4, 4, 4, 4)),
                ("6304", 19, (4, 4, 4, 4, 3)),
            ]
        )
    )
    free = length - len(prefix) - 1
    body = f"{prefix}{draw(st.integers(0, 10**free - 1)):0{free}d}"
    number = body + luhn.calc_check_digit(body)
    joint = draw(st.sampled_from(["", " ", "-", ".", "\u00a0", "–", "  ", " - "]))
    groups, position = [], 0
    for size in sizes:
        groups.append(number[position : position + size])
        position += size
    return joint.join(groups)


@st.composite
def ssns(draw: Draw) -> str:
    area = draw(st.integers(1, 899).filter(lambda n: n != 666))
    parts = (f"{area:03d}", f"{draw(st.integers(1, 99)):02d}", f"{draw(st.integers(1, 9999)):04d}")
    return draw(st.sampled_from(["-", " ", "–", ".", "\u2011"])).join(parts)


# Accounts of ISO 13616: n a digit, a a capital letter, c either.
ACCOUNTS = {
    "DE": "n" * 18, "GB": "aaaa" + "n" * 14, "FR": "n" * 10 + "c" * 11 + "nn", "NL": "aaaa" + "n" * 10,
    "IT": "a" + "n" * 10 + "c" * 12, "ES": "n" * 20, "CH": "n" * 5 + "c" * 12, "NO": "n" * 11,
    "MT": "aaaa" + "n" * 5 + "c" * 18, "BR": "n" * 23 + "ac", "LC": "aaaa" + "c" * 24, "PL": "n" * 24,
}  # fmt: skip
SIGNS = {"n": "0123456789", "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "c": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


@st.composite
def ibans(draw: Draw, wide: bool = False) -> str:
    country = draw(st.sampled_from(sorted(ACCOUNTS)))
    account = "".join(draw(st.sampled_from(SIGNS[sign])) for sign in ACCOUNTS[country])
    number = country + iban.calc_check_digits(f"{country}00{account}") + account
    if wide:
        return " ".join(number)
    joint = draw(st.sampled_from(["", " ", "-", "\u00a0", "."]))
    return joint.join(number[place : place + 4] for place in range(0, len(number), 4))


HEXES = st.binary(min_size=6, max_size=6)
MACS = st.one_of(
    HEXES.map(lambda mac: mac.hex(":")),
    HEXES.map(lambda mac: mac.hex("-").upper()),
    HEXES.map(lambda mac: mac.hex(".", 2)).filter(lambda mac: any(sign.isdigit() for sign in mac)),
)
HARD_MACS = HEXES.map(bytes.hex) | HEXES.map(lambda mac: mac.hex(" "))
IPS = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=4).map(lambda ip: f"{ip}:8080"),
    st.ip_addresses(v=6).filter(lambda ip: ip.ipv4_mapped is None and int(ip) > 2**100).map(str),
    st.ip_addresses(v=6).filter(lambda ip: int(ip) > 2**100).map(lambda ip: ip.exploded.upper()),
)
NAMES = st.sampled_from(["ann", "j.smith", "maria_lopez", "o-brien", "k42", "first.last+tag", "info", "x.y.z", "Li"])
HOSTS = st.sampled_from(["example.com", "mail.example.org", "sub.mail.example.co.uk", "my-shop.example", "exämple.de"])
EMAILS = st.tuples(NAMES, HOSTS).map("@".join)


def spelt_mail(name: str, host: str, at: str, dot: str) -> str:
    return name.replace(".", dot) + at + host.replace(".", dot)


HARD_EMAILS = st.builds(
    spelt_mail,
    st.sampled_from(["ann", "j.smith", "maria.lopez", "k42", "first.last"]),
    st.sampled_from(["example.com", "mail.example.org", "example.co.uk"]),
    st.sampled_from([" at ", " (at) ", "[at]", " AT ", " @ ", "(at)", " {at} ", " [at] "]),
    st.sampled_from([" dot ", " (dot) ", "[dot]", " DOT ", " . ", "(dot)", " [dot] "]),
) | st.sampled_from(
    [
        "j a n e at example dot com",
        "ann underscore lee at example dot org",
        "ann at example.com",
        "ann_lee at example.com",
        "ann arroba example punto com",
        "max punkt muster at example punkt de",
        "ann dash lee at mail dot example dot com",
    ]
)


def in_words(number: str, joint: str, oh: bool) -> str:
    return joint.join("oh" if oh and digit == "0" else WORDS[int(digit)] for digit in number if digit.isdigit())


HARD_PHONES = st.one_of(
    st.builds(in_words, template("8998999999"), st.sampled_from([" ", "-", ", ", ". "]), st.booleans()),
    st.builds(lambda n: "plus " + in_words(n, " ", False), template("18998999999")),
    template("8 9 9 8 9 9 9 9 9 9"),
    template("8-9-9-8-9-9-9-9-9-9"),
    template("8.9.9.8.9.9.9.9.9.9"),
    template("8 9 9 - 8 9 9 - 9 9 9 9"),
    template("(8 9 9) 8 9 9 9 9 9 9"),
    template("899 . 899 . 9999"),
    template("899 - 899 - 9999"),
    template("+1 8 9 9 8 9 9 9 9 9 9"),
    st.builds(lambda a, b: f"{a} {in_words(b, ' ', False)}", template("899"), template("8999999")),
    st.just("four one five, triple five, zero one double four"),
    st.just("four fifteen five fifty-five zero one forty-two"),
    st.builds(lambda n: in_words(n, " ", False), template("07799999999")),
)
HARD_CARDS = st.builds(lambda c, j: in_words(c, j, False), cards(), st.sampled_from([" ", "-", ", "])) | cards().map(
    lambda c: " ".join(digit for digit in c if digit.isdigit())
)
HARD_SSNS = ssns().map(lambda n: ", ".join(in_words(p, " ", False) for p in re.split(r"\D", n)))
HARD_IPS = st.one_of(
    st.ip_addresses(v=4).map(lambda ip: str(ip).replace(".", "[.]")),
    st.ip_addresses(v=4).map(lambda ip: str(ip).replace(".", " dot ")),
    st.ip_addresses(v=4).map(lambda ip: str(ip).replace(".", "(dot)")),
    st.ip_addresses(v=4).map(lambda ip: " dot ".join(in_words(part, " ", False) for part in str(ip).split("."))),
)
BEFORE = st.sampled_from(
    ["", "Hello. ", "ok, ", "I need a room for 2 from May 11th. ", "Thanks!\n", "It cost $300 and "]
)
AFTER = st.sampled_from(["", ".", " please", "\nthanks", ", ok?", " - and 2 more things", "!"])
# Numbers of documents by their definitions: passports (ICAO Doc 9303-3: up to nine letters and digits; the countries'
# own series), the Spanish NIE and DNI, the British national insurance number, the Italian tax code.
DOCUMENTS = {
    "passport DE": template("C99X99T99"),
    "passport ES": template("XDD999999"),
    "passport FR": template("99AF99999"),
    "passport IN": template("J9999999"),
    "passport IT": template("YA9999999"),
    "passport NL": template("NP9D9F9K9"),
    "passport PL": template("AB 9999999"),
    "passport PT": template("CA999999"),
    "passport UK": template("899999999"),
    "passport US": template("A99999999"),
    "passport in small letters": template("c99x99t99"),
    "NIE": template("X9999999L"),
    "NIE with dashes": template("Y-9999999-K"),
    "NIE in small letters": template("z 9999999 r"),
    "DNI": template("99999999Z"),
    "DNI with points": template("99.999.999-Z"),
    "national insurance": template("QQ 99 99 99 C"),
    "tax code": template("RSSMRA89T19A999S"),
}
DECOYS = {
    "order": template("order 9999-9999-9999"),
    "order id": template("Order ID: 99999999"),
    "ref": template("ref 999-99-999"),
    "invoice": template("invoice 9999 9999 9999 9999 99"),
    "tracking": template("tracking number 1Z999AA10123456784"),
    "tracking digits": template("tracking no. 999999999999"),
    "case": template("case no. 20269912-9999"),
    "booking": template("booking code 899-9999-AB"),
    "version": template("version 10.9.19999.9999"),
    "four-part version": template("v2.9.9.9"),
    "build": template("build 1.9.9.9"),
    "date": template("2026-0\\8-1\\9"),
    "moment": template("2026-04-06 02:03:38"),
    "price": template("$9,999,999.99"),
    "ISBN": st.just("ISBN 978-3-16-148410-0"),
    "ticket": template("ticket #99999999"),
    "serial": template("serial 899-899-9999"),
    "SKU": template("SKU 99-999-9999"),
    "PO": template("PO 899-99-9999"),
    "range": template("pages 100-200-300"),
    "time": st.just("10:30 - 12:45"),
    "score": template("score 99-99-99"),
    "coordinates": template("51.5\\074, -0.1278"),
    "UUID": st.uuids().map(str),
    "model": template("model 899-899"),
    "flight": template("flight BA 9999"),
    "amount": template("amount 99 999 999"),
    "handle": st.just("@support"),
    "clock": st.just("12:30:45.678"),
    "ratio": st.just("3:2:1"),
    "C++": st.just("std::vector<int>"),
    "case slash": template("case 2026/99/9999"),
    "phone-like order": template("order number 899-899-9999"),
    "meet at": st.just("meet me at noon. See you"),
    "at a shop": st.just("I bought it at Macy's. Great shop"),
}
