"""What is done with campaigns: one transaction and one event each, safe to repeat and to run beside itself."""
