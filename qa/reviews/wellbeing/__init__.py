"""Care for whoever reads: own choices, a pause after hard content, and what the programme's owner may know of it."""
