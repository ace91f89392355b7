"""People for the tests of this folder."""

from django.test import Client

from engagement.village.models import Role, User

PASSWORD = "a long enough password"


def person(*roles: str, email: str = "", name: str = "", **fields) -> User:
    """A person with these roles (slugs)."""
    word = roles[0] if roles else "nobody"
    made = User.objects.create_user(
        email or f"{word}@pedralva.example", PASSWORD, name=name or f"{word.title()} Person", **fields
    )
    made.groups.set(Role.objects.filter(slug__in=roles).values_list("group_id", flat=True))
    return made


def client_of(user: User) -> Client:
    """A browser in which this person is signed in, without having come through the door."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra):
    """Come through the door, as a browser does."""
    return client.post("/accounts/login/", {"login": email, "password": password, **extra})


def is_signed_in(client: Client) -> bool:
    return client.get("/village/sessions/").status_code == 200
