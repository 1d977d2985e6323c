"""Reviews drawn at random from what a specialist handled since a plan began."""
