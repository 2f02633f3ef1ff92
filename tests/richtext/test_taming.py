"""Hostile HTML does not hurt the parsers, and honest HTML is not hurt by what prevents it."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from tests import corpora
from wiki.mail.message import RawMessage
from wiki.mail.parsing.parse import parse
from wiki.richtext import sanitise, taming
from wiki.richtext.taming import tame


@pytest.fixture(autouse=True)
def _tame_small_documents_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taming, "_SMALL_TAGS", -1)


def words(html: str) -> list[str]:
    body = LexborHTMLParser(html).body
    return body.text(separator=" ").split() if body is not None else []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<div><b>a</div>c", "<div><b>a</b></div>c"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<table><tr><td><font color=red>a<td>b</table>", "<table><tr><td><font>a</font></td><td>b</td></tr></table>"),
        ("<div><table><tr><td>a</div>b</td></tr></table></div>", "<div><table><tr><td>ab</td></tr></table></div>"),
        ("a</span>b</p>c", "abc"),
        ("a<br>b</br>c<img alt=x>", "a<br>b<br>c<img alt=x>"),
        ("a<!-- <b> -->b<!-- c > d", "ab"),
        ("a<script>if (1<2) '<b>'</script>b<STYLE>p{}</style >c", "abc"),
        ("1 < 2 & 3 <4", "1 < 2 &amp; 3 <4"),
        ("<A HREF=x>y</A>", "<a HREF=x>y</a>"),
        ('<font size="7"" color="red">a</font>', "<font>a</font>"),
        ('<a title="a > b">c</a>', '<a title="a > b">c</a>'),
        ('<a title="<b>">c</a>', '<a title="&lt;b>">c</a>'),
        ('<a title="never closed>b</a>', '<a title="never closed>b</a>'),
    ],
)
def test_every_element_is_closed_in_order(html: str, expected: str) -> None:
    assert tame(html).html == expected


def test_what_is_nested_too_deep_keeps_its_text() -> None:
    tamed = tame("<div>" * 500 + "deep" + "</div>" * 500 + "<b>after</b>")
    assert tamed.html.count("<div>") == tamed.html.count("</div>") == taming.MAX_DEPTH
    assert tamed.html.endswith("<b>after</b>")
    assert words(tamed.html) == ["deep", "after"]


@pytest.mark.parametrize("html", ["word " * 300_000, "<p>word</p>" * 200_000, "<br>" * 300_000])
def test_a_document_too_long_is_cut_and_says_so(html: str) -> None:
    tamed = tame(html)
    assert tamed.is_cut
    assert len(tamed.html) <= taming.MAX_LENGTH + 10_000


def test_an_image_that_carries_its_own_megabytes_does_not_cut_the_rest() -> None:
    tamed = tame(f'<img src="data:image/png;base64,{"A" * 3_000_000}"><p>after</p>')
    assert (tamed.html, tamed.is_cut) == ("<p>after</p>", False)


# Each hides start tags with attributes of their own from a scanner that reads quotes otherwise than a browser does.
HIDDEN = ['<span x="><b id={n}>"y>', '<span =">"><b id={n}>', '<span "><b id={n}>">', '<span x=a"><b id={n}>">',
          '</p x="><b id={n}>">', "<!--><b id={n}>", "<script/x><b id={n}></script ><b id={n}>", "<!x '> <b id={n}>",
          "<?x <b id={n}>", "<B\fID={n}>", "<b/id={n}>", "<nobr id={n}>"]  # fmt: skip


@pytest.mark.parametrize("hidden", HIDDEN)
def test_no_disguise_smuggles_unclosed_formatting_past(hidden: str) -> None:
    html = "".join(hidden.format(n=n) + "<p>x" for n in range(3_000))
    began = time.process_time()
    shown = sanitise.clean_mail(tame(html).html, lambda _address: None)
    assert time.process_time() - began < 2
    assert len(shown) < 20 * len(html)


BITS = [
    *("<div>", "</div>", "<p>", "</p>", "<b x=1>", "</b>", "<table>", "</table>", "<td>", "<!--", "-->"),
    *("<script>", "</script>", "a", '"', "'", "=", "<", ">"),
]


@given(st.lists(st.sampled_from(BITS)).map("".join))
def test_whatever_comes_every_element_that_is_opened_is_closed(html: str) -> None:
    tamed = tame(html).html
    for name in ("div", "p", "b", "table", "td"):
        assert len(re.findall(f"<{name}[ >]", tamed)) <= len(re.findall(f"</{name}>", tamed))


@pytest.mark.corpora
def test_no_word_of_a_real_mail_is_lost() -> None:
    count = 0
    for name, content in corpora.mails("spamassassin"):
        html = parse(RawMessage(content)).html if b"<html" in content.lower() else ""
        if not html or "<frameset" in html.lower():
            continue
        wild = sanitise.clean_mail(html, lambda _address: None)
        tamed = sanitise.clean_mail(tame(html).html, lambda _address: None)
        assert words(wild) == words(tamed), name
        count += 1
    assert count > 1_000
