"""Incidents that a reader of a conversation raises: told at once to whom the programme names, whatever the score."""
