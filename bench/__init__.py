"""Measurements: each module prints figures beside their bars."""
