"""English, for readers in many countries: day before month, months by name, 24 hours."""
