"""The command `blog init`."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from blog.settings import Settings
from blog.starter.answers import QUESTIONS, Answers, asked, checked

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 -- the class has no public name

_INTERRUPTED = 130


def add(commands: "Commands") -> None:
    """Add the command to the parser."""
    init = commands.add_parser("init", help="write the folder of a new blog")
    init.add_argument("folder", type=Path, metavar="FOLDER", help="a new or empty folder; .git may be in it")
    for field, (_, meaning) in QUESTIONS.items():
        default = getattr(Answers(), field)
        init.add_argument(f"--{field.replace('_', '-')}", metavar="TEXT", help=f"{meaning} ({default})")
    init.set_defaults(run=run)


def run(_settings: Settings, options: argparse.Namespace) -> int:
    """Write a new blog. Questions are asked only on a terminal; elsewhere the defaults answer what no flag does."""
    from blog.starter.folder import write_blog  # noqa: PLC0415 -- no other command needs it

    given = {field: getattr(options, field) for field in QUESTIONS}
    answers = Answers()
    for field, value in given.items():
        answers = answers if value is None else checked(answers, field, value)
    if sys.stdin is not None and sys.stdin.isatty():
        try:
            answers = asked(answers, given, input, lambda problem: print(problem, file=sys.stderr))
        except (EOFError, KeyboardInterrupt):
            print("\nnothing is written", file=sys.stderr)
            return _INTERRUPTED
    for path in write_blog(options.folder, answers, datetime.now(UTC)):
        print(path)
    return 0
