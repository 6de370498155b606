"""The publishing scripts, with substitutes for docker, helm and gh, because tests have no registry."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.ci.conftest import Script, StandIn

DIGEST = "sha256:" + "a" * 64
PUSHED = f'echo "Pushed: ghcr.io/ada/charts/blog:1.2.3"; echo "Digest: {DIGEST}"'
NEW_CHART = f'case "$1" in show) exit 1 ;; push) {PUSHED} ;; esac'
CHART = {"CHARTS": "ghcr.io/ada/charts", "CHART_VERSION": "1.2.3"}
RUN = {"WORKFLOW": "ci.yml", "GITHUB_REPOSITORY": "ada/blog", "GITHUB_SHA": "abc", "PAUSE": "0", "TRIES": "3"}
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


def test_a_published_version_of_the_chart_is_not_overwritten(
    script: "Script", stand_in: "StandIn", repository: Path
) -> None:
    calls = stand_in("helm", PUSHED)
    done = script(repository / ".ci/push-chart", **CHART)
    assert done.returncode == 1
    assert "never reused" in done.stderr
    assert "push" not in calls.read_text(encoding="utf-8")


def test_a_push_without_a_digest_in_its_output_fails(script: "Script", stand_in: "StandIn", repository: Path) -> None:
    stand_in("helm", '[ "$1" = push ]')
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
        pytest.param('echo "null null"', "has not completed", id="never-started"),
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
