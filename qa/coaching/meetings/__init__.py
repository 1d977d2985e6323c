"""Coaching meetings: one at a time or in a series, with notes that are shared and notes that are not."""
