"""The cache keeps its client, and keeps what it is given."""

from django.core.cache import cache


def test_one_client_asks_for_every_key():
    client = cache._cache.get_client("a")
    assert cache._cache.get_client("b", write=True) is client


def test_what_was_put_in_comes_out_until_it_is_deleted():
    cache.set("kept", {"n": 1}, timeout=60)
    assert cache.get("kept") == {"n": 1}
    assert not cache.add("kept", 2)
    cache.delete("kept")
    assert cache.get("kept") is None
