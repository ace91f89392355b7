"""Pages of the operating model."""
