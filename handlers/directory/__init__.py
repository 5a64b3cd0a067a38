"""The directory of people, organisations and partnerships."""
