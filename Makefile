# Every command prepares what it needs: Odoo 19, Python's packages, PostgreSQL (see README.md).
PYTHON ?= python3
TOOL = @$(PYTHON) -m tools.cli
export DB DEMO MODULES T PORT
# How a sales history is read: see tools/sales_history/options.py.
export FILE MAP SOURCE TIMEZONE DATE_FORMAT DECIMAL DELIMITER ENCODING
export CHARGES CANCEL ADJUSTMENT REJECTS COMPANY BATCH
# ... and a complaint log: tools/complaint_log/README.md.
export PRESET

.PHONY: help env run test db shell load load-complaints lint bench stop clean distclean
.DEFAULT_GOAL := help

help:  ## these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env:  ## set everything up: Odoo 19, Python's packages, PostgreSQL
	$(TOOL) env

run:  ## Odoo with the suite and demo data on http://127.0.0.1:8069 (PORT=...)
	$(TOOL) run

test:  ## every test on a fresh database; a part of them: T=addons/crm_loyalty
	$(TOOL) test

db:  ## a database with the suite: DB=name [DEMO=1] [MODULES=a,b]
	$(TOOL) db

shell:  ## a script with `env` on a database: make shell DB=name < script.py
	$(TOOL) shell

load:  ## a real sales history into a database: DB=name FILE=sales.csv[.xz]
	$(TOOL) load

load-complaints:  ## a complaint log: DB=name FILE=complaints.csv[.xz] [PRESET=cfpb]
	$(TOOL) load-complaints

lint:  ## ruff, and pylint with pylint-odoo
	$(TOOL) lint

bench:  ## the benchmark tables; one of them: T=benchmarks/affinity_mining.py
	$(TOOL) bench

stop:  ## stop the embedded PostgreSQL
	$(TOOL) stop

clean:  ## remove this checkout's databases and links; the shared cache stays
	$(TOOL) clean

distclean:  ## clean, and remove the cache that all checkouts share
	$(TOOL) distclean
