"""Turns come in the order of asking, and nobody who gave up is waited for."""

import threading

from qa.core.turns import Turns


def test_turns_come_in_the_order_of_asking():
    turns, came = Turns(), []
    assert turns.acquire(timeout=1)

    def take(place: int) -> None:
        if turns.acquire(timeout=10):
            came.append(place)
            turns.release()

    threads = [threading.Thread(target=take, args=(place,)) for place in range(8)]
    for place, thread in enumerate(threads):
        thread.start()
        while len(turns._waiting) <= place:
            thread.join(timeout=0.001)
    turns.release()
    for thread in threads:
        thread.join(timeout=10)

    assert came == list(range(8))
    assert turns.acquire(timeout=0)


def test_whoever_just_had_the_turn_stands_behind_those_who_wait():
    turns, came = Turns(), []
    assert turns.acquire(timeout=1)
    other = threading.Thread(target=lambda: turns.acquire(timeout=10) and (came.append("other"), turns.release()))
    other.start()
    while not turns._waiting:
        other.join(timeout=0.001)

    turns.release()
    assert turns.acquire(timeout=10)
    came.append("again")
    other.join(timeout=10)

    assert came == ["other", "again"]


def test_whoever_gave_up_is_passed_over():
    turns = Turns()
    assert turns.acquire(timeout=1)

    gave_up = not turns.acquire(timeout=0.01)
    turns.release()

    assert gave_up
    assert turns.acquire(timeout=0)
