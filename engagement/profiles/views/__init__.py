"""Pages of people: who there is, one person, what they agreed to, deals, suppressions."""
