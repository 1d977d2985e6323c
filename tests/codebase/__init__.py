"""Rules that the code itself keeps, checked by reading it."""
