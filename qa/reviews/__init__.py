"""Scoring, revisions, evidence, release and acknowledgement."""
