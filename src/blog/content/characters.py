"""Characters that no page, feed or text file may contain."""

import re

SURROGATE = re.compile("[\ud800-\udfff]")
# Control characters other than tabs and line breaks, lone surrogates, and what XML excludes besides.
UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def description(character: str) -> str:
    r"""What an unusable character is. A lone surrogate stands for a byte that is not UTF-8.

    >>> description("\x1b"), description("\udcff")
    ('a control character (U+001B)', 'a byte that is not UTF-8')
    """
    if SURROGATE.match(character):
        return "a byte that is not UTF-8"
    return f"a control character (U+{ord(character):04X})"
