"""Who turns a transmission into words: each app registers a renderer for its ``source`` in ``apps.py``.

A renderer is called with the transmissions of one batch, all of its source, and reads what it needs in a
fixed number of queries. It decides nothing: consent, caps and retries belong to the delivery path.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from engagement.channels.models import Transmission
from engagement.channels.words import NotNeeded, Words

Render = Callable[[Sequence[Transmission]], Mapping[UUID, Words | NotNeeded]]
_renderers: dict[str, Render] = {}


class RendererAlreadyRegistered(Exception):
    """Two apps asked for one source."""


class NoRenderer(LookupError):
    """No app has registered a renderer for a transmission's source."""


def register(source: str, render: Render) -> None:
    """Let ``render`` make the messages of transmissions whose ``source`` it is.

    ``render`` returns words by transmission key, of the sort that the channel's kind carries; a key that it leaves
    out is not sent and shows as failed, one with NOT_NEEDED in the place of words is taken back. Raises
    RendererAlreadyRegistered for a second, different function.
    """
    if _renderers.get(source, render) is not render:
        raise RendererAlreadyRegistered(source)
    _renderers[source] = render


def unregister(source: str) -> None:
    """Forget the renderer of ``source``; for what registers one for a while only (a bench, a test)."""
    _renderers.pop(source, None)


def render(source: str, transmissions: Sequence[Transmission]) -> Mapping[UUID, Words | NotNeeded]:
    """Return the messages of ``transmissions``, all of ``source``. Raises NoRenderer, and whatever the
    renderer raises.
    """
    if source not in _renderers:
        raise NoRenderer(source)
    return _renderers[source](transmissions)
