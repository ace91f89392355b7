"""Reads over several models of this app."""
