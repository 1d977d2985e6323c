"""The demo operation's simulation and texts; what writes them to the database is tested elsewhere."""
