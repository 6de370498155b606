"""What YAML would drop from a plain value without a word: tags, anchors, aliases and comments."""

import re
from collections.abc import Iterator

import yaml

from blog.content.characters import UNUSABLE, description
from blog.content.document import Remark

_REFUSED = {
    yaml.TagToken: "tags (!name) are not allowed here; put a value that begins with ! in quotes",
    yaml.AnchorToken: "anchors (&name) are not allowed here; put a value that begins with & in quotes",
    yaml.AliasToken: "aliases (*name) are not allowed here; put a value that begins with * in quotes",
}
# Keys whose values are words. Behind a date or a path, a # can only begin a comment.
_WORDS = frozenset({
    "title", "description", "summary", "excerpt", "subtitle", "spoiler", "abstract", "tags", "categories", "category", "keywords", "series",
    "image_alt", "alt", "author", "authors", "name",
})  # fmt: skip
_COMMENT = re.compile(r"[ \t]+#.*")
_COMMENT_BEHIND_KEY = re.compile(r"[ \t]*:([ \t]+#.*)")
_COMMENT_IN_LIST = re.compile(r"[\[{,][^\]}\"'\n]*[ \t]#")
_CAUSES = (
    (re.compile(r" *\t"), "; indent with spaces, and not with tabs"),
    (
        re.compile(r"""[ ]*[\w-]+:[ ]+[^\s"'\[{|>][^"]*:(?:[ ]|$)"""),
        "; put a value that contains a colon and a space in quotes",
    ),
    (re.compile(r"[ ]*[\w-]+:[ ]+([\[{])[^\]}]*[\]}][ \t]*[^\s#]"), "; put a value that begins with {0} in quotes"),
    # A value in quotes that goes on behind the next one: 'It's'.
    (re.compile(r"""[ ]*[\w-]+:[ ]+(["']).*?\1[^\s,#]"""), "; put a value that contains {0} in the other quotes"),
)
_SPECIAL_START = re.compile(r"(?:^|[:,\[{-][ \t]*)([!&*%@`|>])|:[ \t]+([-?])[ \t]")


def refuse_markup(text: str) -> None:
    """Refuse tags, anchors and aliases anywhere in a text.

    Raises:
        yaml.YAMLError: one of them is there, or the text cannot be scanned.
    """
    if not any(character in text for character in "!&*"):
        return
    for token in yaml.scan(text, Loader=yaml.CBaseLoader):
        if problem := _REFUSED.get(type(token)):
            raise yaml.constructor.ConstructorError(None, None, problem, token.start_mark)


def hint(text: str, line: int) -> tuple[int, str]:
    """The line and the probable cause, in words, of a syntax error that the parser found at a line; both count from 0."""
    lines = text.splitlines()
    for pattern, cause in _CAUSES if 0 <= line < len(lines) else ():
        if found := pattern.match(lines[line]):
            return line, cause.format(*found.groups())
    if 0 <= line < len(lines) and (found := _SPECIAL_START.search(lines[line])):
        return line, f"; put a value that begins with {found[1] or found[2]} in quotes"
    if found := _COMMENT_IN_LIST.search(text):
        return text.count("\n", 0, found.end()), "; what follows # is a comment, unless it is in quotes"
    return line, ""


def unusable(text: str) -> tuple[int, str] | None:
    """The line, from 0, and the problem of the first unusable character in a text; None if there is none."""
    if found := UNUSABLE.search(text):
        return text.count("\n", 0, found.start()), f"contains {description(found[0])}"
    return None


def escaped_unusable(text: str) -> tuple[int, str]:
    """The line, from 0, and the problem of the first value that is written with an escape for an unusable character."""
    for _, node in _scalars(yaml.compose(text, Loader=yaml.CBaseLoader), ""):
        if found := UNUSABLE.search(node.value):
            return node.start_mark.line, f"contains {description(found[0])}"
    return 0, "contains a control character"


def lost_words(text: str, first_line: int) -> Iterator[Remark]:
    """A remark on each comment behind a plain value that is made of words, where # was perhaps one of them."""
    if not _COMMENT.search(text):
        return
    for key, name, node in _plain_words(yaml.compose(text, Loader=yaml.CBaseLoader)):
        if comment := _comment(text, name, node):
            problem = f"{key}: {comment.strip()!r} is a comment and the value {node.value!r}; put both in quotes if # belongs to it"
            yield Remark(first_line + node.end_mark.line, problem)


def _plain_words(root: yaml.Node | None) -> Iterator[tuple[str, yaml.Node | None, yaml.ScalarNode]]:
    """Every value of words without quotes, with its key and the node of that key."""
    name: yaml.Node | None = None
    for key, node in _scalars(root, ""):
        if not key:
            name = node
        elif key.lower() in _WORDS and node.style not in {"'", '"', "|", ">"}:
            yield key, name, node


def _comment(text: str, name: yaml.Node | None, node: yaml.ScalarNode) -> str | None:
    """The comment behind a value, or between its key and a value on the next line."""
    if behind := _COMMENT.match(text, node.end_mark.index):
        return behind[0]
    before = _COMMENT_BEHIND_KEY.match(text, name.end_mark.index) if name else None
    is_list = before is not None and text[before.end() : node.start_mark.index].strip(" \n") != ""
    return None if before is None or is_list else before[1]


def _scalars(node: yaml.Node | None, key: str) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """Every scalar with the nearest key above it; a key has itself."""
    if isinstance(node, yaml.ScalarNode):
        yield key, node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, key)
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield "", name
            yield from _scalars(value, str(name.value))
