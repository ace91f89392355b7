"""Text messages over a Twilio-compatible provider."""
