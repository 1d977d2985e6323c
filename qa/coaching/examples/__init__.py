"""Good examples: a passage of somebody's own work, shared with others by both consents, and taken back at any time."""
