"""One person as every app meets her, through the doors that customers and colleagues use."""

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from guardian.shortcuts import assign_perm

from campaigns.actions import waves
from collaboration.actions.note_person import note_person
from collaboration.handoffs.offering import offer
from collaboration.tasks.making import make
from community.actions import moderate, sign_in, voices
from community.actions.topics import edit
from community.models import Member
from conversations.actions.complaint import mark_complaint
from conversations.actions.draft import save_draft
from conversations.actions.note import write_note
from conversations.actions.reply import reply
from conversations.actions.upload import upload
from conversations.models import Conversation
from engagement.channels.actions.receive import receive
from engagement.channels.actions.report import report
from engagement.channels.inbound.delivery_key import delivery_key
from engagement.channels.inbound.processing import process_waiting
from engagement.channels.models import CaughtMail, CaughtText, Channel, Transmission
from engagement.events.relay import run_pending
from engagement.keys import new_key
from engagement.profiles.actions import change, consent
from engagement.profiles.actions.deals import Terms, hold, open_deal
from engagement.profiles.actions.identify import add_address
from engagement.profiles.actions.merge import merge
from engagement.profiles.models import AttributeDefinition, Identity, Profile
from engagement.village.audit import Origin
from engagement.village.models import Department
from tests.campaigns.people import launched
from tests.community.makers import make_answer, make_space, make_topic, seen_of
from tests.factories import make_channel, make_queue, make_user
from tests.profiles.importing.making import brought_in, people_file, taken, tried
from tests.village.people import person

EMAIL, NAME, PHONE = "Bia.Quirino@Falcao.Example", "Beatriz Falcão Quirino", "+5531988123456"
SECOND, NUMBERS = "bquirino@trabalho.example", "(31) 98812-3456"
IP = "203.0.113.77"
SPELLINGS = (
    *(EMAIL, SECOND, PHONE, NAME, "Beatriz", "Quirino", "bia.quirino", IP),
    *("5531988123456", "31988123456", "98812-3456", "31 98812-3456", "8812-3456", "bia.quirino%40falcao.example"),
)


