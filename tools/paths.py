"""Where things live: what belongs to this checkout, and the cache that all checkouts share."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
REQUIREMENTS = ROOT / "requirements.txt"

STATE = ROOT / ".dev"  # of this checkout; git ignores it, `make clean` removes it
VENV = ROOT / ".venv"  # a link into the cache
LOGS = STATE / "log"
DATA_DIR = STATE / "data"  # Odoo's filestore and sessions
CONFIG = STATE / "odoo.conf"
CLUSTER = STATE / "postgres"  # the embedded PostgreSQL's data

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "odoo-crm-suite"

SUITE = ("crm_extended", "crm_loyalty", "crm_analytics")
