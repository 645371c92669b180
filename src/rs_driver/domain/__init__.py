"""The state machine: what a conversation with the server may be, and what we say in it. No I/O."""
