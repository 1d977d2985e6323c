"""Reviews of reviews: a lead scores a reviewed part again, and both see the difference; no estimate reads it."""
