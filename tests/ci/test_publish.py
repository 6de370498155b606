"""The publishing scripts, with substitutes for docker, helm and gh, because tests have no registry."""

import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.ci.conftest import Script, StandIn

DIGEST = "sha256:" + "a" * 64
PUSHED = f'echo "Pushed: ghcr.io/ada/charts/blog:1.2.3"; echo "Digest: {DIGEST}"'
NOT_THERE = 'echo "Error: ghcr.io/ada/charts/blog:1.2.3: not found" >&2; exit 1'
NEW_CHART = f'case "$1" in pull) {NOT_THERE} ;; push) {PUSHED} ;; esac'
# `helm pull` of the published archive.
PULLED = f'[ "$1" = pull ] && cp published.tgz dist/published/blog-1.2.3.tgz && echo "Digest: {DIGEST}"'
CHART = {"CHARTS": "ghcr.io/ada/charts", "CHART_VERSION": "1.2.3"}
RUN = {
    "WORKFLOW": "ci.yml",
    "GITHUB_REPOSITORY": "ada/blog",
    "GITHUB_SHA": "abc",
    "PAUSE": "0",
    "TRIES": "3",
    "STARTS": "2",
}
IMAGE = {
    "IMAGE": "ghcr.io/ada/blog",
    "TAGS": "ghcr.io/ada/blog:sha-0123456\nghcr.io/ada/blog:latest",
    "ANNOTATIONS": "index:org.opencontainers.image.title=A blog\n",
}


@pytest.fixture
def digests(repository: Path) -> Path:
    folder = repository / "dist/digests"
    folder.mkdir(parents=True)
    for letter in "bc":
        (folder / (letter * 64)).touch()
    return folder


def test_the_manifest_list_has_the_digests_of_both_architectures(
    script: "Script", stand_in: "StandIn", repository: Path, digests: Path
) -> None:
    calls = stand_in("docker", f'[ "$3" = create ] || echo "{DIGEST}"')
    done = script(repository / ".ci/manifest", **IMAGE)
    assert done.stdout == f"digest={DIGEST}\n", done.stderr
    assert calls.read_text(encoding="utf-8").splitlines() == [
        (
            "buildx imagetools create --tag ghcr.io/ada/blog:sha-0123456 --tag ghcr.io/ada/blog:latest"
            " --annotation index:org.opencontainers.image.title=A blog"
            f" ghcr.io/ada/blog@sha256:{'b' * 64} ghcr.io/ada/blog@sha256:{'c' * 64}"
        ),
        "buildx imagetools inspect ghcr.io/ada/blog:sha-0123456 --format {{.Manifest.Digest}}",
    ]


def test_no_manifest_list_is_created_if_an_architecture_is_missing(
    script: "Script", stand_in: "StandIn", repository: Path, digests: Path
) -> None:
    calls = stand_in("docker", "")
    next(digests.iterdir()).unlink()
    done = script(repository / ".ci/manifest", **IMAGE)
    assert (done.returncode, done.stdout, calls.exists()) == (1, "", False)


def test_a_new_chart_is_pushed_and_its_digest_printed(script: "Script", stand_in: "StandIn", repository: Path) -> None:
    calls = stand_in("helm", NEW_CHART)
    done = script(repository / ".ci/push-chart", **CHART)
    assert done.stdout == f"digest={DIGEST}\n", done.stderr
    assert calls.read_text(encoding="utf-8").splitlines()[-1] == "push dist/blog-1.2.3.tgz oci://ghcr.io/ada/charts"


