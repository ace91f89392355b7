"""Reads over channels."""
