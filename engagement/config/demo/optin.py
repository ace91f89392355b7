"""Pedralva's form for its newsletter: who confirmed, who waits for the button, who let it expire."""

from datetime import datetime, timedelta

from engagement.channels.models import Channel, OptIn, Transmission
from engagement.channels.optin.asking import SOURCE, Seen, ask, text_of
from engagement.channels.optin.confirming import confirm
from engagement.channels.optin.tokens import token_of
from engagement.channels.optin.writing import Words, change, create
from engagement.events.relay import run_pending
from engagement.village.models import User

FIRST = {
    "en": Words("News from the workshop", "I want to hear from Pedralva by e-mail about new bicycles and offers."),
    "pt-br": Words("Notícias da oficina", "Quero receber da Pedralva, por e-mail, novidades de bicicletas e ofertas."),
}
NOW_SHOWN = {
    "en": Words(
        "News from the workshop",
        "I want to hear from Pedralva by e-mail, about once a month, about new bicycles, the yearly service and offers."
        " I can stop it at any time.",
    ),
    "pt-br": Words(
        "Notícias da oficina",
        "Quero receber da Pedralva, por e-mail, cerca de uma vez por mês, novidades de bicicletas, a revisão anual e"
        " ofertas. Posso parar a qualquer momento.",
    ),
}
ASKED = [  # days ago, address, name, language, confirmed
    (40, "tereza.lima@gmail.com", "Tereza Lima", "pt-br", True),
    (21, "o.haugen@fjellpost.example", "Ola Haugen", "en", True),
    (16, "wagner.braga@correio.example", "Wagner Braga", "pt-br", False),
    (9, "pilar.d@ladera.example", "Pilar Dominguez", "en", True),
    (1, "nuno.tavares@praca.example", "Nuno Tavares", "pt-br", False),
]


def load(*, now: datetime) -> None:
    """Make it, after the channels and the people. Call inside the transaction of the whole load."""
    channel = Channel.objects.filter(kind="email", status=Channel.Status.ACTIVE).order_by("key").first()
    author = User.objects.filter(groups__role__slug="troubadour").order_by("key").first()
    if channel is None:
        return
    form = create(
        slug="newsletter",
        name="Newsletter",
        channel=channel,
        words=FIRST,
        actor=author,
        now=now - timedelta(days=60),
    )
    for ago, address, name, locale, confirmed in ASKED:
        if ago < 30 and form.version == 1:
            at = now - timedelta(days=30)
            form = change(form_id=form.pk, name=form.name, channel=channel, words=NOW_SHOWN, actor=author, now=at)
        at = now - timedelta(days=ago)
        seen = Seen(ip=f"203.0.113.{ago + 20}", agent="Firefox")
        ask(text=text_of(form, locale), address=address, name=name, seen=seen, now=at)
        row = OptIn.objects.order_by("-key").first()
        if confirmed and row is not None:
            confirm(token=token_of(row.pk), seen=seen, now=at + timedelta(minutes=7))
    earlier = Transmission.objects.filter(source=SOURCE, created_at__lt=now - timedelta(days=3))
    earlier.update(state=Transmission.State.ACCEPTED)  # these mails left long ago
    run_pending(now=now)
