"""Comments that come back: a person's own and the programme's, with blanks that nobody can send unfilled."""
