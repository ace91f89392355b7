"""What this app and those below it hold of people."""
