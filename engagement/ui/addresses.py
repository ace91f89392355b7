"""Addresses of the pages that every page leads to: asked of the URL map once, not fifty times a page."""

import functools

from django.urls import get_script_prefix, get_urlconf, reverse


def address_of(name: str) -> str:
    """Return the address of the page of a name, which takes no arguments. Raises NoReverseMatch."""
    return _address(name, get_urlconf(), get_script_prefix())


@functools.cache
def _address(name: str, urls: str | None, _prefix: str) -> str:
    return reverse(name, urls)
