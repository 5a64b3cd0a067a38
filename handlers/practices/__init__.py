"""Practices and lessons: shared, found, read, adapted, translated and followed."""
