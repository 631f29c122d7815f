"""Whether a database of an earlier state, with the story played in it, is brought up to date.

The file `upgrade_from` names the commit. Its code is taken from git and makes its own demo
database, by its own `demo` command, once; that is kept and copied as templates are. Today's
code upgrades the copy: without a warning, with nothing missing or left over, every figure
the same, mails and jobs working, and the ledger check content.
"""

import shutil
import subprocess
import sys

from . import databases, odoo_run, odoo_source, postgres, settings, setup, templates
from .console import Stop, run, say, step
from .lock import only_one

COMMIT = (settings.ROOT / "dev" / "upgrade_from").read_text().strip()
CHECK = settings.ROOT / "dev" / "inside" / "check_upgraded.py"
# Figures that today's code means to change, as `table`, `table.column` or `table.state`: every
# transfer is sealed once more, in the form that stays true when a text is erased.
MEANT_TO_CHANGE = ("timebank_seal", "timebank_seal.transfer_count", "timebank_seal_line")
# What an upgraded database and a fresh one have to have in common, by external id.
OWN = (
    f"SELECT model || ' ' || name FROM ir_model_data WHERE module = '{settings.ADDON}'"
    " AND (model LIKE 'ir.%' OR model LIKE 'mail.%' OR model LIKE 'res.groups%') ORDER BY 1"
)
COLUMNS = """
    SELECT table_name, column_name, data_type
      FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_type = 'BASE TABLE' AND table_name LIKE 'timebank%'
     ORDER BY 1, 2
"""
NUMBERS = ("integer", "bigint", "numeric", "double precision")


def upgrade():
    """The command: on a test database that is made or brought up to date first."""
    setup.ensure()
    with only_one(f"test-{settings.TEST_DB}", f"testing on {settings.TEST_DB}"):
        if not databases.up_to_date(settings.TEST_DB):
            databases.fresh(settings.TEST_DB)
        check(settings.TEST_DB)


def check(fresh):
    """Upgrade a copy, and compare it with what it was and with database `fresh`; or stop."""
    if not _has_history():
        say(f"  Upgrading from {COMMIT[:7]}: left out, as git's history isn't here")
        return
    trial = f"{settings.TEST_DB}_earlier"
    databases.copy(_earlier(), trial)
    try:
        with step(f"Upgrading from {COMMIT[:7]}, with its story"):
            before = _figures(trial)
            command = ("-d", trial, "-u", settings.ADDON, "--stop-after-init", "--no-http")
            odoo_run.strictly(*command, log=settings.CACHE / "logs" / "upgrade-earlier.log")
            problems = [*_changes(before, _figures(trial)), *_strangers(trial, fresh)]
            if problems:
                raise Stop("\n".join((f"After upgrading from {COMMIT[:7]}:", *problems)))
            _check_inside(trial)
    finally:
        databases.drop(trial)


def _has_history():
    if not shutil.which("git"):
        return False
    return not _git("cat-file", "-e", f"{COMMIT}^{{commit}}").returncode


def _git(*arguments):
    # whoever owns the checkout
    command = ["git", "-c", "safe.directory=*", "-C", str(settings.ROOT), *arguments]
    return subprocess.run(command, capture_output=True, check=False)


def _earlier():
    """Name of the database that the commit's own `demo` makes."""
    return templates.keep(f"{COMMIT} {odoo_source.source().identity}", _play_earlier)


def _play_earlier(name):
    folder = settings.CACHE / f"earlier-{COMMIT[:12]}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        with step(f"Database of {COMMIT[:7]}, with its story"):
            archive = _git("archive", COMMIT).stdout
            subprocess.run(["tar", "--extract"], input=archive, cwd=folder, check=True)
            env = dict(odoo_run.environment(), DB=name, TIMEBANK_CACHE=str(settings.CACHE))
            env.pop("PYTHONPATH")
            run(
                [sys.executable, "-m", "dev", "demo"],
                cwd=folder,
                env=env,
                log=settings.CACHE / "logs" / "earlier.log",
            )
    finally:
        shutil.rmtree(folder)


def _figures(name):
    """Rows of each table, sum of each column of numbers, rows in each state."""
    queries = []
    for row in postgres.psql(COLUMNS, name).splitlines():
        table, column, kind = row.split("|")
        if column == "id":
            queries.append(f"SELECT '{table}', count(*)::text FROM {table}")
        elif column == "state":
            counts = f"SELECT state || ' ' || count(*) AS said FROM {table} GROUP BY state"
            queries.append(f"SELECT '{table}.state', string_agg(said, ', ' ORDER BY said) FROM ({counts}) s")
        elif kind in NUMBERS and not column.endswith(("_id", "_uid")):
            figure = f"round(sum({column})::numeric, 6)::text"
            queries.append(f"SELECT '{table}.{column}', coalesce({figure}, '-') FROM {table}")
    return dict(row.split("|") for row in postgres.psql(" UNION ALL ".join(queries), name).splitlines())


def _changes(before, after):
    """Sentences about figures that aren't what they were; new and removed columns have none."""
    for name, figure in before.items():
        if name not in MEANT_TO_CHANGE and after.get(name, figure) != figure:
            yield f"  {name} was {figure} and is {after[name]}"


def _strangers(upgraded, fresh):
    """Sentences about what only one of the two databases has of the addon."""
    own, expected = (set(postgres.psql(OWN, name).splitlines()) for name in (upgraded, fresh))
    yield from (f"  left over: {name}" for name in sorted(own - expected))
    yield from (f"  missing: {name}" for name in sorted(expected - own))


def _check_inside(name):
    odoo_run.run_script(CHECK, name, f"After upgrading from {COMMIT[:7]}, this fails in it:")
