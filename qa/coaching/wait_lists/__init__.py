"""Who is coached first, by lot: those who wait are what the first are compared with."""
