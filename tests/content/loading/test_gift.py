"""Moodle GIFT as people and Moodle write it. The dialect: docs.moodle.org, GIFT format; Moodle's own exporter."""

import pytest

from content.loading.checks.telling import told
from content.loading.drafts import Known, QuestionDraft, Reading
from content.loading.text.gift import read_gift
from content.phrases import Phrases

KNOWN = Known(
    topics={"giao-tiep": "Giao tiếp với người dân", "trang-phuc": "Trang phục"},
    sources={"QD129": "Quyết định 129/2007/QĐ-TTg"},
    stems={"CS-9": "Ai  trực Ban tiếp công dân?"},
)


def read(phrases: Phrases, text: str) -> Reading:
    """The reading of a GIFT text."""
    return read_gift(text, KNOWN, phrases)


def question(phrases: Phrases, text: str) -> QuestionDraft:
    """The one question of a text without flaws."""
    reading = read(phrases, text)
    assert reading.flaws == ()
    (draft,) = reading.questions
    return draft


def said(phrases: Phrases, text: str) -> list[str]:
    """Flaws and warnings as sentences, without the one about grades."""
    reading = read(phrases, text)
    sentences = [told(flaw, phrases, reading.format) for flaw in (*reading.flaws, *reading.warnings)]
    return [sentence for sentence in sentences if "theo trí nhớ" not in sentence]


@pytest.mark.parametrize(
    ("text", "stem", "options", "right"),
    [
        pytest.param("Hỏi?{=a ~b ~c}", "Hỏi?", ("a", "b", "c"), (1,), id="on one line"),
        pytest.param("Hỏi?{\n~a\n=b\n~c\n}", "Hỏi?", ("a", "b", "c"), (2,), id="a line each"),
        pytest.param("::Tên::Hỏi?{=a ~b}", "Hỏi?", ("a", "b"), (1,), id="with a title"),
        pytest.param("::Tên\n::Hỏi?\n{\n\t=a\n\t~b\n}", "Hỏi?", ("a", "b"), (1,), id="title and stem on lines"),
        pytest.param("// một\nHỏi?{=a ~b}\n// hai", "Hỏi?", ("a", "b"), (1,), id="comments around"),
        pytest.param("Hỏi?{\n=a\n// giữa\n~b\n}", "Hỏi?", ("a", "b"), (1,), id="a comment within"),
        pytest.param("Hỏi?{~=a ~b}", "Hỏi?", ("a", "b"), (1,), id="both signs"),
        pytest.param("Hỏi?{~%100%a ~b}", "Hỏi?", ("a", "b"), (1,), id="the full mark as a weight"),
        pytest.param("Hỏi?{~%50%a ~%50%b ~%-100%c}", "Hỏi?", ("a", "b", "c"), (1, 2), id="two right ones"),
        pytest.param(
            "Hỏi?{~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}", "Hỏi?", tuple("abcd"), (1, 2, 3), id="three"
        ),
        pytest.param("Hỏi?{=a ~%50%b ~c}", "Hỏi?", ("a", "b", "c"), (1,), id="half right is wrong"),
        pytest.param("Khi {=tiếp ~tránh} dân.", "Khi _____ dân.", ("tiếp", "tránh"), (1,), id="a missing word"),
        pytest.param("Một là {=1 ~2}.", "Một là _____.", ("1", "2"), (1,), id="a missing word before the end"),
        pytest.param("Nghỉ trưa.{T}", "Nghỉ trưa.", ("Đúng", "Sai"), (1,), id="true"),
        pytest.param("Nghỉ trưa.{ FALSE }", "Nghỉ trưa.", ("Đúng", "Sai"), (2,), id="false"),
        pytest.param("1 \\= 1 \\{x\\} \\~ \\# \\: ?{=a ~b}", "1 = 1 {x} ~ # : ?", ("a", "b"), (1,), id="escaped signs"),
        pytest.param("a\\nb?{=a\\\\nb ~b}", "a b?", ("a\\nb", "b"), (1,), id="a line end and a backslash"),
        pytest.param("C:\\\\x \\y?{=a ~b}", "C:\\x \\y?", ("a", "b"), (1,), id="other backslashes"),
        pytest.param("[html]<p>Chào <b>anh</b>&nbsp;A</p><p>ạ</p>{=a ~b}", "Chào anh A ạ", ("a", "b"), (1,), id="html"),
        pytest.param("[html]a<br/>b&lt;c&#7879;?{=<i>a</i> ~b}", "a b<cệ?", ("a", "b"), (1,), id="html options"),
        pytest.param("[plain]a < b & c > d?{=&lt; ~b}", "a < b & c > d?", ("&lt;", "b"), (1,), id="plain"),
        pytest.param("[markdown]a *b*?{=[html]<b>a</b> ~b}", "a *b*?", ("a", "b"), (1,), id="a format of its own"),
        pytest.param("[Tình huống] a?{=a ~b}", "[Tình huống] a?", ("a", "b"), (1,), id="a bracket that is no format"),
        pytest.param("[html]<style>p</style>a?{=a ~b}", "a?", ("a", "b"), (1,), id="a style"),
        pytest.param("[html]<!-- x <b> -->a?{=a ~b}", "a?", ("a", "b"), (1,), id="a comment of html"),
    ],
)
def test_a_choice_question_is_read(
    phrases: Phrases, text: str, stem: str, options: tuple[str, ...], right: tuple[int, ...]
) -> None:
    draft = question(phrases, text)
    assert (draft.stem, draft.options, draft.right) == (stem, options, right)


