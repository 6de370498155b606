"""The engine's SVG after cleaning: nothing that the site's policy forbids, colours that a style sheet can replace."""

import re

import pytest
from mermaid_render.renderer import render

from blog.build.drawings.contrast import luminance
from blog.build.drawings.svg import SERIES, THEME, cleaned

ROOT = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="20" viewBox="0 0 10 20">{}</svg>'
KINDS = {
    "flowchart": "flowchart TD\n A[One] -->|yes & no| B{Two?}\n subgraph s [Group]\n B --> C[(Three)]\n end\n",
    "sequence": "sequenceDiagram\n actor A\n A->>+B: ask\n Note right of B: think\n B-->>-A: tell\n loop often\n A-)B: ping\n end\n",
    "state": "stateDiagram-v2\n [*] --> Ready\n state Ready {\n [*] --> Idle\n }\n Ready --> [*]: stop\n",
    "class": 'classDiagram\n class Text {\n +str title\n }\n Text <|-- Post\n Post "1" --> "*" Tag : has\n',
    "er": "erDiagram\n POST ||--o{ TAG : has\n POST { string title }\n",
    "pie": 'pie title Time\n "One" : 44\n "Two" : 21\n "Three" : 35\n',
    "gantt": "gantt\n dateFormat YYYY-MM-DD\n section A\n One :a1, 2026-01-01, 10d\n Two :after a1, 5d\n",
    "mindmap": "mindmap\n  root((Blog))\n    Posts\n      Markdown\n    Metrics\n",
    "git": "gitGraph\n commit\n branch dev\n commit\n checkout main\n merge dev\n",
    "journey": "journey\n title Day\n section Morning\n Write: 5: Me, Cat\n",
    "timeline": "timeline\n title History\n 2024 : One\n 2026 : Two : Three\n",
    "quadrant": "quadrantChart\n x-axis Low --> High\n y-axis Slow --> Fast\n Ours: [0.7, 0.8]\n",
    "xychart": 'xychart-beta\n x-axis [a, b]\n y-axis "rate" 0 --> 100\n bar [10, 50]\n line [20, 40]\n',
    "sankey": "sankey-beta\nA,B,10\nA,C,5\n",
    "c4": 'C4Context\n Person(a, "Reader", "Reads")\n System(b, "Blog", "Serves")\n Rel(a, b, "GET")\n',
    "requirement": "requirementDiagram\n requirement r {\n id: 1\n text: fast\n risk: high\n verifymethod: test\n }\n",
    "block": 'block-beta\ncolumns 2\na["A"] b["B"]\n',
    "packet": 'packet-beta\n0-15: "DrawingSource"\n16-31: "Target"\n',
    "kanban": "kanban\n  Todo\n    [Write]\n",
    "architecture": "architecture-beta\n group g(cloud)[G]\n service d(database)[D] in g\n service s(server)[S] in g\n d:L -- R:s\n",
}
# Words of each kind that the drawing has to contain.
WORDS = {
    "flowchart": ["One", "Two?", "Three", "Group", "yes &amp; no"], "sequence": ["A", "B", "ask", "think", "tell", "loop", "ping"],
    "state": ["Ready", "Idle", "stop"], "class": ["Text", "Post", "Tag", "has", "1", "*"], "er": ["POST", "TAG", "has", "string", "title"],
    "pie": ["Time", "One", "Two", "Three"], "gantt": ["A", "One", "Two"], "mindmap": ["Blog", "Posts", "Markdown", "Metrics"], "git": ["main", "dev"],
    "journey": ["Day", "Morning", "Write", "Me", "Cat"], "timeline": ["History", "2024", "2026", "One", "Two", "Three"],
    "quadrant": ["Low", "High", "Slow", "Fast", "Ours"], "xychart": ["a", "b", "rate"], "sankey": ["A", "B", "C"], "c4": ["Reader", "Blog", "GET"],
    "requirement": ["r", "fast", "High", "Test"], "block": ["A", "B"], "packet": ["DrawingSource", "Target"], "kanban": ["Todo", "Write"],
    "architecture": ["G", "D", "S"],
}  # fmt: skip


