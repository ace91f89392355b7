"""Requests, decisions and edits of one subject take turns, also before its first request has a row to lock."""

from uuid import UUID

from django.db import connection


def lock_subject(kind: str, subject_id: UUID) -> None:
    """Wait for whoever else asks for, decides on or voids this subject. Held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"approval:{kind}:{subject_id}"])
