"""Coaching plans from evidence, their actions, and the workbook that takes them along."""
