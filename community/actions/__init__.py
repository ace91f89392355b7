"""What can be done in the community."""
