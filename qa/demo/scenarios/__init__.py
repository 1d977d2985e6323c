"""The kinds of matters that creators write about."""

from qa.demo.scenarios import (
    abroad,
    abroad_rights,
    access,
    ads,
    appeals,
    copyright_claims,
    duet_studio,
    gift_goals,
    gifts,
    memberships,
    music,
    payees,
    payouts,
    roles,
    safety,
    statements,
    tools,
)
from qa.demo.scenarios.model import CHANNELS, LANGUAGES, QUEUE_KEYS, QUEUES, TIERS, Branch, Family, Queue

FAMILIES: tuple[Family, ...] = (
    *payouts.FAMILIES,
    *payees.FAMILIES,
    *statements.FAMILIES,
    *gifts.FAMILIES,
    *gift_goals.FAMILIES,
    *ads.FAMILIES,
    *memberships.FAMILIES,
    *access.FAMILIES,
    *roles.FAMILIES,
    *duet_studio.FAMILIES,
    *tools.FAMILIES,
    *appeals.FAMILIES,
    *copyright_claims.FAMILIES,
    *music.FAMILIES,
    *safety.FAMILIES,
    *abroad.FAMILIES,
    *abroad_rights.FAMILIES,
)
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
