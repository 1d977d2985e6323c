"""Self-reviews and peer reviews: invitations that nobody has to take, beside the reviewer's review, in no figure."""
