# The only door: people, pre-commit and CI call the same targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The locks name everything, so pip need not resolve: an older one asks for the newest release of a package that is locked without its extra.
SYNC := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

.DEFAULT_GOAL := help
.PHONY: settings help install run dev test lint format check bench memory chart lock vendor golden clean image

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

# A stamp for each set of locked dependencies; the development set contains the other.
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

dev: $(VENV)/.run ## the same, and reload posts, templates and open pages on change
	BLOG_RELOAD=true BLOG_LOG_FORMAT=$${BLOG_LOG_FORMAT:-console} $(BIN)/blog serve

test: $(VENV)/.dev ## run all tests; narrow with T="tests/content -k header"
	$(BIN)/python -m pytest $(T)

lint: $(VENV)/.dev ## ruff, mypy --strict, import-linter, and the posts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/blog check

format: $(VENV)/.dev ## let ruff rewrite what it can
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

check: lint test ## lint and test

bench: $(VENV)/.dev ## measure against bare uvicorn, the default stack and nginx; writes docs/performance.md (30 minutes); B="--only public" for a part
	$(BIN)/python .ci/bench.py $(B)

memory: $(VENV)/.dev ## measure what cold starts and idle servers need of memory; M="--posts 300 --limit 256" (root, cgroups)
	$(BIN)/python .ci/memory.py $(M)

settings: $(VENV)/.dev ## write docs/configuration.md from the settings
	$(BIN)/python .ci/configuration.py

chart: $(VENV)/.dev ## write the chart's README, lint the chart, render its scenarios and validate what comes out
	$(BIN)/python .ci/chart_readme.py
	$(BIN)/python -m pytest tests/chart

IMAGE ?= blog
VERSION ?= $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' src/blog/__init__.py)
REVISION ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
image: ## build the container image (docker, else buildah); IMAGE, VERSION, REVISION, SOURCE; BUILD="--more" for the builder
	@IMAGE="$(IMAGE)" VERSION="$(VERSION)" REVISION="$(REVISION)" SOURCE="$(SOURCE)" docker/build $(BUILD)

.PHONY: workflows smoke kind audit links
workflows: $(VENV)/.dev ## zizmor, actionlint, shellcheck and our own rules over .github and .ci
	$(BIN)/python -m pytest tests/ci

smoke: ## run the built image read-only, ask it for pages, stop it; IMAGE, SIZE_BUDGET_MB (docker)
	@IMAGE="$(IMAGE)" $(PYTHON) .ci/smoke.py

kind: ## install the chart in a kind cluster, test it, restart it under load; IMAGE, KEEP=true (docker, kind, kubectl, helm)
	@IMAGE="$(IMAGE)" .ci/kind

audit: $(VENV)/.dev ## look for known vulnerabilities in what the locks name
	$(BIN)/pip-audit --strict --progress-spinner off --disable-pip --require-hashes -r requirements.txt -r requirements-dev.txt
	npm audit --audit-level=high

links: $(VENV)/.dev ## ask for every page elsewhere that the posts link to
	$(BIN)/python .ci/links.py

# What the workflows publish with. TAG, WORKFLOW and the like come through the environment: make would expand a dollar in them.
.PHONY: names release-check wait-for manifest sign package push-chart release
names: ## say what this commit would be published as
	@$(PYTHON) .ci/release.py names

release-check: ## hold the version in TAG against package, chart and CHANGELOG
	@$(PYTHON) .ci/release.py check

wait-for: ## wait for the run of WORKFLOW for this commit (gh)
	@.ci/wait-for

manifest: ## make one manifest list of the digests in dist/digests (docker)
	@.ci/manifest

sign: ## sign REFERENCE, a digest, without a key (cosign)
	@cosign sign --yes --recursive "$$REFERENCE"

package: ## package the chart as this commit would publish it (helm)
	@$(PYTHON) .ci/release.py package

push-chart: ## push the packaged chart, never over another (helm)
	@.ci/push-chart

release: ## publish the release of TAG with its notes (gh)
	@mkdir -p dist
	@$(PYTHON) .ci/release.py notes > dist/notes.md
	@case "$$TAG" in *-*) kind=--prerelease ;; *) kind=--latest ;; esac; gh release create "$$TAG" --verify-tag --title "$$TAG" --notes-file dist/notes.md "$$kind"

golden: $(VENV)/.dev ## refresh the golden files; review the diff
	BLOG_GOLDEN=refresh $(BIN)/python -m pytest tests -k golden

vendor: $(VENV)/.dev ## take data from the npm packages that package-lock.json pins
	npm ci --silent --no-audit --no-fund
	$(BIN)/python .ci/vendor.py

# The locks' headers name these commands for Renovate, which takes options with = only, and compiles them again.
lock: $(VENV)/.dev ## compile requirements*.txt from pyproject.toml, with hashes and without index addresses
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --group=build --output-file=requirements.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --constraints=requirements.txt --group=dev --output-file=requirements-dev.txt pyproject.toml

clean: ## remove what can be made again
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage dist
