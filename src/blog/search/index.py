"""The index: an SQLite database with the words of texts and of their sections, which is kept as bytes."""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping

from blog.search.analysis import Analyzer, TextFields
from blog.search.texts import PackedText, SearchText, TextSection, unpacked

# The words are split already: every key is a token, whatever version of Unicode SQLite knows.
_TOKENIZE = """tokenize="ascii tokenchars '+#~'" """
# A page holds two leaves of FTS5, or several sections; a commit gives back those that merges have left.
_SCHEMA = f"""
    PRAGMA page_size = 8192;
    PRAGMA auto_vacuum = FULL;
    CREATE TABLE texts (
        id INTEGER PRIMARY KEY, digest BLOB, path TEXT, title TEXT, kind TEXT, date TEXT, language TEXT, tags TEXT, first INTEGER, last INTEGER
    );
    CREATE TABLE sections (id INTEGER PRIMARY KEY, heading TEXT, anchor TEXT, words BLOB);
    CREATE VIRTUAL TABLE text_words USING fts5(title, tags, headings, body, code, content='', {_TOKENIZE});
    CREATE VIRTUAL TABLE section_words USING fts5(heading, body, code, content='', detail=column, columnsize=0, {_TOKENIZE});
    CREATE TABLE vocabulary (form TEXT PRIMARY KEY, shown TEXT, texts INTEGER) WITHOUT ROWID;
    CREATE TABLE endings (reversed TEXT PRIMARY KEY) WITHOUT ROWID;
"""
# The same order as that of `_rank`.
_COUNT = """
    INSERT INTO vocabulary VALUES (?, ?, ?) ON CONFLICT (form) DO UPDATE SET texts = texts + excluded.texts, shown = CASE
        WHEN shown IS NULL OR excluded.shown IS NULL THEN NULL
        WHEN (length(excluded.shown), excluded.shown) < (length(shown), shown) THEN excluded.shown
        ELSE shown
    END
"""


def made(texts: Iterable[PackedText]) -> sqlite3.Connection:
    """A new index of texts, in memory."""
    connection = _connected()
    connection.executescript(_SCHEMA)
    _add(connection, texts)
    for table in ("text_words", "section_words"):
        connection.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")  # noqa: S608 -- a constant
    connection.commit()
    return connection


def opened(data: bytes) -> sqlite3.Connection:
    """The index that these bytes are.

    Raises:
        ValueError: they are none.
    """
    connection = _connected()
    try:
        connection.deserialize(data)
        connection.execute("SELECT count(*) FROM texts").fetchone()
        connection.execute("SELECT rowid FROM text_words WHERE text_words MATCH '\"a\"'").fetchone()
    except (sqlite3.DatabaseError, MemoryError) as problem:  # of no bytes at all deserialize says that memory is short
        raise ValueError("this is no search index") from problem
    return connection


def updated(connection: sqlite3.Connection, texts: Iterable[PackedText]) -> sqlite3.Connection:
    """A copy of an index that has these texts; only those that it does not have are analysed."""
    copy = opened(connection.serialize())
    wanted = {text.digest: text for text in texts}
    stored = dict(copy.execute("SELECT digest, id FROM texts"))
    for digest in stored.keys() - wanted.keys():
        _remove(copy, stored[digest])
    _add(copy, (text for digest, text in wanted.items() if digest not in stored))
    copy.commit()
    return copy


def section_of(connection: sqlite3.Connection, number: int) -> TextSection:
    heading, anchor, words = connection.execute(
        "SELECT heading, anchor, words FROM sections WHERE id = ?", (number,)
    ).fetchone()
    body, _, code = zlib.decompress(words).decode().partition("\0")
    return TextSection(heading, anchor, body, code)


def _connected() -> sqlite3.Connection:
    # One thread makes it and another one may ask it, never two at once.
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("PRAGMA cache_size = -1024")
    connection.execute("PRAGMA journal_mode = OFF")
    return connection


