"""What redaction took out, kept sealed for a stated time where a source says so, and read by two people's consent."""
