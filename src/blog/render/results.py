"""The results of a search as HTML. Imported by the thread of the first search, because an edition from the cache needs no jinja2."""

from dataclasses import fields
from typing import Any

from jinja2 import DictLoader

from blog.render.environment import environment
from blog.render.search_page import RESULTS, SearchFrame, SearchPage
from blog.render.strings import Words


class ResultsRenderer:
    """Renders the answers of one edition; safe to use from several threads."""

    def __init__(self, frame: SearchFrame) -> None:
        self._frame = frame
        self._words = Words.unpacked(frame.words)
        self._template = environment(DictLoader(frame.templates), frame.assets.__getitem__).get_template(RESULTS)

    def page(self, page: SearchPage) -> bytes:
        return self._frame.filled(self._template.render(variables(page, self._words)), page.query)


def variables(page: SearchPage, words: Words) -> dict[str, Any]:
    """The variables of results.html."""
    return {"t": words} | {field.name: getattr(page, field.name) for field in fields(page)}
