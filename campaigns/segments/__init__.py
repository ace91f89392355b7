"""Segments: a typed registry of fields, a tree of rules, one SQL statement, and the same rules as a sentence."""
