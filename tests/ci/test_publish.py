"""The scripts that publish, with docker, helm and gh stood in for: those are not ours, and none of them has a registry here."""

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


def test_one_list_joins_the_digests_of_both_architectures(
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


def test_a_list_without_one_of_the_architectures_is_not_made(
    script: "Script", stand_in: "StandIn", repository: Path, digests: Path
) -> None:
    calls = stand_in("docker", "")
    next(digests.iterdir()).unlink()
    done = script(repository / ".ci/manifest", **IMAGE)
    assert (done.returncode, done.stdout, calls.exists()) == (1, "", False)


def test_a_new_chart_is_pushed_and_its_digest_told(script: "Script", stand_in: "StandIn", repository: Path) -> None:
    calls = stand_in("helm", NEW_CHART)
    done = script(repository / ".ci/push-chart", **CHART)
    assert done.stdout == f"digest={DIGEST}\n", done.stderr
    assert calls.read_text(encoding="utf-8").splitlines()[-1] == "push dist/blog-1.2.3.tgz oci://ghcr.io/ada/charts"


def test_a_chart_is_never_pushed_over_another(script: "Script", stand_in: "StandIn", repository: Path) -> None:
    calls = stand_in("helm", PUSHED)
    done = script(repository / ".ci/push-chart", **CHART)
    assert done.returncode == 1
    assert "never reused" in done.stderr
    assert "push" not in calls.read_text(encoding="utf-8")


def test_a_push_that_names_no_digest_is_a_failure(script: "Script", stand_in: "StandIn", repository: Path) -> None:
    stand_in("helm", '[ "$1" = push ]')
    assert script(repository / ".ci/push-chart", **CHART).returncode == 1


def test_a_run_that_succeeds_in_the_end_is_waited_for(script: "Script", stand_in: "StandIn", repository: Path) -> None:
    calls = stand_in("gh", '[ -e asked ] && echo "completed success" || { touch asked; echo "in_progress null"; }')
    assert script(repository / ".ci/wait-for", **RUN, BRANCH="v1.2.3").returncode == 0
    first, *_ = asked = calls.read_text(encoding="utf-8").splitlines()
    assert len(asked) == 2
    assert "repos/ada/blog/actions/workflows/ci.yml/runs?event=push&head_sha=abc&branch=v1.2.3" in first


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param('echo "completed failure"', "completed failure", id="failed"),
        pytest.param('echo "completed cancelled"', "completed cancelled", id="cancelled"),
        pytest.param('echo "null null"', "still not done", id="never-started"),
        pytest.param("exit 1", "still not done", id="nobody-answers"),
    ],
)
def test_a_run_that_did_not_succeed_stops_what_waits(
    script: "Script", stand_in: "StandIn", repository: Path, answer: str, said: str
) -> None:
    stand_in("gh", answer)
    done = script(repository / ".ci/wait-for", **RUN)
    assert done.returncode == 1
    assert said in done.stderr


@pytest.mark.parametrize(("tag", "kind"), [("v1.2.3", "--latest"), ("v1.2.3-rc.1", "--prerelease")])
def test_a_release_carries_its_notes(
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


def test_a_tag_is_no_program_of_make(script: "Script", repository: Path, python: str, tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parents[2] / "Makefile", repository)
    hostile = f"v1.0.0-$(shell touch {tmp_path}/made)`touch {tmp_path}/made`"
    assert script("make", "-C", repository, "release-check", TAG=hostile, PYTHON=python).returncode != 0
    assert not (tmp_path / "made").exists()