@pytest.mark.parametrize(
    ("text", "explanation"),
    [
        pytest.param("Hỏi?{=a#đúng ~b#sai ####Vì thế.}", "Vì thế.", id="general feedback first"),
        pytest.param("Hỏi?{~b#sai =a#đúng}", "đúng", id="else that of the right option"),
        pytest.param("Hỏi?{T#sai rồi#đúng rồi}", "sai rồi", id="of true or false"),
        pytest.param("Hỏi?{FALSE#a#b\n####[html]<p>Vì thế.</p>}", "Vì thế.", id="general feedback of true or false"),
        pytest.param("[html]Hỏi?{=a ~b ####<p>Vì &quot;thế&quot;.</p>}", 'Vì "thế".', id="in the format of the stem"),
        pytest.param("Hỏi?{=a\\#1 ~b}", "", id="none"),
    ],
)
def test_feedback_becomes_the_explanation(phrases: Phrases, text: str, explanation: str) -> None:
    assert question(phrases, text).explanation == explanation


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("Viết về văn hóa công sở.{}", "tự luận", id="essay"),
        pytest.param("Viết.{####gợi ý}", "tự luận", id="essay with feedback"),
        pytest.param("Bao nhiêu?{#3:2~#sai}", "điền số", id="numerical"),
        pytest.param("Bao nhiêu?{#\n\t=%100%8:0#\n}", "điền số", id="numerical of the exporter"),
        pytest.param("Ghép.{\n=a -> 1\n=b -> 2\n}", "ghép cặp", id="matching"),
        pytest.param("Tên gì?{=An =Bình}", "trả lời ngắn", id="short"),
        pytest.param("::Mở đầu::Phần một.", "đoạn giới thiệu", id="description"),
    ],
)
def test_what_offers_no_choice_is_named_counted_and_left_out(phrases: Phrases, text: str, kind: str) -> None:
    reading = read(phrases, f"Hỏi?{{=a ~b}}\n\n{text}\n")
    assert (reading.rows, reading.faulty, len(reading.questions)) == (2, 1, 1)
    assert said(phrases, f"Hỏi?{{=a ~b}}\n\n{text}\n") == [f"Dòng 3: loại câu {kind} không dùng được, bỏ qua."]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("Hỏi?{=a ~b", "Dòng 1: các phương án chưa nằm gọn giữa dấu { và dấu }.", id="never closed"),
        pytest.param("Hỏi?=a ~b}", "Dòng 1: các phương án chưa nằm gọn giữa dấu { và dấu }.", id="never opened"),
        pytest.param("\n\nHỏi?}{", "Dòng 3: các phương án chưa nằm gọn giữa dấu { và dấu }.", id="wrong way round"),
        pytest.param("Hỏi?{=a ~b ~c ~d ~e}", "Dòng 1: có 5 phương án, tối đa 4.", id="five options"),
        pytest.param(
            "[html]<img src='x'>Hỏi?{=a ~b}",
            "Dòng 1: câu hỏi có hình ảnh hoặc âm thanh, không hiển thị được trong tin nhắn.",
            id="a picture",
        ),
        pytest.param("Hỏi?{\n=a\n~a\n}", 'Dòng 3, phần "B": trùng với phương án A.', id="the same option twice"),
        pytest.param("Hỏi?{~a ~b}", 'Dòng 1, phần "Đáp án": để trống.', id="none right"),
    ],
)
def test_a_flaw_names_its_line(phrases: Phrases, text: str, sentence: str) -> None:
    assert said(phrases, text) == [sentence]
    assert read(phrases, text).questions == ()


