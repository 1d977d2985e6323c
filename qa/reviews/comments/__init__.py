"""A short talk about a released review, outside a dispute: the specialist, the reviewer and the leads."""
