"""A campaign of the benches' own: people who agreed, an approved text of ordinary size, one message for each.

The text is rendered for each person with the house's Liquid and spliced into the house's skeleton, as a campaign does.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

SOURCE = "bench.campaign"
ADDRESS = "care@pedralva.example"
HASH = "c" * 64
_ROW = """
<tr><td style="padding:12px 24px;font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:24px;color:#22303c">
Olá {{ first_name }}, a revisão da sua {{ bicycle }} já pode ser marcada na loja de {{ city }}: traga-a quando quiser.
</td></tr>
"""
HTML = (
    "<!doctype html><html lang='pt-BR'><head><meta charset='utf-8'><title>{{ bicycle }}</title></head><body>"
    "<table role='presentation' width='100%'>"
    + _ROW * 20
    + "<tr><td><a href='{{ unsubscribe_url }}'>Cancelar a assinatura</a></td></tr></table></body></html>"
)
TEXT = (
    "Olá {{ first_name }},\n\na revisão da sua {{ bicycle }} já pode ser marcada na loja de {{ city }}.\n\n"
    "Cancelar a assinatura: {{ unsubscribe_url }}\n"
)
SUBJECT = "{{ first_name }}, sua {{ bicycle }} espera a revisão"
CITIES = ("Pedralva", "Itajubá", "Maria da Fé", "Cristina")
# Profiles, consents and messages of one campaign, each in one statement.
_PEOPLE = """
INSERT INTO profiles_profile (key, name, language, time_zone, country, place, created_at)
SELECT gen_random_uuid(), 'Pessoa ' || number, 'pt', 'America/Sao_Paulo', 'BR', '', now()
FROM generate_series(1, %(people)s) AS number
"""
_CONSENTS = """
INSERT INTO profiles_consentstate (profile_id, channel, purpose, granted, basis, since)
SELECT key, 'email', 'marketing', true, 'express', now() FROM profiles_profile
"""


def launch(*, people: int) -> UUID:
    """Queue one message to each of ``people`` new profiles; return the campaign's key."""
    from django.db import connection, transaction
    from django.utils import timezone

    from engagement.channels.models import Channel, Transmission
    from engagement.keys import new_key
    from engagement.profiles.models import Profile

    channel, _ = Channel.objects.get_or_create(kind="email", address=ADDRESS, defaults={"name": "Care"})
    group, now = new_key(), timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"people": people})
        cursor.execute(_CONSENTS)
        rows: list[Transmission] = []
        for place, profile in enumerate(Profile.objects.order_by("key").values_list("key", flat=True)):
            key = new_key()
            rows.append(
                Transmission(
                    key=key,
                    unique_key=f"campaign:{group}:{profile}",
                    channel=channel,
                    profile_id=profile,
                    purpose="marketing",
                    source=SOURCE,
                    source_id=key,
                    group_id=group,
                    content_hash=HASH,
                    locale="pt-BR",
                    recipients=[{"address": f"pessoa{place}@cliente.example", "name": f"Pessoa {place}", "role": "to"}],
                    external_id=f"{key}@pedralva.example",
                    not_before=now,
                    created_at=now,
                    state_at=now,
                )
            )
            if len(rows) == 5_000:
                Transmission.objects.bulk_create(rows)
                rows = []
        Transmission.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return group


def render(rows: Sequence[Any]) -> Mapping[UUID, Any]:
    """Write each message: Liquid for subject, text and HTML, then the skeleton."""
    from content.rendering.language import write
    from engagement.channels import unsubscribe
    from engagement.channels.email.addresses import Mailbox
    from engagement.channels.email.ready import ReadyEmail

    channel, skeleton, parts = _prepared()
    made = {}
    for place, row in enumerate(rows):
        token = unsubscribe.token_of(row.key)
        values = {
            "first_name": row.recipients[0]["name"],
            "bicycle": f"Serra {row.key.int % 97}",
            "city": CITIES[place % len(CITIES)],
            "unsubscribe_url": unsubscribe.url_of(token),
        }
        subject, text, html = (write(part, values) for part in parts)
        content = skeleton.splice(
            message_id=row.external_id,
            to=Mailbox(row.recipients[0]["name"], row.recipients[0]["address"]),
            subject=subject,
            date=row.created_at,
            text=text,
            html=html,
            headers=unsubscribe.headers_of(channel=channel, token=token),
        )
        made[row.key] = ReadyEmail(channel.address, content)
    return made


@cache
def _prepared() -> tuple[Any, Any, tuple[Any, ...]]:
    from content.rendering.language import HTML as PAGE
    from content.rendering.language import PLAIN, read
    from engagement.channels.email.addresses import Mailbox
    from engagement.channels.email.skeleton import Skeleton
    from engagement.channels.models import Channel

    channel = Channel.objects.get(address=ADDRESS)
    sources = ((SUBJECT, PLAIN), (TEXT, PLAIN), (HTML, PAGE))
    parts = tuple(read(source, language=language, field="text") for source, language in sources)
    return channel, Skeleton(from_=Mailbox("Pedralva", ADDRESS)), parts


def register() -> None:
    """Let this process render the bench's campaign, and know its text as approved."""
    from engagement.channels import renderers
    from engagement.channels.policy import register_approvals

    renderers.register(SOURCE, render)
    register_approvals(_approved)


def _approved(hashes: Sequence[str], _now: Any) -> set[str]:
    return {HASH} & set(hashes)
