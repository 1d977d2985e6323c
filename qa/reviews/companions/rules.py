"""Who waits for whom when a part has a self-review or a peer review beside the drawn one. Pure."""

from collections.abc import Collection

from qa.sampling.models import Purpose

SAMPLED = (Purpose.ROUTINE, Purpose.DOUBLE)
COMPANIONS = (Purpose.SELF, Purpose.PEER)
# What an assignment of a part may be for, and how far it is: ("routine", "open").
At = tuple[str, str]


def holds_release(at_hand: Collection[At]) -> bool:
    """Whether the part's specialist may still score it: then no review of it is released yet."""
    return (Purpose.SELF, "open") in at_hand


def waits_for_all(at_hand: Collection[At]) -> bool:
    """Whether a self-review or a peer review stays closed to all but its writer.

    Until every score of the part is in, and as long as there is no score of the sample to set it beside: whoever may
    still take the part from the pool must not have read it.
    """
    still_open = any((purpose, "open") in at_hand for purpose in (*SAMPLED, *COMPANIONS))
    return still_open or (Purpose.ROUTINE, "submitted") not in at_hand
