"""The process that draws. Each line of its standard input is [kind, name, source] as JSON; each line that it writes is the result, as JSON.

A drawing that takes more seconds of processor time than its argument says ends the process: the engines cannot be interrupted.
"""

import json
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial

from blog.build.drawings import mathml, mermaid
from blog.content.drawing import Drawing, DrawingKind, NotDrawn

_MAX_ADDRESS_SPACE = 1024 * 1024 * 1024
_MAX_BYTES = 500_000

# From a name, which begins every id in the result, and a source. An engine is imported for its first drawing.
_ENGINES: Mapping[DrawingKind, Callable[[str, str], Drawing | NotDrawn]] = {
    "diagram": mermaid.draw,
    "formula": partial(mathml.draw, display=False),
    "equation": partial(mathml.draw, display=True),
}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_ADDRESS_SPACE, _MAX_ADDRESS_SPACE))
    started: set[DrawingKind] = set()
    for line in sys.stdin:
        kind, name, source = json.loads(line)
        if kind == "diagram" and kind not in started:
            mermaid.start()  # takes half a second, which is not the drawing's
            started.add(kind)
        signal.setitimer(signal.ITIMER_PROF, float(sys.argv[1]))
        result = _drawn(kind, name, source)
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.write(json.dumps(asdict(result)) + "\n")
        sys.stdout.flush()


def _drawn(kind: DrawingKind, name: str, source: str) -> Drawing | NotDrawn:
    try:
        result = _ENGINES[kind](name, source)
    except (ValueError, MemoryError, RecursionError) as problem:
        return NotDrawn(str(problem) or type(problem).__name__)
    if isinstance(result, Drawing) and len(result.markup) > _MAX_BYTES:
        return NotDrawn(f"the drawing has {len(result.markup)} bytes; at most {_MAX_BYTES} are shown")
    return result


if __name__ == "__main__":
    main()
