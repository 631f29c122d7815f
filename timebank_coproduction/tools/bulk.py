"""Many rows in one statement: what they have in common stands in it once, the rest as one text."""

import json

from odoo.tools import SQL


def source(fields, columns):
    """What to select, and from where, for a statement that writes rows.

    :param fields: the model's ``_fields``, which know the types of columns
    :param dict columns: name → the plain values of all rows, in order
    :return: a dict of column → its value in SQL, and what to put after ``FROM``
    """
    varied = {name: values for name, values in columns.items() if values.count(values[0]) < len(values)}
    selected = {
        name: SQL.identifier("new", name) if name in varied else SQL("%s", values[0])
        for name, values in columns.items()
    }
    types = SQL(", ").join(
        SQL("%s %s", SQL.identifier(name), SQL.identifier(fields[name].column_type[0]))
        for name in varied or ["id"]
    )
    count = len(next(iter(columns.values())))
    rows = zip(*varied.values(), strict=True) if varied else [()] * count
    text = json.dumps([dict(zip(varied, row, strict=True)) for row in rows], default=str)
    return selected, SQL("json_to_recordset(%s) AS new(%s)", text, types)


def insert(table, fields, columns):
    """The statement that inserts rows and returns their ids, in the order given.

    :param str table: the name of the model's table; the rest as for :func:`source`
    """
    selected, origin = source(fields, columns)
    return SQL(
        "INSERT INTO %s (%s) SELECT %s FROM %s RETURNING id",
        SQL.identifier(table),
        SQL(", ").join(map(SQL.identifier, selected)),
        SQL(", ").join(selected.values()),
        origin,
    )
