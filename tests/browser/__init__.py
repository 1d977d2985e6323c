"""The application as people meet it: in a browser."""
