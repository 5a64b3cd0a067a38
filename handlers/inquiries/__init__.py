"""Questions that members ask each other, and the answers."""
