"""The community's pages: the public ones guard themselves, the staff's say what they require."""
