"""The organization that runs this installation: one row, read everywhere, changed in the browser."""
