"""Where the demo's choices come from: a stream for every purpose, so that a change in one leaves the others alone."""

import hashlib
from random import Random

import numpy as np


def stream(*purpose: object) -> Random:
    """The stream of choices for a purpose, such as a seed and a ticket; the same on every machine."""
    return Random("/".join(str(part) for part in purpose))  # noqa: S311 - a simulation, nothing secret


def generator(*purpose: object) -> np.random.Generator:
    """The same for arrays."""
    digest = hashlib.sha256("/".join(str(part) for part in purpose).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))
