"""The network itself: its members, groups, topics and practices, and their store."""
