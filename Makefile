# `make demo` and `make test` need nothing but Rust.

CARGO ?= cargo
SEEDS ?= 200
.PHONY: demo test soak check truth bench dist

## The whole life of the pipeline on the embedded AWS, told step by step.
demo:
	$(CARGO) build --locked --bin aqueduct --example demo
	@$(CARGO) run --quiet --locked --example demo

## Every test.
test:
	$(CARGO) test --locked --test it

## The program killed at every change, random faults and races by many seeds: what `make test` tries a few of.
soak:
	AQUEDUCT_SOAK=$(SEEDS) $(CARGO) test --locked --test it -- soak:: writers:: --nocapture --test-threads 1

## Formatting, lints and documentation.
check:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --lib --bins --test it --examples --bench plan -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' $(CARGO) doc --locked --no-deps --workspace --lib

## Judges that others wrote: AWS's published models, CloudFormation's schemas, doubles of AWS.
truth:
	truth/run

## Calls, seconds and memory of plans.
bench:
	$(CARGO) bench --locked --profile dev --bench plan

## What is shipped.
dist:
	$(CARGO) build --locked --profile dist --bin aqueduct
