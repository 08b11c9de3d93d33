# Everything a person or a build machine does with Vesper. `make` alone lists it.
#
# Python 3.11 or newer, make and a network are enough: the rest is fetched, by hash, into .venv
# and frontend/node_modules. What is already there and up to date is not made again.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules

HOST ?= 127.0.0.1
PORT ?= 8000
PREFIX ?= /srv/vesper
PYTHON ?= python3.13 python3.12 python3.11 python3.14 python3 python

# The pinned copy of the time zones is read, never the system's, which may be years behind.
export PYTHONTZPATH =

# Containers like to keep no byte code; then each process that a test starts would compile Vesper.
unexport PYTHONDONTWRITEBYTECODE

# Relative, so that a folder with spaces in its name works; npm runs in frontend/, one level down.
RUN := .venv/bin/python -m
PIP := $(RUN) pip --disable-pip-version-check --no-input install --quiet --quiet
NPM := cd frontend && PATH="$(CURDIR)/.venv/bin:$$PATH" npm --no-audit --no-fund --no-update-notifier --include=dev
UV := pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header

# Folders too, so that a file taken away is noticed. What writes the API types is not built with.
FRONTEND := $(shell find frontend -mindepth 1 \( -path frontend/node_modules -o -path frontend/dist \
	-o -path frontend/tools \) -prune -o -print 2>/dev/null)

.PHONY: help run demo install secrets test check format types image bench soak screenshots browsers lock clean

help: ## List what can be made, a sentence each.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

# --- Running -------------------------------------------------------------------------------------

run: .venv/.run frontend/dist/index.html ## Start Vesper with its worker on http://localhost:8000; PORT=9000 and HOST=0.0.0.0 move it.
	@.venv/bin/vesper migrate
	@exec .venv/bin/vesper serve --host "$(HOST)" --port "$(PORT)"

demo: export VESPER_DATABASE_URL = sqlite+aiosqlite:///var/demo.sqlite3
demo: .venv/.run frontend/dist/index.html ## Start it with people who do not exist, in a database made anew each time.
	@rm -f var/demo.sqlite3 var/demo.sqlite3-shm var/demo.sqlite3-wal
	@.venv/bin/vesper migrate
	@.venv/bin/vesper demo
	@exec .venv/bin/vesper serve --host "$(HOST)" --port "$(PORT)"

