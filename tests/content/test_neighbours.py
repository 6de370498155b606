"""Other applications on the same origin, and the pages of the list, as targets of links."""

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[[str, str | bytes], Path]
Faults = Callable[[], list[str]]

POST = "---\ntitle: Hello\ndate: 2026-03-01\naliases: [/old/hello]\n---\n\n"


@pytest.mark.parametrize("target", ["/app", "/app/", "/app/login?x=1#y", "/App/Login", "/shop/a%20b"])
def test_a_link_to_a_neighbour_is_not_dead(write: Write, faults: Faults, target: str) -> None:
    write("site.yaml", "neighbours: [/app/, /shop]")
    write("a.md", POST + f"[x]({target})\n")
    assert faults() == []


@pytest.mark.parametrize("target", ["/apple", "/other/app", "/ap"])
def test_a_link_beside_a_neighbour_is_dead(write: Write, faults: Faults, target: str) -> None:
    write("site.yaml", "neighbours: [/app]")
    write("a.md", POST + f"[x]({target})\n")
    assert any(f"link {target!r} leads nowhere" in fault for fault in faults())


@pytest.mark.parametrize(
    "neighbour", ["/blog", "/blog/a", "/old", "/rss", "/api", "/assets/", "/blog/tag", "/Archive", "/metrics", "/api/x"]
)
def test_a_neighbour_that_covers_an_address_of_this_site_is_a_fault(
    write: Write, faults: Faults, neighbour: str
) -> None:
    write("site.yaml", f"neighbours: [{neighbour}]")
    write("a.md", POST)
    (fault,) = faults()
    assert fault.startswith("site.yaml:1: neighbour ")
    assert "covers" in fault


@pytest.mark.parametrize("value", ["app", "/", "https://x.example/", "//x", "/a?b", "/a#b", "/a*"])
def test_a_neighbour_that_is_no_path_is_a_fault(write: Write, faults: Faults, value: str) -> None:
    write("site.yaml", f"neighbours: ['{value}']")
    write("a.md", POST)
    assert any("is not the path of another application" in fault for fault in faults())


def test_the_pages_of_the_list_are_addresses_and_others_are_not(write: Write, faults: Faults) -> None:
    for number in range(10):
        write(f"p{number}.md", POST.replace("/old/hello", f"/old/{number}"))
    write("a.md", POST + "[x](/blog/page/2)\n")
    assert faults() == []
    write("a.md", POST + "[x](/blog/page/3)\n")
    assert any("'/blog/page/3' leads nowhere" in fault for fault in faults())
