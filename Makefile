# `make run` starts Vilarejo, `make test` tests it; both need Python 3.11 or newer and nothing else.
PYTHON ?= python3
READY = $(PYTHON) bootstrap.py
WITHIN = -m engagement.config.supervisor.within
APPS = engagement collaboration content conversations community campaigns
SOURCES = $(APPS) manage.py

.PHONY: help run test check seed bench clean python backup restore doctor \
	check-style check-types check-imports check-migrations check-templates check-browser-code check-packages

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: python ## start everything; options: DEMO=0 (your own organization), PORT, HOST, DATABASE_URL, REDIS_URL, BROKER_URL, SMTP_URL, INBOUND_SMTP_PORT
	@exec $(READY) run -m engagement.config.supervisor

test: python ## run every test; TESTS=path and PYTEST="-x -k word" choose
	@exec $(READY) dev -m pytest -n $(or $(WORKERS),2) --dist loadfile $(PYTEST) $(TESTS)

check: check-style check-types check-imports check-migrations check-templates check-browser-code check-packages ## every check

check-style: python ## ruff: lint and format
	@$(READY) dev -m ruff check .
	@$(READY) dev -m ruff format --check .

check-types: python ## mypy, strict
	@$(READY) dev -m mypy $(SOURCES)

check-imports: python ## who may know whom
	@$(READY) dev .venv/bin/lint-imports

check-migrations: python ## none is missing, none is dangerous
	@$(READY) dev $(WITHIN) --throwaway manage.py makemigrations --check --dry-run
	@LOG_LEVEL=WARNING $(READY) dev $(WITHIN) --throwaway manage.py lintmigrations --no-cache --quiet ok ignore --settings engagement.config.settings.check

check-templates: python ## djlint
	@$(READY) dev -m djlint --lint --quiet templates

check-browser-code: python ## stylelint and eslint
	@$(READY) dev npm run --silent lint

check-packages: python ## known vulnerabilities, where the registry answers
	@$(READY) dev .ci/audit.py

seed: python ## add conversations to the demo, so that it is as busy as yours; ARGS="--conversations 5000"
	@$(READY) run $(WITHIN) manage.py seed $(ARGS)

bench: python ## measure: make bench NAME=inbound_accept, or all without NAME
	@exec $(READY) dev -m benchmarks $(NAME)

backup: python ## database, files and keys into var/backups, verified by a restore; ARGS="--into /mnt/backups"
	@$(READY) run $(WITHIN) manage.py backup $(ARGS)

restore: python ## bring a backup back: FROM=var/backups/vilarejo-20261130-120000; FORCE=1 replaces what is here
	@test -n "$(FROM)" || { echo "Say which backup: make restore FROM=var/backups/vilarejo-..." >&2; exit 1; }
	@$(READY) run $(WITHIN) manage.py restore "$(FROM)" $(if $(FORCE),--force) $(ARGS)

doctor: python ## try each part of the installation, and say what to do where one fails
	@$(READY) run $(WITHIN) manage.py doctor

clean: ## remove what can be made again; your data in var/ stay
	rm -rf .venv node_modules staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find $(APPS) tests -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "Vilarejo needs Python 3.11 or newer, and there is no $(PYTHON) here. Install it, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
