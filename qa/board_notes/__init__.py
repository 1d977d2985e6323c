"""What the director says about a period, beside its figures."""
