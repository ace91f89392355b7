"""A busy house: any number of further conversations, the same ones for the same number, written in bulk."""

import random
from datetime import datetime, timedelta

from django.db import transaction

from conversations.models import Conversation, Endpoint, Message, Queue
from engagement.channels.models import Channel
from engagement.keys import new_key
from engagement.profiles.models import Identity, Profile
from engagement.village.models import User

FIRST = [
    "Ana",
    "Bento",
    "Clara",
    "Davi",
    "Elisa",
    "Fábio",
    "Gláucia",
    "Heitor",
    "Inês",
    "Jonas",
    "Kelly",
    "Léo",
    "Marta",
    "Nilo",
    "Olga",
    "Paulo",
    "Quitéria",
    "Rui",
]
LAST = [
    "Abreu",
    "Barbosa",
    "Cordeiro",
    "Duarte",
    "Esteves",
    "Freitas",
    "Goulart",
    "Hoffmann",
    "Ibarra",
    "Junqueira",
    "Klein",
    "Lacerda",
    "Mendonça",
]
ASKED = (
    ("Prazo de entrega", "Bom dia, comprei na terça e ainda não saiu para entrega. Qual é o prazo?"),
    ("Garantia do quadro", "Apareceu um risco perto da solda. A garantia cobre? Mando foto se precisar."),
    ("Size of the Lavra 29", "Hello, I am 1.78 m. Should I take the 17 or the 19?"),
    ("Nota fiscal", "Preciso da nota em nome da empresa, por favor."),
    ("Brake pads", "Which brake pads fit the Mirante 2025? The old ones are worn after the winter."),
    ("Revisão", "Gostaria de marcar a revisão dos seis meses na Savassi."),
)
ANSWERED = (
    "Bom dia! Já verifiquei e volto com a resposta ainda hoje.",
    "Hello! I have asked the workshop and will tell you today.",
)
BATCH = 500


def add_conversations(*, count: int, now: datetime) -> int:
    """Write ``count`` conversations with 1 to 4 entries each, spread over the last 60 days; return the entries."""
    chance = random.Random(count)  # noqa: S311 - the same crowd for the same number
    people = list(User.objects.filter(groups__role__slug="agent").order_by("email"))
    places = [(queue, queue.channels.first()) for queue in Queue.objects.order_by("position")]
    channel = Channel.objects.filter(kind="email").order_by("address")[0]
    written = 0
    for start in range(0, count, BATCH):
        with transaction.atomic():
            rows = [_conversation(chance, places, channel, people, now) for _ in range(min(BATCH, count - start))]
            written += _write(rows)
    return written


Row = tuple[Profile, Identity, Endpoint, Conversation, list[Message]]


def _conversation(
    chance: random.Random,
    places: list[tuple[Queue, Channel | None]],
    fallback: Channel,
    people: list[User],
    now: datetime,
) -> Row:
    queue, own = chance.choice(places)
    channel = own or fallback
    name = f"{chance.choice(FIRST)} {chance.choice(LAST)} {chance.choice(LAST)}"
    address = f"{new_key().hex}@crowd.example"
    title, asked = chance.choice(ASKED)
    at = now - timedelta(minutes=chance.randint(5, 60 * 24 * 60))
    profile = Profile(name=name, created_at=at)
    identity = Identity(profile=profile, kind="email", address=address, address_norm=address, valid_from=at)
    endpoint = Endpoint(channel=channel, identity=identity, address=address, address_norm=address, name=name)
    assignee = chance.choice([None, *people])
    conversation = Conversation(
        endpoint=endpoint, channel=channel, profile=profile, queue=queue, assignee=assignee, title=title, opened_at=at
    )
    messages = _thread(chance, conversation, assignee, asked, at)
    last = messages[-1]
    resolved = chance.random() < 0.6
    conversation.status = "resolved" if resolved else "open"
    conversation.resolved_at = last.created_at if resolved else None
    conversation.message_seq, conversation.last_activity_at = len(messages), last.created_at
    conversation.preview, conversation.preview_ours = last.text[:300], last.kind == "reply"
    if not resolved and last.kind == "received":
        conversation.waiting_since = last.created_at
        conversation.next_due_at = last.created_at + timedelta(minutes=queue.answer_within or 1440)
    return profile, identity, endpoint, conversation, messages


def _thread(
    chance: random.Random, conversation: Conversation, assignee: User | None, asked: str, at: datetime
) -> list[Message]:
    messages = []
    for seq in range(1, chance.randint(1, 4) + 1):
        ours = seq % 2 == 0 and assignee is not None
        messages.append(
            Message(
                conversation=conversation,
                seq=seq,
                kind="reply" if ours else "received",
                author=assignee if ours else None,
                sender_name="" if ours else conversation.profile.name,
                sender_address="" if ours else conversation.endpoint.address,
                title=conversation.title if seq == 1 else "",
                text=chance.choice(ANSWERED) if ours else asked,
                delivery_state="accepted" if ours else "",
                created_at=at + timedelta(minutes=seq - 1),
            )
        )
    return messages


def _write(rows: list[Row]) -> int:
    profiles, identities, endpoints, conversations, threads = zip(*rows, strict=True)
    Profile.objects.bulk_create(profiles)
    Identity.objects.bulk_create(identities)
    Endpoint.objects.bulk_create(endpoints)
    Conversation.objects.bulk_create(conversations)
    messages = [message for thread in threads for message in thread]
    Message.objects.bulk_create(messages, batch_size=1000)
    return len(messages)
