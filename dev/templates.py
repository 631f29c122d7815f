"""Template databases: Odoo's modules with demo data and none of the project's.

Made once and copied for tests, demo and benchmarks. A template's name ends in a key made
of what it depends on, so another set of modules or another Odoo gets another template.
"""

import datetime
import hashlib

from . import databases, odoo_run, odoo_source, postgres, settings
from .console import step
from .lock import only_one

PREFIX = "timebank_template_"
KEPT = datetime.timedelta(days=30)  # after its last use


def template(extra=()):
    """Name of the template with `extra` modules; made first if there's none."""
    modules = settings.template_modules(extra)
    what = f"{modules} {odoo_source.source().identity} demo"
    return keep(what, lambda part: _install(part, modules, extra))


def keep(what, make):
    """Name of the template that `what` describes; `make(name)` makes it if there's none."""
    name = PREFIX + hashlib.sha256(what.encode()).hexdigest()[:10]
    if not databases.exists(name):
        with only_one(name, "making the template database"):
            if not databases.exists(name):
                part = f"{name}_part"
                databases.drop(part)
                databases.drop(name)  # it may have lost its files
                make(part)
                databases.rename(part, name)
                _mark_used(name)
                _forget_unused()
    _mark_used(name)
    return name


def _mark_used(name):
    today = str(datetime.date.today())
    if databases.remark(name) != today:
        databases.set_remark(name, today)


def _install(name, modules, extra):
    base = template() if extra else None
    with step(f"Template database with {', '.join(modules)}"):
        if base:
            databases.copy(base, name)
        else:
            databases.client("createdb", "--template=template0", "--encoding=UTF8", name)
        odoo_run.strictly(
            "-d", name, "-i", ",".join(modules), "--stop-after-init", "--no-http",
            log=settings.CACHE / "logs" / "template.log",
        )  # fmt: skip


def _forget_unused():
    """Drop the templates that nothing was copied from for a month."""
    for row in postgres.psql(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
        f" WHERE datname ~ '^{PREFIX}[0-9a-f]+$'"
    ).splitlines():
        name, used = row.split("|")
        if used and datetime.date.today() - datetime.date.fromisoformat(used) > KEPT:
            databases.drop(name)
