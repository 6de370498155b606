"""Task list items (GFM 5.3)."""

import re

from blog.content.markdown.tree import Token

_BOX = re.compile(r"\[([ xX])\][ \t]+(?=\S)")


def as_task(item: Token) -> Token:
    """The list item as a task, where its text begins with a box."""
    children = item["children"]
    first = children[0] if children else None
    if first is None or first["type"] not in {"paragraph", "block_text"}:
        return item
    found = _BOX.match(first["text"])
    if found is None:
        return item
    rest = {**first, "text": first["text"][found.end() :]}
    return {**item, "type": "task_list_item", "attrs": {"checked": found[1] != " "}, "children": [rest, *children[1:]]}
