"""Each reviewer beside the others: signed difference and agreement, with intervals."""
