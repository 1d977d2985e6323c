"""The kinds of matters that creators write about."""

from qa.demo.scenarios import payouts
from qa.demo.scenarios.model import CHANNELS, LANGUAGES, QUEUE_KEYS, QUEUES, TIERS, Branch, Family, Queue

FAMILIES: tuple[Family, ...] = (*payouts.FAMILIES,)
BY_KEY: dict[str, Family] = {family.key: family for family in FAMILIES}

__all__ = [
    "BY_KEY",
    "CHANNELS",
    "FAMILIES",
    "LANGUAGES",
    "QUEUES",
    "QUEUE_KEYS",
    "TIERS",
    "Branch",
    "Family",
    "Queue",
]
