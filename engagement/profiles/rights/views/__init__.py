"""Pages of data requests."""
