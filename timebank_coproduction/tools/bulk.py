"""Many rows in one statement: what they have in common stands in it once, the rest as one text."""

import json

from odoo.tools import SQL


def source(fields, rows):
    """What to select, and from where, for a statement that writes ``rows``.

    :param fields: the model's ``_fields``, which know the types of columns
    :param list rows: dicts of column → plain value; a missing key is empty
    :return: a dict of column → its value in SQL, and what to put after ``FROM``
    """
    first = rows[0]
    names = dict.fromkeys(name for row in rows for name in row)
    same = {name for name in names if all(row.get(name) == first.get(name) for row in rows)}
    vary = [name for name in names if name not in same]
    values = {
        name: SQL("%s", first.get(name)) if name in same else SQL.identifier("new", name) for name in names
    }
    columns = SQL(", ").join(
        SQL("%s %s", SQL.identifier(name), SQL.identifier(fields[name].column_type[0]))
        for name in vary or ["id"]
    )
    text = json.dumps([{name: row.get(name) for name in vary} for row in rows], default=str)
    return values, SQL("json_to_recordset(%s) AS new(%s)", text, columns)


def insert(table, fields, rows):
    """The statement that inserts ``rows`` and returns their ids, in the order given.

    :param str table: the name of the model's table; the rest as for :func:`source`
    :return: the statement, and the names of its columns
    """
    columns, origin = source(fields, rows)
    statement = SQL(
        "INSERT INTO %s (%s) SELECT %s FROM %s RETURNING id",
        SQL.identifier(table),
        SQL(", ").join(map(SQL.identifier, columns)),
        SQL(", ").join(columns.values()),
        origin,
    )
    return statement, list(columns)
