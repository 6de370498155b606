"""What a new blog is called and where it is served, from flags or from questions on a terminal."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from blog import __version__
from blog.errors import SettingsError
from blog.settings import readers

# The grammar of a reference to an image: a repository in lower case, perhaps with a tag or a digest.
_IMAGE = re.compile(r"[a-z0-9][a-z0-9._:/-]*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?", re.ASCII)
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers, each valid. ``image`` is the image of the new blog, ``base_image`` the one that it is made from."""

    title: str = "Notes"
    author: str = "The author"
    base_url: str = "https://blog.example"
    language: str = "en"
    timezone: str = "UTC"
    image: str = "ghcr.io/example/notes"
    base_image: str = f"ghcr.io/example/blog:v{__version__}"


# By field: the question, or nothing where only a flag answers, and what the flag's help says.
QUESTIONS: Mapping[str, tuple[str, str]] = {
    "title": ("Title of the blog", "the title"),
    "author": ("Author", "the name of the author"),
    "base_url": ("Address, such as https://blog.example", "the origin that readers use"),
    "language": ("Language (en, pt-BR)", "the language of the texts, by BCP 47"),
    "timezone": ("Time zone (Europe/Berlin)", "the zone of dates and times, an IANA name"),
    "image": ("", "the name of the image that the workflow pushes, without a tag"),
    "base_image": ("", "the published image of this program, with a tag or a digest"),
}


def checked(answers: Answers, field: str, value: str) -> Answers:
    """The answers with one of them replaced.

    Raises:
        SettingsError: the value is not allowed; it says what is.
    """
    flag = f"--{field.replace('_', '-')}"
    return replace(answers, **{field: _READERS[field](flag, value.strip())})


def asked(
    answers: Answers, given: Mapping[str, str | None], ask: Callable[[str], str], say: Callable[[str], None]
) -> Answers:
    """The answers with each that no flag has given asked for; an empty line keeps the default, a wrong answer is asked for again."""
    for field, (question, _) in QUESTIONS.items():
        while question and given.get(field) is None:
            if not (value := ask(f"{question} [{getattr(answers, field)}]: ").strip()):
                break
            try:
                answers = checked(answers, field, value)
                break
            except SettingsError as problem:
                say(str(problem))
    return answers


def _line(name: str, value: str) -> str:
    line = " ".join(value.split())
    if not line or len(line) > _LONGEST or not line.isprintable():
        raise readers.refuse(name, value, f"give one line of at most {_LONGEST} printable characters")
    return line


def _language(name: str, value: str) -> str:
    from blog.content.front_matter import language_tag  # noqa: PLC0415 -- no other command needs it

    try:
        return language_tag(value)
    except ValueError:
        raise readers.refuse(name, value, "give a language tag such as en or pt-BR (BCP 47)") from None


def _timezone(name: str, value: str) -> str:
    from blog.content.moments import zone_named  # noqa: PLC0415 -- no other command needs it

    try:
        zone_named(value)
    except ValueError as problem:
        raise readers.refuse(name, value, str(problem).partition("; ")[2]) from None
    return value


def _image(name: str, value: str) -> str:
    if not _IMAGE.fullmatch(value) or len(value) > _LONGEST:
        raise readers.refuse(name, value, "give the name of an image in lower case, such as ghcr.io/example/notes")
    return value


def _own_image(name: str, value: str) -> str:
    if ":" in _image(name, value).rpartition("/")[2]:
        raise readers.refuse(name, value, "leave the tag out; the workflow tags each image with its commit")
    return value


_READERS: Mapping[str, Callable[[str, str], str]] = {
    "title": _line,
    "author": _line,
    "base_url": readers.origin,
    "language": _language,
    "timezone": _timezone,
    "image": _own_image,
    "base_image": _image,
}
