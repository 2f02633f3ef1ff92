"""Pages are rendered as their writers meant them, and safely whatever they meant."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import corpora
from tests.richtext.safety import parsed_html
from wiki.richtext import markdown

PAGES = {"Home": "/spaces/TEAM/pages/1", "HR:Holidays": "/spaces/HR/pages/7"}


def render(source: str) -> str:
    return markdown.render(source, PAGES.get, lambda target: f"/create?title={target}")


@pytest.mark.parametrize(
    ("source", "selector", "text"),
    [
        ("*a*", "p > em", "a"),
        ("**b**", "p > strong", "b"),
        ("~~d~~", "p > s", "d"),
        ("- [x] done", 'li.task-list-item > input[type="checkbox"][checked][disabled]', ""),
        ("|a|\n|-:|\n|1|", 'td[align="right"]', "1"),
        ("```python\nx\n```", "pre > code.language-python", "x\n"),
        ("## Über uns: 2026!", "h2#section-über-uns-2026", "Über uns: 2026!"),
        ("https://example.org/a", 'a[href="https://example.org/a"]', "https://example.org/a"),
        ("![A cat](/files/cat.png)", 'img[src="/files/cat.png"][alt="A cat"]', ""),
        ("<b>no</b>", "p", "<b>no</b>"),
    ],
)
def test_marks_become_elements(source: str, selector: str, text: str) -> None:
    assert [node.text() for node in parsed_html(render(source)).css(selector)] == [text]


def test_a_footnote_leads_down_and_back() -> None:
    tree = parsed_html(render("Word[^1].\n\n[^1]: The note."))
    assert tree.css_first("sup.footnote-ref a").attributes["href"] == "#fn1"
    assert tree.css_first("section.footnotes li#fn1 a.footnote-backref").attributes["href"] == "#fnref1"


def test_headings_of_one_name_have_ids_of_their_own() -> None:
    assert [node.attributes["id"] for node in parsed_html(render("# A\n# A\n# A-2\n# A")).css("h1")] == [
        "section-a",
        "section-a-2",
        "section-a-2-2",
        "section-a-3",
    ]


def test_wiki_links_lead_to_pages() -> None:
    tree = parsed_html(render("[[Home]] [[HR:Holidays|days off]] `[[Home]]`"))
    assert [(link.text(), link.attributes["href"]) for link in tree.css("a")] == [
        ("Home", "/spaces/TEAM/pages/1"),
        ("days off", "/spaces/HR/pages/7"),
    ]


def test_a_wiki_link_without_page_says_so_and_leads_to_its_making() -> None:
    (link,) = parsed_html(render("[[Nowhere]]")).css("a")
    assert (link.attributes["class"], link.attributes["href"]) == ("link-missing", "/create?title=Nowhere")
    (link,) = parsed_html(markdown.render("[[Nowhere]]", PAGES.get)).css("a")
    assert "href" not in link.attributes


@pytest.mark.parametrize(
    "source", ["[[]]", "[[ ]]", "[[a\nb]]", "[[a[b]]", "[[never closed", "\\[[Home]]", "[[" + "x" * 700 + "]]"]
)
def test_what_is_no_wiki_link_stays_text(source: str) -> None:
    assert not parsed_html(render(source)).css("a")
    assert markdown.wiki_links(source) == ()


def test_the_wiki_links_of_a_page_are_listed_once_each() -> None:
    assert markdown.wiki_links("[[A]] [[B|b]] [[A]]\n\n|[[C]]|\n|-|\n\n`[[D]]`") == ("A", "B", "C")


def test_the_words_of_a_page_are_found_without_its_marks() -> None:
    blocks = ["# Title", "A **bold** [[Home|word]], `code`.", "- one\n- two", "```\nfenced\n```", "|a|b|\n|-|-|\n|1|2|"]
    text = markdown.plain_text("\n\n".join([*blocks, "![cat](x.png)"]))
    assert " ".join(text.split()) == "Title A bold word, code. one two fenced a b 1 2 cat"


@pytest.mark.parametrize(
    "source",
    [
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "<a href='javascript:alert(1)'>x</a>",
        "[x](//evil.example.org)",
        "[x](/\\evil.example.org)",
        "![x](javascript:alert(1))",
        "<script>alert(1)</script>",
        "[x]: javascript:alert(1)\n\n[x]",
        "<javascript:alert(1)>",
    ],
)
def test_what_could_act_is_text_or_nothing(source: str) -> None:
    tree = parsed_html(render(source))
    assert not tree.css("script, iframe, svg, style")
    for node in tree.css("a, img"):
        address = node.attributes.get("href") or node.attributes.get("src") or ""
        assert not address or address == "/%5Cevil.example.org"


def test_no_page_takes_the_id_of_something_in_the_layout() -> None:
    identifiers = [
        node.attributes["id"] or "" for node in parsed_html(render("# Search\n\nx[^a]\n\n[^a]: y")).css("[id]")
    ]
    assert len(identifiers) == 3
    assert all(identifier.startswith(("section-", "fn")) for identifier in identifiers)


@pytest.mark.corpora
def test_the_payloads_against_sanitisers_are_text_in_a_page() -> None:
    for name, content in corpora.files("xss-dompurify"):
        for entry in json.loads(content) if name.endswith("expect.json") else []:
            tree = parsed_html(render(entry["payload"]))
            assert not tree.css("script, style, iframe, svg, math, object, embed, form, link, meta, base, template")
            for node in tree.css("*"):
                assert not [
                    attribute for attribute in node.attributes if attribute.startswith("on") or attribute == "style"
                ]


MARKS = [*"[]()*_`~#>-|:!\\<&\n ax1", "[[", "]]", "http://", "[^1]"]


@given(st.text(max_size=300) | st.lists(st.sampled_from(MARKS)).map("".join))
def test_any_text_is_a_page(source: str) -> None:
    render(source).encode("utf-8", "surrogatepass")
    markdown.plain_text(source)
    markdown.wiki_links(source)


def test_a_page_beyond_the_bounds_is_refused_in_a_sentence() -> None:
    for source in ("x" * (markdown.MAX_SIZE + 1), "ü" * (markdown.MAX_SIZE // 2 + 1), "[" * 20_001):
        with pytest.raises(markdown.MarkupTooLarge, match=r"at most .*\.$"):
            render(source)


HOSTILE = ["[" * 5_000, "[a](" * 3_000, "*a_ " * 12_000, "`a" * 25_000, "> " * 100 + "\n> a" * 5_000, "# a\n" * 6_000,
           "|a" * 1_000 + "|\n" + "|-" * 1_000 + "|\n", "[^1]" * 4_000 + "\n\n[^1]: x", "&" * 50_000, "<a " * 15_000,
           "~~a" * 15_000, "a\n-\n" * 6_000, "- " * 25_000, "[[a" * 3_000]  # fmt: skip


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_page_is_rendered_in_time(source: str) -> None:
    began = time.process_time()
    render(source)
    assert time.process_time() - began < 2.5
