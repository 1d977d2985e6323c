"""How people of a session appear to one another, from plain values."""

from qa.calibration_sessions.naming import Named, shown_anonymously, shown_as, told_apart

KEY = b"a key that nobody in the room has"
PEOPLE = [
    Named(user_id=number, name=name, pseudonym=bird)
    for number, (name, bird) in enumerate(
        [("Ana", "Heron"), ("Ben", "Heron"), ("Cleo", "Ibis"), ("Dan", "Jackdaw"), ("Eva", "Avocet")], start=1
    )
]


def test_names_are_for_those_who_may_know_them_and_oneself_is_you():
    assert shown_as(PEOPLE[:2], me=2, named=True) == {1: "Ana", 2: "You"}
    assert shown_as(PEOPLE[:2], me=1, named=False) == {1: "You", 2: "Heron"}


def test_two_of_one_pseudonym_are_told_apart():
    assert told_apart(shown_as(PEOPLE[:3], me=0, named=False)) == {1: "Heron", 2: "Heron (2)", 3: "Ibis"}


def test_an_anonymous_session_shows_numbers_of_its_own_in_an_order_that_says_nothing():
    one = shown_anonymously(PEOPLE, me=0, session_id=1, key=KEY)
    again = shown_anonymously(PEOPLE[::-1], me=0, session_id=1, key=KEY)
    orders = {tuple(shown_anonymously(PEOPLE, me=0, session_id=number, key=KEY)) for number in range(40)}

    assert sorted(one.values()) == [f"Person {number}" for number in range(1, 6)]
    assert list(one.values()) == sorted(one.values())
    assert one == again
    assert len(orders) > 20  # 40 sessions, 120 orders: hardly two alike
    assert shown_anonymously(PEOPLE, me=3, session_id=1, key=KEY)[3] == "You"
