"""What can be done with channels and with what goes through them."""
