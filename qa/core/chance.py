"""Where randomness comes from: passed into the rules that need it, never taken by them."""

import numpy as np


def fresh() -> np.random.Generator:
    """A generator seeded by the operating system."""
    return np.random.default_rng()
