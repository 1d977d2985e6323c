"""Sessions that come again by themselves: a rule draws each one, with its people, parts and deadline."""
