"""All that leans on what Odoo keeps private. Whoever takes the addon to another version starts here.

Everywhere else the addon keeps to what Odoo documents, or what every addon of Odoo's own uses.
"""

from odoo import api, models
from odoo.tools import SQL

# Odoo offers no public name for these two.
from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.addons.base.models.res_partner import _tz_get

from ...tools import bulk


def prints_letterhead():
    """Whether the wkhtmltopdf here has the patch that letterheads and several documents at once need."""
    return _wkhtml().is_patched_qt


def time_zones(records):
    """The choices of a field that holds a time zone, as a contact's."""
    return _tz_get(records)


class TimebankBulk(models.AbstractModel):
    """Rows by the thousand, in one statement each, of which the ORM learns afterwards.

    For verbs alone: who may, and what the values may be, has been asked before.
    """

    _name = "timebank.bulk"
    _description = "Many rows in one statement"

    @api.private
    def _insert_rows(self, rows):
        """Insert rows; what depends on them is told as by ``create``.

        Nothing is filled in but who and when, and what Odoo computes.

        :param list rows: dicts of column → plain value, ``False`` or ``None`` where empty
        :return: the records, in the order given
        :raises ValidationError: where one breaks a rule of its model
        """
        if not rows:
            return self.browse()
        rows = self._complete_rows(rows)
        statement, names = bulk.insert(self._table, self._fields, rows)
        records = self.browse(record_id for (record_id,) in self.env.execute_query(statement))
        given = [self._fields[name] for name in names]
        for field in self._fields.values():
            if field.store and field.compute and field not in given:
                self.env.add_to_compute(field, records)
        for field in given:
            if field.type != "many2one":
                continue
            values = [row.get(field.name) for row in rows]
            field._insert_cache(records, values)
            named = self.env[field.comodel_name].browse(filter(None, dict.fromkeys(values)))
            for inverse in self.pool.field_inverses[field]:
                named.invalidate_recordset([inverse.name], flush=False)
        with self.env.protecting(given, records):
            records.modified(names, create=True)
        records._validate_fields(names)
        return records

    def _complete_rows(self, rows):
        """The rows with who and when, and what is empty as the database knows it."""
        stamps = {}
        if self._log_access:
            now = self.env.cr.now()
            stamps = {
                "create_uid": self.env.uid,
                "create_date": now,
                "write_uid": self.env.uid,
                "write_date": now,
            }
        yes_or_no = {name for name, field in self._fields.items() if field.type == "boolean"}
        return [
            {
                **stamps,
                **{
                    name: None if value is False and name not in yes_or_no else value
                    for name, value in row.items()
                },
            }
            for row in rows
        ]

    @api.private
    def _update_rows(self, values):
        """Write values that differ from record to record.

        :param dict values: record id → a dict of columns, the same columns for each
        """
        if not values:
            return
        records = self.browse(values)
        stamps = {"write_uid": self.env.uid, "write_date": self.env.cr.now()} if self._log_access else {}
        rows = [{"id": record_id, **vals, **stamps} for record_id, vals in values.items()]
        columns, origin = bulk.source(self._fields, rows)
        record_id = columns.pop("id")
        records.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE %s old SET %s FROM %s WHERE old.id = %s",
                SQL.identifier(self._table),
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value) for name, value in columns.items()
                ),
                origin,
                record_id,
            )
        )
        names = list(columns)
        records.invalidate_recordset(names, flush=False)
        records.modified(names)

    def _write_multi(self, vals_list):
        """One statement where all records get the same values, as they do from a verb.

        The ORM spells out the values of each record, a hundred records at a time.
        """
        vals = vals_list[0] if vals_list else {}
        if (
            len(self) < 2
            or any(self._fields[name].translate for name in vals)
            or any(other != vals for other in vals_list)
        ):
            return super()._write_multi(vals_list)
        if self._log_access:
            vals = {"write_uid": self.env.uid, "write_date": self.env.cr.now(), **vals}
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id IN %s",
                SQL.identifier(self._table),
                SQL(", ").join(SQL("%s = %s", SQL.identifier(name), vals[name]) for name in vals),
                self._ids,
            )
        )
