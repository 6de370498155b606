"""The tree that the block phase builds, and its tokens in mistune's form."""

from typing import Any

Token = dict[str, Any]

CONTAINERS = frozenset(
    {
        *("document", "block_quote", "list", "list_item", "footnote", "component", "element", "admonition"),
        *("definition_list", "definition"),
    }
)


class Block:
    """A block of a text. ``line`` is where it begins; ``lines`` are those of a leaf, one for each line of the source."""

    __slots__ = ("attrs", "children", "kind", "line", "lines", "then_blank")

    def __init__(self, kind: str, line: int, **attrs: Any) -> None:
        self.kind = kind
        self.line = line
        self.attrs = attrs
        self.children: list[Block] = []
        self.lines: list[str] = []
        self.then_blank = False

    @property
    def is_container(self) -> bool:
        return self.kind in CONTAINERS

    def holds(self, kind: str) -> bool:
        """Whether a block of that kind may stand directly in this one."""
        if self.kind == "list":
            return kind == "list_item"
        if self.kind == "definition_list":
            return kind == "definition"
        return self.is_container and kind not in {"list_item", "definition"}

    def ends_blank(self) -> bool:
        block = self
        while True:
            if block.then_blank:
                return True
            if block.kind not in {"list", "list_item"} or not block.children:
                return False
            block = block.children[-1]


def is_tight(items: list[Block]) -> bool:
    """CommonMark 5.3: a list is loose when a blank line stands between two blocks that are directly in it."""
    for index, item in enumerate(items):
        last_item = index == len(items) - 1
        if item.then_blank and not last_item:
            return False
        for place, child in enumerate(item.children):
            last = last_item and place == len(item.children) - 1
            if child.ends_blank() and not last:
                return False
    return True


def tokens(blocks: list[Block], *, tight: bool = False) -> list[Token]:
    """Tokens of a container's blocks; the paragraphs of a tight list are mistune's ``block_text``."""
    found: list[Token] = []
    for block in blocks:
        if block.kind == "element":
            found += _element(block)
        elif block.kind == "admonition":
            found.append(_alert(block))
        elif block.kind == "definition_list":
            children = [_definition(child) for child in block.children]
            found.append({"type": "definition_list", "line": block.line, "children": children})
        else:
            found.append(_token(block, tight=tight))
    return found


def _element(block: Block) -> list[Token]:
    """The tags of an HTML element whose content is Markdown, as pieces of HTML around that content."""
    tag = block.attrs["tag"]
    opening: Token = {"type": "block_html", "line": block.line, "raw": tag.html()}
    if not tag.opens or "closed" not in block.attrs:
        return [opening, *tokens(block.children)]
    return [opening, *tokens(block.children), {"type": "block_html", "line": block.line, "raw": f"</{tag.name}>"}]


def _token(block: Block, *, tight: bool) -> Token:
    token: Token = {"type": block.kind, "line": block.line}
    if block.kind == "component":
        tag = block.attrs["tag"]
        return {**token, "attrs": {"name": tag.name, "props": tag.props()}, "children": tokens(block.children)}
    if block.attrs:
        token["attrs"] = block.attrs
    match block.kind:
        case "list":
            items_are_tight = is_tight(block.children)
            token["children"] = [_item(item, tight=items_are_tight) for item in block.children]
        case "block_quote" | "footnote":
            token["children"] = tokens(block.children)
        case "paragraph":
            token["type"] = "block_text" if tight else "paragraph"
            token["text"] = "\n".join(block.lines).rstrip(" \t")
        case "heading":
            token["text"] = "\n".join(block.lines).strip(" \t")
        case "block_code":
            token["raw"] = "".join([f"{line}\n" for line in block.lines])
        case "block_html":
            token["raw"] = "\n".join(block.lines)
        case "table":
            token["rows"] = block.attrs.pop("rows")
    return token


def _alert(block: Block) -> Token:
    """An alert with a title of its own, or with none where it is ""."""
    title = block.attrs["title"]
    titled: list[Token] = [{"type": "alert_title", "line": block.line, "text": title}] if title else []
    attrs = {
        "kind": block.attrs["alert"],
        "named": block.attrs["named"],
        "details": block.attrs.get("details", ""),
        "untitled": title == "",
    }
    return {"type": "alert", "line": block.line, "attrs": attrs, "children": [*titled, *tokens(block.children)]}


def _definition(block: Block) -> Token:
    """A term, or a definition, which is tight where no blank line stands before it or between what is in it."""
    token: Token = {"type": block.kind, "line": block.line}
    if block.kind == "term":
        return {**token, "text": block.lines[0]}
    is_loose = block.attrs["loose"] or any(child.ends_blank() for child in block.children[:-1])
    return {**token, "children": tokens(block.children, tight=not is_loose)}


def _item(item: Block, *, tight: bool) -> Token:
    return {"type": "list_item", "line": item.line, "children": tokens(item.children, tight=tight)}
