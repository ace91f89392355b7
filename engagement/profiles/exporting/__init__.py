"""People as a file: CSV for spreadsheets, JSON lines for programs."""
