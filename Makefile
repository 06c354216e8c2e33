# SALEOR        which Saleor: a pip requirement, or the path of a clone (3.23.28)
# DATABASE_URL  which PostgreSQL (a private one)
# WORKERS       how many tests run beside each other (2)
# ARGS          more arguments of pytest, for `make test` and `make saleor-tests`

WITH_DATABASE = scripts/with_database.sh
SALEOR_TESTS = saleor.checkout saleor.graphql.checkout \
	saleor.order saleor.graphql.order \
	saleor.payment saleor.graphql.payment \
	saleor.discount saleor.graphql.discount \
	saleor.giftcard saleor.graphql.giftcard \
	saleor.warehouse saleor.graphql.warehouse \
	saleor.webhook saleor.graphql.webhook saleor.plugins.webhook saleor.plugins.tests \
	saleor.tests.e2e.checkout saleor.tests.e2e.orders \
	saleor.tests.e2e.gift_cards saleor.tests.e2e.promotions

.PHONY: help setup test lint demo dashboard dashboard-check dashboard-test \
	dashboard-e2e saleor-tests soak bench dist stop

help:
	@echo "make setup           install Saleor and this project into .venv"
	@echo "make test            run the tests (ARGS='-k name' selects)"
	@echo "make lint            run ruff, mypy and makemigrations --check"
	@echo "make demo            run a shop with three sellers (SERVE=1 leaves it running)"
	@echo "make dashboard       check and build the pages of the Dashboard app (Node)"
	@echo "make dashboard-check build them again, and compare with what is committed"
	@echo "make dashboard-test  test them in Chromium, against a real Saleor"
	@echo "make dashboard-e2e   walk through them inside Saleor's own Dashboard"
	@echo "make saleor-tests    run Saleor's own tests with the plugin active"
	@echo "make soak            run some hundred completions from several processes"
	@echo "make bench           measure completion and reads next to Saleor alone (QUICK=1)"
	@echo "make dist            build the wheel and the sdist into dist/"
	@echo "make stop            stop the private PostgreSQL"

setup:
	@scripts/setup.sh

test: setup
	@$(WITH_DATABASE) scripts/run_tests.sh $(ARGS)

lint: setup
	@$(WITH_DATABASE) scripts/lint.sh

demo: setup
	@SERVE="$(SERVE)" $(WITH_DATABASE) python -m demo

dashboard: setup
	@PATH="$(CURDIR)/.venv/bin:$$PATH" scripts/dashboard.sh

dashboard-check: setup
	@PATH="$(CURDIR)/.venv/bin:$$PATH" scripts/check_dashboard_build.sh

# CHROMIUM names another browser than the system's, ARGS are Playwright's: ARGS='-g name'.
dashboard-test: setup
	@$(WITH_DATABASE) scripts/dashboard_test.sh $(ARGS)

dashboard-e2e: setup
	@$(WITH_DATABASE) scripts/dashboard_e2e.sh $(ARGS)

# tests/test_loaded.py brings what Saleor's wheel lacks: the root conftest. The plugin is
# active, with one seller for everything; tests/active_everywhere.py lists what is left out,
# and why. Figures: docs/saleor-tests.md.
saleor-tests: setup
	@PYTHONPATH=. $(WITH_DATABASE) scripts/run_tests.sh -p tests.active_everywhere \
		tests/test_loaded.py --pyargs $(SALEOR_TESTS) $(ARGS)

# COMPLETIONS (300) checkouts, from several processes at once.
soak: setup
	@$(WITH_DATABASE) scripts/run_tests.sh -s -n 0 tests/completion/soak.py $(ARGS)

# GROUPS (100000) in the large database, ROUNDS (30) of every comparison, ONLY some parts,
# COMPARE with the file of an earlier run, OUTPUT. See benchmarks/README.md.
bench: setup
	@PYTHONPATH=. $(WITH_DATABASE) python -m benchmarks $(if $(QUICK),--quick) \
		$(if $(GROUPS),--groups $(GROUPS)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
		$(if $(ONLY),--only $(ONLY)) $(if $(COMPARE),--compare $(COMPARE)) \
		$(if $(OUTPUT),--output $(OUTPUT))

dist: setup
	@rm -rf dist build
	@.venv/bin/uv build --quiet --no-build-isolation --python .venv/bin/python --out-dir dist
	@ls dist

stop:
	@if [ -x .venv/bin/python ]; then .venv/bin/python scripts/postgres.py stop; fi
