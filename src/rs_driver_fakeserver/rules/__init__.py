"""Scripted answers: what a test says that the server shall say."""
