"""HTML read aloud: what is visible, in lines."""

from __future__ import annotations

import time

import pytest

from wiki.richtext.plain import from_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("just text", "just text"),
        ("", ""),
        ("<br><br>", ""),
        ("a &lt; b &amp; c&nbsp;d", "a < b & c d"),
        ("<p>one<p>two", "one\n\ntwo"),
        ("a<br>b<br><br>c", "a\nb\nc"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<b>a</b><i>b</i> c", "ab c"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("a<blockquote>b<blockquote>c</blockquote></blockquote>d", "a\n\n> b\n>\n> > c\n\nd"),
        ("a<span style='display: none'>b</span><span hidden>c</span>d", "acd"),
        ("<title>a</title><style>b</style><script>c</script>e<!-- f -->", "e"),
        ("<h1>Title</h1>text", "Title\n\ntext"),
        ("soft\u00adhyphen zero\u200bwidth", "soft\u00adhyphen zero\u200bwidth"),
    ],
)
def test_what_is_seen_is_read_in_lines(html: str, text: str) -> None:
    assert from_html(html) == text


@pytest.mark.parametrize(
    "html", ["<div>" * 60_000 + "x", "<p>x" * 50_000, "<b id=1>" * 50_000, "<blockquote>" * 50_000, "&" * 500_000]
)
def test_long_and_deep_documents_are_read_in_time(html: str) -> None:
    began = time.process_time()
    from_html(html)
    assert time.process_time() - began < 4
