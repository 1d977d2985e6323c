"""Exports that come by themselves: which one, how often, for whom; kept for a week, by link or in a folder."""
