"""Consultations on a text, and what a self-assessment finds."""
