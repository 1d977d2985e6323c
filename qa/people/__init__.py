"""People, teams, roles and clearances in time, programmes and their dated settings, sign-in."""
