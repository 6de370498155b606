# ruff: noqa: RUF001 -- headings in the scripts of the world
"""Slugs and heading ids."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.content.slugs import Anchors, anchor, is_slug, slugify


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        pytest.param("Head Sampling", "head-sampling", id="words"),
        pytest.param("Größe & Gewicht", "größe-and-gewicht", id="umlauts"),
        pytest.param("C++", "c-plus-plus", id="plus"),
        pytest.param("C#", "c-sharp", id="sharp"),
        pytest.param("日本語 ブログ", "日本語-ブログ", id="japanese"),
        pytest.param("  --a__b--  ", "a-b", id="edges"),
        pytest.param("e\u0301te\u0301", "été", id="combining-marks"),
        pytest.param("../../etc/passwd", "etc-passwd", id="path"),
        pytest.param("!?", "", id="nothing-left"),
        pytest.param("हिन्दी भाषा", "हिन्दी-भाषा", id="hindi"),
        pytest.param("ภาษาไทย ที่นี่", "ภาษาไทย-ที่นี่", id="thai"),
        pytest.param("می\u200cخواهم", "میخواهم", id="joiner"),
        pytest.param("ΟΔΟΣ", "οδος", id="final-sigma"),
        pytest.param("İstanbul", "i̇stanbul", id="dotted-i"),
    ],
)
def test_a_slug_is_made_of_letters_and_digits(text: str, slug: str) -> None:
    assert slugify(text) == slug


@pytest.mark.parametrize("text", ["A", "a b", "-a", "a-", "a--b", "", "a/b", "a.b", "e\u0301", "a\n"])
def test_what_is_no_slug(text: str) -> None:
    assert not is_slug(text)


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_a_made_slug_is_a_slug_or_nothing(text: str) -> None:
    made = slugify(text)
    assert made == "" or is_slug(made)
    assert slugify(made) == made


def test_an_anchor_is_made_as_github_makes_it() -> None:
    assert anchor("What's new in 3.11?") == "whats-new-in-311"
    assert anchor("A & B") == "a--b"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["Setup", "Setup 1", "Setup 1 1", "?", "setup-1", ""]), max_size=12))
def test_anchors_are_unique(headings: list[str]) -> None:
    anchors = Anchors()
    taken = [anchors.take(heading) for heading in headings]
    assert len(set(taken)) == len(taken)
    assert all(name and " " not in name for name in taken)


SLUGGER = Path(__file__).parents[2] / "node_modules" / "github-slugger" / "index.js"
HEADINGS = [
    "What's new in 3.11?", "A & B", "C++ / C#", "snake_case and kebab-case", "a — b – c", "“Quoted” words", "50 % of 1/2", "Tabs\tand  spaces", "e.g. v1.2.3", "2² = 4½",
    "Größe & Gewicht", "Étape 1 : l’entrée", "Ça où naïve", "Łódź, Žižek", "Ångström ÆØÅ", "ﬁne ﬂow", "ẞ und ß", "Ōsaka", "Türkçe İstanbul ışık", "Tiếng Việt đẹp",
    "Привет, мир!", "Ёлка и йод", "Українська їжа", "Ђорђе Ћ", "ΑΒΓ: Ελληνικά", "Ὀδυσσεύς", "ΟΔΟΣ", "Հայերեն լեզու", "ქართული ენა", "עִבְרִית מנוקדת",
    "שלום עולם", "مرحبا بالعالم", "العَرَبِيَّة", "زبان فارسی", "اردو زبان", "हिन्दी भाषा", "क्षत्रिय और ज्ञान", "मराठी ळ", "বাংলা ভাষা", "ਪੰਜਾਬੀ ਭਾਸ਼ਾ",
    "ગુજરાતી", "ଓଡ଼ିଆ", "தமிழ் மொழி", "తెలుగు భాష", "ಕನ್ನಡ ನುಡಿ", "മലയാളം", "සිංහල භාෂාව", "ภาษาไทยที่นี่", "ພາສາລາວ", "မြန်မာဘာသာ",
    "ភាសាខ្មែរ", "བོད་སྐད", "አማርኛ ቋንቋ", "ᏣᎳᎩ", "日本語の見出し", "カタカナ・ひらがな", "中文标题，第一章", "한국어 제목", "Emoji 🎉 party 👩‍💻", "Ⓐ ① Ⅳ ‿ ⁀",
    "zero\u200bwidth", "soft\u00adhyphen", "# hash # inside", "100€ $5 £3",
]  # fmt: skip


@pytest.mark.skipif(not SLUGGER.exists() or shutil.which("node") is None, reason="npm ci")
def test_anchors_are_those_of_github_slugger() -> None:
    script = f"import {{slug}} from {json.dumps(str(SLUGGER))}; console.log(JSON.stringify({json.dumps(HEADINGS)}.map(h => slug(h.trim()))))"
    found = subprocess.run(["node", "--input-type=module", "-e", script], check=True, capture_output=True, text=True)
    assert [anchor(heading) for heading in HEADINGS] == json.loads(found.stdout)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("🎉", "🎉"), ("❤️", "❤"), ("☀️!", "☀"), ("👨‍👩‍👧", "👨👩👧"), ("→", "→"), ("∞", "∞"), ("€", "€"), ("❤️ Python", "python"),
        ("Python ⚡️", "python"), ("1️⃣", "1⃣"), ("~", ""), ("…", ""), ("\ufe0f", ""), ("\u0301", ""), ("<>|", ""),
    ],
)  # fmt: skip
def test_symbols_make_a_slug_only_where_there_is_no_word(text: str, slug: str) -> None:
    assert slugify(text) == slug
    assert not slug or is_slug(slug)
