"""How templates are approved. The subject is the template, and what is approved is the hash of one revision.

So an edit, which makes another hash, voids what was asked and decided before (``actions.saving``).
"""

KIND = "content.revision"
REVIEW_HOURS = 24
