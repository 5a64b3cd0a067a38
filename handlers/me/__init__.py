"""What somebody says of themselves, and what is kept about them."""