def _drawn(source: str) -> str:
    return cleaned(render(source)["result"]["svg"], "d1-").markup


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawing_has_all_words_and_nothing_that_the_policy_forbids(kind: str) -> None:
    svg = _drawn(KINDS[kind])
    texts = " ".join(re.findall(r">([^<>]+)<", svg))
    assert [word for word in WORDS[kind] if word not in texts] == []
    assert not re.search(r"style=|<style|<script|<foreignObject|<image|<a[ >]|href|\son\w+=|class=|data-", svg)
    assert re.match(r'<svg xmlns="http://www\.w3\.org/2000/svg" viewBox="[\d. -]+" width="\d+" height="\d+"', svg)


@pytest.mark.parametrize("kind", KINDS)
def test_every_colour_is_one_that_the_style_sheet_replaces(kind: str) -> None:
    colours = set(re.findall(r'(?:fill|stroke|stop-color)="([^"]+)"', _drawn(KINDS[kind])))
    assert colours <= {*THEME, *SERIES.values(), "none", "currentColor"}


@pytest.mark.parametrize("colour", SERIES.values())
def test_white_text_can_be_read_on_each_colour_of_a_series(colour: str) -> None:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    assert 1.05 / (luminance((red, green, blue)) + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("style", "fill", "text"),
    [
        ("style A fill:#f9f,stroke:#333", "#f9f", "#000"),
        ("style A fill:#003", "#003", "#fff"),
        ("style A fill:NAVY", "navy", "#fff"),
        ("classDef x fill:lightyellow\n class A x", "lightyellow", "#000"),
        ("style A fill:#003,color:#abc", "#003", "#abc"),
    ],
)
def test_a_colour_of_the_author_is_kept_and_its_text_can_be_read(style: str, fill: str, text: str) -> None:
    svg = _drawn(f"flowchart LR\n A[Words] --> B[Other]\n {style}\n")
    assert f'fill="{fill}"' in svg
    written = re.search(r"<text([^>]*)>Words", svg)
    assert written
    assert f'fill="{text}"' in written[1]
    other = re.search(r"<text([^>]*)>Other", svg)
    assert other
    assert "fill" not in other[1]


def test_names_are_the_authors() -> None:
    source = "flowchart LR\n accTitle: How it starts\n accDescr: One leads\n to two\n A --> B\n"
    picture = cleaned(render(source.replace("One leads\n to", "One leads to"))["result"]["svg"], "d1-")
    assert (picture.title, picture.description) == ("How it starts", "One leads to two")
    assert "How it starts" not in picture.markup


@pytest.mark.parametrize(
    ("inside", "left"),
    [
        ("<script>alert(1)</script>", ""),
        ("<foreignObject><p>x</p></foreignObject>", ""),
        ('<image href="https://example.org/x.png"/>', ""),
        ('<a href="javascript:alert(1)"><text>x</text></a>', ""),
        ('<rect onclick="alert(1)" x="1"/>', '<rect x="1"/>'),
        ('<rect fill="url(https://example.org/x)" x="1"/>', '<rect x="1"/>'),
        ('<rect style="fill:url(javascript:x);x:1;stroke:red"/>', '<rect stroke="red"/>'),
        ('<g id="a"><rect fill="url(#a)" x="1.23456"/></g>', '<g id="d1-a"><rect fill="url(#d1-a)" x="1.2"/></g>'),
        ("<style>*{fill:red}</style><animate/><use/>", ""),
    ],
)
def test_what_is_not_on_the_lists_is_removed(inside: str, left: str) -> None:
    svg = cleaned(ROOT.format(inside), "d1-").markup
    assert re.sub(r"^<svg[^>]*?/?>|</svg>$", "", svg) == left


@pytest.mark.parametrize(
    "svg", ["", "<p>x</p>", "<svg", '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>', "<svg>no namespace</svg>"]
)
def test_what_is_no_svg_is_refused(svg: str) -> None:
    with pytest.raises(ValueError, match="the engine wrote"):
        cleaned(svg, "d1-")
