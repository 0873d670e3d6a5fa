# Everything goes through here; `make help` lists it. `make run` and `make test` do all set-up on a
# fresh Debian or Ubuntu machine that has a Rust toolchain.

SHELL := /bin/bash
.DEFAULT_GOAL := help
CARGO ?= cargo

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: ## Install what is missing, build and open the window
	@packaging/setup run
	$(CARGO) run --profile quick --locked

demo: ## The same, with the demo mailbox
	@packaging/setup run
	$(CARGO) run --profile quick --locked -- demo

test: ## Install what is missing, build and run every test, then fuzz for a minute a target
	@packaging/setup test
	@tests/testbed/with-servers $(CARGO) test --locked --workspace
	@FUZZ_SEED=1 fuzz/run --if-possible 60

fuzz: ## Feed every reader of foreign octets with damaged ones, half an hour a target
	@packaging/setup fuzz
	@FUZZ_CORPUS=$(CURDIR)/fuzz/corpus fuzz/run 1800

reliability: ## Play 2000 random histories (HISTORIES) and an end at each write against a model; kill the program 200 times (KILLS)
	@packaging/setup run
	ALOUD_TEST_HISTORIES=$(or $(HISTORIES),2000) $(CARGO) test --locked --workspace --test runner -- --nocapture oracle:: engine::month
	ALOUD_TEST_KILLS=$(or $(KILLS),200) $(CARGO) test --locked --workspace --lib -- --ignored --nocapture kill_tests::killed

bench: ## Speed of codecs, of opening a message, of lists: ratios against named peers
	@packaging/setup bench
	@benches/run

recognition: ## Measure what is recognised as voice mail and fax, into docs/RECOGNITION.md
	@packaging/setup test
	ALOUD_RECOGNITION=1 $(CARGO) test --locked --workspace --test runner message::recognition -- --nocapture

screenshots: ## Run the program on a virtual display and take the pictures of docs/screenshots
	@packaging/setup screenshots
	$(CARGO) build --profile quick --locked
	tests/testbed/screenshots

deny: ## Licences, bans, sources and known faults of all dependencies (needs cargo-deny)
	cargo deny --locked check --hide-inclusion-graph licenses bans sources
	@if timeout 120 cargo deny fetch db 2>/dev/null; \
	then cargo deny --locked --offline check advisories; \
	else echo "deny: the database of advisories cannot be had here; not checked"; fi

install: ## Install under PREFIX (default /usr/local)
	@packaging/setup run
	$(CARGO) build --profile dist --locked
	packaging/linux/install $(or $(PREFIX),/usr/local)

.PHONY: help run demo test fuzz reliability bench recognition screenshots deny install
