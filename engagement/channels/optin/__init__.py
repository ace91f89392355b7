"""Double opt-in: forms, requests that wait for a confirmation, the mail with the link, and the button behind it."""
