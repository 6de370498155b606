"""The command line: serve, check, build, cache, new, list, mv, preview, init, import."""

import os
import signal

if os.getpid() == 1:
    # The kernel delivers no signal to PID 1 that has no handler, and the imports below take a third of a second. Without these handlers a
    # SIGTERM during the imports would be lost, and the pod would run until it is killed.
    for _number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(_number, lambda _number, _frame: os._exit(0))

import argparse
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from typing import cast

from blog.serve.quick_imports import quick_imports
from blog.settings.environment import ENVIRONMENT

with quick_imports():
    import uvicorn

    from blog import __version__
    from blog.app import create_app
    from blog.build.cache_pruner import MIB, CachePruner
    from blog.build.edition_cache import EditionCache
    from blog.build.edition_source import EditionSource
    from blog.build.encodings import Encoder
    from blog.build.listener import BuildListener
    from blog.build.refusals import report
    from blog.cli import EXIT_CONTENT, EXIT_USAGE, listing, move, new, preview
    from blog.errors import BlogError, ContentError, Fault, SettingsError, counted, errors_in, faults_of, summary
    from blog.importers import command as importers
    from blog.machine.cache import Cache
    from blog.machine.cache_pruning import obstacle
    from blog.machine.progress import Progress
    from blog.serve.connections import Connections, Limits
    from blog.serve.listening import listen
    from blog.serve.protocol import PageProtocol
    from blog.serve.server import Server
    from blog.settings import Settings, log_format_of, source_date, variable
    from blog.starter import command as starter
    from blog.telemetry import logs

# Longer than proxies keep an idle connection (cloudflared: 90 s), so that the proxy closes it, never the server during a request.
_KEEP_ALIVE_SECONDS = 95
_SLOWEST_CLIENT_SECONDS = 10
# How long a thread that exports spans or answers a scrape may delay the event loop. Python's default of 5 ms shows in the 99th percentile.
_SWITCH_SECONDS = 0.0002

_FAULT_FORMATS: Mapping[str, Callable[[Fault], str]] = {
    "text": str,
    "json": attrgetter("as_json"),
    "github": attrgetter("as_github"),
}

logger = logging.getLogger("blog")


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = ENVIRONMENT) -> int:
    """Run one command; return its exit code: 0 for success, 1 for faults in the content, 2 for wrong usage or settings."""
    options = _parser().parse_args(arguments, argparse.Namespace(environ=environ))
    try:
        settings = Settings.from_environ(environ)
        return int(options.run(settings, options))
    except SettingsError as problem:
        _report([problem], options)
        return EXIT_USAGE
    except BlogError as problem:
        _report([problem], options)
        return EXIT_CONTENT
    except OSError as problem:
        if not (faults := faults_of(problem)):
            raise
        _report(faults, options)
        return EXIT_CONTENT


def _report(problems: Sequence[object], options: argparse.Namespace) -> None:
    """Say why a command ends: as text on stderr, or as lines of the log if the server logs JSON."""
    log_format = log_format_of(options.environ) if options.run is _serve else "console"
    if log_format == "json":
        logs.configure(Settings(log_format=log_format))
        for problem in problems:
            logger.error("%s", problem)
    else:
        print(*problems, sep="\n", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="blog", description="Markdown in, a site out. Settings: see docs/configuration.md."
    )
    parser.add_argument("--version", action="version", version=f"blog {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the site")
    serve.add_argument(
        "--drafts",
        action="store_true",
        help="show drafts and scheduled texts too, marked, to everyone who can reach it",
    )
    serve.set_defaults(run=_serve)
    check = commands.add_parser(
        "check", help="print every fault of the content and the theme; exit 1 if one is an error"
    )
    check.add_argument("--strict", action="store_true", help="exit 1 for warnings too")
    check.add_argument(
        "--format", choices=_FAULT_FORMATS, default="text", help="text; json, an object a line; or github"
    )
    check.set_defaults(run=_check)
    build = commands.add_parser("build", help="fill the render cache (BLOG_CACHE_DIR), so that starts are warm")
    build.set_defaults(run=_build)
    cache = commands.add_parser("cache", help="manage the render cache")
    actions = cache.add_subparsers(required=True, metavar="ACTION")
    prune = actions.add_parser("prune", help="remove the least recently used entries, down to BLOG_CACHE_MAX_MB")
    prune.set_defaults(run=_prune)
    preview.add_to(commands)
    new.add_to(commands)
    listing.add_to(commands)
    move.add_to(commands)
    starter.add(commands)
    importers.add(commands)
    return parser


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    settings = replace(settings, drafts=options.drafts)
    logs.configure(settings)
    sys.setswitchinterval(_SWITCH_SECONDS)
    # Bound before anything is built, so that a port in use ends the start at once with a one-line error.
    listeners = listen(settings.host, settings.port, variable("port"))
    metrics_port = settings.metrics_port
    metrics_listeners = listen(settings.host, metrics_port, variable("metrics_port")) if metrics_port else []
    app = create_app(settings, metrics_listeners=metrics_listeners)
    connections = Connections(_limits(settings), app.metrics.request_refused)
    app.metrics.connections = lambda: (connections.count, connections.limit)
    protocol = partial(PageProtocol, app.pipeline.answer, app.pipeline.finished, app.service, connections)
    config = uvicorn.Config(
        app,
        http=cast("type[PageProtocol]", protocol),
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # The service uses no client address; the head sampler itself checks which peers' traceparent it honours.
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SLOWEST_CLIENT_SECONDS,
    )
    Server(config, app.service, settings.drain_seconds, listeners, connections.arrivals.tick).run()
    return _outcome(app.service.failure)


