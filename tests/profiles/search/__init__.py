"""The search of people."""
