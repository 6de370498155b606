"""The English words of the service, for tests that write the HTML of a document without a theme."""

from pathlib import Path

from blog.render.catalogues import Catalogues

ENGLISH = Catalogues(Path(__file__).parents[1] / "templates").words("en")
label = ENGLISH.label
