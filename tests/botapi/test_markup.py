"""Telegram's HTML, with the mistakes and the wording of TDLib's own test cases."""

import pytest

from tests.botapi.markup import parse_html
from tests.botapi.refusing import Refusal

LEAD = "🏟 🏟&lt;"
MISTAKES = {
    "<abacaba": "Unclosed start tag at byte offset 13",
    "<abac aba>": 'Unsupported start tag "abac" at byte offset 13',
    "<i   =aba>": 'Empty attribute name in the tag "i" at byte offset 13',
    "<i    aba>": 'Expected equal sign in declaration of an attribute of the tag "i" at byte offset 13',
    "<i    aba  =  ": 'Unclosed start tag "i" at byte offset 13',
    "<i    aba  =  190azAz-.,": "Unexpected end of name token at byte offset 27",
    '<i    aba  =  "&lt;&gt;&quot;>': "Unclosed start tag at byte offset 13",
    "</": "Unexpected end tag at byte offset 13",
    "<b></b></": "Unexpected end tag at byte offset 20",
    "<i>a</i   ": "Unclosed end tag at byte offset 17",
    "<i>a</em   >": 'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"',
    "<b>a": 'Can\'t find end tag corresponding to start tag "b"',
    "<span>a</span>": 'Tag "span" must have class "tg-spoiler" at byte offset 13',
}


@pytest.mark.parametrize(("source", "words"), MISTAKES.items(), ids=MISTAKES.keys())
def test_a_mistake_is_named_in_telegrams_words(source: str, words: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_html(LEAD + source)
    assert caught.value.description == f"Bad Request: can't parse entities: {words}"


def test_known_characters_are_decoded_and_others_left_alone() -> None:
    assert parse_html("&lt;&gt;&amp;&quot;&laquo;&#7841; a & b")[0] == '<>&"&laquo;ạ a & b'


def test_entities_are_counted_in_utf16_and_may_nest() -> None:
    text, entities = parse_html('🏟<b>Điều <i>3</i></b> <a href="https://vanban.chinhphu.vn?a=1&amp;b=2">văn bản</a>')
    assert text == "🏟Điều 3 văn bản"
    assert entities == [
        {"type": "bold", "offset": 2, "length": 6},
        {"type": "italic", "offset": 7, "length": 1},
        {"type": "text_link", "offset": 9, "length": 7, "url": "https://vanban.chinhphu.vn?a=1&b=2"},
    ]


def test_the_rarer_tags_are_known() -> None:
    source = (
        '<span class="tg-spoiler">a</span><blockquote expandable>b</blockquote>'
        '<pre><code class="language-py">c</code></pre><u>d</u><s>e</s>'
    )
    entities = parse_html(source)[1]
    kinds = [entity["type"] for entity in entities]
    assert kinds == ["spoiler", "expandable_blockquote", "pre", "underline", "strikethrough"]
    assert entities[2]["language"] == "py"
