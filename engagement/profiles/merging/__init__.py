"""Two profiles that are one person: which may be, what is put together, and how it is taken apart again."""
