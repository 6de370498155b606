"""Texts in quotes in JavaScript and TypeScript, by the names that they are given to. Nothing is executed."""

import re

# One that is not closed goes on to the end, so that no place is read twice.
_COMMENT = re.compile(r"^[ \t]*//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)", re.MULTILINE)
_QUOTED = r"""(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`([^`$\\]*)`)"""
_NAMED = re.compile(rf"""(?<![\w.$])(["']?)([A-Za-z_]\w*)\1\s*(?::|=(?![=>]))\s*{_QUOTED}""")
_AUTHOR = re.compile(rf"""\bauthor["']?\s*:\s*\{{[^{{}}]*?\bname["']?\s*:\s*{_QUOTED}""")
_ESCAPED = re.compile(r"\\(.)")


def literals(text: str) -> dict[str, str]:
    """The texts by name, of keys of objects and of constants; of several with one name the first. An author may be an object with a name.

    >>> literals("export const TITLE = 'Notes'; export default { site: 'https://a.example', author: { name: `Ada` } }")
    {'TITLE': 'Notes', 'site': 'https://a.example', 'name': 'Ada', 'author': 'Ada'}
    """
    text = _COMMENT.sub("", text)
    found: dict[str, str] = {}
    for pair in _NAMED.finditer(text):
        found.setdefault(pair[2], _unescaped(pair.groups()[2:]))
    if author := _AUTHOR.search(text):
        found.setdefault("author", _unescaped(author.groups()))
    return found


def first_of(values: dict[str, str], *names: str) -> str:
    """The value of the first name that has one."""
    return next((values[name] for name in names if values.get(name)), "")


def _unescaped(forms: tuple[str | None, ...]) -> str:
    return _ESCAPED.sub(r"\1", next((form for form in forms if form is not None), ""))
