"""The extensions of Markdown that a site may turn off."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extensions:
    """Each field is a key below ``markdown`` in site.yaml; none of those that are on changes an example of CommonMark."""

    math: bool = True


DEFAULT = Extensions()
