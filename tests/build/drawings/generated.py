"""Diagrams of eleven kinds with words that no language has, so that each of them has to be in the drawing."""

import random
from collections.abc import Callable, Iterator
from itertools import pairwise

Say = Callable[[], str]
_LETTERS = "bcdfghklmnprstvz", "aeiou"


def _say(chance: random.Random, words: list[str]) -> Say:
    def say() -> str:
        word = "".join(chance.choice(_LETTERS[place % 2]) for place in range(6)).capitalize()
        words.append(word)
        return word

    return say


# A word stands in place of @.
_SHAPES = ("[@]", "(@)", "([@])", "[[@]]", "[(@)]", "((@))", "{@}", "{{@}}", "[/@/]", ">@]", '["@ & @"]', "(((@)))")
_LINKS = ("-->", "---", "-.->", "==>", "--x", "<-->", "-->|@|", "-- @ -->", "== @ ==>")


def _filled(text: str, say: Say) -> str:
    first, *others = text.split("@")
    return first + "".join(say() + piece for piece in others)


def _flowchart(say: Say, chance: random.Random) -> str:
    count = chance.randint(4, 12)
    nodes = [f"n{number}{_filled(chance.choice(_SHAPES), say)}" for number in range(count)]
    links = [
        f"n{chance.randrange(count)} {_filled(chance.choice(_LINKS), say)} n{chance.randrange(count)}"
        for _ in range(count)
    ]
    direction = chance.choice(["TD", "LR", "BT", "RL"])
    return "\n  ".join([f"flowchart {direction}", *nodes, *links, f"subgraph {say()}", "n0", "n1", "end"])


def _sequence(say: Say, chance: random.Random) -> str:
    arrows = ["->>", "-->>", "->", "-->", "-x", "--x", "-)"]
    lines = ["sequenceDiagram", f"participant a as {say()}", f"actor b as {say()}", f"participant c as {say()} {say()}"]
    for _ in range(chance.randint(2, 8)):
        one, other = chance.sample("abc", 2)
        lines.append(f"{one}{chance.choice(arrows)}{other}: {say()} {say()}")
    lines += [f"Note over a,b: {say()}", f"alt {say()}", f"a->>b: {say()}", f"else {say()}", f"b->>a: {say()}", "end"]
    return "\n  ".join([*lines, f"loop {say()}", f"a->>c: {say()}", "end"])


def _state(say: Say, chance: random.Random) -> str:
    names = [say() for _ in range(chance.randint(3, 7))]
    lines = ["stateDiagram-v2", f"[*] --> {names[0]}"]
    lines += [f"{one} --> {other} : {say()}" for one, other in pairwise(names)]
    return "\n  ".join([*lines, f"{names[-1]} --> [*]", f"note right of {names[0]} : {say()}"])


def _class(say: Say, chance: random.Random) -> str:
    names = [say() for _ in range(chance.randint(2, 5))]
    lines = ["classDiagram"]
    for name in names:
        lines += [f"class {name} {{", f"  +{say()} {say()}", f"  -{say()}() {say()}", "}"]
    return "\n  ".join(
        [
            *lines,
            *(
                f"{one} {chance.choice(['<|--', '*--', 'o--', '-->', '..>'])} {other} : {say()}"
                for one, other in pairwise(names)
            ),
        ]
    )


def _er(say: Say, chance: random.Random) -> str:
    names = [say() for _ in range(chance.randint(2, 5))]
    lines = ["erDiagram", *(f"{one} ||--o{{ {other} : {say()}" for one, other in pairwise(names))]
    return "\n  ".join([*lines, f"{names[0]} {{", f"  string {say()}", f"  int {say()}", "}"])


def _pie(say: Say, chance: random.Random) -> str:
    return "\n  ".join(
        [f"pie title {say()} {say()}", *(f'"{say()}" : {chance.randint(5, 90)}' for _ in range(chance.randint(2, 6)))]
    )


def _mindmap(say: Say, chance: random.Random) -> str:
    lines = ["mindmap", f"  root(({say()}))"]
    for _ in range(chance.randint(2, 5)):
        lines += [f"    {say()}", *(f"      {say()} {say()}" for _ in range(chance.randint(0, 3)))]
    return "\n".join(lines)


def _gantt(say: Say, chance: random.Random) -> str:
    lines = ["gantt", f"title {say()}", "dateFormat YYYY-MM-DD"]
    for number in range(chance.randint(1, 3)):
        lines += [f"section {say()}", *(f"{say()} :t{number}{n}, 2026-01-{n + 1:02}, {n + 4}d" for n in range(3))]
    return "\n  ".join(lines)


def _timeline(say: Say, chance: random.Random) -> str:
    return "\n  ".join(
        ["timeline", f"title {say()}", *(f"{2000 + n} : {say()} : {say()}" for n in range(chance.randint(2, 5)))]
    )


def _journey(say: Say, chance: random.Random) -> str:
    return "\n  ".join(
        [
            "journey",
            f"title {say()}",
            f"section {say()}",
            *(f"{say()}: {chance.randint(1, 5)}: {say()}" for _ in range(3)),
        ]
    )


def _quadrant(say: Say, chance: random.Random) -> str:
    lines = ["quadrantChart", f"title {say()}", f"x-axis {say()} --> {say()}", f"y-axis {say()} --> {say()}"]
    lines += [f"quadrant-{n} {say()}" for n in range(1, 5)]
    return "\n  ".join([*lines, *(f"{say()}: [{chance.random():.2f}, {chance.random():.2f}]" for _ in range(3))])


_KINDS = (
    _flowchart,
    _flowchart,
    _sequence,
    _sequence,
    _state,
    _class,
    _er,
    _pie,
    _mindmap,
    _gantt,
    _timeline,
    _journey,
    _quadrant,
)


def generated(seeds: int) -> Iterator[tuple[str, list[str]]]:
    """Diagrams, and the words in each."""
    for seed in range(seeds):
        chance = random.Random(seed)
        for draw in _KINDS:
            words: list[str] = []
            yield draw(_say(chance, words), chance), words
