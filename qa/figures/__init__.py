"""Additive sums kept with the facts, so that a page of figures costs the same however many reviews there are."""
