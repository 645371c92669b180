"""Transports: TCP, TLS, memory, and the same for asyncio."""