# The Dockerfile's one step, and a server's without containers. Nothing is compiled or fetched
# there: wheels are made here, with hashes checked, and the code lies beside migrations/ as it does here.
install: .venv/.build frontend/dist/index.html ## Put what a server needs, and nothing else, into PREFIX (/srv/vesper).
	@echo "Installing into $(PREFIX) ..."
	@set -eu; wheels=$$(mktemp -d); trap 'rm -rf "$$wheels"' EXIT; \
	[ -n "$(PREFIX)" ] && [ ! -e "$(PREFIX)/Makefile" ] \
		|| { echo "PREFIX must be a folder of its own, not a checkout." >&2; exit 1; }; \
	mkdir -p "$(PREFIX)/frontend"; \
	rm -rf "$(PREFIX)/app" "$(PREFIX)/migrations" "$(PREFIX)/frontend/dist"; \
	cp -R app migrations pyproject.toml README.md LICENSE "$(PREFIX)"; \
	find "$(PREFIX)/app" "$(PREFIX)/migrations" -name __pycache__ -prune -exec rm -rf {} +; \
	cp -R frontend/dist "$(PREFIX)/frontend"; \
	$(RUN) pip --disable-pip-version-check wheel --quiet --quiet --no-build-isolation --require-hashes \
		--requirement requirements.lock --wheel-dir "$$wheels"; \
	python="$$PWD/.venv/bin/python"; \
	(cd "$(PREFIX)" && "$$python" -m hatchling build --target wheel:editable \
		--directory "$$wheels" >/dev/null); \
	$(RUN) venv --clear --without-pip "$(PREFIX)/.venv"; \
	$(RUN) pip --disable-pip-version-check --python "$(PREFIX)/.venv/bin/python" install --quiet --quiet \
		--no-index --no-deps "$$wheels"/*.whl; \
	"$(PREFIX)/.venv/bin/python" -m compileall -q "$(PREFIX)/app"

# Containers read a secret under a user id of their own, so the files are readable and their folder
# is not. Twice is the same as once: what exists is kept.
secrets: .venv/.run ## Make, once, the keys and the password that compose.yaml reads from var/secrets/.
	@set -eu; mkdir -p var/secrets; chmod 700 var/secrets; cd var/secrets; \
	make_once() { kept=$$1; shift; \
		[ -s "$$kept" ] || { "$$@" > "$$kept.new" && chmod 444 "$$kept.new" && mv "$$kept.new" "$$kept"; }; }; \
	random() { ../../.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(48))'; }; \
	make_once postgres_password random; \
	make_once secret_key random; \
	make_once database_url \
		echo "postgresql+asyncpg://vesper:$$(cat postgres_password)@postgres:5432/vesper"; \
	make_once vapid_private_key ../../.venv/bin/vesper vapid; \
	echo "The secrets are in var/secrets. Back them up: a lost vapid_private_key loses every phone."

# --- Proving -------------------------------------------------------------------------------------

# A failing check hides no test and missing browsers fail their own tests alone. Browsers are fetched
# meanwhile: only pytest waits for them. The frontend is built while Python's packages are fetched, and
# pytest reads all tests once, so that on a fresh machine each of its processes need not compile them
# for itself. What checks use but one core for runs beside the tests, and is told only if it fails, so
# that the count of pytest closes the output.
test: .venv/bin/python ## Set up, check and test everything: style, types, imports, frontend, backend, real browsers.
	@said=$$(mktemp); checked=$$(mktemp); trap 'rm -f "$$said" "$$checked"' EXIT; \
	$(MAKE) --no-print-directory browsers >"$$said" 2>&1 & browsers=$$!; \
	$(MAKE) --no-print-directory .venv/.build || { wait; exit 1; }; \
	$(MAKE) --no-print-directory frontend/dist/index.html \
		frontend/tools/node_modules/.package-lock.json & built=$$!; \
	$(MAKE) --no-print-directory .venv/.dev || { wait; exit 1; }; \
	$(RUN) pytest --collect-only --quiet >/dev/null 2>&1 & compiled=$$!; \
	wait $$built || { wait; exit 1; }; \
	failed=; \
	$(MAKE) --no-print-directory --keep-going check >"$$checked" 2>&1 & checks=$$!; \
	($(NPM) test) || failed="$$failed frontend"; \
	wait $$browsers || true; cat "$$said"; wait $$compiled || true; \
	$(RUN) pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS) || failed="$$failed pytest"; \
	wait $$checks || { cat "$$checked"; failed="$$failed checks"; }; \
	[ -z "$$failed" ] || { echo "Not passed:$$failed" >&2; exit 1; }

check: check-style check-format check-types check-imports check-frontend ## Check style, types and who imports whom, without running anything.

.PHONY: check-style check-format check-types check-imports check-frontend
check-style: .venv/.dev
	.venv/bin/ruff check .
check-format: .venv/.dev
	.venv/bin/ruff format --check .
check-types: .venv/.dev
	.venv/bin/mypy
check-imports: .venv/.dev
	.venv/bin/lint-imports
check-frontend: frontend/node_modules/.package-lock.json
	$(NPM) run check

format: .venv/.dev ## Rewrite the Python files in the one format.
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# Kept in a variable, so that a document that cannot be read leaves the file as it was.
types: .venv/.dev frontend/tools/node_modules/.package-lock.json ## Write the frontend's API types again, from the server's own document.
	@written=$$(.venv/bin/vesper openapi | .venv/bin/node frontend/tools/schema.mjs) && \
	printf '%s\n' "$$written" > frontend/src/api/schema.ts

image: ## Build the container image; `docker compose up` does so too.
	docker build --tag vesper:0.1.0 .

bench: .venv/.dev frontend/dist/index.html ## Measure every figure that the README claims, beside its peers.
	$(RUN) bench $(ARGS)

soak: .venv/.dev frontend/dist/index.html ## Kill workers 200 times under 20,000 doses, fuzz the API and live long lives of a plan; about an hour.
	VESPER_SOAK_PEOPLE=20000 VESPER_SOAK_KILLS=200 VESPER_FUZZ_EXAMPLES=200 VESPER_SOAK_TIMEOUT=7200 \
		VESPER_MACHINE_RUNS=1000 VESPER_MACHINE_STEPS=50 VESPER_ORACLE_SEEDS=400 VESPER_ODD_FILES=300 VESPER_ODD_SHARE=1 \
		$(RUN) pytest tests/faults tests/test_fuzz.py tests/doses/test_plan_machine.py \
		tests/doses/test_adherence_oracle.py tests/stories/test_odd_files.py tests/accounts/test_never_500.py $(ARGS)

screenshots: .venv/.dev frontend/dist/index.html browsers ## Take a picture of every screen into tests/output/screens.
	VESPER_SCREENSHOTS=tests/output/screens $(RUN) pytest tests/e2e/test_screens.py $(ARGS)

browsers: .venv/bin/python ## Install Chromium, Firefox and D-Bus for the browser tests, where they are missing.
	@.venv/bin/python tests/install_browsers.py

# --- Setting up ----------------------------------------------------------------------------------

# The first candidate that is new enough and can make environments (Debian packs that separately).
.venv/bin/python:
	@for candidate in $(PYTHON); do \
		if "$$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then exec "$$candidate" -m venv .venv; fi; \
	done; \
	echo "Vesper needs Python 3.11 or newer with its venv module (on Debian and Ubuntu:" >&2; \
	echo "apt-get install python3-venv), and none of these is: $(PYTHON)." >&2; \
	echo "Where it has another name: make PYTHON=/path/to/python" >&2; \
	exit 1

# Node, and what Python packages are built with: in a hashed install pip would still fetch that
# unchecked, so it comes first and pip is told to build with it.
.venv/.build: requirements-build.lock | .venv/bin/python
	@echo "Installing into .venv, by hash ..."
	@$(PIP) --require-hashes --requirement $<
	@touch $@

.venv/.run: requirements.lock pyproject.toml .venv/.build
	@$(PIP) --no-build-isolation --require-hashes --requirement $<
	@$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

# The development lock holds what runs, at the same versions.
.venv/.dev: requirements-dev.lock pyproject.toml .venv/.build
	@$(PIP) --no-build-isolation --require-hashes --requirement $<
	@$(PIP) --no-build-isolation --no-deps --editable .
	@touch .venv/.run $@

frontend/node_modules/.package-lock.json: frontend/package.json frontend/package-lock.json .venv/.build
	@echo "Installing into frontend/node_modules, by hash ..."
	@$(NPM) ci --loglevel=error
	@touch $@

# By itself, because it needs an older TypeScript than the frontend's.
frontend/tools/node_modules/.package-lock.json: frontend/tools/package.json frontend/tools/package-lock.json .venv/.build
	@echo "Installing into frontend/tools/node_modules, by hash ..."
	@$(NPM) --prefix tools ci --loglevel=error
	@touch $@

frontend/dist/index.html: $(FRONTEND) frontend/node_modules/.package-lock.json
	@echo "Building the frontend ..."
	@$(NPM) run build --loglevel=error
	@touch $@

# --- Keeping -------------------------------------------------------------------------------------

lock: .venv/bin/python ## Resolve the three lock files again, to the newest versions that pyproject.toml allows.
	@set -eu; tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	.venv/bin/python -m venv "$$tools" && "$$tools/bin/python" -m pip install --quiet uv; \
	resolve() { "$$tools/bin/uv" $(UV) "$$@"; }; \
	resolve pyproject.toml --extra dev --output-file requirements-dev.lock; \
	tested="--constraint requirements-dev.lock"; \
	resolve pyproject.toml $$tested --output-file requirements.lock; \
	resolve --group build $$tested --output-file requirements-build.lock

clean: ## Remove everything that was made, but not var/, where people's records are.
	rm -rf .venv frontend/node_modules frontend/tools/node_modules frontend/dist bench/node_modules \
		.mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis tests/output vesper.egg-info
	find app bench migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +
