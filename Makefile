# Commands of this project; GNU make 3.81 (macOS) is enough. `make help` lists them.
PYTHON ?= python3
PORT ?= 8000
# Three on two cores: a third of a test's time waits for a browser, LibreOffice or PostgreSQL.
WORKERS ?= 3

BIN := .venv/bin
# A stamp per lock: another lock, or another Python, asks for another stamp, whatever the files' times say.
RUN_LOCK := $(shell cat requirements.txt | cksum | cut -d ' ' -f 1)
DEV_LOCK := $(shell cat requirements.txt requirements-dev.txt | cksum | cut -d ' ' -f 1)
BENCH_LOCK := $(shell cat requirements.txt requirements-bench.txt | cksum | cut -d ' ' -f 1)
BENCH_STAMP := .venv-bench/installed-$(BENCH_LOCK)
RUN_STAMP := .venv/installed-$(RUN_LOCK)
DEV_STAMP := .venv/installed-dev-$(DEV_LOCK)
# uv must leave out where packages came from: the lock is for every registry.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
PYTEST = $(BIN)/pytest -n $(WORKERS) --dist worksteal
SOURCES = qa rubrics calibration exports bench tests wsgi.py

.PHONY: help setup system demo test test-full lint lock sbom bench faults load clean

help:
	@echo "make demo       build the demo operation once and serve it (PORT=8000)"
	@echo "make test       everything but the slow tests, on SQLite and PostgreSQL"
	@echo "make test-full  every test"
	@echo "make lint       format, style, types, arrows between rooms, templates"
	@echo "make setup      .venv from the lock    make system  browser, PostgreSQL, LibreOffice"
	@echo "make bench      benchmarks             make faults  kills and broken disks"
	@echo "make load       reviewers at work      make lock    renew the lock"
	@echo "make clean      remove what was built         make sbom    bill of materials, licences"

$(RUN_STAMP): scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh requirements.txt
	@rm -f .venv/installed-[0-9]* && touch $@

$(DEV_STAMP): scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh requirements.txt requirements-dev.txt
	@rm -f .venv/installed-* && touch $(RUN_STAMP) $@

# What benchmarks are compared with has an environment of its own, so that neither tests nor checks see it.
$(BENCH_STAMP): scripts/setup.sh
	@PYTHON="$(PYTHON)" VENV=.venv-bench sh scripts/setup.sh requirements.txt requirements-bench.txt
	@rm -f .venv-bench/installed-* && touch $@

setup: $(DEV_STAMP)

system:
	@sh scripts/system.sh

demo: $(RUN_STAMP)
	@PORT="$(PORT)" $(BIN)/flask demo

test: setup system
	$(PYTEST) -m "not slow"

test-full: setup system
	$(PYTEST) --hypothesis-profile thorough

# A quarter of an hour; it prints its counts, and fails with fewer than 200 kills.
faults: setup system
	FAULTS=whole $(BIN)/pytest -v -s tests/faults

load: setup system
	$(BIN)/python -m bench.load

# All of them run, whatever one of them finds; those whose bars do not hold are named at the end.
bench: setup $(BENCH_STAMP)
	@failed=""; \
	for file in bench/[a-z]*.py; do \
		[ -e "$$file" ] || { echo "no benchmarks yet"; break; }; \
		name=$$(basename "$$file" .py); \
		grep -q __main__ "$$file" || continue; \
		echo "== bench.$$name"; \
		.venv-bench/bin/python -m "bench.$$name" || failed="$$failed bench.$$name"; \
	done; \
	[ -z "$$failed" ] || { echo "these do not hold:$$failed"; exit 1; }

lint: setup
	@sh scripts/lint.sh $(SOURCES)

# What the product is made of, with digests and licences, for whoever asks (CycloneDX); and the page of licences.
sbom: setup
	@mkdir -p dist
	$(BIN)/cyclonedx-py requirements --output-reproducible --of JSON -o dist/fairmark-sbom.json requirements.txt
	$(BIN)/python scripts/licences.py

lock: setup
	$(LOCK) requirements-setup.in --output-file requirements-setup.txt
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt
	$(LOCK) requirements-bench.in --output-file requirements-bench.txt

clean:
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results dist
	find qa rubrics calibration exports bench tests -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
