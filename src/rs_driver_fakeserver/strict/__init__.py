"""Strict checking of the client: a state machine of its own that watches what goes by."""
