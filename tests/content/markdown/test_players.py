"""Players of recordings, and cards of links to other services."""

from collections.abc import Callable

import pytest

Html = Callable[[str], str]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        pytest.param(
            "![A talk](a.mp4)", '<p><video controls src="a.mp4" aria-label="A talk" preload="metadata">', id="video"
        ),
        pytest.param(
            "![A talk](/a.WebM#t=5)", '<p><video controls src="/a.WebM#t=5" aria-label="A talk"', id="at-the-root"
        ),
        pytest.param(
            "[A *song*](a.ogg)", '<p><audio controls src="a.ogg" aria-label="A song" preload="metadata">', id="link"
        ),
        pytest.param('![A talk](a.mp4 "Words")', '<figure>\n<video controls src="a.mp4"', id="figure"),
    ],
)
def test_a_recording_has_a_player_with_a_link_in_it(html: Html, text: str, start: str) -> None:
    written = html(text)
    assert written.startswith(start)
    assert written.count("<a href=") == 1


@pytest.mark.parametrize(
    "text",
    [
        "Hear [this](a.mp3)",
        "- [this](a.mp3)",
        "[x](https://a.example/a.mp4)",
        "[x](a.pdf)",
        "[](a.mp3)",
        "[![x](a.mp4)](b)",
    ],
)
def test_other_links_have_no_player(html: Html, text: str) -> None:
    written = html(text)
    assert "<audio" not in written
    assert "<video" not in written


@pytest.mark.parametrize(
    ("text", "words", "service"),
    [
        pytest.param("[My talk](https://www.youtube.com/watch?v=x)", "My talk", "YouTube", id="youtube"),
        pytest.param("<https://youtu.be/x>", "youtu.be/x", "YouTube", id="bare"),
        pytest.param("[A film](https://vimeo.com/1)", "A film", "Vimeo", id="vimeo"),
        pytest.param(
            "[A post](https://mastodon.example/@ada@b.example/1)", "A post", "mastodon.example", id="mastodon"
        ),
    ],
)
def test_a_link_to_a_service_alone_in_a_paragraph_is_a_card(html: Html, text: str, words: str, service: str) -> None:
    written = html(text)
    assert written.startswith('<p class="link-card"><a href="https://')
    assert written.endswith(f'">{words} <span class="service">{service}</span></a></p>\n')


@pytest.mark.parametrize(
    "text",
    [
        "See [it](https://youtu.be/x)", "[it](https://youtube.com/about)", "[it](https://notyoutube.example/watch?v=1)",
        "[it](https://a.example/@ada)", "[it](javascript:alert(1)//youtu.be/x)", "[a](https://youtu.be/x) [b](https://youtu.be/y)",
    ],
)  # fmt: skip
def test_other_links_are_no_cards(html: Html, text: str) -> None:
    assert "link-card" not in html(text)
