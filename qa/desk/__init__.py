"""The home of each role, a ticket in full, search: what needs every room."""
