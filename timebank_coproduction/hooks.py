from odoo.tools import SQL

from .tools import ddl, ledger_ddl, match_ddl, register_ddl, report_ddl, voucher_ddl


def uninstall_hook(env):
    """Take the triggers, the functions and the rows away, so that nothing is left behind.

    Odoo would delete the rows that have an external id one by one, before it drops the
    tables, and fail at every one that another row of ours refers to.
    """
    for subject in (match_ddl, register_ddl, voucher_ddl, report_ddl, ledger_ddl, ddl):
        env.cr.execute(subject.DROP)
    _drop_numbering(env)
    models = env["ir.model"].search([("model", "=like", "timebank.%")]).mapped("model")
    env["ir.model.data"].search([("module", "=", "timebank_coproduction"), ("model", "in", models)]).unlink()
    tables = _get_tables(env, models)
    _drop_references(env, tables)
    env.cr.execute(SQL("TRUNCATE %s", SQL(", ").join(map(SQL.identifier, tables))))


def _drop_numbering(env):
    """Take the banks' own sequences away, which are records of Odoo's."""
    numbering = env["timebank.scheme"].with_context(active_test=False).search([]).sequence_id
    env.cr.execute("UPDATE timebank_scheme SET sequence_id = NULL")
    env["timebank.scheme"].invalidate_model(["sequence_id"])
    numbering.unlink()


def _get_tables(env, models):
    """The tables of our models and of their many-to-many fields, views left out."""
    names = {env[name]._table for name in models}
    names |= set(
        env["ir.model.relation"].search([("module.name", "=", "timebank_coproduction")]).mapped("name")
    )
    rows = env.execute_query(
        SQL("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname IN %s", tuple(names))
    )
    return [name for (name,) in rows]


def _drop_references(env, tables):
    """Take away the foreign keys from other tables to ours, whose columns go with their fields."""
    rows = env.execute_query(
        SQL(
            """SELECT referring.relname, c.conname
                 FROM pg_constraint c
                 JOIN pg_class referring ON referring.oid = c.conrelid
                 JOIN pg_class referred ON referred.oid = c.confrelid
                WHERE c.contype = 'f' AND referred.relname IN %(tables)s
                  AND referring.relname NOT IN %(tables)s""",
            tables=tuple(tables),
        )
    )
    for table, constraint in rows:
        env.cr.execute(
            SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(constraint))
        )
