"""The simulated operation behind `make demo`.

The texts and the simulation are pure and follow from a seed and a Monday alone; what writes them to the database
stands beside them.
"""
