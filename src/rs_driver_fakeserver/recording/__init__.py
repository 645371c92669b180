"""Conversations kept, and played again."""
