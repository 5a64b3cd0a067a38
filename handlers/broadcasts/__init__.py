"""What coordinators tell many, planned, sent and put right."""
