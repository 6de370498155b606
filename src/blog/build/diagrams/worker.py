"""The process that draws. Each line of its standard input is a name and the source of a diagram as JSON; each line that it writes is the result, as JSON.

A drawing that takes more seconds of processor time than its argument says ends the process: the engine cannot be interrupted.
"""

import json
import re
import resource
import signal
import sys
from typing import Any

from blog.build.diagrams.svg import cleaned

_MAX_ADDRESS_SPACE = 1024 * 1024 * 1024
_MAX_BYTES = 500_000
_ID_LENGTH = 8
# What the engine says: a code, the line and the column from 1 or 0 if it does not know them, and a message of several lines.
_PROBLEM = re.compile(r"[\w-]+ at (\d+):\d+: (.*)", re.DOTALL)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_ADDRESS_SPACE, _MAX_ADDRESS_SPACE))
    _draw("flowchart LR\n A --> B", "")  # the engine's own start does not count as a drawing's time
    for line in sys.stdin:
        name, source = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, float(sys.argv[1]))
        result = _draw(source, name)
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


def _draw(source: str, name: str) -> dict[str, Any]:
    """The fields of a `Picture`, or the problem and its line in the source (0: not known)."""
    from mermaid_render.renderer import RenderError, render  # noqa: PLC0415 -- the limits are set first

    try:
        picture = cleaned(render(source)["result"]["svg"], f"d{name[:_ID_LENGTH]}-")
    except RenderError as problem:
        return _problem(str(problem))
    except (ValueError, MemoryError, RecursionError) as problem:
        return {"problem": str(problem) or type(problem).__name__, "line": 0}
    if len(picture.svg) > _MAX_BYTES:
        return {"problem": f"the drawing has {len(picture.svg)} bytes; at most {_MAX_BYTES} are shown", "line": 0}
    return {
        "svg": picture.svg,
        "width": picture.width,
        "height": picture.height,
        "title": picture.title,
        "description": picture.description,
    }


def _problem(message: str) -> dict[str, Any]:
    found = _PROBLEM.fullmatch(message)
    line, text = (int(found[1]), found[2]) if found else (0, message)
    # A parser's message quotes the source and points at a column before it says what is wrong.
    lines = [part for part in text.splitlines() if part.strip()] or [message]
    return {"problem": lines[-1].strip(), "line": line}


if __name__ == "__main__":
    main()
