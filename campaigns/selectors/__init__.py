"""Reads over several models, each with a fixed number of queries."""
