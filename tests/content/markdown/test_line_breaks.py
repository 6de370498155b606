"""Line breaks in scripts that are written without spaces."""

import pytest

from blog.content.markdown import parse


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("吾輩は\n猫である。", "吾輩は猫である。", id="japanese"),
        pytest.param("你好、  \n世界", "你好、<br>\n世界", id="hard-break"),
        pytest.param("你好、\n世界", "你好、世界", id="chinese-after-a-comma"),
        pytest.param("你好、 \n 世界", "你好、世界", id="spaces-beside-it"),
        pytest.param("これは**強調**\n**です**", "これは<strong>強調</strong><strong>です</strong>", id="emphasis"),
        pytest.param("한국어\n문장", "한국어\n문장", id="korean"),
        pytest.param("日本語\nLatin", "日本語\nLatin", id="before-latin"),
        pytest.param("Latin\n日本語", "Latin\n日本語", id="after-latin"),
        pytest.param("🎉\n🎉", "🎉\n🎉", id="emoji"),
        pytest.param("one\ntwo", "one\ntwo", id="latin"),
        pytest.param("**\n**", "**\n**", id="marks-alone"),
    ],
)
def test_a_line_break_is_no_space_where_words_have_none(text: str, html: str) -> None:
    assert parse(text).markup == f"<p>{html}</p>\n"


def test_the_summary_has_no_space_there_either() -> None:
    assert parse("吾輩は\n猫である。").summary == "吾輩は猫である。"
