import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.channels.email.attachments import MAX_NAME, safe_filename, sniff


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("relatório final.pdf", "relatório final.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\a.txt", "a.txt"),
        (".bashrc", "bashrc"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ('a<b>:"c|d?*.txt', "abcd.txt"),
        ("con.txt", "_con.txt"),
        ("", "attachment-3.pdf"),
        ("...", "attachment-3.pdf"),
        ("/", "attachment-3.pdf"),
    ],
)
def test_file_names_are_made_safe(name, safe):
    assert safe_filename(name, "application/pdf", 3) == safe


def test_a_long_name_keeps_its_extension():
    name = safe_filename("é" * 500 + ".pdf", "application/pdf", 1)

    assert len(name) == MAX_NAME
    assert name.endswith("é.pdf")


@given(st.text(max_size=400))
def test_a_safe_name_is_one_component_and_stays_as_it_is(name):
    safe = safe_filename(name, "application/pdf", 1)

    assert safe
    assert "/" not in safe
    assert "\\" not in safe
    assert not safe.startswith(".")
    assert len(safe) <= MAX_NAME
    assert safe_filename(safe, "application/pdf", 1) == safe


def zipped(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "application/epub+zip" if name == "mimetype" else "x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", ""),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a\x00", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
        (b"MZ\x90\x00", "application/vnd.microsoft.portable-executable"),
        (b"<!DOCTYPE html><p>x", "text/html"),
        (b"  <script>x</script>", "text/html"),
        (b"<!-- c --><html>", "text/html"),
        (b"<?xml version='1.0'?><svg xmlns=''>", "image/svg+xml"),
        ("só texto".encode(), "text/plain"),
        (b"\x00\x01\x02\x03", ""),
        (zipped("[Content_Types].xml", "word/document.xml"),
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"),
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (zipped("mimetype", "a"), "application/epub+zip"),
        (zipped("a.txt"), "application/zip"),
    ],
)  # fmt: skip
def test_types_are_told_by_the_bytes(content, media_type):
    assert sniff(content) == media_type
