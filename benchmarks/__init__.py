"""Measurements of the product: ``make bench NAME=…`` prints one JSON line for each figure."""
