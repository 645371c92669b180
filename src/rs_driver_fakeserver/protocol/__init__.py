"""The server's half of the protocol, without I/O: from the first byte to Terminate."""
