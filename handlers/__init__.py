"""What people say and what they get back: one file per capability."""
