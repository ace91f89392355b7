"""`make run`: everything that one machine needs, under one process that starts it and ends it."""
