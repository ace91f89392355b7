"""What changes the operating model."""
