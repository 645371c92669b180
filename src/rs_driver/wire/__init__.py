"""Bytes to messages and back, for both ends of the PostgreSQL v3 protocol as Redshift speaks it."""
