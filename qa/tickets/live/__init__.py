"""Live pulls: a help desk's API is read page by page, as far as it allows, and goes on where it stopped."""