def test_what_has_no_place_is_said_once(phrases: Phrases) -> None:
    text = """
$CATEGORY: $course$/top/Chuyên đề quý IV

// [tag:quý 4] [tag:ôn tập]
Một?{=a#đúng ~b#sai}

// [tag:quý 4]
Hai?{=a ~%50%b ~c}
"""
    assert said(phrases, text) == [
        "Có 1 câu kèm phản hồi riêng cho từng phương án; chỉ giữ một lời giải thích chung.",
        "Có 3 nhãn của nơi khác không được giữ lại.",
        'Danh mục "Chuyên đề quý IV" không phải chủ đề đang dùng; các câu trong đó để trống chủ đề.',
        "Dòng 8: có phương án chỉ được một phần điểm; khi nạp được tính là chưa đúng.",
    ]


@pytest.mark.parametrize(
    ("path", "topic"),
    [
        pytest.param("$course$/top/giao-tiep", "giao-tiep", id="by code"),
        pytest.param("$course$/top/Văn hóa công sở/Giao tiếp với người dân", "giao-tiep", id="by name"),
        pytest.param("TRANG PHUC", "trang-phuc", id="by name without accents"),
        pytest.param("$module$/top/trang-phuc/Dễ", "trang-phuc", id="by a category above"),
        pytest.param("$course$/top", "", id="at the top"),
        pytest.param("$course$/top/A//B", "", id="another"),
    ],
)
def test_a_category_is_a_topic_when_it_is_one(phrases: Phrases, path: str, topic: str) -> None:
    text = f"// question: 0  name: Switch category to {path}\n$CATEGORY: {path}\n\n\nHỏi?{{=a ~b}}"
    assert question(phrases, text).topic == topic
    assert question(phrases, f"$CATEGORY: {path}\nHỏi?{{=a ~b}}").topic == topic


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("// [id:CH-7]\n::Q1::Hỏi?{=a ~b}", "CH-7", id="its id"),
        pytest.param("// question: 3\n// [tag:kind:situation] [id:CH-7]\nHỏi?{=a ~b}", "CH-7", id="after a tag"),
        pytest.param("::GT-C12::Hỏi?{=a ~b}", "GT-C12", id="a title that is a code"),
        pytest.param("::CS-9::Hỏi?{=a ~b}", "CS-9", id="a title that the house knows"),
        pytest.param("ai trực ban tiếp công dân?{=a ~b}", "CS-9", id="a stem that the house knows"),
        pytest.param("::Q2::Hỏi?{=a ~b}", "CH-8C7C1EAC", id="a title that is just a number"),
        pytest.param("// [id:Câu số một]\nHỏi?{=a ~b}", "CH-8C7C1EAC", id="an id that is no code"),
    ],
)
def test_a_question_is_known_again(phrases: Phrases, text: str, code: str) -> None:
    assert question(phrases, text).code == code


def test_tags_carry_what_gift_has_no_place_for(phrases: Phrases) -> None:
    text = (
        "// [id:CH-1] [tag:kind:situation] [tag:difficulty:2] [tag:source:QD129] [tag:article:Điều 9 [mới\\]]\n"
        "// [tag:verified:text]\nHỏi?{=a ~b}"
    )
    draft = question(phrases, text)
    assert (draft.kind, draft.difficulty, draft.source, draft.article, draft.verified) == (
        "situation", 2, "QD129", "Điều 9 [mới]", "text"
    )  # fmt: skip
