"""The HTML of texts, in which the components that they use are rendered by the theme."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from markupsafe import Markup, escape

from blog import urls
from blog.content.document import TARGETS, Component, RenderComponent, Value, without_component
from blog.content.drawing import Drawing, DrawingSource, NotDrawn, PlacedSource, as_source, captioned, name_of
from blog.content.files import digest
from blog.content.library import Library, Resolver
from blog.content.post import Text
from blog.errors import ContentError, Fault, Severity
from blog.render.strings import Words
from blog.render.theme import Theme

# A template that shows its children twice doubles what is in it at each level. All components of a text together have so many characters.
_MAX_CHARACTERS = 4 * 1024 * 1024


Drawings = Mapping[DrawingSource, Drawing | NotDrawn]


def diagram_url(drawing: Drawing) -> str:
    """The path of the file that a feed shows for a diagram."""
    return urls.asset("diagram", digest(drawing.markup.encode()), "svg")


class BodyRenderer:
    """Renders the bodies of the texts in a folder with one theme; the resolver decides what addresses look like.

    With an ``origin`` the bodies are for readers of feeds, which have no style sheet: diagrams are files at that origin.
    """

    def __init__(self, theme: Theme, resolver: Resolver, folder: Path, drawings: Drawings, origin: str = "") -> None:
        self._theme = theme
        self.resolver = resolver
        self._folder = folder
        self._drawings = drawings
        self._origin = origin

    def html(self, text: Text) -> str:
        """The HTML of a text. A draft is shown without its components if one of them cannot be rendered.

        Raises:
            ContentError: a component cannot be rendered, with its line in the text.
        """
        try:
            return self._rendered(text)
        except ContentError:
            if not text.draft:
                raise
            return self._written(text)

    def _rendered(self, text: Text) -> str:
        return self._written(text, _Components(self, text))

    def _written(self, text: Text, components: RenderComponent = without_component) -> str:
        return text.document.html(
            partial(self.resolver.attributes, text),
            self.words(text).label,
            components,
            partial(self._drawing, text),
            partial(self.resolver.picture, text),
        )

    def words(self, text: Text) -> Words:
        """The words of the service in the language of a text."""
        return self._theme.words(*self.resolver.languages(text))

    def faults(self, library: Library) -> Iterator[Fault]:
        """The components that the theme does not have, and those that cannot be rendered: of a draft they are warnings."""
        for text in (*library.texts, *library.drafts):
            for component in text.document.components:
                if component.name not in self._theme.components:
                    problem = f"<{component.name}> is no component of the theme: what is in it is shown without it"
                    yield self.fault(text, component, problem, Severity.WARNING)
            try:
                self._check(text)
            except ContentError as problem:
                severity = Severity.WARNING if text.draft else Severity.ERROR
                yield from (Fault(fault.file, fault.line, fault.problem, severity) for fault in problem.faults)

    def _check(self, text: Text) -> None:
        if text.document.components:
            self._rendered(text)

    def component(self, text: Text, component: Component, children: str) -> str:
        """The HTML of one component of a text, with what is in it.

        Raises:
            ContentError: it cannot be rendered, with its line in the text.
        """
        if component.name not in self._theme.components:
            return without_component(component, children)
        props = {name: self._prop(text, name, value) for name, value in component.props}
        inside = Markup(children)  # noqa: S704 -- the Markdown writer has escaped the text
        context = {"t": self.words(text), **props, "props": props, "children": inside}
        try:
            return self._theme.render(self._theme.components[component.name], context)
        except ContentError as problem:
            (fault,) = problem.faults
            reason = f"cannot be rendered: {fault.file.name}:{fault.line}: {fault.problem}"
            raise ContentError([self.fault(text, component, f"<{component.name}> {reason}")]) from problem

    def _drawing(self, text: Text, placed: PlacedSource) -> str:
        drawing = self._drawings.get(placed.source)
        if not isinstance(drawing, Drawing):
            return as_source(placed)
        if placed.source.kind == "diagram":
            return self._diagram(text, placed, drawing)
        source = f" <code>{escape(placed.source.text.strip())}</code>" if self._origin else ""
        return captioned(placed.title, drawing.markup + source)

    def _diagram(self, text: Text, placed: PlacedSource, drawing: Drawing) -> str:
        context = {
            "t": self.words(text),
            "name": name_of(drawing),
            "svg": Markup(drawing.markup),  # noqa: S704 -- only elements and attributes of build/drawings/svg.py are in it
            "width": drawing.width,
            "height": drawing.height,
            "url": self._origin + diagram_url(drawing) if self._origin else "",
            "source": placed.source.text,
            "title": placed.title,
        }
        return self._theme.render("diagram.html", context)

    def _prop(self, text: Text, name: str, value: Value) -> Value:
        return self.resolver.url(text, value) if name in TARGETS and isinstance(value, str) else value

    def fault(self, text: Text, component: Component, problem: str, severity: Severity = Severity.ERROR) -> Fault:
        return Fault(self._folder / text.file, text.body_line + component.line - 1, problem, severity)


class _Components:
    """Renders the components of one text, which may become so many characters in all."""

    def __init__(self, bodies: BodyRenderer, text: Text) -> None:
        self._bodies = bodies
        self._text = text
        self._left = _MAX_CHARACTERS

    def __call__(self, component: Component, children: str) -> str:
        html = self._bodies.component(self._text, component, children)
        self._left -= len(html)
        if self._left < 0:
            problem = f"<{component.name}>, and the components before it, become more than 4 MiB of HTML"
            raise ContentError([self._bodies.fault(self._text, component, problem)])
        return html
