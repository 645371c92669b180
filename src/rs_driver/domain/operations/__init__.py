"""One conversation with the server to a file, each a generator that yields wants."""
