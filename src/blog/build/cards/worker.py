"""The process that draws cards.

A request on its standard input is the length of a head as eight bytes, the head as JSON, and the bytes of the two pictures that it gives the lengths
of. The response is a line of JSON with the length of a picture, and the picture. A card that takes too much processor time ends the process.
"""

import json
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from blog.build.cards.card import Card, card_of
from blog.build.cards.design import Fonts, draw
from blog.build.cards.encoder import as_jpeg, as_png, section, shape_of_card
from blog.build.cards.fonts import Faces, read_fonts

_MAX_ADDRESS_SPACE = 1024 * 1024 * 1024
_MAX_SECONDS = 10.0
_PORTRAIT = (288, 288)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_ADDRESS_SPACE, _MAX_ADDRESS_SPACE))
    requests, responses = sys.stdin.buffer, sys.stdout.buffer
    while len(length := requests.read(8)) == 8:  # noqa: PLR2004
        head = json.loads(requests.read(int.from_bytes(length)))
        portrait, picture = (requests.read(head[name]) for name in ("portrait", "picture"))
        signal.setitimer(signal.ITIMER_PROF, _MAX_SECONDS)
        try:
            body, problem = drawn(head, portrait, picture), ""
        except Exception as error:  # noqa: BLE001 -- Pillow raises many kinds for a font or a picture that is damaged
            body, problem = b"", f"{type(error).__name__}: {error}"
        signal.setitimer(signal.ITIMER_PROF, 0)
        responses.write(json.dumps({"bytes": len(body), "problem": problem}).encode() + b"\n" + body)
        responses.flush()


def drawn(head: dict[str, Any], portrait: bytes, picture: bytes) -> bytes:
    """The picture of a card."""
    card = card_of(json.loads(head["card"]))
    if card.picture:
        return as_jpeg(shape_of_card(picture, card.style.ground))
    return as_png(
        draw(card, _fonts(card, head["fonts"]), section(portrait, _PORTRAIT, card.style.ground) if portrait else None)
    )


def _fonts(card: Card, paths: dict[str, str]) -> Fonts:
    fonts, _ = read_fonts({name: Path(path) for name, path in paths.items()})
    title, text = (
        Faces(tuple(fonts[name] for name in names if name in fonts))
        for names in (card.style.title_fonts, card.style.text_fonts)
    )
    return Fonts(title, text)


if __name__ == "__main__":
    main()
