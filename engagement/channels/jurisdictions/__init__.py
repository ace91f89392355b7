"""The rules of each place: quiet hours, consent, opt-out keywords and required text, as versions of a sheet."""
