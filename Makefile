# Two commands, each complete on a fresh Debian or Ubuntu with Python 3.11+, git and make:
#   make run     install, start the runtime, print the panel's address; make run ARGS="--avatar avatars/me"
#   make test    install, run the whole test suite;                     make test ARGS="-k panel"
# and for those who work on it:
#   make check   what CI runs: format, lint, types, imports, docs, tests;   make bench   the benchmarks;   make clean   forget the installation
#   make docs    the documentation as a site, build/site/index.html
#
# Without make: pip install -e . && omote run; pip install -e .[dev] && pytest.

PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ARGS ?=
# What the networks' tests need. A CPU build is enough; where pip would take one with gigabytes of CUDA, name
# PyTorch's index of CPU builds: make test TORCH="torch --index-url ..."
TORCH ?= torch==2.13.0

.PHONY: run test check bench docs clean

run: $(VENV)/installed
	@$(PYTHON) scripts/system_packages.py run
	$(BIN)/omote run $(ARGS)

test: $(VENV)/installed-dev $(VENV)/installed-senders $(VENV)/installed-godot4
	@$(PYTHON) scripts/system_packages.py test
	$(BIN)/python -m pytest -rs -n logical --dist loadfile $(ARGS)

check: $(VENV)/installed-dev $(VENV)/installed-senders $(VENV)/installed-godot4 $(VENV)/installed-docs
	@$(PYTHON) scripts/system_packages.py test
	$(BIN)/python scripts/check.py

bench: $(VENV)/installed-dev
	@$(PYTHON) scripts/system_packages.py test
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(VENV)/installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "build/site/index.html"

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(PIP) install -e ".[tracking,neural,browser]"
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	$(PIP) install -e ".[dev]"
	$(PIP) install $(TORCH)
	@touch $@ $(VENV)/installed

$(VENV)/installed-docs: pyproject.toml | $(BIN)/python
	$(PIP) install -e ".[docs]"
	@touch $@

$(VENV)/installed-senders: tests/senders/requirements.txt tests/senders/package-lock.json | $(BIN)/python
	@$(PYTHON) scripts/system_packages.py test
	$(BIN)/python scripts/test_senders.py
	@touch $@

$(VENV)/installed-godot4: scripts/godot4.py | $(BIN)/python
	$(BIN)/python scripts/godot4.py
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Omote needs Python 3.11 or newer: apt-get install -y python3 python3-venv"; exit 1; }
	@$(PYTHON) scripts/system_packages.py run
	$(PYTHON) -m venv $(VENV)

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
