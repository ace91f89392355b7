"""What whoever runs the installation does with it: back it up, restore it, examine it, change its keys."""
