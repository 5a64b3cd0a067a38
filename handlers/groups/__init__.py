"""Groups: who is in them, who leads them, and what is said there."""