def _limits(settings: Settings) -> Limits:
    return Limits(
        header=settings.header_timeout_seconds,
        body=settings.body_timeout_seconds,
        send=settings.send_timeout_seconds,
        connections=settings.max_connections,
    )


def _outcome(failure: BaseException | None) -> int:
    if failure is None:
        return 0
    if faults := faults_of(failure):
        report(faults)
        logger.error("the content has faults (%s); nothing is served", summary(faults))
    else:
        logger.error("the publisher failed", exc_info=failure)
    return EXIT_CONTENT


def _check(settings: Settings, options: argparse.Namespace) -> int:
    """Print the faults that a start would report, and to stderr how many there are."""
    faults, texts = _checked(settings)
    for fault in faults:
        print(_FAULT_FORMATS[options.format](fault))
    if faults:
        print(f"{summary(faults)} in {counted(texts, 'text')}", file=sys.stderr)
    return EXIT_CONTENT if errors_in(faults) or (options.strict and faults) else 0


def _checked(settings: Settings) -> tuple[tuple[Fault, ...], int]:
    """The faults of the content and the theme, and the number of texts. Every page is rendered, without compression, to check the theme."""
    from blog.build.builder import render  # noqa: PLC0415
    from blog.build.drawings.drawer import Drawer  # noqa: PLC0415
    from blog.content.loader import load  # noqa: PLC0415 -- a warm start does not need these
    from blog.content.site import site_at  # noqa: PLC0415
    from blog.render.theme import Theme  # noqa: PLC0415
    from blog.render.theme_folders import theme_folders  # noqa: PLC0415

    try:
        drawer = Drawer(Cache(settings.cache_dir))
        loaded = load(settings.posts_dir, draw=drawer, origin=settings.public_origin)
    except ContentError as problem:
        return problem.faults, problem.texts
    try:
        site = site_at(loaded.library, datetime.now(UTC))
        theme = Theme(*theme_folders(settings.templates_dir), look=loaded.library.config.look)
        edition = render(loaded.library, site, theme, settings, Encoder(lambda *_: {}))
    except ContentError as problem:
        return (*loaded.warnings, *problem.faults), loaded.texts
    return (*loaded.warnings, *edition.warnings), loaded.texts


def _build(settings: Settings, options: argparse.Namespace) -> int:
    with Progress() as progress:
        cache = Cache(settings.cache_dir)
        listener = BuildListener(stage=progress.stage)
        source = EditionSource(settings, cache, listener=listener, makes_pictures=True)
        edition = source.first(source_date(options.environ))
    CachePruner(settings, cache).prune_when_grown(source.needed)
    if not cache.writable:
        print(f"{settings.cache_dir} (BLOG_CACHE_DIR) cannot be written; nothing is cached", file=sys.stderr)
        return EXIT_CONTENT
    print(f"{len(edition.posts)} posts, {len(edition.pages)} pages; the cache is {settings.cache_dir}")
    return 0


def _prune(settings: Settings, _options: argparse.Namespace) -> int:
    """Prune the cache. Entries that the edition of the current content needs stay, whatever their size."""
    cache = Cache(settings.cache_dir)
    if problem := obstacle(settings.cache_dir):
        print(f"{settings.cache_dir} (BLOG_CACHE_DIR) {problem}; nothing is removed", file=sys.stderr)
        return EXIT_CONTENT
    if not settings.cache_dir.exists():
        print(f"nothing to remove: {settings.cache_dir} does not exist")
        return 0
    if not cache.writable:
        print(f"{settings.cache_dir} (BLOG_CACHE_DIR) is not used, and nothing in it is removed", file=sys.stderr)
        return EXIT_CONTENT
    pruned = CachePruner(settings, cache).prune(EditionCache(settings, cache).needed())
    print(
        f"removed {pruned.files} files, {pruned.freed / MIB:.1f} MiB; {pruned.left / MIB:.1f} MiB are left in {settings.cache_dir}"
    )
    return EXIT_CONTENT if pruned.over else 0


if __name__ == "__main__":
    sys.exit(main())
