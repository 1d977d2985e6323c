"""The statistics of agreement: values in, results out; no web, no SQL, no clock, no randomness of its own."""
