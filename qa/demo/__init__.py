"""The simulated operation behind `make demo`."""
