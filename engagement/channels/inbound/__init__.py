"""What comes in: accepted, stored, read, made known."""
