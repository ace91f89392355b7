"""What a stranger, or somebody who signed in, must not be able to do."""
