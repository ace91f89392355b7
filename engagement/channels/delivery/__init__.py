"""The one delivery path: claimed under a lease, rendered, handed over, and what came of it."""
