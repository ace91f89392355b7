"""Every address of the house, walked out of the URL configuration."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

KEY = "01990000-0000-7000-8000-000000000000"
# What stands for a parameter, by its converter, else by its name.
_BY_CONVERTER = {"UUIDConverter": KEY, "IntConverter": "1", "SlugConverter": "some-word", "PathConverter": "x"}
_BY_NAME = {
    "key": KEY,
    "pk": KEY,
    "uidb36": "0a",
    "view": "mine",
    "format": "json",
    "app_label": "village",
    "content_type_id": "1",
    "object_id": KEY,
    "url": "x/",
}
_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()\[\]]|\[[^\]]*\]|\([^()]*\))*\)")


@dataclass(frozen=True)
class Address:
    """A name (with its namespace), a path with something for each parameter, the view, and how it was written."""

    name: str
    path: str
    view: Callable[..., Any]
    route: str

    @property
    def declared(self) -> Any:
        """What the view says of who may enter; raises AttributeError when it says nothing."""
        return self.view.access


def addresses() -> list[Address]:
    return list(_walk(get_resolver(), "/", "/", ""))


def _walk(resolver: URLResolver, path: str, route: str, namespace: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        here, written = path + _example(entry.pattern), route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = namespace + (f"{entry.namespace}:" if entry.namespace else "")
            yield from _walk(entry, here, written, inner)
        elif isinstance(entry, URLPattern):
            yield Address(namespace + (entry.name or f"({written})"), here, entry.callback, written)


def _example(pattern: Any) -> str:
    if isinstance(pattern, RoutePattern):
        text = str(pattern)
        for name, converter in pattern.converters.items():
            kind = type(converter).__name__
            sample = _BY_NAME.get(name, "x") if kind not in _BY_CONVERTER else _BY_CONVERTER[kind]
            text = re.sub(rf"<(?:\w+:)?{name}>", sample, text)
        return text
    if isinstance(pattern, RegexPattern):
        text = _GROUP.sub(lambda group: _BY_NAME.get(group[1], "x"), str(pattern))
        return re.sub(r"\\Z|/\?$|[\^$]", "", text).replace("\\.", ".")
    return str(pattern)
