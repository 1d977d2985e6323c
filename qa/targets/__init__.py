"""Targets: the values a programme wants to reach, from which day, and for whom."""
