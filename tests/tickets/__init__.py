"""Tests of intake, redaction, storage and the pages of tickets."""
