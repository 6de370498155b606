"""`blog check`, `blog build` and `blog serve` report the same faults for each broken input, with the same text and without a traceback."""

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.__main__ import main
from blog.errors import faults_of
from blog.settings import Settings
from tests.conftest import TEMPLATES

if TYPE_CHECKING:
    from tests.conftest import Run, Until

NOBODY = 65532
PICTURE = "\n![A chart](chart.svg)\n"


@dataclass(frozen=True, slots=True)
class Site:
    """A site with one post, in folders that a test may damage."""

    posts: Path
    theme: Path
    cache: Path

    @property
    def environ(self) -> dict[str, str]:
        return {
            "BLOG_POSTS_DIR": str(self.posts),
            "BLOG_TEMPLATES_DIR": str(self.theme),
            "BLOG_CACHE_DIR": str(self.cache),
        }

    def write(self, more: str = "", body: str = "Words.", name: str = "good.md") -> None:
        path = self.posts / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"---\ntitle: Good\ndate: 2026-03-01\n{more}\n---\n{body}\n")


@pytest.fixture
def site() -> Iterator[Site]:
    # Other users cannot enter pytest's temporary folders.
    root = Path(tempfile.mkdtemp())
    root.chmod(0o755)
    made = Site(root / "posts", root / "theme", root / "cache")
    made.posts.mkdir()
    shutil.copytree(TEMPLATES, made.theme)
    made.write()
    yield made
    shutil.rmtree(root)


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """Runs the test as a user other than root, because root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


async def _faults_of_serving(run: "Run", until: "Until", site: Site) -> list[str]:
    """The errors that ended the start, or the warnings of the edition that is served."""
    async with run(Settings.from_environ(site.environ)) as blog:
        await until(lambda: blog.app.service.failure is not None or blog.app.service.edition is not None)
        if edition := blog.app.service.edition:
            return sorted(map(str, edition.warnings))
        assert blog.app.service.failure is not None
        return sorted(map(str, faults_of(blog.app.service.failure)))


async def _assert_same_faults(
    run: "Run", until: "Until", site: Site, capsys: pytest.CaptureFixture[str], place: str, problem: str
) -> None:
    returned = main(["check"], site.environ)
    checked = sorted(capsys.readouterr().out.splitlines())
    assert any(place in line and problem in line for line in checked), checked
    assert returned == any(": error: " in line for line in checked)
    assert main(["check", "--strict"], site.environ) == 1
    capsys.readouterr()
    built = main(["build"], site.environ)
    printed = capsys.readouterr().err.splitlines()
    if returned:
        assert built == 1
        assert sorted(line for line in printed if str(site.posts.parent) in line) == checked
    assert await _faults_of_serving(run, until, site) == checked


def _fifo(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def _loop(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(path.name)


def _replace(folder: Path, make: Callable[[Path], object]) -> None:
    shutil.rmtree(folder)
    make(folder)


def _svg(attributes: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}/>'


def _with_picture(site: Site, make: Callable[[Path], object]) -> None:
    site.write(body=PICTURE)
    make(site.posts / "chart.svg")


def _fail_for_good(template: Path) -> None:
    """Make a template divide by zero for the post of the site, and for no other."""
    failing = "{% if post.title == 'Good' %}{{ 1 // 0 }}{% endif %}"
    template.write_text(template.read_text().replace("{{ post.title }}", failing + "{{ post.title }}", 1))


SURROGATE = r'"q\ud800"'
BROKEN: dict[str, tuple[Callable[[Site], object], str, str]] = {
    "a-surrogate-in-a-tag": (lambda s: s.write(f"tags: [{SURROGATE}]"), "good.md:4", "are surrogates"),
    "a-surrogate-in-a-series": (lambda s: s.write(f"series: {SURROGATE}"), "good.md:4", "are surrogates"),
    "a-surrogate-in-an-alias": (lambda s: s.write(f"aliases: [{SURROGATE}]"), "good.md:4", "are surrogates"),
    "a-surrogate-in-an-image": (lambda s: s.write(f"image: {SURROGATE}"), "good.md:4", "are surrogates"),
    "a-surrogate-in-a-description": (lambda s: s.write(r'description: "\udfff"'), "good.md:4", "surrogates"),
    "a-surrogate-in-an-image-alt": (
        lambda s: s.write(f"image: {{src: a.png, alt: {SURROGATE}}}"), "good.md:4", "are surrogates"),
    "a-surrogate-pair": (lambda s: s.write(r'tags: ["\ud83d\ude00"]'), "good.md:4", "the character itself"),
    "a-surrogate-in-a-key": (lambda s: s.write(rf"{SURROGATE}: x"), "good.md:4", "are surrogates"),
    "a-surrogate-in-the-site-title": (
        lambda s: (s.posts / "site.yaml").write_text(f"title: {SURROGATE}\n"), "site.yaml:1", "are surrogates"),
    "a-surrogate-in-a-site-link": (
        lambda s: (s.posts / "site.yaml").write_text(f"title: A\nlinks:\n- title: {SURROGATE}\n  url: /x\n"),
        "site.yaml:3", "are surrogates"),
    "a-picture-that-is-no-svg": (
        lambda s: _with_picture(s, lambda p: p.write_text("no picture")), "chart.svg:1", "not an SVG"),
    "a-picture-that-is-a-fifo": (lambda s: _with_picture(s, _fifo), "chart.svg:1", "not a regular file"),
    "a-picture-that-is-a-loop": (lambda s: _with_picture(s, _loop), "chart.svg:1", "cannot be read"),
    "a-post-named-in-latin-1": (
        lambda s: s.write(name=os.fsdecode(b"b\xff.md")), r"posts/b\udcff.md:1", "not UTF-8"),
    "a-page-named-in-latin-1": (
        lambda s: s.write(name=os.fsdecode(b"pages/b\xff.md")), r"pages/b\udcff.md:1", "not UTF-8"),
    "a-post-with-a-line-break-in-its-name": (
        lambda s: (s.posts / "a\nb.md").write_text("no front matter"), r"a\nb.md:1", "date is missing"),
    "a-post-that-is-a-fifo": (lambda s: _fifo(s.posts / "x.md"), "x.md:1", "not a regular file"),
    "a-post-that-is-a-socket": (lambda s: _socket(s.posts / "x.md"), "x.md:1", "not a regular file"),
    "a-post-that-is-a-loop": (lambda s: _loop(s.posts / "x.md"), "x.md:1", "cannot be read"),
    "a-post-that-is-a-broken-link": (lambda s: (s.posts / "x.md").symlink_to("y"), "x.md:1", "cannot be read"),
    "a-site-yaml-that-is-a-broken-link": (
        lambda s: (s.posts / "site.yaml").symlink_to("y"), "site.yaml:1", "cannot be read"),
    "a-site-yaml-that-is-a-folder": (lambda s: (s.posts / "site.yaml").mkdir(), "site.yaml:1", "not a regular file"),
    "posts-that-are-a-file": (
        lambda s: _replace(s.posts, lambda p: p.write_text("x")), "posts:1", "no such folder (BLOG_POSTS_DIR)"),
    "posts-that-are-a-loop": (
        lambda s: _replace(s.posts, _loop), "posts:1", "BLOG_POSTS_DIR"),
    "a-template-named-in-latin-1": (
        lambda s: (s.theme / os.fsdecode(b"b\xff.html")).write_text("x"), r"b\udcff.html:1", "not UTF-8"),
    "a-template-with-a-surrogate": (
        lambda s: (s.theme / "archive.html").write_text(r'{{ "\ud800" }}'), "archive.html:1", "surrogates"),
    "a-template-that-is-a-loop": (lambda s: _loop(s.theme / "archive.html"), "archive.html:1", "cannot be read"),
    "a-template-that-is-a-fifo": (lambda s: _fifo(s.theme / "archive.html"), "archive.html:1", "not a regular file"),
    "a-template-of-a-terabyte": (
        lambda s: os.truncate(s.theme / "archive.html", 10**12), "archive.html:1", "is the most a file may have"),
    "an-asset-of-a-terabyte": (
        lambda s: os.truncate(s.theme / "assets/site.css", 10**12), "site.css:1", "is the most a file may have"),
    "a-template-that-nests-too-deeply": (
        lambda s: (s.theme / "archive.html").write_text("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}"),
        "archive.html:1", "RecursionError"),
    "a-template-that-includes-itself": (
        lambda s: (s.theme / "archive.html").write_text("{% include 'archive.html' %}"), "archive.html:1", "Recursion"),
    "a-template-that-fails-for-one-post": (
        lambda s: _fail_for_good(s.theme / "post.html"), "good.md:1", "cannot be rendered ("),
    "a-list-that-fails-for-one-post": (
        lambda s: _fail_for_good(s.theme / "_posts.html"), "good.md:1", "cannot be rendered ("),
    "an-asset-named-in-latin-1": (
        lambda s: (s.theme / "assets" / os.fsdecode(b"b\xff.css")).write_text("x"), r"b\udcff.css:1", "not UTF-8"),
    "an-asset-that-is-a-fifo": (lambda s: _fifo(s.theme / "assets/x.css"), "x.css:1", "not a regular file"),
    "an-asset-that-is-a-loop": (lambda s: _loop(s.theme / "assets/x.css"), "x.css:1", "cannot be read"),
    "an-asset-that-is-a-broken-link": (
        lambda s: (s.theme / "assets/x.css").symlink_to("y"), "x.css:1", "cannot be read"),
    "assets-that-are-a-file": (
        lambda s: _replace(s.theme / "assets", lambda p: p.write_text("x")),
        "assets:1", "cannot be read"),
}  # fmt: skip


# The site is served without these files. Everything else in BROKEN ends a start.
LEFT_OUT = {
    "a-picture-that-is-no-svg", "a-picture-that-is-a-fifo",
    "a-picture-that-is-a-loop", "a-post-named-in-latin-1", "a-page-named-in-latin-1", "a-post-that-is-a-fifo",
    "a-post-that-is-a-socket", "a-post-that-is-a-loop", "a-post-that-is-a-broken-link",
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_does_not_stop_the_others(site: Site, name: str) -> None:
    BROKEN[name][0](site)
    assert main(["check"], site.environ) == (0 if name in LEFT_OUT else 1)


@pytest.mark.parametrize("name", BROKEN)
async def test_the_three_commands_report_the_same_faults(
    run: "Run", until: "Until", site: Site, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    damage, place, problem = BROKEN[name]
    damage(site)
    await _assert_same_faults(run, until, site, capsys, place, problem)


FORBIDDEN: dict[str, tuple[Callable[[Site], Path], int, str, str]] = {
    "post": (lambda s: s.posts / "good.md", 0, "good.md:1", "Permission denied"),
    "picture": (lambda s: s.posts / "chart.svg", 0, "chart.svg:1", "Permission denied"),
    "site.yaml": (lambda s: s.posts / "site.yaml", 0, "site.yaml:1", "Permission denied"),
    "pages": (lambda s: s.posts / "pages", 0, "pages:1", "Permission denied"),
    "pages-that-may-be-listed-only": (lambda s: s.posts / "pages", 0o444, "pages/about.md:1", "Permission denied"),
    "posts": (lambda s: s.posts, 0, "posts:1", "BLOG_POSTS_DIR"),
    "posts-that-may-be-listed-only": (lambda s: s.posts, 0o444, "posts:1", "BLOG_POSTS_DIR"),
    "the-folder-above": (lambda s: s.posts.parent, 0, "posts:1", "BLOG_POSTS_DIR"),
    "template": (lambda s: s.theme / "archive.html", 0, "archive.html:1", "Permission denied"),
    "asset": (lambda s: s.theme / "assets/site.css", 0, "site.css:1", "Permission denied"),
    "assets": (lambda s: s.theme / "assets", 0, "assets:1", "Permission denied"),
    "assets-that-may-be-listed-only": (lambda s: s.theme / "assets", 0o444, "site.css:1", "Permission denied"),
    "theme": (lambda s: s.theme, 0, "theme:1", "BLOG_TEMPLATES_DIR"),
}


@pytest.fixture
def forbidden(site: Site, request: pytest.FixtureRequest) -> Iterator[tuple[Site, str, str]]:
    find, mode, place, problem = FORBIDDEN[request.param]
    site.write(body=PICTURE)
    site.write(name="pages/about.md")
    (site.posts / "chart.svg").write_text(_svg('width="1" height="1"'))
    (site.posts / "site.yaml").write_text("title: A\n")
    find(site).chmod(mode)
    yield site, place, problem
    find(site).chmod(0o755)


@pytest.mark.parametrize("forbidden", FORBIDDEN, indirect=True)
async def test_the_three_commands_report_files_without_read_permission(
    run: "Run",
    until: "Until",
    capsys: pytest.CaptureFixture[str],
    forbidden: tuple[Site, str, str],
    unprivileged: None,
) -> None:
    await _assert_same_faults(run, until, forbidden[0], capsys, *forbidden[1:])


async def test_files_with_unusual_names_that_do_no_harm_are_accepted(
    run: "Run", site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.write(name="two\nlines.md")
    site.write(name=os.fsdecode(b"drafts/b\xff.md"))
    (site.posts / os.fsdecode(b"b\xff.png")).write_bytes(b"no text refers to this file")
    _fifo(site.posts / "fifo.png")
    (site.posts / "folder.md").mkdir()
    assert main(["build"], site.environ) == 0
    capsys.readouterr()
    for _ in range(2):  # first the built edition, then the cached one
        async with run(Settings.from_environ(site.environ)) as blog:
            await blog.until_ready()
            assert await blog.status("/blog/two-lines") == 200
    assert main(["check"], site.environ) == 0
    lines = sorted(capsys.readouterr().out.splitlines())
    assert [line.rpartition("/posts/")[2].partition(":")[0] for line in lines] == [r"drafts/b\udcff.md", "folder.md"]


@pytest.mark.parametrize(
    "name",
    [".#base.html", "#base.html#", "base.html~", ".base.html.swp", "4913", "base.html___jb_tmp___", ".git/x.html"],
)
@pytest.mark.parametrize("folder", ["", "assets"])
def test_temporary_files_of_editors_are_not_part_of_a_theme(
    site: Site, capsys: pytest.CaptureFixture[str], folder: str, name: str
) -> None:
    path = site.theme / folder / name
    path.parent.mkdir(exist_ok=True)
    # Emacs creates a broken link beside a file that is being edited.
    path.symlink_to("ada@laptop.1234:1764000000")
    assert main(["check"], site.environ) == 0, capsys.readouterr().out
