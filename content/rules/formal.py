"""What must stand in a message or around it: a way out, an address, a sender, words for images."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collaboration.approvals.kinds import Rule
from content.locales import name_of
from content.rendering import frame, layout
from content.rendering.language import PLAIN, names_in, read
from content.rendering.masking import mask
from content.rules.registry import Found, Reading
from content.stop_words import says_how_to_stop
from content.variables import FIXED, registry
from content.words import FIELDS, is_copy


def way_out(reading: Reading) -> Iterator[Found]:
    """Marketing must be left as easily as it came (CAN-SPAM; RFC 8058; LGPD, article 8 § 5; CTIA for messages)."""
    if not reading.is_marketing:
        return
    if reading.is_email:
        placed = all(frame.has_way_out(each.mjml) for each in reading.words.values())
        text = _("The author placed the link.") if placed else _("The link is added at the foot, in each language.")
        text += " " + _("Mail programs show their own button as well.")
        yield Found(Rule("way-out", _("Way out in one touch"), "ok", text))
        return
    silent = [name_of(locale) for locale, each in reading.words.items() if not says_how_to_stop(each.text)]
    if silent:
        text = _("Not said in: %(languages)s.") % {"languages": ", ".join(silent)}
        yield Found(Rule("way-out", _("How to stop is not said"), "stop", text))
    else:
        yield Found(Rule("way-out", _("How to stop is said"), "ok", _("An answer with the word stops all marketing.")))


def postal_address(reading: Reading) -> Iterator[Found]:
    """CAN-SPAM asks for the sender's postal address in each marketing e-mail."""
    if not (reading.is_marketing and reading.is_email):
        return
    address = reading.revision.postal_address
    if address:
        yield Found(Rule("postal-address", _("Postal address of the sender"), "ok", address))
    else:
        text = _("The organisation's address is not set, so none would be sent along.")
        yield Found(Rule("postal-address", _("Postal address is missing"), "stop", text))


def images(reading: Reading) -> Iterator[Found]:
    """Images need words for who does not see them (WCAG 2.2, 1.1.1); ``alt=""`` says that one is decoration."""
    if not reading.is_email:
        return
    shown, silent = 0, []
    for locale, each in reading.words.items():
        for element in layout.elements_of(mask(each.mjml, odd=True).text):
            if element.name in ("mj-image", "img", "mj-carousel-image"):
                shown += 1
                if "alt" not in element.attributes:
                    silent.append(
                        _("%(language)s, line %(line)d") % {"language": name_of(locale), "line": element.line}
                    )
    if silent:
        text = _("No alt text: %(places)s.") % {"places": "; ".join(silent)}
        yield Found(Rule("image-alt", _("Images without words"), "stop", text))
    elif shown:
        text = ngettext("%(count)d image has its words.", "%(count)d images have their words.", shown) % {
            "count": shown
        }
        yield Found(Rule("image-alt", _("Words for images"), "ok", text))


def personal_data(reading: Reading) -> Iterator[Found]:
    """Say which data of a person the text uses (LGPD and GDPR: purpose, and no more than it needs)."""
    used = {
        name
        for each in reading.words.values()
        for field in FIELDS
        for name in names_in(read(getattr(each, field), language=PLAIN, field=field))
    }
    known = registry()
    personal = sorted(name for name in used if name in known and known[name].is_personal)
    if personal:
        beyond = any(name not in FIXED for name in personal)
        labels = ", ".join(str(known[name].label) for name in personal)
        text = _("It uses: %(data)s. Does the purpose need them all?") if beyond else _("It uses: %(data)s.")
        yield Found(Rule("personal-data", _("Data of the reader"), "ask" if beyond else "ok", text % {"data": labels}))


def translations(reading: Reading) -> Iterator[Found]:
    """A translation of words that were changed since says something else than its source."""
    source = reading.words.get(reading.revision.source_locale)
    if source is None:
        return
    stale = [
        name_of(locale)
        for locale, each in reading.words.items()
        if locale != source.locale and each.source_hash != source.fingerprint
    ]
    copies = [name_of(locale) for locale, each in reading.words.items() if is_copy(each, source)]
    if copies:
        text = _("It says word for word the same as the source: %(languages)s.") % {"languages": ", ".join(copies)}
        yield Found(Rule("untranslated", _("Not translated yet"), "ask", text))
    if stale:
        text = _("The source was changed after it was translated into: %(languages)s.") % {
            "languages": ", ".join(stale)
        }
        yield Found(Rule("stale-translation", _("Translation older than its source"), "ask", text))


def quiet_hours(reading: Reading) -> Iterator[Found]:
    """TCPA, 47 CFR 64.1200: no marketing text outside of 8:00 to 21:00 where the recipient is."""
    if reading.is_marketing and not reading.is_email:
        text = _("Whatever the campaign says, it leaves only between 8:00 and 21:00 where the reader is.")
        yield Found(Rule("quiet-hours", _("Quiet hours"), "ok", text))


RULES = (way_out, postal_address, images, personal_data, translations, quiet_hours)
