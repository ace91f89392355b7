"""Where the test messages of others are found. Each lookup skips, with the reason, when they are not there."""

import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

import pytest
import test

ROOT = Path(__file__).resolve().parents[3]
CORPORA = ROOT.parent / "shared" / "corpora"
CACHE = ROOT / "var" / "test-data"


def corpus(name: str) -> Path:
    folder = CORPORA / name
    if not folder.is_dir():
        pytest.skip(f"the corpus {name} is not beside the checkout")
    return folder


def mail(name: str) -> bytes:
    return (corpus("mail") / name).read_bytes()


def all_mail() -> list[Path]:
    """Every message of mikel/mail's fixtures; the list is empty where the corpus is absent."""
    return sorted(path for path in (CORPORA / "mail").rglob("*") if path.is_file() and not _is_notice(path))


def _is_notice(path: Path) -> bool:
    return path.name in ("LICENSE", ".gitattributes", "README.md")


def cpython_mail() -> list[Path]:
    """The messages of CPython's own e-mail tests; empty where this Python came without its tests."""
    return sorted((Path(test.__path__[0]) / "test_email" / "data").glob("msg_*.txt"))


def bounces() -> Path:
    """flufl.bounce's test messages, from the source distribution of the version that is installed."""
    release = version("flufl.bounce")
    folder = CACHE / f"flufl_bounce-{release}"
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        command += ["--dest", str(CACHE), f"flufl.bounce=={release}"]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=40)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"the bounces cannot be fetched from the package index: {error}")
        with tarfile.open(next(CACHE.glob("flufl*bounce-*.tar.gz"))) as archive:
            archive.extractall(CACHE, filter="data")
    return folder / "tests" / "data"


def squeezed(text: str) -> str:
    """``text`` without any blanks, to compare what was written and not how it was wrapped."""
    return "".join(text.split())
