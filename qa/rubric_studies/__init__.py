"""What reviews say about a rubric: what a draft would change, and which of its questions work."""
