"""The start of the real process: its success, its errors and its log."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Files, Process, Serve, WritePost, WritePosts

pytestmark = pytest.mark.process

GOOD = "---\ntitle: Good\ndate: 2026-03-01\n---\n\nWords.\n"


def test_it_becomes_ready_and_serves(serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({"good.md": GOOD})).wait_until_ready()
    assert server.get("/blog/good").status == 200
    assert server.get("/blog/good", "HEAD").body == b""
    assert server.get("/blog/nothing").status == 404
    assert "server" not in server.get("/").headers
    server.signal()
    assert server.wait() == 0
    assert "Traceback" not in server.output


BROKEN: "Files" = {
    "no-front-matter.md": "Hello",
    "not-yaml.md": "---\ntitle: [\n---\n",
    "unknown-key.md": "---\ntitel: x\ndate: 2026-01-01\n---\n",
    "empty.md": "",
    "not-utf-8.md": GOOD.encode() + b"\n\xff\xfe\n",
    "nul.md": b"\0" * 100,
    "huge.md": GOOD + "word " * 4_000_000,
    "one.md": GOOD,
    "two.md": GOOD.replace("---\n\n", "slug: one\n---\n\n"),
    "image.md": GOOD + "\n![An image](gone.png)\n",
    "deep.md": GOOD + "> " * 20_000 + "deep\n",
}
FAULTS = [
    "no-front-matter.md:1: error: date is missing: give a date in front matter",
    "not-yaml.md:",
    "did you mean title?",
    "empty.md:1: warning: is empty, and is left out",
    "not-utf-8.md:8: warning: is not UTF-8",
    "nul.md:1: ",
    "huge.md:1: warning: has 19.1 MiB",
    "slug 'one' is already taken by one.md",
    "gone.png",
    "outside.md:1: warning: is a link out of the posts folder",
    "loop.md:1: ",
    "dangling.md:1: ",
]


def test_content_with_faults_stops_the_start_and_names_every_fault(
    serve: "Serve", posts: "WritePosts", tmp_path: Path
) -> None:
    folder = posts(BROKEN)
    (tmp_path / "outside.md").write_text(GOOD)
    (folder / "outside.md").symlink_to(tmp_path / "outside.md")
    (folder / "loop.md").symlink_to(folder / "loop.md")
    (folder / "dangling.md").symlink_to(folder / "nowhere.md")
    server = serve(folder)
    assert server.wait() == 1
    assert [fault for fault in FAULTS if fault not in server.output] == [], server.output[-3000:]
    assert "Traceback" not in server.output
    command = [sys.executable, "-m", "blog", "check"]
    check = subprocess.run(
        command,
        env={**os.environ, "BLOG_POSTS_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert check.returncode == 1
    assert [fault for fault in FAULTS if fault not in check.stdout + check.stderr] == []
    assert "Traceback" not in check.stdout + check.stderr


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("\n{% if %}", id="syntax"),
        pytest.param("\n{{ 1 / 0 }}", id="arithmetic"),
    ],
)
def test_a_template_with_a_fault_is_named_with_its_line(
    serve: "Serve", posts: "WritePosts", templates: Path, tmp_path: Path, broken: str
) -> None:
    theme = tmp_path / "theme"
    theme.mkdir()
    for template in templates.glob("*.html"):
        (theme / template.name).write_bytes(template.read_bytes())
    (theme / "assets").symlink_to(templates / "assets")
    (theme / "home.html").write_text(broken)
    server = serve(posts({"good.md": GOOD}), BLOG_TEMPLATES_DIR=str(theme))
    assert server.wait() == 1
    assert "home.html:2:" in server.output
    assert "Traceback" not in server.output


@pytest.mark.parametrize("variable", ["BLOG_POSTS_DIR", "BLOG_TEMPLATES_DIR"])
def test_a_missing_folder_names_its_variable(
    serve: "Serve", posts: "WritePosts", tmp_path: Path, variable: str
) -> None:
    server = serve(posts({"good.md": GOOD}), **{variable: str(tmp_path / "nowhere")})
    assert server.wait() == 1
    assert variable in server.output
    assert "Traceback" not in server.output


def _last_words(server: "Process", log_format: str) -> str:
    """The only line of a server that could not start: in JSON a line of the log, else text on stderr."""
    stdout, stderr = server.stdout.read_text(), server.stderr.read_text()
    if log_format == "console":
        assert stdout == ""
        return stderr
    assert stderr == ""
    line = json.loads(stdout)
    assert (line["level"], line["logger"], "exception" in line) == ("error", "blog", False)
    return f"{line['message']}\n"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_wrong_setting_is_one_line_in_the_format_of_the_log(
    serve: "Serve", posts: "WritePosts", log_format: str
) -> None:
    server = serve(posts({}), BLOG_DRAIN_SECONDS="soon", BLOG_LOG_FORMAT=log_format)
    assert server.wait() == 2
    assert _last_words(server, log_format) == "BLOG_DRAIN_SECONDS='soon' is not usable: give seconds from 0 to 3600\n"


def test_a_wrong_format_of_the_log_is_a_line_in_the_default_format(serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({}), BLOG_LOG_FORMAT="xml")
    assert server.wait() == 2
    assert _last_words(server, "json") == "BLOG_LOG_FORMAT='xml' is not usable: give one of json, console\n"


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize("variable", ["BLOG_PORT", "BLOG_METRICS_PORT"])
def test_a_port_in_use_is_one_line_and_exit_code_2(
    serve: "Serve", posts: "WritePosts", variable: str, log_format: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = serve(posts({"good.md": GOOD}), BLOG_LOG_FORMAT=log_format, **{variable: str(port)})
        assert server.wait() == 2
    assert _last_words(server, log_format) == (
        f"{variable}='{port}' is not usable: 127.0.0.1:{port} is in use; give a free port\n"
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid", "a..b"])
def test_a_host_that_cannot_be_listened_on_is_one_line_and_exit_code_2(
    serve: "Serve", posts: "WritePosts", host: str
) -> None:
    server = serve(posts({"good.md": GOOD}), BLOG_HOST=host, BLOG_LOG_FORMAT="console")
    assert server.wait() == 2
    assert re.fullmatch(rf"BLOG_HOST='{re.escape(host)}' is not usable: .+\n", _last_words(server, "console"))


@pytest.mark.parametrize("content", ["good", "broken"])
def test_every_line_of_the_log_is_one_json_object(serve: "Serve", posts: "WritePosts", content: str) -> None:
    folder = posts({"good.md": GOOD + "\n```klingon\nx\n```\n"})
    if content == "broken":
        posts({"bad\n.md": "", "b\u2028ad.md": "---\ntitle: 'x\x1b[31m'\n---\n"})
    server = serve(folder, BLOG_LOG_FORMAT="json", BLOG_LOG_LEVEL="debug", BLOG_ACCESS_LOG="all")
    if content == "good":
        server.wait_until_ready()
        server.get("/blog/good%0a%1b%5b31m")
        server.signal()
    assert server.wait() == (0 if content == "good" else 1)
    lines = server.stdout.read_text().split("\n")
    assert lines.pop() == ""
    assert len(lines) >= 3
    for line in map(json.loads, lines):
        assert datetime.fromisoformat(line["timestamp"]).utcoffset() is not None
        assert line["level"] in {"debug", "info", "warning", "error", "critical"}
        assert line["logger"]
        assert line["message"]
    assert server.stderr.read_text() == ""


def test_the_console_format_is_plain_text(serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({"bad.md": "Hello", "b\x1b[31mad.md": "Hello"}), BLOG_LOG_FORMAT="console")
    assert server.wait() == 1
    assert "bad.md:1: error: date is missing" in server.output
    assert not server.stdout.read_text().startswith("{")
    assert "\x1b" not in server.output


def test_lines_below_the_log_level_are_omitted(serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({"good.md": GOOD}), BLOG_LOG_LEVEL="error", BLOG_ACCESS_LOG="off").wait_until_ready()
    server.signal()
    assert server.wait() == 0
    assert server.output == ""


def _wait_for_edition(events: socket.socket) -> None:
    received, deadline = b"", time.monotonic() + 30
    while b"event: edition" not in received:
        piece = events.recv(4096)
        assert piece, f"closed after {received!r}"
        assert time.monotonic() < deadline, f"no edition in {received!r}"
        received += piece


def test_a_changed_post_is_served_by_the_running_process(
    serve: "Serve", posts: "WritePosts", post: "WritePost"
) -> None:
    folder = posts({"good.md": GOOD})
    server = serve(folder, BLOG_RELOAD="true").wait_until_ready()
    with server.connect() as events:
        events.sendall(b"GET /api/reload HTTP/1.1\r\nHost: x\r\n\r\n")
        _wait_for_edition(events)
        folder.joinpath("second.md").write_text(post("Second", "2026-03-02"))
        _wait_for_edition(events)
        assert server.get("/blog/second").status == 200
        # An open page must not delay the end.
        server.signal()
        assert server.wait(8) == 0


PRINT_THE_SWITCH_INTERVAL_AT_EXIT = (
    "import atexit, sys; from blog.__main__ import main;"
    "atexit.register(lambda: print('switch interval:', sys.getswitchinterval())); sys.exit(main(['serve']))"
)


def test_the_switch_interval_is_at_most_a_millisecond(serve: "Serve", posts: "WritePosts") -> None:
    """By default a thread that exports spans or renders metrics delays requests by 5 ms."""
    server = serve(posts({}), sys.executable, "-c", PRINT_THE_SWITCH_INTERVAL_AT_EXIT).wait_until_ready()
    server.signal()
    assert server.wait() == 0
    assert float(server.output.rpartition("switch interval: ")[2].split()[0]) <= 0.001


def test_as_process_1_it_can_be_stopped_during_its_imports(serve: "Serve", posts: "WritePosts") -> None:
    """The kernel drops signals to PID 1 that have no handler, and the server installs its own only when it starts."""
    prefix = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child")
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("there are no user namespaces here")
    server = serve(posts({}), *prefix)
    os.kill(_process_1_with_a_handler(server), signal.SIGTERM)
    assert server.wait() == 0
    assert server.output == ""


def _process_1_with_a_handler(server: "Process") -> int:
    """The process below unshare, as soon as it handles SIGTERM."""
    parent, handled = server.popen.pid, 1 << (signal.SIGTERM - 1)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        if children and int(_status(int(children[0]), "SigCgt"), 16) & handled:
            return int(children[0])
        time.sleep(0.001)
    raise AssertionError("it never handled SIGTERM")


def _status(pid: int, field: str) -> str:
    return Path(f"/proc/{pid}/status").read_text().partition(f"{field}:")[2].split()[0]


def test_a_body_that_is_not_utf_8_is_served_with_a_warning(serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({"latin.md": GOOD.encode() + b"\ncaf\xe9\n"})).wait_until_ready()
    assert "caf\ufffd" in server.get("/blog/latin").body.decode()
    assert "latin.md:8: warning: is not UTF-8: byte 0xe9" in server.output
    server.signal()
    assert server.wait() == 0
    assert "Traceback" not in server.output
