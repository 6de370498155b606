"""404 responses with suggestions."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.build.edition import Edition
from blog.build.not_found import Suggestions, _similarities
from tests.rendered_site import Make


@pytest.mark.parametrize(
    ("path", "near"),
    [
        pytest.param("/blog/helo", "/blog/hello", id="a-letter-less"),
        pytest.param("/blog/hello.html", "/blog/hello", id="html"),
        pytest.param("/2019/HELLO/", "/blog/hello", id="elsewhere-and-upper-case"),
        pytest.param("/abuot", "/about", id="page"),
        pytest.param("/blog/elsewher-e", "/blog/elsewhere", id="hyphen"),
    ],
)
def test_the_most_similar_posts_are_suggested(edition: Edition, path: str, near: str) -> None:
    body = edition.not_found.answer(path).body.decode()
    assert "Did you mean" in body
    assert f'href="{near}"' in body.partition("Did you mean")[2]


@pytest.mark.parametrize(
    "path",
    ["/qqqqqq", "/", "", "/wp-login.php", "/" + "a" * 8000, "/\0", "/<script>alert(1)</script>", "/%00", "/日本"],
)
def test_nothing_is_suggested_for_a_path_that_resembles_no_slug(edition: Edition, path: str) -> None:
    assert edition.not_found.answer(path) is edition.not_found.answer("/x1")


def test_the_page_is_not_indexed_and_has_no_placeholder(edition: Edition) -> None:
    page = edition.not_found.answer("/x1").body.decode()
    assert '<meta name="robots" content="noindex">' in page
    assert "<!-- suggestions -->" not in page


def test_a_post_and_a_page_of_one_slug_are_both_suggested(make: Make) -> None:
    files = {"twin.md": "---\ntitle: Post\ndate: 2026-01-01\n---\n", "pages/twin.md": "---\ntitle: Page\n---\n"}
    suggested = make(files).not_found.answer("/blog/twinn").body.decode().partition("Did you mean")[2]
    assert 'href="/blog/twin"' in suggested
    assert 'href="/twin"' in suggested


WORDS = [
    "how",
    "to",
    "run",
    "a",
    "kubernetes",
    "probe",
    "readiness",
    "liveness",
    "python",
    "async",
    "server",
    "deploy",
    "container",
    "image",
    "build",
    "cache",
    "memory",
    "profile",
    "debug",
    "trace",
    "metrics",
    "logs",
    "alert",
    "dashboard",
    "helm",
    "chart",
    "secret",
    "config",
    "rollout",
    "drain",
    "network",
    "without",
    "with",
]
NAMED = (
    "why-the-cache-was-cold",
    "größe-ist-nicht-alles",
    "a-tale-of-two-probes",
    "json-feed-or-atom",
    "what-404-means",
)


def site(count: int) -> list[str]:
    """Slugs made of the same words, and a few that people would write."""
    chance = random.Random(7)
    slugs = {"-".join(chance.choices(WORDS, k=chance.randint(4, 7))) for _ in range(count)}
    return sorted({*slugs, *NAMED})


def misspelt(slug: str, chance: random.Random) -> str:
    """The slug with one letter removed, inserted, replaced, or swapped with its neighbour."""
    at = chance.randrange(1, len(slug) - 1)
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    before, here, after = slug[:at], slug[at], slug[at + 1 :]
    return chance.choice(
        [before + after, before + letter + here + after, before + letter + after, before + after[0] + here + after[1:]]
    )


@pytest.mark.parametrize(("count", "expected"), [(200, 30), (2_000, 30), (10_000, 28)])
def test_a_misspelt_slug_is_found_among_thousands(count: int, expected: int) -> None:
    slugs, chance = site(count), random.Random(11)
    guesses = {slug: misspelt(slug, chance) for slug in chance.sample(slugs, 30)}
    guesses |= {slug: misspelt(slug, chance) for slug in NAMED}
    suggestions = Suggestions(slugs)
    found = [
        slug
        for slug, guess in guesses.items()
        if guess not in slugs and suggestions.near(f"/blog/{guess}")[:1] == [slug]
    ]
    assert len(guesses) >= 30
    assert len(found) >= expected


@pytest.mark.parametrize(
    ("guess", "slug"),
    [("why-the-cache-was-old", "why-the-cache-was-cold"), ("grosse-ist-nicht-alles", "größe-ist-nicht-alles"), ("JSON-feed-or-atom.html", "json-feed-or-atom"),
     ("a-tale-of-probes", "a-tale-of-two-probes"), ("tale-of-two-probes", "a-tale-of-two-probes"), ("404-means", "what-404-means")],
)  # fmt: skip
def test_a_slug_is_found_despite_several_mistakes(guess: str, slug: str) -> None:
    assert Suggestions(site(2_000)).near(f"/blog/{guess}")[0] == slug


def test_the_cost_of_a_guess_does_not_grow_with_the_number_of_slugs() -> None:
    few, many = Suggestions(site(1_000)), Suggestions(site(10_000))
    guesses = ["-".join(WORDS[start : start + 8])[:120] for start in range(0, 30, 3)] + [
        "e" * 120,
        "-" * 120,
        "a-" * 60,
        "-".join(WORDS)[:120],
    ]

    def seconds(suggestions: Suggestions) -> float:
        began = time.thread_time()
        for guess in guesses:
            suggestions.near(guess)
        return time.thread_time() - began

    assert min(seconds(many) for _ in range(5)) < 4 * min(seconds(few) for _ in range(5))


@settings(max_examples=200, deadline=None)
@given(
    guess=st.text(st.sampled_from("abcde"), max_size=30),
    slug=st.text(st.sampled_from("abcde"), min_size=1, max_size=30),
)
def test_the_similarity_is_that_of_the_longest_common_subsequence(guess: str, slug: str) -> None:
    rows = [0] * (len(slug) + 1)
    for letter in guess:
        before = rows.copy()
        for place, other in enumerate(slug, 1):
            rows[place] = before[place - 1] + 1 if letter == other else max(before[place], rows[place - 1])
    part = len(guess) >= 4 and guess in slug
    assert _similarities(guess, [slug]) == [2 * rows[-1] / (len(guess) + len(slug)) + part]


def test_the_cost_of_a_guess_is_bounded_for_slugs_of_the_same_words() -> None:
    few, many = (Suggestions(f"the-same-words-{number}" for number in range(count)) for count in (1_000, 20_000))

    def seconds(suggestions: Suggestions) -> float:
        began = time.thread_time()
        for _ in range(10):
            suggestions.near("/blog/the-same-words")
        return time.thread_time() - began

    assert min(seconds(many) for _ in range(5)) < 4 * min(seconds(few) for _ in range(5))


def test_a_slug_that_shares_few_letters_is_not_suggested() -> None:
    assert Suggestions(["abcdefghijklmnopqrst"]).near("/blog/abczzzzzzzzzzzzzzz") == []


def test_a_guess_that_is_longer_than_any_typed_path_gets_no_suggestion() -> None:
    slug = "long-" * 30
    assert Suggestions([slug]).near(f"/blog/{slug}") == []
    assert Suggestions([slug[:100]]).near(f"/blog/{slug[:99]}") == [slug[:100]]
