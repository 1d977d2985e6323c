"""Disputes: a specialist objects to criteria of a released review, a lead settles each of them with a reason."""
