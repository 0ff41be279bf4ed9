# The commands of the README. Each installs what it misses first; the work is in scripts/ and in CMake's presets.
.PHONY: deps build test test-operator-lib test-upgrade demo bench bench-check fuzz simulate chaos lint

deps:
	@scripts/deps

build: deps
	@scripts/build release

test: deps
	@scripts/test

# Outside CI: make test-operator-lib OPERATOR_LIB_DIR=CHECKOUT
test-operator-lib: deps
	@OPERATOR_LIB_DIR="$(OPERATOR_LIB_DIR)" tests/operator_lib/run

# Outside CI: make test-upgrade OTHER=COMMIT-OR-PROGRAM
test-upgrade: deps
	@OTHER="$(OTHER)" tests/upgrade/run

# make demo ARGS=--once ends by itself.
demo: deps
	@scripts/demo $(ARGS)

# make bench ONLY="fanout startup" measures these alone; the names are in bench/run.
bench: deps
	@bench/run $(ONLY)

# TAKE=1 takes what is measured as what is expected from now on.
bench-check: deps
	@scripts/build release leadership-broker takeover_bench startup_bench fanout_bench
	@bench/guard $(if $(TAKE),--take)

# Each target gets SECONDS (60) or MINUTES of new inputs.
SECONDS = $(if $(MINUTES),$(shell expr $(MINUTES) \* 60),60)
fuzz: deps
	@scripts/fuzz $(SECONDS)

# As many runs of the simulation, on all cores.
SEEDS = 100000
simulate: deps
	@scripts/build release simulate
	@build/bin/simulate --seeds $(SEEDS) --save build/simulation

# make chaos MINUTES=60 SEED=7; three minutes and a new seed by default.
chaos: deps
	@scripts/chaos $(or $(MINUTES),3) $(SEED)

lint: deps
	@scripts/lint
