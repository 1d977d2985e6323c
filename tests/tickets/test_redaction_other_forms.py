"""Recall and decoys on forms that the rules were not written from: made anew by definition in `other_forms.py`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.tickets.redaction import Kind, redact, spans
from tests.tickets import other_forms as forms

tried = settings(deadline=None, max_examples=6)


def is_taken_out(kind: Kind, value: str, before: str, after: str) -> bool:
    text = before + value + after
    start, end = len(before), len(before) + len(value)
    return any(span.kind is kind and span.start <= start and span.end >= end for span in spans(text))


@pytest.mark.parametrize("name", forms.PHONES)
@tried
@given(data=st.data(), before=forms.BEFORE, after=forms.AFTER)
def test_phone(name: str, data: st.DataObject, before: str, after: str) -> None:
    assert is_taken_out(Kind.PHONE, data.draw(forms.PHONES[name]), before, after)


@pytest.mark.parametrize("name", forms.PHONE_AFTER_CUE)
@tried
@given(data=st.data(), after=forms.AFTER)
def test_phone_after_its_word(name: str, data: st.DataObject, after: str) -> None:
    assert is_taken_out(Kind.PHONE, data.draw(forms.PHONE_AFTER_CUE[name]), "call me at ", after)


@tried
@given(forms.cards(), forms.BEFORE, forms.AFTER)
def test_card(value: str, before: str, after: str) -> None:
    assert is_taken_out(Kind.CARD, value, before, after)


@tried
@given(forms.ssns(), forms.AFTER)
def test_ssn(value: str, after: str) -> None:
    assert is_taken_out(Kind.SSN, value, "my SSN is ", after)


@tried
@given(forms.IPS, forms.BEFORE)
def test_ip(value: str, before: str) -> None:
    assert is_taken_out(Kind.IP, value.removesuffix(":8080"), f"{before}from ", "")


@tried
@given(forms.ibans(), forms.BEFORE, forms.AFTER)
def test_iban(value: str, before: str, after: str) -> None:
    assert is_taken_out(Kind.IBAN, value, f"{before}to ", after)


@tried
@given(forms.ibans(wide=True), forms.BEFORE, forms.AFTER)
def test_iban_letter_by_letter(value: str, before: str, after: str) -> None:
    assert is_taken_out(Kind.IBAN, value, f"{before}IBAN ", after)


@tried
@given(forms.MACS, forms.BEFORE, forms.AFTER)
def test_mac(value: str, before: str, after: str) -> None:
    assert is_taken_out(Kind.MAC, value, f"{before}from ", after)


@tried
@given(forms.HARD_MACS, forms.BEFORE)
def test_mac_after_its_word(value: str, before: str) -> None:
    assert is_taken_out(Kind.MAC, value, f"{before}MAC address ", "")


@tried
@given(forms.EMAILS, forms.BEFORE, forms.AFTER)
def test_email(value: str, before: str, after: str) -> None:
    assert is_taken_out(Kind.EMAIL, value, before, after)


@tried
@given(forms.HARD_EMAILS, forms.AFTER)
def test_spelt_email(value: str, after: str) -> None:
    assert is_taken_out(Kind.EMAIL, value, "mail ", after)


@tried
@given(forms.HARD_PHONES, forms.BEFORE, forms.AFTER)
def test_spelt_phone(value: str, before: str, after: str) -> None:
    assert is_taken_out(Kind.PHONE, value, f"{before}call ", after)


@tried
@given(forms.HARD_CARDS)
def test_spelt_card(value: str) -> None:
    assert is_taken_out(Kind.CARD, value, "card ", "")


@tried
@given(forms.HARD_SSNS)
def test_spelt_ssn(value: str) -> None:
    assert is_taken_out(Kind.SSN, value, "SSN ", "")


@tried
@given(forms.HARD_IPS)
def test_spelt_ip(value: str) -> None:
    assert is_taken_out(Kind.IP, value, "from ", "")


@pytest.mark.parametrize("name", forms.DECOYS)
@tried
@given(data=st.data())
def test_decoy(name: str, data: st.DataObject) -> None:
    text = f"Hello. {data.draw(forms.DECOYS[name])} please"

    assert redact(text) == text
