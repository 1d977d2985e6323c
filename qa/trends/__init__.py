"""Quality over time for the director and the leads."""
