import json

from odoo import models
from odoo.tools import SQL

#: What names a record of any model by its name and number: table → the columns that do.
REFERENCES = {
    "ir_attachment": ("res_model", "res_id"),
    "ir_model_data": ("model", "res_id"),
    "mail_activity": ("res_model", "res_id"),
    "mail_followers": ("res_model", "res_id"),
    "mail_message": ("model", "res_id"),
}


class TimebankPhotograph(models.AbstractModel):
    """What rows hold, and what points to them, so that both can be put back as they were.

    Kept as plain JSON: ``rows`` (table and the whole row), ``links`` (who pointed where) and ``altered``
    (what a row that stays held before and after). Odoo joins contacts below the ORM, in the database;
    so what they were is read and put back there, too.
    """

    _name = "timebank.photograph"
    _description = "What Rows Held"
    #: Columns that are nobody's to put back, as something else keeps them.
    _following = frozenset({"write_uid", "write_date"})

    def _get_row(self, table, row_id):
        query = SQL("SELECT to_jsonb(t) FROM %s t WHERE id = %s", SQL.identifier(table), row_id)
        found = self.env.execute_query(query)
        return found[0][0] if found else None

    def _photograph_rows(self, records):
        """The rows of ``records``, whole: a list of (table, row)."""
        records.flush_recordset()
        return [[records._table, self._get_row(records._table, record_id)] for record_id in records.ids]

    def _photograph_links(self, record, kept):
        """All that points to ``record`` and is about to point to ``kept``: a list of dicts."""
        self.env.flush_all()
        merging = self.env["base.partner.merge.automatic.wizard"]
        links = []
        for table, column in merging._get_fk_on(record._table):
            if "base_partner_merge_" in table:
                continue
            where = SQL("%s = %s", SQL.identifier(column), record.id)
            if not self._has_id(table):
                rows = self._select_rows(table, where)
                if rows:
                    there = self._select_rows(table, SQL("%s = %s", SQL.identifier(column), kept.id))
                    links.append({"table": table, "column": column, "pairs": rows, "there": there})
                continue
            rows = None
            if merging._has_check_or_unique_constraint(table, column):
                rows = self._select_rows(table, where)  # Odoo removes what can't be there twice
            ids = self._select_ids(table, where)
            if ids:
                links.append({"table": table, "column": column, "ids": ids, "rows": rows})
        for table, (name, column) in REFERENCES.items():
            where = SQL(
                "%s = %s AND %s = %s", SQL.identifier(name), record._name, SQL.identifier(column), record.id
            )
            ids = self._select_ids(table, where)
            if ids:
                rows = self._select_rows(table, where) if table == "mail_followers" else None
                links.append({"table": table, "column": column, "ids": ids, "rows": rows})
        return [{**link, "of": record._table, "gone": record.id, "kept": kept.id} for link in links]

    def _drop_rows_still_there(self, links):
        """Of the rows that could have been removed keep those that were: no copy holds the others."""
        self.env.flush_all()
        for link in links:
            if link.get("rows"):
                there = set(self._select_ids(link["table"], SQL("id = ANY(%s)", link["ids"])))
                link["rows"] = [row for row in link["rows"] if row["id"] not in there]

    def _select_ids(self, table, where):
        query = SQL("SELECT id FROM %s WHERE %s ORDER BY id", SQL.identifier(table), where)
        return [row_id for (row_id,) in self.env.execute_query(query)]

    def _select_rows(self, table, where):
        query = SQL("SELECT to_jsonb(t) FROM %s t WHERE %s", SQL.identifier(table), where)
        return [row for (row,) in self.env.execute_query(query)]

    def _has_id(self, table):
        query = SQL(
            """SELECT 1 FROM information_schema.columns
                WHERE table_schema = current_schema AND table_name = %s AND column_name = 'id'""",
            table,
        )
        return bool(self.env.execute_query(query))

    def _compare_rows(self, before):
        """What became of rows that stay: a list of (table, id, what it held, what it holds now).

        :param before: as :meth:`_photograph_rows` gave it
        """
        self.env.flush_all()
        changes = []
        for table, old in before:
            new = self._get_row(table, old["id"]) or {}
            names = [
                name for name in old if name in new and old[name] != new[name] and name not in self._following
            ]
            if names:
                was, now = ({name: row[name] for name in names} for row in (old, new))
                changes.append([table, old["id"], was, now])
        return changes

    def _insert_photographed(self, rows):
        for table, row in rows:
            if "id" in row and self._get_row(table, row["id"]):
                continue  # it was never removed
            self.env.cr.execute(
                SQL(
                    "INSERT INTO %s SELECT * FROM jsonb_populate_record(NULL::%s, %s) ON CONFLICT DO NOTHING",
                    SQL.identifier(table),
                    SQL.identifier(table),
                    json.dumps(row),
                )
            )

    def _point_back(self, links):
        """Have what pointed to a row point to it again, as far as it still points to what it was given to."""
        for link in links:
            table, column = SQL.identifier(link["table"]), SQL.identifier(link["column"])
            if "pairs" in link:
                there = [{**row, link["column"]: link["gone"]} for row in link["there"]]
                for row in link["pairs"]:
                    self._insert_photographed([[link["table"], row]])
                    if row in there:
                        continue
                    given = {**row, link["column"]: link["kept"]}
                    self.env.cr.execute(
                        SQL("DELETE FROM %s t WHERE to_jsonb(t) = %s::jsonb", table, json.dumps(given))
                    )
                continue
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = ANY(%s) AND %s = %s",
                    table, column, link["gone"], link["ids"], column, link["kept"],
                )
            )  # fmt: skip
            self._insert_photographed([link["table"], row] for row in link["rows"] or ())

    def _change_back(self, changes):
        """Have rows hold again what they held, where nobody has changed it since."""
        for table, row_id, was, now in changes:
            current = self._get_row(table, row_id) or {}
            names = [name for name in was if name in current and current[name] == now[name]]
            if names:
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s t SET %s FROM jsonb_populate_record(NULL::%s, %s) r WHERE t.id = %s",
                        SQL.identifier(table),
                        SQL(", ").join(
                            SQL("%s = %s", SQL.identifier(name), SQL.identifier("r", name)) for name in names
                        ),
                        SQL.identifier(table),
                        json.dumps(was),
                        row_id,
                    )
                )
