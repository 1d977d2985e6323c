"""Launches: what they touch, when, and how quality stood before, during and after."""
