"""People from a file: read, mapped, tried, brought in by set, taken back."""
