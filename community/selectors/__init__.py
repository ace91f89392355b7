"""What the community's pages read, each with a fixed number of queries."""
