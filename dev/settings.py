"""Where things are, and what the caller may decide through the environment."""

import ast
import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDON = "timebank_coproduction"
ADDON_DIR = ROOT / ADDON
OUT = ROOT / "out"
REQUIREMENTS = ROOT / "requirements.txt"

ODOO_SERIES = "19.0"
PYTHON_MIN = (3, 11)
POSTGRES_MIN = 13

# Modules every copied database starts with, on top of the manifest's `depends`.
BASE_MODULES = ("base", "contacts", "project", "account", "portal")
# What the benchmarks compare with.
BENCH_MODULES = ("hr_timesheet", "event")

DEMO_DB = os.environ.get("DB") or "timebank_demo"
# each checkout has its own, so that several can share a cache
CHECKOUT = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
TEST_DB = os.environ.get("DB") or f"timebank_test_{CHECKOUT}"
BENCH_DB = "timebank_bench"

# Demo logins, each with its name as password.
LOGINS = ("manager", "coordinator", "coordinator2", "finance", "finance2", "member", "member2", "agency")


def _cache_dir():
    given = os.environ.get("TIMEBANK_CACHE")
    if given:
        return Path(given).expanduser().resolve()
    base = os.environ.get("XDG_CACHE_HOME")
    base = Path(base) if base else Path.home() / ".cache"
    return base.resolve() / ADDON


CACHE = _cache_dir()
DATA_DIR = CACHE / "data"
# The private PostgreSQL server, where its user can't reach the cache.
SERVERS = Path("/var/lib") / ADDON


def manifest():
    """The addon's manifest, or an empty one while there's no addon yet."""
    path = ADDON_DIR / "__manifest__.py"
    return ast.literal_eval(path.read_text()) if path.is_file() else {}


def template_modules(extra=()):
    """Modules a template database holds: everything but the project's own."""
    depends = [name for name in manifest().get("depends", []) if not name.startswith("timebank")]
    return sorted({*BASE_MODULES, *depends, *extra})
