"""The lot of a wait-list. Pure: a seed and people in, an order out."""

import datetime as dt
import hashlib
from collections.abc import Sequence

from qa.sampling.draw import prf

FEWEST_EACH = 3  # people in each wave: fewer compare nothing


def order_by_lot(user_ids: Sequence[int], seed: bytes) -> list[int]:
    """The people in the order of SHA-256(seed, person): every order as likely as the other, and repeatable."""
    if len(set(user_ids)) != len(user_ids):
        raise ValueError("a person is there twice")
    return sorted(user_ids, key=lambda user_id: (prf(seed, "wait-list", str(user_id)), user_id))


def digest_of(order: Sequence[int]) -> str:
    """What the trail keeps, so that nobody can say later that the order was another."""
    return hashlib.sha256(",".join(map(str, order)).encode()).hexdigest()


def waves(order: Sequence[int], first_size: int, starts_on: dt.date, weeks: int) -> list[tuple[int, int, dt.date]]:
    """Each person with the wave they are in and the Monday on which it begins."""
    if not FEWEST_EACH <= first_size <= len(order) - FEWEST_EACH:
        raise ValueError(f"each wave holds at least {FEWEST_EACH} people")
    second = starts_on + dt.timedelta(weeks=weeks)
    return [
        (user_id, 1, starts_on) if place < first_size else (user_id, 2, second) for place, user_id in enumerate(order)
    ]