def letter(subject: str, text: str, *, sender: str = EMAIL, name: str = NAME, to: str, file: bytes = b"", **more: str):
    """An e-mail as a mail program writes it: base64 or quoted-printable where it is not ASCII."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = f"{name} <{sender}>", to, subject
    made["Message-ID"], made["Date"] = f"<{new_key().hex}@falcao.example>", "Sun, 22 Nov 2026 10:00:00 -0300"
    for header, value in more.items():
        made[header] = value
    made.set_content(text, cte=more.get("cte", "base64"))
    if file:
        made.add_attachment(file, maintype="text", subtype="plain", filename="beatriz-quirino.txt")
    return made.as_bytes()


def deliver(channel: Channel, body: bytes, *, sender: str = EMAIL) -> None:
    """Take a letter in, read it, and let everything happen that it leads to."""
    envelope = {"mail_from": sender, "rcpt_to": [channel.address]}
    receive(channel=channel, body=body, provider_key=delivery_key(body), envelope=envelope, now=timezone.now())
    settle()


def settle() -> None:
    """Read what waits, tell who must know."""
    process_waiting(seconds=20)
    run_pending(limit=1000)


def lives() -> SimpleNamespace:
    """Let her write, be answered, be written to, take part, complain and buy; return who and what there is."""
    now = timezone.now()
    house = make_house()
    channel, texts = house.channel, house.texts
    words = f"Olá, sou {NAME}. Meu número é {NUMBERS} ou {PHONE}. Escreva para {EMAIL}."
    deliver(channel, letter(f"Pedido de {NAME}", words, to=channel.address, file=words.encode()))
    conversation = Conversation.objects.get()
    profile = Profile.objects.get(pk=conversation.profile_id)
    add_address(profile_id=profile.pk, kind="phone", address=PHONE, now=now)
    _answers(house, conversation, now)
    form = {"MessageSid": "SM1", "From": PHONE, "To": texts.address, "Body": f"Sou a {NAME}", "NumMedia": "0"}
    for text in (form, form | {"MessageSid": "SM2", "Body": "SAIR"}):
        body = urlencode(text).encode()
        receive(channel=texts, body=body, provider_key=text["MessageSid"], envelope={"hook": "message"}, now=now)
    settle()
    _others(house)
    _knows(house, profile, now)
    _works(house, profile, conversation, now)
    _community(house, profile, now)
    _campaign(house, profile, now)
    _twin(house, profile, now)
    _files(house)
    settle()
    _leaves(now)
    return SimpleNamespace(profile=profile, conversation=conversation, **vars(house))


def make_house() -> SimpleNamespace:
    """Channels, a queue, colleagues, attributes."""
    channel = make_channel("care@pedralva.example")
    texts = Channel.objects.create(kind="sms", name="Texts", address="+5531935550100")
    queue = make_queue("care", channels=(channel, texts), is_default=True)
    agent, colleague = (
        person("agent", email=f"{name.split()[0].lower()}@pedralva.example", name=name)
        for name in ("Ngozi Adeyemi", "Caio Ramires")
    )
    assign_perm("conversations.work_queue", agent, queue)
    assign_perm("conversations.work_queue", colleague, queue)
    AttributeDefinition.objects.create(slug="birth", label="Birth", label_pt="Nascimento", type="date", sensitive=True)
    AttributeDefinition.objects.create(slug="nick", label="Nickname", label_pt="Apelido")
    department = Department.objects.order_by("name").first()
    person("agent", email="lina@pedralva.example", name="Lina Porto").departments.add(department)
    return SimpleNamespace(
        channel=channel,
        texts=texts,
        agent=agent,
        colleague=colleague,
        counselor=person("counselor", email="otavio@pedralva.example", name="Otávio Lins"),
        department=department,
    )


def _answers(house: Any, conversation: Conversation, now: Any) -> None:
    file = upload(
        file=SimpleUploadedFile("beatriz.txt", f"Para {NAME} {EMAIL}".encode()), uploaded_by=house.agent, now=now
    )
    made = reply(
        conversation=conversation,
        author=house.agent,
        text=f"Oi {NAME}, ligamos para {NUMBERS}.",
        client_key="one",
        seen_seq=9,
        anyway=True,
        attachment_ids=[file.pk],
        now=now,
    )
    row = Transmission.objects.get(pk=made.transmission_id)
    Transmission.objects.filter(pk=row.pk).update(state="accepted")
    told = f"550 5.1.1 <{EMAIL}>: no such user"
    report(
        channel_id=row.channel_id,
        external_id=row.external_id,
        state="bounced",
        recipient=EMAIL,
        detail=told,
        unique_key="r",
        at=now,
    )
    text = f"@Caio Ramires: {NAME} ligou, {NUMBERS}"
    write_note(conversation=conversation, author=house.agent, text=text, client_key="two", now=now)
    save_draft(
        conversation=conversation, author=house.agent, kind="reply", text=f"Cara {NAME}", version=0, seen_seq=9, now=now
    )
    mark_complaint(conversation=conversation, actor=house.agent, now=now)


def _others(house: Any) -> None:
    """Somebody else writes with her in copy, and mail servers tell of her in their own ways."""
    care = house.channel.address
    text = f"Falem com minha vizinha, {EMAIL}, {NUMBERS}."
    other = letter("Vizinha", text, sender="ana@customer.example", name="Ana Prado", to=care, Cc=EMAIL)
    deliver(house.channel, other, sender="ana@customer.example")
    for cte in ("base64", "quoted-printable"):
        text = (
            f"Não foi possível entregar a mensagem para o destinatário {EMAIL.lower()} porque a caixa está cheia. " * 3
        )
        server = letter("Falha", text, sender="robo@servidor.example", name="Robô", to=care, cte=cte)
        deliver(house.channel, server, sender="robo@servidor.example")


def _knows(house: Any, profile: Profile, now: Any) -> None:
    known = change.Facts(
        name=NAME,
        place=f"Rua Quirino, {NUMBERS}",
        tags=["quirino"],
        attributes={"nick": "Quirino", "birth": "1988-04-17"},
    )
    change.change(profile_id=profile.pk, facts=known, actor=house.agent, now=now, origin=Origin("r", "198.51.100.1"))
    consent.give(
        profile_id=profile.pk,
        channel="email",
        purpose="marketing",
        basis="express",
        source="form",
        evidence={"text": f"{NAME} <{EMAIL}> agrees", "version": "3", "locale": "pt-br", "ip": IP},
        actor=None,
        now=now - timedelta(days=2),
        origin=Origin("r", IP),
    )
    terms = Terms(
        title=f"Bicicleta de {NAME}",
        company="Oficina Norte",
        amount=1,
        currency="BRL",
        stage="negotiation",
        closes_on=None,
    )
    deal = open_deal(profile_id=profile.pk, owner=house.agent, terms=terms, actor=house.agent, now=now)
    hold(deal_id=deal.pk, reason=f"{NAME} pediu", actor=house.agent, now=now)


def _works(house: Any, profile: Profile, conversation: Conversation, now: Any) -> None:
    note_person(profile=profile, author=house.agent, text=f"@Caio Ramires {NAME}: {NUMBERS}", client_key="n", now=now)
    common = {"created_by": house.agent, "assignee": house.colleague, "now": now}
    make(title=f"Ligar para {NAME}", text=NUMBERS, profile_id=profile.pk, **common)
    subject = {"subject_type": "conversations.conversation", "subject_id": conversation.pk}
    make(title=f"Responder {NAME}", text=EMAIL, **subject, **common)
    offer(
        profile_id=profile.pk,
        summary=f"{NAME} espera em {NUMBERS}",
        facts=[("E-mail", EMAIL)],
        from_department=None,
        to_department=house.department,
        place_id=None,
        place_name=[],
        actor=house.agent,
        now=now,
        **subject,
    )


def _community(house: Any, profile: Profile, now: Any) -> None:
    Identity.objects.filter(profile=profile, kind="email").update(verified_at=now)
    sign_in.ask_link(address=EMAIL, language="pt-br", next_path="/community/", now=now)
    member = sign_in.join(profile=profile, handle="quirino", name=NAME, language="pt-br", now=now)
    Member.objects.update(level=2)
    guard = make_user("Marta", is_superuser=True)
    space = make_space("oficina", moderator=guard)
    topic = make_topic(space, member, title=f"Sou {NAME} e range", source=f"Escrevam para {EMAIL}", now=now)
    other = make_topic(space, now=now)
    post = make_answer(other, member, source=f"Assinado, {NAME}", now=now)
    edit(post=post, source=f"Assinado {NAME}, {EMAIL}", member=member, now=now)
    theirs = make_answer(other, now=now)
    voices.vote_post(post=theirs, member=member, wanted=True, now=now)
    voices.watch(topic=other, member=member, wanted=True, now=now)
    moderate.flag(post=theirs, member=member, reason="other", text=f"{NAME} não gostou", now=now)
    review = moderate.pick(post=post, actor=guard, now=now)
    removal = moderate.hide(
        review_id=review.pk,
        seen=seen_of(review),
        actor=guard,
        reason="private",
        text=f"Cara {NAME}: sem endereços",
        now=now,
    )
    moderate.appeal(removal=removal, member=member, text=f"Sou {NAME}", now=now)
    assert topic.slug


def _campaign(house: Any, profile: Profile, now: Any) -> None:
    lia = person("troubadour", email="lia@pedralva.example", name="Lia Fontoura")
    Identity.objects.filter(profile=profile, kind="email").update(preferred=True)
    campaign = launched(lia, now=now, ends_at=now + timedelta(days=9))
    waves.queue_wave(campaign_id=campaign.pk, now=now + timedelta(minutes=1))
    Transmission.objects.filter(group_id=campaign.pk).update(state="accepted")


def _twin(house: Any, profile: Profile, now: Any) -> None:
    deliver(
        house.channel, letter("De outro endereço", f"É {NAME}", sender=SECOND, to=house.channel.address), sender=SECOND
    )
    twin = Identity.objects.get(address_norm=SECOND).profile
    merge(kept_id=profile.pk, merged_id=twin.pk, actor=house.agent, now=now)


def _files(house: Any) -> None:
    """She stands in a file that was brought in, in one that was only tried, and in one that nobody has read."""
    line = f"{NAME};{EMAIL};{NUMBERS};Rua Quirino;quirino"
    brought_in(house.counselor, people_file([line, "Bo;bo@x.example;;;"]))
    tried(house.counselor, people_file(["Cy;cy@x.example;;;", line]))
    taken(house.counselor, people_file([line]).decode().encode("utf-16"), "beatriz.csv")


def _leaves(now: Any) -> None:
    """What only a house without a mail server keeps."""
    body = letter("Cópia", f"Para {NAME}", to=EMAIL)
    CaughtMail.objects.create(at=now, customer=EMAIL.lower(), delivery=new_key(), body=body, title=NAME, sender="x")
    CaughtText.objects.create(at=now, customer=PHONE, ours="1", sid="c", body=f"Oi {NAME}")
