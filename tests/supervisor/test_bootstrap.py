"""The first command of a newcomer, on machines that lack something."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import bootstrap

ROOT = Path(__file__).resolve().parents[2]


def test_no_network_at_the_first_start_is_one_sentence_and_a_failure(tmp_path):
    for name in ("bootstrap.py", "requirements.txt", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    silent = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_NO_CACHE_DIR": "1", "PIP_CONFIG_FILE": os.devnull}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    start = subprocess.run(
        [sys.executable, "bootstrap.py", "run", "-c", "print('started')"],
        cwd=tmp_path, env={**kept, **silent}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert start.returncode == 1
    assert "The Python packages could not be installed: the network does not answer." in start.stderr
    assert "run the same command again" in start.stderr
    assert len(start.stderr.splitlines()) == 1
    assert "started" not in start.stdout


def test_second_start_does_nothing_and_takes_no_time(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))
    calls = []
    monkeypatch.setattr(bootstrap, "run", lambda command, **_: calls.append(command))
    monkeypatch.setattr(bootstrap, "usable_venv", lambda: True)
    bootstrap.python_packages("run")
    assert len(calls) == 1
    began = time.monotonic()
    bootstrap.python_packages("run")
    assert time.monotonic() - began < 0.05
    assert len(calls) == 1


def test_what_tests_need_is_added_to_what_running_needs_and_covers_it(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))
    calls = []
    monkeypatch.setattr(bootstrap, "run", lambda command, **_: calls.append(command))
    monkeypatch.setattr(bootstrap, "usable_venv", lambda: True)
    for level in ("run", "dev", "run", "dev"):
        bootstrap.python_packages(level)
    assert ["requirements-dev.txt" in call for call in calls] == [False, True]


def test_old_python_gives_the_word_to_a_newer_one(monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/opt/{name}" if name == "python3.12" else None)
    replaced = []
    monkeypatch.setattr(bootstrap.os, "execv", lambda path, words: replaced.append((path, words[-1])))
    monkeypatch.setattr(bootstrap, "print", lambda *_, **__: None, raising=False)
    bootstrap.main(["run"])
    assert replaced[0] == ("/opt/python3.12", "run")


def test_old_python_alone_is_one_sentence_and_a_failure(monkeypatch, capsys):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda _name: None)
    assert bootstrap.main(["run"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Vilarejo needs Python 3.11 or newer; ")
    assert "is Python 3.9.2" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("said", "version"), [("v20.19.0", (20, 19)), ("v24.1.3", (24, 1)), ("what?", (0, 0)), ("", (0, 0))]
)
def test_version_of_node_is_read(tmp_path, said, version):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho '{said}'\n")
    node.chmod(0o755)
    assert bootstrap.node_version(str(node)) == version
