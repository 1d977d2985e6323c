"""Flat data to take along: ordered by a person, written by a job, kept for a week."""
