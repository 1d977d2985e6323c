"""Gaps in procedures, raised from reviews: missing, wrong, unclear, or not followed."""
