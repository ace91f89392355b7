"""Opt-out requests by any reasonable words, by text and by e-mail."""
