"""The languages that texts are written in, by their own names."""

LOCALES: dict[str, str] = {"en": "English", "pt-br": "Português (Brasil)", "es": "Español"}


def name_of(locale: str) -> str:
    """Return what speakers of the language call it."""
    return LOCALES.get(locale, locale)


def best_of(offered: list[str], wanted: str, fallback: str) -> str:
    """Return the offered locale that serves a reader of ``wanted``: that one, its language, else ``fallback``."""
    normal = wanted.strip().lower().replace("_", "-")
    if normal in offered:
        return normal
    language = normal.partition("-")[0]
    return next((locale for locale in offered if locale.partition("-")[0] == language), fallback)