def _add(connection: sqlite3.Connection, texts: Iterable[PackedText]) -> None:
    analyzers: dict[str, Analyzer] = {}
    number, section = connection.execute(
        "SELECT coalesce((SELECT max(id) FROM texts), 0), coalesce((SELECT max(id) FROM sections), 0)"
    ).fetchone()
    counts: dict[str, tuple[str, int]] = {}
    for number, packed in enumerate(texts, number + 1):  # noqa: B020 -- numbers go on after the last one
        text = unpacked(packed)
        if text.language not in analyzers:
            analyzers[text.language] = Analyzer(text.language)
        fields = analyzers[text.language].fields(text)
        _insert(connection, number, section + 1, packed.digest, text)
        _index(connection, number, section + 1, fields)
        section += len(text.sections)
        for form, shown in fields.forms.items():
            known, count = counts.get(form, (shown, 0))
            counts[form] = min(known, shown, key=lambda it: _rank(form, it)), count + 1
    _count(connection, counts)


def _insert(connection: sqlite3.Connection, number: int, first: int, digest: bytes, text: SearchText) -> None:
    connection.execute(
        "INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number, digest, text.path, text.title, text.kind, text.date.isoformat() if text.date else None, text.language,
            json.dumps(text.tags, ensure_ascii=False), first, first + len(text.sections) - 1,
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO sections VALUES (?, ?, ?, ?)",
        (
            (index, section.heading, section.anchor, zlib.compress(f"{section.body}\0{section.code}".encode(), 6))
            for index, section in enumerate(text.sections, first)
        ),
    )


def _index(connection: sqlite3.Connection, number: int, first: int, fields: TextFields) -> None:
    connection.execute(
        "INSERT INTO text_words(rowid, title, tags, headings, body, code) VALUES (?, ?, ?, ?, ?, ?)",
        (number, fields.title, fields.tags, fields.headings, fields.body, fields.code),
    )
    connection.executemany(
        "INSERT INTO section_words(rowid, heading, body, code) VALUES (?, ?, ?, ?)",
        ((index, it.heading, it.body, it.code) for index, it in enumerate(fields.sections, first)),
    )


def _remove(connection: sqlite3.Connection, number: int) -> None:
    """Remove a text. A table without content needs the words again that were put into it."""
    title, kind, language, tags, first, last = connection.execute(
        "SELECT title, kind, language, tags, first, last FROM texts WHERE id = ?", (number,)
    ).fetchone()
    sections = tuple(section_of(connection, index) for index in range(first, last + 1))
    text = SearchText(
        path="", title=title, kind=kind, date=None, language=language, tags=tuple(json.loads(tags)), sections=sections
    )
    fields = Analyzer(language).fields(text)
    connection.execute(
        "INSERT INTO text_words(text_words, rowid, title, tags, headings, body, code) VALUES ('delete', ?, ?, ?, ?, ?, ?)",
        (number, fields.title, fields.tags, fields.headings, fields.body, fields.code),
    )
    connection.executemany(
        "INSERT INTO section_words(section_words, rowid, heading, body, code) VALUES ('delete', ?, ?, ?, ?)",
        ((index, it.heading, it.body, it.code) for index, it in enumerate(fields.sections, first)),
    )
    connection.execute("DELETE FROM sections WHERE id BETWEEN ? AND ?", (first, last))
    connection.execute("DELETE FROM texts WHERE id = ?", (number,))
    _count(connection, {form: (shown, -1) for form, shown in fields.forms.items()})


def _rank(form: str, shown: str) -> tuple[bool, int, str]:
    """Sorts the words with a form: the form itself, then the shortest one, because a stem has several."""
    return shown != form, len(shown), shown


def _count(connection: sqlite3.Connection, counts: Mapping[str, tuple[str, int]]) -> None:
    """Add to the number of texts that each word is in."""
    connection.executemany(
        _COUNT,
        ((form, shown if shown != form else None, count) for form, (shown, count) in sorted(counts.items())),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO endings VALUES (?)", ((form,) for form in sorted(form[::-1] for form in counts))
    )
    gone = connection.execute("DELETE FROM vocabulary WHERE texts <= 0 RETURNING form").fetchall()
    connection.executemany("DELETE FROM endings WHERE reversed = ?", ((form[::-1],) for (form,) in gone))
