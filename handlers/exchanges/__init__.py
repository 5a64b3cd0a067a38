"""Exchanges: planned, agreed on, attended and summed up."""
