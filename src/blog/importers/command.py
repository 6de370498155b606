"""The command `blog import`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from blog.settings import Settings

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 -- the class has no public name

_EXIT_INCOMPLETE = 1
_ENGINES = ("jekyll", "hugo", "zola", "astro", "next", "pelican", "eleventy", "wordpress", "ghost")


def add(commands: "Commands") -> None:
    """Add the command to the parser."""
    importing = commands.add_parser("import", help="carry over a site of another program")
    importing.add_argument(
        "source", type=Path, metavar="SOURCE", help="the folder of the site, or an export file of WordPress or Ghost"
    )
    importing.add_argument("--into", type=Path, metavar="FOLDER", help="the posts folder (BLOG_POSTS_DIR)")
    importing.add_argument("--dry-run", action="store_true", help="write nothing, and print the report")
    importing.add_argument("--from", dest="engine", choices=_ENGINES, help="the program; by default it is recognised")
    importing.set_defaults(run=run)


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Import a site, print the report, and return 1 if a text or a file is not there in the end."""
    from blog.importers.carry import carry_over  # noqa: PLC0415 -- no other command needs it
    from blog.machine.progress import Progress  # noqa: PLC0415 -- no other command needs it

    into = options.into or settings.posts_dir
    with Progress() as progress:
        report = carry_over(options.source, into, options.engine, progress.stage, dry=options.dry_run)
    for line in report.lines():
        print(line)
    done = "nothing was written" if options.dry_run else f"next: blog check (BLOG_POSTS_DIR={into})"
    print(f"{report.summary()}; {done}", file=sys.stderr)
    return _EXIT_INCOMPLETE if report.failed else 0
