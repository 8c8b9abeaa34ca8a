# Everything that is done with this project, by one name each. "make" lists them.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# Which swift to use.
SWIFT ?= swift
export SWIFT
# What "make run" hands to "esddns demo", "make test" to "swift test", and "make bench" to "esddns-bench".
ARGS ?=
# What to fuzz ("all" or one of "scripts/fuzz.sh --list"), and for how long.
TARGET ?= all
SECONDS_EACH ?= 60
# "make test INSTALL=no" installs nothing.
INSTALL ?= yes

executables := esddns-leader esddns-updater esddns esddns-cluster

# How what ships is built. Swift has every executable offer all of its symbols to libraries, which makes some megabytes that the
# loader reads and that are found nowhere else: nothing here is looked up by name, and backtraces are not made from them.
# LLVM's linker comes with Swift, takes half the time of the default one, and knows the short form of relative relocations (RELR),
# which is 2 MB less in the file and in memory. The C library can read that since glibc 2.36, so it is used where that is there.
release := --configuration release --static-swift-stdlib -Xlinker -s -Xlinker --no-export-dynamic
ifeq ($(shell uname -s),Linux)
release += -Xswiftc -use-ld=lld
ifeq ($(shell printf 'glibc 2.36\n%s\n' "$$(getconf GNU_LIBC_VERSION 2>/dev/null)" | sort --version-sort | tail -n +2),$(shell getconf GNU_LIBC_VERSION 2>/dev/null))
release += -Xlinker -z -Xlinker pack-relative-relocs
endif
endif

.PHONY: help
help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# What building needs; says nothing about what is there. To standard error: "make run" answers on standard output.
.PHONY: dependencies
dependencies:
	@if [[ "$(INSTALL)" != no ]]; then scripts/install-build-dependencies.sh >&2; fi

.PHONY: build
build: dependencies ## Build the executables for release into .build/release, and tell their sizes
	@for name in $(executables); do \
	    echo "building $$name"; \
	    "$(SWIFT)" build --quiet $(release) --product "$$name"; \
	done
	@cd .build/release && for name in $(executables); do \
	    awk -v name="$$name" -v bytes="$$(wc -c <"$$name")" \
	        'BEGIN { printf "  %5.1f MB  .build/release/%s\n", bytes / 1e6, name }'; \
	done

.PHONY: image
image: build ## Build the container image with buildah, from what "make build" makes, and check it
	@scripts/build-image.sh $(ARGS)

.PHONY: deployment-test
deployment-test: ## Test the manifests, the scripts that install them, and the workflows of releases
	@# The chart's tools as well: chart and manifests are compared.
	@scripts/install-kustomize-tools.sh >&2; scripts/install-deployment-tools.sh >&2
	@.build-tools/kustomize/bin/pytest --quiet --no-header -p no:cacheprovider Tests/Deployment/Manifests $(ARGS)

.PHONY: run
run: dependencies ## Show a cluster, a WAN address and its record in one process: "make run ARGS=…"
	@# For debugging, because that is built in a fraction of the time.
	@echo "building esddns and esddns-cluster; the first time takes some minutes" >&2
	@"$(SWIFT)" build --quiet --product esddns-cluster >&2
	@"$(SWIFT)" build --quiet --product esddns >&2
	@exec .build/debug/esddns demo $(ARGS)

.PHONY: test
test: dependencies ## Install what is missing, build, and run all tests: "make test ARGS='--filter NAME'"
	@if [[ "$(INSTALL)" != no ]]; then \
	    scripts/install-test-servers.sh; scripts/install-peers.sh; scripts/install-moto.sh; scripts/install-browser.sh; \
	    scripts/install-metrics-parser.sh; \
	fi
	@scripts/test.sh $(ARGS)

.PHONY: contract
contract: dependencies ## Run the contract suite alone, against the cluster of TEST_KUBECONFIG if set, or KUBEBUILDER_ASSETS
	@scripts/test.sh --filter '^ContractTests\.' $(ARGS)

# Which seeds "make faults" and "make simulation" run: one, or some as in 0..999.
SEEDS ?= 0..199

.PHONY: faults
faults: dependencies ## Run elections under random faults with more seeds than the tests do: "make faults SEEDS=0..999"
	@FAULT_SEEDS="$(SEEDS)" scripts/test.sh --filter ElectionFaultTests

.PHONY: simulation
simulation: dependencies ## Run updaters of one record under random faults with more seeds than the tests do: "make simulation SEEDS=0..9999"
	@SIMULATION_SEEDS="$(SEEDS)" scripts/test.sh --filter 'RecordFaultTests|RecordScaleTests'

.PHONY: bench
bench: dependencies ## Measure what docs/benchmarks.md promises, beside its peers: "make bench ARGS='--filter NAME'"
	@if [[ "$(INSTALL)" != no ]]; then scripts/install-peers.sh >&2; scripts/install-metrics-parser.sh >&2; fi
	@echo "building esddns-bench and what it runs for release; the first time takes some minutes" >&2
	@"$(SWIFT)" build --quiet $(release) --product esddns-bench >&2
	@"$(SWIFT)" build --quiet $(release) --product esddns >&2
	@"$(SWIFT)" build --quiet $(release) --product esddns-updater >&2
	@"$(SWIFT)" build --quiet $(release) --product esddns-leader >&2
	@exec .build/release/esddns-bench --json .build/bench.json $(ARGS)

.PHONY: fuzz
fuzz: dependencies ## Fuzz what reads bytes from strangers: "make fuzz TARGET=json SECONDS_EACH=60"
	@scripts/fuzz.sh $(TARGET) $(SECONDS_EACH)

.PHONY: tsan
tsan: dependencies ## Look for data races in CurlHTTP and OperatorCore with the thread sanitizer
	@scripts/tsan.sh $(ARGS)

.PHONY: lint
lint: ## Check the form of Swift sources, shell scripts and YAML
	@scripts/lint.sh

.PHONY: chart
chart: ## Make what the chart has from docs/settings.md, and its README
	@scripts/install-deployment-tools.sh
	@.build-tools/deployment/bin/python scripts/generate-chart.py

.PHONY: chart-test
chart-test: ## Test the chart and the guides; on a real API server as well if KUBEBUILDER_ASSETS names one
	@if [[ "$(INSTALL)" != no ]]; then scripts/install-deployment-tools.sh; fi
	@scripts/test-chart.sh $(ARGS)

.PHONY: format
format: ## Bring the Swift sources into form
	@"$(SWIFT)" format --in-place --parallel --recursive Package.swift Sources Tests bench

.PHONY: clean
clean: ## Remove everything that was built or installed into the project
	@rm -rf .build .build-fuzz .build-tsan .build-tools
