"""The secrets of one machine."""

import pytest
from cryptography.fernet import Fernet

from engagement.config.supervisor.keys import kept_keys, write_private
from engagement.config.supervisor.refusal import Refusal


def test_keys_are_made_once_and_readable_by_their_owner_only(tmp_path):
    path = tmp_path / "secrets.json"
    first = kept_keys(path)
    assert kept_keys(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(first["SECRET_KEY"]) >= 50


def test_encryption_key_is_a_fernet_key(tmp_path):
    fernet = Fernet(kept_keys(tmp_path / "secrets.json")["FIELD_ENCRYPTION_KEYS"])
    assert fernet.decrypt(fernet.encrypt(b"secret")) == b"secret"


def test_a_file_of_before_the_key_of_addresses_gets_one_and_keeps_the_others(tmp_path):
    path = tmp_path / "secrets.json"
    write_private(path, {"SECRET_KEY": "s", "FIELD_ENCRYPTION_KEYS": "f"})
    keys = kept_keys(path)
    assert (keys["SECRET_KEY"], keys["FIELD_ENCRYPTION_KEYS"]) == ("s", "f")
    assert len(keys["ADDRESS_HASH_KEY"]) >= 32
    assert kept_keys(path) == keys


@pytest.mark.parametrize("content", ["", "{", "[]", '{"SECRET_KEY": "x"}'])
def test_damaged_file_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "secrets.json"
    path.write_text(content)
    with pytest.raises(Refusal, match="is damaged"):
        kept_keys(path)
    assert path.read_text() == content


def test_private_file_is_0600_even_over_an_open_one(tmp_path):
    path = tmp_path / "demo.json"
    path.write_text("{}")
    path.chmod(0o644)
    write_private(path, {"password": "x"})
    assert path.stat().st_mode & 0o777 == 0o600
