"""A campaign of the benches' own: people who agreed, a text of ordinary size for each of them to read in his name.

Everything but the launch's form is the house's: the segment is frozen, waves are queued, words are rendered by
``campaigns.renderer``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from campaigns.models import Campaign

ADDRESS = "news@pedralva.example"
CITIES = ("Pedralva", "Itajubá", "Maria da Fé", "Cristina")
_ROW = """
<mj-section><mj-column><mj-text>
Olá {{ first_name }}, a revisão da sua {{ bicycle }} já pode ser marcada na loja de {{ city }}: traga-a quando quiser.
</mj-text></mj-column></mj-section>
"""
MJML = (
    "<mjml><mj-body>"
    + _ROW * 6
    + "<mj-section><mj-column><mj-text><a href='{{ unsubscribe_url }}'>Cancelar a assinatura</a></mj-text></mj-column>"
    "</mj-section></mj-body></mjml>"
)
TEXT = (
    "Olá {{ first_name }},\n\na revisão da sua {{ bicycle }} já pode ser marcada na loja de {{ city }}.\n\n"
    "Cancelar a assinatura: {{ unsubscribe_url }}\n"
)
SUBJECT = "{{ first_name }}, sua {{ bicycle }} espera a revisão"
LAYOUT = "<mjml><mj-body><mj-section><mj-column><mj-text>Hello</mj-text></mj-column></mj-section></mj-body></mjml>"
# Profiles, their addresses and consents, each in one statement.
_PEOPLE = """
INSERT INTO profiles_profile (key, name, language, time_zone, country, place, attributes, created_at)
SELECT gen_random_uuid(), 'Pessoa' || n || ' Silva', 'pt-br', %(zone)s, 'BR', (%(cities)s::text[])[1 + n %% 4],
    jsonb_build_object('bicycle', 'Serra ' || n %% 97), now()
FROM generate_series(1, %(people)s) AS n
"""
_EMAILS = """
INSERT INTO profiles_identity (key, profile_id, kind, scope, address, address_norm, preferred, valid_from)
SELECT gen_random_uuid(), key, 'email', '', lower(split_part(name, ' ', 1)) || '@cliente.example',
    lower(split_part(name, ' ', 1)) || '@cliente.example', true, now() FROM profiles_profile
"""
_CONSENTS = """
INSERT INTO profiles_consentstate (profile_id, channel, purpose, granted, basis, since)
SELECT key, 'email', 'marketing', true, 'express', now() FROM profiles_profile
"""


def approve_all() -> None:
    """Let every text of this process count as approved: who approves what is measured nowhere."""
    from engagement.channels import policy

    policy.register_approvals(_approved)


def launch(*, people: int) -> Campaign:
    """Write ``people`` new profiles and freeze an e-mail campaign to all of them; nothing of it is queued yet."""
    from django.db import connection, transaction
    from django.utils import timezone

    from campaigns.actions.freezing import freeze
    from campaigns.models import Campaign
    from engagement.profiles.models import AttributeDefinition

    AttributeDefinition.objects.create(slug="bicycle", label="Bicycle", label_pt="Bicicleta")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"people": people, "cities": list(CITIES), "zone": _awake()})
        cursor.execute(_EMAILS)
        cursor.execute(_CONSENTS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    words = {"email": {"subject": SUBJECT, "mjml": MJML, "text": TEXT}}
    made = made_campaign(Campaign.Plan.EMAIL, words, locale="pt-br", holdout_percent=0)
    freeze(campaign_id=made.pk, now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_recipient")
    return made


def _awake() -> str:
    """A time zone where it is day for an hour at least: quiet hours would put the campaign off."""
    from datetime import timedelta

    from django.utils import timezone

    from engagement.channels.policy.quiet_hours import opens_at

    now = timezone.now()
    zones = [f"Etc/GMT{hours:+d}" for hours in range(-12, 13)]
    return next(zone for zone in zones if all(opens_at([zone], at) == at for at in (now, now + timedelta(hours=1))))


def made_campaign(plan: str, words: dict[str, dict[str, str]], *, locale: str = "en", **terms: Any) -> Campaign:
    """Return a campaign to everybody as a launch leaves it, with an approved text by each kind of ``words``."""
    from datetime import timedelta

    from django.utils import timezone

    from campaigns.models import Campaign
    from engagement.channels.models import Channel
    from engagement.village.models import User

    approve_all()
    now = timezone.now()
    author = User.objects.create_user("bench@pedralva.example", name="Bench")
    addresses = {"email": ADDRESS, "sms": "+5531955500100"}
    senders = {kind: Channel.objects.create(kind=kind, name=kind, address=addresses[kind]) for kind in words}
    bound = {f"{kind}_channel": sender for kind, sender in senders.items()}
    for kind, sender in senders.items():
        bound[f"{kind}_revision"] = _revision(kind, sender, author, locale, words[kind])
    return Campaign.objects.create(
        name="Bench",
        plan=plan,
        status=Campaign.Status.LAUNCHING,
        rules={"all": []},
        launched_at=now,
        launched_by=author,
        ends_at=now + timedelta(days=1),
        **bound,
        **terms,
    )


def _revision(kind: str, sender: Any, author: Any, locale: str, words: dict[str, str]) -> Any:
    from django.utils import timezone

    from content.actions.saving import save
    from content.models import Draft, Template

    now = timezone.now()
    template = Template.objects.create(
        name=kind, kind=kind, purpose="marketing", channel=sender, owner=author, edited_by=author, source_locale=locale
    )
    Draft.objects.create(template=template, locale=locale, updated_at=now, updated_by=author, **words)
    return save(template=template, author=author, now=now)


def _approved(hashes: Any, _now: Any) -> set[str]:
    return set(hashes)
