"""Reads for the pages of the operating model."""
