"""How templates are approved: the subject is the template, the hash is that of its newest revision."""

KIND = "content.revision"
