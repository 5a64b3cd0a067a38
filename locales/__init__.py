"""The message catalogues, and the commands that keep them whole: update and check."""
