# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Every target makes what it needs: a virtual environment in .venv from pinned requirements, everything else in .build.
# Paths are relative on purpose: the repository works in any folder, also in one with a space in its name.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo sandbox install test lint unit processes bad-input sandbox-tests e2e integration sanity test-matrix test-live bench resource docs pictures build changelog clean

# What the caller's shell holds must not change what the tools see.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV PIP_USER PIP_TARGET
export PYTHON PYTHONNOUSERSITE := 1

PIP := .venv/bin/python -m pip -qq --disable-pip-version-check install -c tests/requirements/constraints.txt
TOOL := .venv/bin/python -m tests.tools
# Files and folders, so that a removed file counts as a change; the folder docs would be taken for the target of that name.
SHIPPED := $(shell find galaxy.yml README.md requirements.txt COPYING LICENSES meta plugins playbooks roles extensions docs \
	changelogs/changelog.yaml CHANGELOG.md -not -path docs -not -name __pycache__ -not -name '*.pyc' -not -name '* *' 2>/dev/null)

##@ Try it
help: ## Show this list (the default)
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: .venv/.installed .venv/.sandbox ## Start a sandbox, run four playbooks and three ad-hoc commands against it, stop it
	@$(TOOL).demo

sandbox: .venv/.sandbox ## Run the sandbox (a stand-in SAYMON server) until Ctrl-C
	@$(TOOL).sandbox

install: .venv/.installed ## Build the collection and install it into .venv

##@ Check it
test: .venv/.dev .venv/.installed .venv/.sandbox ## All the checks from here to sanity, with one summary
	@$(TOOL).suites lint unit processes bad-input sandbox e2e integration sanity

lint: .venv/.dev .venv/.installed .venv/.sandbox ## Style, types, documentation, licences, packaging
	@$(TOOL).suites lint

unit: .venv/.dev ## Unit tests of the collection, with coverage (TESTS="-k session" selects)
	@$(TOOL).suites unit

processes: .venv/.dev ## Unit tests that start real processes and wait for them (TESTS= selects)
	@$(TOOL).suites processes

bad-input: .venv/.dev ## Unit tests with thousands of random options, states and answers (TESTS= selects)
	@$(TOOL).suites bad-input

sandbox-tests: .venv/.dev .venv/.sandbox ## Tests of the sandbox itself (TESTS= selects)
	@$(TOOL).suites sandbox

e2e: .venv/.dev .venv/.installed .venv/.sandbox ## Playbooks, ad-hoc commands, random tasks against a sandbox (TESTS= selects)
	@$(TOOL).suites e2e

integration: .venv/.dev .venv/.sandbox ## ansible-test integration against a sandbox (TARGETS="saymon_api" selects)
	@$(TOOL).suites integration

sanity: .venv/.dev ## ansible-test sanity
	@$(TOOL).suites sanity

test-matrix: .venv/.dev .venv/.installed .venv/.sandbox ## Every ansible-core and Python (CORES="2.16 2.21" SUITES="unit e2e" select)
	@$(TOOL).matrix

test-live: .venv/.dev ## Integration tests against the real server in SAYMON_TEST_URL, SAYMON_TEST_LOGIN, SAYMON_TEST_PASSWORD
	@$(TOOL).live

bench: .venv/.installed .venv/.sandbox .venv/.bench ## Benchmarks (BENCH="--runs 9" passes options)
	@.venv/bin/python -m tests.benchmark.run $(BENCH)

##@ Extend it
resource: .venv/.dev ## Write the skeleton of a new resource (NAME=link; PLURAL=links API_PATH=/links when they differ)
	@NAME="$(NAME)" PLURAL="$(PLURAL)" API_PATH="$(API_PATH)" $(TOOL).resource

##@ Publish it
docs: .venv/.dev .venv/.installed ## Documentation site in .build/docs
	@.venv/bin/nox -s docs

pictures: .venv/.dev .venv/.sandbox ## The pictures of the documentation (needs Chromium and ChromeDriver)
	@$(TOOL).pictures

build: .venv/.core ## The collection's tarball in .build
	@$(TOOL).install --build-only

changelog: .venv/.dev ## Take modules that are new since the last release into its entry of CHANGELOG.md
	@PATH="$(CURDIR)/.venv/bin:$$PATH" antsibull-changelog release --reload-plugins --update-existing

clean: ## Remove .build and .venv
	rm -rf .build .venv

# Stamps: each is newer than what it was made from.
.venv/.core: tests/requirements/core.txt tests/requirements/constraints.txt tests/tools/bootstrap.sh
	@echo "Preparing .venv"
	@tests/tools/bootstrap.sh .venv
	@$(PIP) -r tests/requirements/core.txt
	@touch $@

.venv/.dev: tests/requirements/dev.txt tests/requirements/test.txt .venv/.core
	@echo "Installing the test and lint tools into .venv"
	@$(PIP) -r tests/requirements/test.txt -r tests/requirements/dev.txt
	@touch $@

.venv/.bench: tests/requirements/bench.txt .venv/.core
	@$(PIP) -r tests/requirements/bench.txt
	@touch $@

# Editable, so that a change of the sandbox's code needs no new installation.
.venv/.sandbox: tests/sandbox/requirements.txt tests/sandbox/pyproject.toml .venv/.core
	@echo "Installing the sandbox into .venv"
	@$(PIP) -r tests/sandbox/requirements.txt
	@$(PIP) --no-deps -e tests/sandbox
	@touch $@

.venv/.installed: $(SHIPPED) tests/tools/install.py .venv/.core
	@$(TOOL).install
	@touch $@
