"""What the tests stand on: databases, a checking client, a named cast, a browser."""
