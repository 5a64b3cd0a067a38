"""Dialogues of a year or longer, with their problems, actions and insights."""
