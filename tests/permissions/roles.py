"""The roles, and how a row is written."""

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


def patch(who: frozenset[str]) -> Row:
    """Changed in part."""
    return {"PATCH": who}


def delete(who: frozenset[str]) -> Row:
    """Taken away again."""
    return {"DELETE": who}


def both(who: frozenset[str]) -> Row:
    """A form: shown and sent."""
    return {"GET": who, "POST": who}
