"""The built-in stand-in of a provider: as strict as Twilio about what it takes, and it delivers to nobody."""
