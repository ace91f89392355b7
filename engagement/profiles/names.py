"""Names of people as they come from files, forms, mail programs and programs: cleaned, and none where there is none."""

from engagement.profiles.addresses import visible

MAX_NAME = 300
# What programs and people write where a name is not known; as a whole, in any case.
_NOBODY = frozenset(
    {
        *("null", "(null)", "<null>", "none", "(none)", "undefined", "n/a", "n.a.", "n.a", "#n/a", "unknown", "nil"),
        *("not available", "not provided", "not given", "no name", "noname", "anonymous", "(no name)", "(unknown)"),
        *("nao informado", "não informado", "nao informada", "não informada", "sem nome", "desconhecido"),
        *("desconhecida", "(sem nome)", "não consta", "nao consta", "anonimo", "anônimo", "nulo", "vazio"),
        *("(vazio)", "(vazia)", "em branco", "(em branco)", "blank", "(blank)", "(empty)", "(leer)", "#n/d", "#nv"),
        *("#name?", "#nome?", "#ref!", "#valor!", "#value!", "nao se aplica", "não se aplica", "not applicable"),
        *("sin nombre", "desconocido", "no disponible", "unbekannt", "kein name", "inconnu", "[object object]"),
    }
)
_TWICE = frozenset({"null", "none", "undefined", "n/a", "(null)", "nan"})
_NOBODY_AS_WRITTEN = frozenset(
    {"NA", "na", "NaN", "nan", "NAN", "s/n", "S/N", "s/ nome", "S/ nome", "NC", "ND", "N/D", "n/d"}
)
# Beside another part these may be somebody's own name (Maria Null): only as programs write them.
_PARTS = frozenset({"NULL", "null", "undefined", "UNDEFINED", "N/A", "n/a", "NaN", "none", "NONE", "-", "--", "."})


def clean_name(text: str) -> str:
    """Return a name on one line without what nobody sees; empty for what is no name: NULL, N/A, none, signs only."""
    line = " ".join(visible(text.replace("\x00", "")).split())
    return "" if is_nobody(line) else line


def is_nobody(name: str) -> bool:
    """Say whether a text stands for no name: a placeholder, or no letter and no digit at all."""
    if not any(letter.isalnum() for letter in name):
        return True
    bare = name.strip(" \"'`“”‘’-–—.,;:")
    if len(words := set(bare.casefold().split())) == 1 and words <= _TWICE:  # both parts of a name, joined
        return True
    return bare.casefold() in _NOBODY or name.casefold() in _NOBODY or bare in _NOBODY_AS_WRITTEN


def join_names(first: str, last: str) -> str:
    """Return a whole name of its parts, placeholders left out."""
    parts = [line for part in (first, last) if (line := " ".join(visible(part).split()))]
    return clean_name(" ".join(part for part in parts if part not in _PARTS))
