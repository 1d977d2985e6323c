"""Plans, frames, draws with known probabilities, receipts and assignment."""
