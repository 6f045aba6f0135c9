# Veza. `make` alone lists the targets.
#
# Settings: environment variables, or lines of a file `.env`; `build/veza serve --help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# The folder of a Node.js that is new enough comes first; tools/setup finds or fetches it.
with_node = PATH="$$(cat build/node-folder):$$PATH"
step = @. tools/common.sh; step
# Ends when make does, however that ends.
child = setpriv --pdeathsig TERM --
web_sources := $(shell find web/src web/public web/scripts web/index.html web/vite.config.ts web/tsconfig.json web/package-lock.json \
	-type f 2>/dev/null)
STEPS ?= 1

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Run

.PHONY: run demo ports doctor
run: ports build ## build everything, start everything, print the address (Ctrl-C ends it)
	$(step) 'Starting Veza'
	@exec build/veza serve

demo: ports build ## the same, with people and music made on the spot
	$(step) 'Making people and music'
	@build/veza demo
	@exec build/veza serve

ports:
	@tools/check-ports

doctor: ## what is wrong with this set-up, and what to do; before a build too
	@tools/doctor

# Build

.PHONY: build setup veza web setup-test
setup:
	@tools/setup build run web

setup-test:
	@tools/setup build run test web

build: setup veza web ## the servers (build/veza) and the web app (web/dist)

veza: | setup
	@tools/build servers

web: web/dist/index.html

web/dist/index.html: $(web_sources) | setup
	@tools/build web
	@touch $@

# Develop

.PHONY: dev dev-full dev-web dev-backend-api dev-stream-server infra migrate-up migrate-down
dev: build ## all servers, and the web app with hot reload on http://localhost:5173
	@tools/dev all web

dev-full: build ## the same, and the servers are built and started again when their sources change
	@tools/dev api stream worker web watch

dev-web: setup ## the web app alone, with hot reload, against servers that run already
	@tools/dev web

dev-backend-api: setup veza ## the API alone, started again when its sources change
	@tools/dev api watch

dev-stream-server: setup veza ## the stream server alone, started again when its sources change
	@tools/dev stream watch

infra: ## start shared services, by Docker or those that are installed here (development needs none: the database is embedded)
	@tools/infra

migrate-up: setup veza ## apply missing migrations
	@build/veza migrate up

migrate-down: setup veza ## take back the last migration (STEPS=3: the last three)
	@build/veza migrate down $(STEPS)

# Package

.PHONY: package
package: build ## a Debian package and a tarball with everything inside, in build/package
	@tools/setup package countries
	@tools/package

# Check

.PHONY: test test-full test-long test-tools test-install test-unit test-api test-shared test-nginx test-players test-frontend test-e2e test-migrations asan tsan fuzz lint bench
test: setup-test build ## every promise once, 20 minutes on two cores; the last line is the sum
	@$(with_node) BUDGET_MINUTES=20 $(child) tools/run-tests lint tools+migrations+unit-plain api frontend+crash e2e sanitizers fuzz

test-full: setup-test build ## every promise in all breadth: on Redis and S3, and on the embedded parts under sanitizers; installation (as root), packages
	@tools/setup install players
	@$(with_node) VEZA_TEST_LEVEL=full BUDGET_MINUTES=80 SILENCE_S=1800 MINUTES=600 $(child) tools/run-tests \
		lint-full tools+migrations unit-plain shared nginx replicas players frontend e2e crash cluster asan tsan fuzz install package

test-long: setup-test build ## what shows itself after hours only: several nodes and machines, disturbances and crashes for long, each fuzz target for ten minutes
	@$(with_node) VEZA_TEST_LEVEL=full SILENCE_S=7200 MINUTES=1200 $(child) tools/run-tests long

test-tools: setup-test ## tests of the scripts in tools/
	@$(child) tools/run-tests tools

test-unit: setup-test veza ## tests of the C sources
	@$(with_node) $(child) tools/run-tests unit

test-migrations: setup-test ## each down migration undoes its up migration
	@$(child) tools/run-tests migrations

test-api: setup-test veza ## black-box tests of the servers
	@$(with_node) $(child) tools/run-tests api

test-shared: setup-test veza ## the same on a Redis and an object store (`test` does a part of it, under the sanitizers)
	@$(with_node) $(child) tools/run-tests shared

test-nginx: setup-test veza ## uploads and signed links through nginx, as deploy/nginx sets it up
	@$(with_node) $(child) tools/run-tests nginx

test-players: setup-test veza ## Strawberry, Clementine and Sublime Music play from Veza, and what is heard is compared
	@tools/setup players
	@$(with_node) $(child) tools/run-tests players

test-frontend: setup-test ## types, lint and tests of the web app
	@$(with_node) $(child) tools/run-tests frontend

test-e2e: setup-test build ## the whole thing in a browser
	@$(with_node) $(child) tools/run-tests e2e

asan: setup-test ## all unit and API tests under AddressSanitizer and UndefinedBehaviorSanitizer (long)
	@$(with_node) $(child) tools/run-tests asan

tsan: setup-test ## unit tests, and API tests of what threads share, under ThreadSanitizer (long)
	@$(with_node) $(child) tools/run-tests tsan

fuzz: setup-test ## each fuzz target for a while (FUZZ_SECONDS=600: for that long)
	@$(with_node) $(child) tools/run-tests fuzz

test-install: ## the installation in bare Debian roots (as root, 10 minutes; not part of `test`)
	@tools/setup install
	@$(child) tests/install/run

lint: setup-test veza ## layout, layers and static analysis of all sources, lint of the web app (minutes; `test` does the quick part)
	@$(with_node) tools/lint

bench: build ## ratios against peers that run side by side
	@tools/setup bench
	@$(with_node) bench/run

# Clean

.PHONY: clean
clean: ## remove what was built and fetched (not the data folder)
	rm -rf build build-asan build-tsan build-fuzz web/dist web/dist.new web/node_modules tests/node_modules
