"""What the database itself refuses, and what Markdown becomes."""