def archive(path: Path, text: str, moment: int) -> None:
    """An archive of a chart with one file, packaged at a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as file:
        about = tarfile.TarInfo("blog/values.yaml")
        about.size, about.mtime = len(text), moment
        file.addfile(about, io.BytesIO(text.encode()))


def test_a_job_that_is_run_again_goes_on_with_the_published_chart(
    script: "Script", stand_in: "StandIn", repository: Path
) -> None:
    calls = stand_in("helm", PULLED)
    archive(repository / "dist/blog-1.2.3.tgz", "replicas: 2", 1)
    archive(repository / "published.tgz", "replicas: 2", 2)
    done = script(repository / ".ci/push-chart", **CHART)
    assert (done.returncode, done.stdout) == (0, f"digest={DIGEST}\n"), done.stderr
    assert "push dist" not in calls.read_text(encoding="utf-8")


def test_a_published_version_of_the_chart_is_not_overwritten(
    script: "Script", stand_in: "StandIn", repository: Path
) -> None:
    calls = stand_in("helm", PULLED)
    archive(repository / "dist/blog-1.2.3.tgz", "replicas: 3", 1)
    archive(repository / "published.tgz", "replicas: 2", 1)
    done = script(repository / ".ci/push-chart", **CHART)
    assert (done.returncode, done.stdout) == (1, "")
    assert "with other files; a version is never reused" in done.stderr
    assert "push dist" not in calls.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "problem",
    [
        "Error: unexpected status from HEAD request to https://ghcr.io/v2/ada/charts/blog: 503 Service Unavailable",
        'Error: Head "https://ghcr.io/v2/": dial tcp: lookup ghcr.io: no such host',
        "Error: response status code 403: denied",
        "Error: context deadline exceeded",
    ],
)
def test_an_error_of_the_registry_does_not_mean_that_the_version_is_free(
    script: "Script", stand_in: "StandIn", repository: Path, problem: str
) -> None:
    calls = stand_in("helm", f"case \"$1\" in pull) echo '{problem}' >&2; exit 1 ;; push) {PUSHED} ;; esac")
    done = script(repository / ".ci/push-chart", **CHART)
    assert (done.returncode, done.stdout) == (1, "")
    assert problem in done.stderr
    assert "push dist" not in calls.read_text(encoding="utf-8")


def test_a_push_without_a_digest_in_its_output_fails(script: "Script", stand_in: "StandIn", repository: Path) -> None:
    stand_in("helm", f'case "$1" in pull) {NOT_THERE} ;; esac')
    assert script(repository / ".ci/push-chart", **CHART).returncode == 1


def test_the_script_waits_until_the_run_succeeds(script: "Script", stand_in: "StandIn", repository: Path) -> None:
    calls = stand_in("gh", '[ -e called ] && echo "completed success" || { touch called; echo "in_progress null"; }')
    assert script(repository / ".ci/wait-for", **RUN, BRANCH="v1.2.3").returncode == 0
    first, *_ = lines = calls.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert "repos/ada/blog/actions/workflows/ci.yml/runs?event=push&head_sha=abc&branch=v1.2.3" in first


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param('echo "completed failure"', "completed failure", id="failed"),
        pytest.param('echo "completed cancelled"', "completed cancelled", id="cancelled"),
        pytest.param('echo "null null"', "there is no run of ci.yml for abc: was it disabled", id="never-started"),
        pytest.param("exit 1", "has not completed", id="api-fails"),
    ],
)
def test_the_script_fails_if_the_run_does_not_succeed(
    script: "Script", stand_in: "StandIn", repository: Path, body: str, message: str
) -> None:
    stand_in("gh", body)
    done = script(repository / ".ci/wait-for", **RUN)
    assert done.returncode == 1
    assert message in done.stderr


@pytest.mark.parametrize(("tag", "kind"), [("v1.2.3", "--latest"), ("v1.2.3-rc.1", "--prerelease")])
def test_a_release_has_its_notes(
    script: "Script", stand_in: "StandIn", repository: Path, python: str, tag: str, kind: str
) -> None:
    shutil.copy(Path(__file__).parents[2] / "Makefile", repository)
    calls = stand_in("gh", "")
    done = script("make", "-C", repository, "release", TAG=tag, PYTHON=python)
    assert done.returncode == 0, done.stderr
    assert (
        calls.read_text(encoding="utf-8")
        == f"release create {tag} --verify-tag --title {tag} --notes-file dist/notes.md {kind}\n"
    )
    assert (repository / "dist/notes.md").exists()


def test_make_does_not_execute_a_tag(script: "Script", repository: Path, python: str, tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parents[2] / "Makefile", repository)
    hostile = f"v1.0.0-$(shell touch {tmp_path}/made)`touch {tmp_path}/made`"
    assert script("make", "-C", repository, "release-check", TAG=hostile, PYTHON=python).returncode != 0
    assert not (tmp_path / "made").exists()


INDEX = {
    "manifests": [
        {"digest": DIGEST, "platform": {"architecture": "arm64", "os": "linux"}},
        {"digest": "sha256:" + "b" * 64, "platform": {"architecture": "unknown", "os": "unknown"}},
    ]
}


@pytest.mark.parametrize(("platform", "expected"), [("linux/arm64", f"image={DIGEST}\n"), ("linux/amd64", "")])
def test_the_image_of_a_platform_is_found_beside_its_attestations(
    script: "Script", stand_in: "StandIn", repository: Path, platform: str, expected: str
) -> None:
    stand_in("docker", f"echo '{json.dumps(INDEX)}'")
    reference = f"ghcr.io/ada/blog@{DIGEST}"
    done = script(repository / ".ci/platform-digest", REFERENCE=reference, PLATFORM=platform)
    assert (done.stdout, done.returncode) == (expected, 0 if expected else 1), done.stderr


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("echo Name: x", (0, "published=true\n")),
        ('echo "ERROR: ghcr.io/ada/blog:latest: not found" >&2; exit 1', (0, "published=false\n")),
        ('echo "ERROR: 503 Service Unavailable" >&2; exit 1', (1, "")),
    ],
)
def test_only_a_missing_image_counts_as_not_published(
    script: "Script", stand_in: "StandIn", repository: Path, body: str, expected: tuple[int, str]
) -> None:
    stand_in("docker", body)
    done = script(repository / ".ci/published", IMAGE="ghcr.io/ada/blog:latest")
    assert (done.returncode, done.stdout) == expected
