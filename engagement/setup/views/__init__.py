"""Pages of the set-up and of the settings."""
