"""Places of the notes of a collection."""

from pathlib import PurePosixPath

import pytest

from blog.content.note_places import NotePlaces


def slugs(*names: str) -> dict[str, str]:
    paths = [PurePosixPath(name) for name in names]
    places = NotePlaces(paths, {"c"})
    return {str(path): place.slug() for path in paths if (place := places.of(path))}


@pytest.mark.parametrize(
    ("names", "slug"),
    [
        pytest.param(["c/x.md"], "c/x", id="outside-of-groups"),
        pytest.param(["c/g/x.md"], "c/g/x", id="in-a-group"),
        pytest.param(["c/g/s/x.md"], "c/g/x", id="folder-below-a-group"),
        pytest.param(["c/g/x/index.md"], "c/g/x", id="bundle-in-a-group"),
        pytest.param(["c/x/index.md"], "c/x", id="bundle-outside-of-groups"),
        pytest.param(["c/01-x.md"], "c/x", id="number"),
        pytest.param(["c/02_g/10. x.md"], "c/g/x", id="numbers-with-other-signs"),
        pytest.param(["c/2024-review.md"], "c/2024-review", id="year"),
        pytest.param(["c/3d.md"], "c/3d", id="number-in-a-word"),
        pytest.param(["c/2026-03-01-x.md"], "c/x", id="date"),
        pytest.param(["c/x.fr.mdx"], "c/x-fr", id="language"),
        pytest.param(["c/index.md"], "c", id="collection"),
        pytest.param(["c/_index.md"], "c", id="section-of-hugo"),
        pytest.param(["c/c.md"], "c", id="named-as-the-collection"),
        pytest.param(["c/g/index.md", "c/g/x.md"], "c/g", id="group"),
        pytest.param(["c/g/g.md", "c/g/x.md"], "c/g", id="named-as-the-group"),
        pytest.param(["c/G One/g-one.md", "c/G One/x.md"], "c/g-one", id="named-as-the-group-in-another-form"),
        pytest.param(["c/01-g/g.md", "c/01-g/x.md"], "c/g", id="named-as-the-numbered-group"),
        pytest.param(["c/g.md", "c/g/x.md"], "c/g", id="beside-the-group"),
        pytest.param(["c/g/g.md", "c/g/index.md", "c/g/x.md"], "c/g/g", id="the-group-has-an-index"),
        pytest.param(["c/g/index.fr.md", "c/g/index.md", "c/g/x.md"], "c/g-fr", id="introduction-in-another-language"),
        pytest.param(["c/index.fr.md", "c/index.md"], "c/c-fr", id="collection-in-another-language"),
    ],
)
def test_a_note_has_the_slugs_of_its_collection_and_group(names: list[str], slug: str) -> None:
    assert slugs(*names)[names[0]] == slug


def test_texts_elsewhere_are_no_notes() -> None:
    assert slugs("x.md", "d/x.md", "pages/c/x.md", "c.md") == {}


def test_an_introduction_among_its_notes_has_an_alias() -> None:
    paths = [PurePosixPath(name) for name in ("c/g/g.md", "c/h.md", "c/h/x.md", "c/i/index.md", "c/i/x.md", "c/c.md")]
    places = NotePlaces(paths, {"c"})
    aliases = {str(path): place.alias for path in paths if (place := places.of(path)) and place.introduces}
    assert aliases == {"c/g/g.md": "/c/g/g", "c/h.md": "", "c/i/index.md": "", "c/c.md": "/c/c"}


def test_a_folder_without_an_introduction_has_a_readable_name() -> None:
    place = NotePlaces([PurePosixPath("c/02-data_structures/x.md")], {"c"}).of(
        PurePosixPath("c/02-data_structures/x.md")
    )
    assert place
    assert place.group
    assert (place.collection.title, place.group.title, place.group.number) == ("C", "Data structures", 2)
