"""Running an installation: backup and restore, what is well and what is not, and whether it is ready to serve."""
