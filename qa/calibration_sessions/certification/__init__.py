"""Certification of a reviewer for a rubric: practice against gold, shadowed reviews, and when it lapses."""
