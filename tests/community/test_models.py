"""What the database itself refuses, and what Markdown becomes."""
import pytest
from community import markdown
