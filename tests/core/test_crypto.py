"""Stored text: it comes back as it was, with its own key only, and never when somebody touched it."""

import base64

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from qa.core import crypto
from qa.core.crypto import KeyRing, UnreadableTextError

ABOUT = "ticket/desk/1/revision/1"
KEY = bytes(range(32))
OLD, NEW = ("k1", b"\x01" * 32), ("k2", b"\x02" * 32)


@given(st.binary())
def test_text_comes_back_as_it_was(plain: bytes):
    assert crypto.decrypt_text(KEY, crypto.encrypt_text(KEY, plain, ABOUT), ABOUT) == plain


@given(st.binary(min_size=1), st.data())
def test_one_changed_bit_makes_it_unreadable(plain: bytes, data: st.DataObject):
    sealed = bytearray(crypto.encrypt_text(KEY, plain, ABOUT))
    position = data.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(UnreadableTextError):
        crypto.decrypt_text(KEY, bytes(sealed), ABOUT)


@given(st.integers(0, 60))
def test_a_payload_that_was_cut_is_unreadable(length: int):
    sealed = crypto.encrypt_text(KEY, b"a conversation that is longer than a few bytes", ABOUT)

    with pytest.raises(UnreadableTextError):
        crypto.decrypt_text(KEY, sealed[: min(length, len(sealed) - 1)], ABOUT)


def test_the_text_of_another_ticket_is_unreadable():
    sealed = crypto.encrypt_text(KEY, b"text", ABOUT)

    with pytest.raises(UnreadableTextError):
        crypto.decrypt_text(KEY, sealed, "ticket/desk/2/revision/1")


def test_the_same_text_never_looks_the_same_twice():
    assert crypto.encrypt_text(KEY, b"text", ABOUT) != crypto.encrypt_text(KEY, b"text", ABOUT)


def test_nothing_of_the_text_shows_in_what_is_stored():
    assert b"payout" not in crypto.encrypt_text(KEY, b"payout " * 100, ABOUT)


def test_a_conversation_takes_less_room_than_its_text():
    assert len(crypto.encrypt_text(KEY, b"The payout was sent on Monday. " * 100, ABOUT)) < 500


def test_every_ticket_gets_a_key_of_its_own():
    keys = {crypto.new_text_key() for _ in range(50)}

    assert len(keys) == 50
    assert {len(key) for key in keys} == {32}


def test_a_wrapped_key_opens_with_the_ring_that_wrapped_it():
    key = crypto.new_text_key()

    key_id, wrapped = crypto.wrap(KeyRing((NEW, OLD)), key, "ticket/desk/1")

    assert key_id == "k2"
    assert key not in wrapped
    assert crypto.unwrap(KeyRing((NEW, OLD)), key_id, wrapped, "ticket/desk/1") == key


def test_a_key_wrapped_before_a_new_master_key_came_still_opens():
    key = crypto.new_text_key()
    key_id, wrapped = crypto.wrap(KeyRing((OLD,)), key, "ticket/desk/1")

    assert crypto.unwrap(KeyRing((NEW, OLD)), key_id, wrapped, "ticket/desk/1") == key


def test_a_master_key_that_is_not_configured_is_named():
    key_id, wrapped = crypto.wrap(KeyRing((OLD,)), crypto.new_text_key(), "ticket/desk/1")

    with pytest.raises(UnreadableTextError, match="k1"):
        crypto.unwrap(KeyRing((NEW,)), key_id, wrapped, "ticket/desk/1")


def test_a_wrapped_key_moved_to_another_ticket_does_not_open():
    ring = KeyRing((OLD,))
    key_id, wrapped = crypto.wrap(ring, crypto.new_text_key(), "ticket/desk/1")

    with pytest.raises(UnreadableTextError):
        crypto.unwrap(ring, key_id, wrapped, "ticket/desk/2")


@given(st.binary(min_size=32, max_size=32), st.integers(1, 2**31))
def test_each_person_s_drafts_have_a_key_that_follows_from_the_installation_s_by_hkdf(master: bytes, person: int):
    expanded = HKDFExpand(SHA256(), length=32, info=f"fairmark:drafts:{person}".encode()).derive(master)

    assert base64.b64decode(crypto.draft_key_of(master, person)) == expanded
    assert crypto.draft_key_of(master, person) != crypto.draft_key_of(master, person + 1)
