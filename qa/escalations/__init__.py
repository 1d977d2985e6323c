"""Escalations: where tickets were passed on to, why, by whom they are owned, and how long they took."""
