"""The built-in catcher: takes outgoing mail while no SMTP_URL is set, and lets a newcomer play the customer."""
