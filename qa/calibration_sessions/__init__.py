"""Calibration: the same parts scored blind by several, revealed together, settled by consensus."""
