"""Who may do what: the one table of roles and actions, checked by test_permission_matrix.py.

A row is the name of an address; for each method that it answers, the roles (slugs) that may use it. An address
without a row fails the test, and so does a method that a view answers and the row does not name. Add rows for a new
page here, beside its neighbours; what depends on the one thing (a queue, a channel) is tested with that page.
"""

ROLES = frozenset(
    {
        "benefactor",
        "architect",
        "master-builder",
        "builder",
        "visionary",
        "troubadour",
        "counselor",
        "merchant",
        "shepherd",
        "agent",
        "moderator",
        "administrator",
    }
)
NO_ROLE = "nobody"  # signed in, without any role
EVERYBODY = ROLES | {NO_ROLE}

NO_ONE: frozenset[str] = frozenset()
ADMINISTRATOR = frozenset({"administrator"})
ANSWERING = frozenset({"agent", "merchant"})
MENDING = frozenset({"agent", "master-builder"})
READING_SOURCES = frozenset({"agent"})
SEEING_PROFILES = frozenset({"agent", "merchant", "counselor"})
SEEING_CHANNELS = frozenset({"agent", "architect", "master-builder", "builder"})
CHANGING_CHANNELS = frozenset({"architect"})
OPERATING = frozenset({"master-builder"})
USING_API = frozenset({"agent", "architect", "master-builder", "builder"})

Row = dict[str, frozenset[str]]


def get(who: frozenset[str]) -> Row:
    """A page that is only read."""
    return {"GET": who}


def post(who: frozenset[str]) -> Row:
    """A button."""
    return {"POST": who}


def put(who: frozenset[str]) -> Row:
    """Replaced as a whole."""
    return {"PUT": who}


def delete(who: frozenset[str]) -> Row:
    """Taken away again."""
    return {"DELETE": who}


def both(who: frozenset[str]) -> Row:
    """A form: shown and sent."""
    return {"GET": who, "POST": who}


TABLE: dict[str, Row] = {
    # The interface
    "home": get(EVERYBODY),
    "ui:band": get(EVERYBODY),
    "ui:palette": get(EVERYBODY),
    "ui:theme": post(EVERYBODY),
    "ui:preferences": both(EVERYBODY),
    "ui:keys": post(EVERYBODY),
    "ui:components": get(NO_ONE),  # staff of the administration only
    # The village
    "village:people": get(ADMINISTRATOR),
    "village:person": get(ADMINISTRATOR),
    "village:invitation": both(ADMINISTRATOR),
    "village:place": post(ADMINISTRATOR),
    "village:deactivation": post(ADMINISTRATOR),
    "village:activation": post(ADMINISTRATOR),
    "village:sign-out": post(ADMINISTRATOR),
    "village:password-link": post(ADMINISTRATOR),
    "village:audit": get(ADMINISTRATOR),
    "village:security": get(EVERYBODY),
    "village:sessions": get(EVERYBODY),
    "village:end-session": post(EVERYBODY),
    "village:end-other-sessions": post(EVERYBODY),
    # Events
    "events:events": get(OPERATING),
    "events:replay": post(OPERATING),
    # Channels
    "channels:channels": get(SEEING_CHANNELS),
    "channels:channel": get(SEEING_CHANNELS) | post(CHANGING_CHANNELS),
    "channels:pause": post(OPERATING),
    "channels:trial": post(OPERATING),
    "channels:mailbox": get(EVERYBODY),
    "channels:mailbox_letter": both(EVERYBODY),
    "channels:mailbox_answer": post(EVERYBODY),
    "channels:mailbox_words": get(EVERYBODY),
    "channels:mailbox_file": get(EVERYBODY),
    # Profiles
    "profiles:people": get(SEEING_PROFILES),
    "profiles:profile": get(SEEING_PROFILES),
    # The API's own pages
    "reference": get(EVERYBODY),
    "api:tokens": both(USING_API),
    "api:token": post(USING_API),
    # The API
    "v1:conversation-list": get(ANSWERING),
    "v1:conversation-detail": get(ANSWERING),
    "v1:conversation-messages": both(ANSWERING),
    "v1:profile-list": get(SEEING_PROFILES),
    "v1:profile-detail": get(SEEING_PROFILES),
    "v1:channel-list": get(SEEING_CHANNELS),
    "v1:channel-detail": get(SEEING_CHANNELS),
    # Conversations
    "conversations:inbox": get(ANSWERING),
    "conversations:views": get(ANSWERING),
    "conversations:list": get(ANSWERING),
    "conversations:thread": get(ANSWERING),
    "conversations:conversation": get(ANSWERING),
    "conversations:closure": post(ANSWERING) | delete(ANSWERING),
    "conversations:waiting": post(ANSWERING),
    "conversations:snooze": post(ANSWERING) | delete(ANSWERING),
    "conversations:assignment": post(ANSWERING),
    "conversations:queue": post(ANSWERING),
    "conversations:split": post(ANSWERING),
    "conversations:menu": get(ANSWERING),
    "conversations:replies": post(ANSWERING),
    "conversations:reply": post(ANSWERING) | delete(ANSWERING),
    "conversations:notes": post(ANSWERING),
    "conversations:drafts": post(ANSWERING),
    "conversations:draft": post(ANSWERING) | put(ANSWERING) | delete(ANSWERING),
    "conversations:read": post(ANSWERING),
    "conversations:html": get(ANSWERING),
    "conversations:upload": post(ANSWERING),
    "conversations:attachment": get(ANSWERING),
    "conversations:attention": get(MENDING),
    "conversations:send-again": post(ANSWERING),
    "conversations:settle-send": post(ANSWERING),
    "conversations:raw": get(MENDING),
    "conversations:raw-source": get(READING_SOURCES),
    "conversations:replay": post(MENDING),
    "conversations:settle-raw": post(MENDING),
}
