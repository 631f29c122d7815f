"""Whether databases of earlier states are brought up to date, with all that was done in them.

Today's code upgrades a copy of each: without a warning, with nothing missing or left over, every
figure the same, balances, seals and signed reconciliations row by row, everybody reading as much
as before, mails and jobs working, and the ledger check content. In another copy, in which nobody
has done anything, today's story is played.
"""

import json

from . import databases, demo, earlier, odoo_run, postgres, settings, setup
from .console import Stop, say, step
from .lock import only_one

CHECK = settings.ROOT / "dev" / "inside" / "check_upgraded.py"
ACCESS = settings.ROOT / "dev" / "inside" / "tell_access.py"
#: Figures that an upgrade means to change, as `table`, `table.column` or `table.state`, by the version
#: that does so.
MEANT_TO_CHANGE = {
    # every transfer is sealed once more, in the form that stays true when a text is erased
    "19.0.1.3.0": ("timebank_seal", "timebank_seal.transfer_count", "timebank_seal_line"),
    # each bank says for how long it keeps what people answer
    "19.0.1.6.0": ("timebank_retention", "timebank_retention.months"),
}
#: What each row says after an upgrade as it did before, as columns `id` and `row`.
KEPT = {
    "balance of account": """
        SELECT id, to_jsonb(balance_minutes + COALESCE((SELECT SUM(t.minutes) FROM timebank_account_tail t
                                                         WHERE t.account_id = a.id), 0)) AS row
          FROM timebank_account a""",
    "transfer": """
        SELECT id, jsonb_build_array(from_account_id, to_account_id, minutes, date, kind) AS row
          FROM timebank_transfer""",
    "seal": "SELECT id, jsonb_build_array(scheme_id, transfer_count, hash) AS row FROM timebank_seal",
    "signed reconciliation": """
        SELECT id, jsonb_build_array(grant_id, state, date_from, date_to, spent_amount, closing_amount,
                                     prepared_by, prepared_on, reviewed_by, reviewed_on, hash) AS row
          FROM timebank_reconciliation WHERE state != 'draft'""",
}
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
VERSION = f"SELECT latest_version FROM ir_module_module WHERE name = '{settings.ADDON}'"
NUMBERS = ("integer", "bigint", "numeric", "double precision")


def upgrade():
    """The command: on a test database that is made or brought up to date first."""
    setup.ensure()
    with only_one(f"test-{settings.TEST_DB}", f"testing on {settings.TEST_DB}"):
        if not databases.up_to_date(settings.TEST_DB):
            databases.fresh(settings.TEST_DB)
        for state in _get_states():
            check(settings.TEST_DB, state)
            _play(state)


def check_oldest(fresh):
    """As :func:`check`, from the oldest state: its upgrade does all that the others' do."""
    for state in _get_states()[:1]:
        check(fresh, state)


def check(fresh, state):
    """Upgrade a copy, and compare it with what it was and with database `fresh`; or stop."""
    with _copy(earlier.with_story(state)) as trial, step(f"Upgrading from {state.name}, with its story"):
        meant = _meant_to_change(postgres.psql(VERSION, trial))
        before = _figures(trial), _kept(trial), _access(trial, state)
        databases.load(trial, "-u", settings.ADDON)
        after = _figures(trial), _kept(trial), _access(trial)
        problems = [
            *_changes(before[0], after[0], meant),
            *_changed_rows(before[1], after[1]),
            *_changed_access(before[2], after[2], meant),
            *_strangers(trial, fresh),
        ]
        _stop_at(problems, f"After upgrading from {state.name}:")
        odoo_run.run_script(CHECK, trial, f"After upgrading from {state.name}, this fails in it:")


def _play(state):
    """Today's story, in a database that was made by the state."""
    with _copy(earlier.with_demo_data(state)) as trial:
        with step(f"Upgrading from {state.name}, with nothing done in it"):
            databases.load(trial, "-u", settings.ADDON)
        if demo.play(trial, settings.OUT / "upgraded"):
            raise Stop(f"After upgrading from {state.name}, the story doesn't play.")


def _get_states():
    states = earlier.states()
    if not states:
        say("  Upgrading: left out, as git's history isn't here")
    return states


def _copy(name):
    return databases.trial(name, f"{settings.TEST_DB}_earlier")


def _stop_at(problems, title):
    if problems:
        raise Stop("\n".join((title, *problems)))


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


def _kept(name):
    """What has to stay, row by row: (what it is, its id) → what it says."""
    return {
        (what, number): row
        for what, query in KEPT.items()
        for number, row in json.loads(
            postgres.psql(f"SELECT COALESCE(jsonb_object_agg(id, row), '{{}}') FROM ({query}) kept", name)
        ).items()
    }


def _access(name, state=None):
    """How many records of each model everybody reads, by today's code or a state's own."""
    failure = f"What everybody reads in {name} can't be counted:"
    if not state:
        return json.loads(odoo_run.run_script(ACCESS, name, failure))
    with earlier.code(state) as folder:
        return json.loads(odoo_run.run_script(ACCESS, name, failure, root=folder))


def _meant_to_change(version):
    """The names of what changes in a database of that version."""
    later = (names for since, names in MEANT_TO_CHANGE.items() if _key(version) < _key(since))
    return {name for names in later for name in names}


def _key(version):
    return [int(part) for part in version.split(".")]


def _changes(before, after, meant):
    """Sentences about figures that aren't what they were; new and removed columns have none."""
    for name, figure in before.items():
        if name not in meant and after.get(name, figure) != figure:
            yield f"  {name} was {figure} and is {after[name]}"


def _changed_rows(before, after):
    for (what, number), row in before.items():
        if after.get((what, number)) != row:
            yield f"  {what} {number} was {row} and is {after.get((what, number), 'gone')}"


def _changed_access(before, after, meant):
    for login, counts in before.items():
        for model, count in counts.items():
            if model.replace(".", "_") not in meant and after[login].get(model, count) != count:
                yield f"  {login} read {count} of {model} and reads {after[login][model]}"


def _strangers(upgraded, fresh):
    """Sentences about what only one of the two databases has of the addon."""
    own, expected = (set(postgres.psql(OWN, name).splitlines()) for name in (upgraded, fresh))
    yield from (f"  left over: {name}" for name in sorted(own - expected))
    yield from (f"  missing: {name}" for name in sorted(expected - own))
