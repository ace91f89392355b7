"""The audit of dependencies is green only when it looked, or where nobody can and it says so."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SKIPPED = {"name": "aiosmtpd", "skip_reason": "Dependency not found on PyPI and could not be audited"}
CLEAN = {"name": "django", "version": "5.2", "vulns": []}
KNOWN = {"name": "jinja2", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}


@pytest.fixture
def audit() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / ".ci" / "audit.py"
    spec = importlib.util.spec_from_file_location("audit", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("packages", "network", "answers", "code", "said"),
    [
        ([CLEAN], "", True, 0, "1 of 1 packages checked, 0 known"),
        ([CLEAN, KNOWN], "closed", False, 1, "jinja2 1: PYSEC-1, fixed in 2"),
        ([CLEAN, SKIPPED], "", False, 1, "NOT CHECKED"),
        ([SKIPPED], "open", True, 1, "NOT CHECKED"),
        ([SKIPPED], "closed", True, 1, "a failure of the check"),
        ([SKIPPED], "closed", False, 0, "to be checked elsewhere"),
        ([SKIPPED, KNOWN], "closed", False, 1, "PYSEC-1"),
        ([], "", True, 1, "NOT CHECKED"),
    ],
)
def test_what_was_not_checked_is_never_green_unsaid(audit, monkeypatch, capsys, packages, network, answers, code, said):
    monkeypatch.setenv("AUDIT_NETWORK", network)
    monkeypatch.setattr(audit, "service_answers", lambda: answers)
    assert audit.judge(packages) == code
    assert said in capsys.readouterr().out
