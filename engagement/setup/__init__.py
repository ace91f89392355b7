"""The organization's pages: first set-up, settings, roles, and the checklist until the first answered email."""
