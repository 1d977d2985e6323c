"""What a person should know: an inbox of rows, written in the use case's transaction."""
