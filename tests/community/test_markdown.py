"""Markdown of strangers becomes harmless HTML, whatever it tries."""

import re

import pytest

from community import markdown

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](http://evil.example/pixel.png)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    '[x](http://a.example "onmouseover=alert(1)")',
    "<a href='javascript:alert(1)'>x</a>",
    "<svg/onload=alert(1)>",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    "[a]: javascript:alert(1)\n\n[a]",
    '<http://a.example/"onclick=alert(1)>',
    "<style>body{display:none}</style>",
    '<form action="/accounts/logout/"><button>x</button></form>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202e<b onclick=alert(1)>x</b>",
]


@pytest.mark.parametrize("source", ATTACKS)
def test_nothing_in_a_post_can_run_or_load(source):
    html = markdown.render(source).html
    tags = re.findall(r"<[^>]*>", html)
    assert not [
        tag
        for tag in tags
        if re.search(r"\bon\w+=|javascript:|data:|vbscript:|style|<(script|img|svg|form|iframe)", tag)
    ]


def test_links_carry_no_weight_and_tell_nobody_where_from():
    html = markdown.render("[here](https://a.example/x) and <https://b.example>").html
    assert html.count('rel="nofollow ugc noopener"') == 2
    assert 'href="https://a.example/x"' in html


def test_what_members_use_stays():
    html = markdown.render("**bold** *lean* `code`\n\n1. one\n2. two\n\n> said\n\n# Head").html
    for tag in ("<strong>", "<em>", "<code>", "<ol>", "<li>", "<blockquote>", "<h3>"):
        assert tag in html


def test_the_words_of_a_post_have_no_markup():
    assert markdown.render("**one** & [two](http://a.example)\n\n- three < four").text == "one & two\nthree < four"


@pytest.mark.parametrize(
    ("source", "hosts"),
    [
        ("see https://www.a.example/x and b.example/y", ("a.example", "b.example")),
        ("video.example/cubo-lavra", ("video.example",)),
        ("I wrote to ana@a.example", ()),
        ("no address here. Next sentence", ()),
        ("the file rota.gpx is attached", ()),
        ("[words](http://c.example)", ("c.example",)),
    ],
)
def test_the_hosts_that_a_post_names_are_found(source, hosts):
    assert markdown.hosts_in(source) == hosts


def test_links_are_taken_out_and_their_words_stay():
    source = "Use [this grease](http://spam.example/x), or video.example/y."
    assert markdown.without_links(source, replacement="(link)") == "Use this grease, or (link)"


def test_a_very_deep_source_is_read_in_time():
    assert markdown.render(">" * 5_000 + "[" * 5_000).text is not None
