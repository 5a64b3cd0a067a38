"""Polls: made, answered and read."""
