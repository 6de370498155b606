"""Documents: references filled in late."""

from blog.content.document import Document, Reference, marker
from tests.english import label


def test_each_reference_is_filled_in_where_it_stands() -> None:
    references = (Reference("link", "a", 1), Reference("image", "b", 1))
    document = Document(
        markup=f"<a {marker(0)}><img {marker(1)}></a>{marker(0)}",
        references=references,
        headings=(),
        anchors=frozenset(),
        remarks=(),
        words=0,
        summary="",
    )
    assert document.html(lambda reference: reference.target, label) == "<a a><img b></a>a"
