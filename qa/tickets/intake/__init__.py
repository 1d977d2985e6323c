"""Exports of help desks, read: a module for each format, and what they share."""
