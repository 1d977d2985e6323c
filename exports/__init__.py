"""Workbooks and flat files from plain values: pure, no web, no SQL, no clock."""
