"""Forget the words that nobody is called by any more, and those that were written down twice."""

from engagement.statements import run

_BATCH = 1000
# Of a word that somebody is given in this very moment the trigger may find the old row; it is learnt again by the next
# who is called so. Until then only its misspellings are not found.
_TIDY = """
WITH batch AS (
    SELECT id, word FROM profiles_nameword WHERE id > %(after)s ORDER BY id LIMIT %(most)s
), gone AS (
    DELETE FROM profiles_nameword one USING batch WHERE one.id = batch.id AND (
        EXISTS (SELECT FROM profiles_nameword older WHERE older.word = batch.word AND older.id < batch.id)
        OR NOT EXISTS (
            SELECT FROM profiles_profile person
            WHERE profiles_found_by(person.name, person.tags::text[]) @> ARRAY[batch.word::text]
        )
    ) RETURNING 1
)
SELECT (SELECT max(id) FROM batch), (SELECT count(*) FROM gone)
"""


def tidy() -> int:
    """Look at every word; return how many are gone. Safe to repeat, and to stop at any time."""
    after = gone = 0
    while True:
        ((last, number),) = run(_TIDY, {"after": after, "most": _BATCH})
        gone += int(number)
        if last is None:
            return gone
        after = last
