"""Tickets, their resolutions, handled parts and conversations: intake, redaction, storage."""
