"""What leans on what Odoo keeps private. Whoever takes the addon to another version starts here.

Who may read what is written beside a record is asked where Odoo asks it, too: ``mail_beside.py``,
``mail_activity.py``, ``ir_rule.py``, ``roles.py``. Everywhere else the addon keeps to what Odoo documents,
or what every addon of Odoo's own uses.
"""

from datetime import date
from functools import partial

from odoo import api, models
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition
from odoo.tools import SQL

# Odoo offers no public name for these.
from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.addons.base.models.res_partner import _tz_get
from odoo.addons.web.controllers.utils import _get_login_redirect_url

from ...tools import bulk
from .acting import note_touched

#: From how many records on one query asks the record rules faster than a look at each of them.
ASKED_TOGETHER = 200
#: Fields whose empty value is nought.
NUMBERS = ("integer", "float", "monetary")
#: Fields whose values can be told apart as they are.
PLAIN = (*NUMBERS, "boolean", "char", "date", "datetime", "many2one", "selection", "text")
#: How many records get the same values, on the average, where it pays to write those together.
MANY_ALIKE = 20


def prints_letterhead():
    """Whether the wkhtmltopdf here has the patch that letterheads and several documents at once need."""
    return _wkhtml().is_patched_qt


def time_zones(records):
    """The choices of a field that holds a time zone, as a contact's."""
    return _tz_get(records)


def script_addresses(env, bundle):
    """The addresses of a bundle's scripts, for pages whose policy lets no inline handler run.

    Odoo's own way to load them writes one into the page.
    """
    return env["ir.qweb"]._get_asset_links(bundle, css=False)


def after_signing_in(user_id, path):
    """Where a browser goes with which somebody has just signed in: to the second factor, if they have one."""
    return _get_login_redirect_url(user_id, path)


def keeping_what_was_chosen(records, chosen):
    """A context in which computed fields of ``records`` stay as they are."""
    return records.env.protecting(chosen, records)


def get_bounds(records, domain, name):
    """Between which days all lies that a domain finds, as far as its conditions on a field of dates say.

    :return: the first and the last day, either of which may be None
    """
    domain = Domain(domain).optimize(records)
    first = last = None
    for one in domain.children if isinstance(domain, DomainAnd) else [domain]:
        if not isinstance(one, DomainCondition) or one.field_expr != name:
            continue
        if isinstance(one.value, date) and one.operator in (">=", ">"):
            first = max(first or one.value, one.value)
        elif isinstance(one.value, date) and one.operator in ("<=", "<"):
            last = min(last or one.value, one.value)
    return first, last


def _goes_through_list(model, domain):
    """Whether a domain asks for something of the records in a one-to-many field."""
    for condition in domain.iter_conditions():
        there = model
        for name in condition.field_expr.split("."):
            field = there._fields.get(name)
            if field is None or not field.relational:
                break
            if field.type == "one2many":
                return True
            there = model.env[field.comodel_name]
        else:
            if isinstance(condition.value, Domain) and _goes_through_list(there, condition.value):
                return True
    return False


class TimebankBulk(models.AbstractModel):
    """Rows by the thousand, in one statement each, of which the ORM learns afterwards.

    For verbs alone: who may, and what the values may be, has been asked before.
    """

    _name = "timebank.bulk"
    _description = "Many rows in one statement"

    def _check_access(self, operation):
        """Whose the records of a large batch are, one query asks; Odoo's own goes through them one by one.

        So it does where a rule looks through a list, such as a bank's members: Odoo's own would read all
        of it, and whoever reads the record next would be given it from memory.
        """
        if self.env.su or not self or not all(self._ids):
            return super()._check_access(operation)
        if len(self) < ASKED_TOGETHER and not self._has_rule_through_list(operation):
            return super()._check_access(operation)
        forbidden = self.browse()._check_access(operation)
        if forbidden:
            return self, forbidden[1]
        rules = self.env["ir.rule"]
        domain = rules._compute_domain(self._name, operation)
        # sudo: asks the rules themselves, as Odoo does
        everybody = self.sudo().with_context(active_test=False)
        allowed = set(everybody._search(Domain("id", "in", self._ids) & domain).get_result_ids())
        refused = self.browse(record_id for record_id in self._ids if record_id not in allowed)
        return (refused, partial(rules._make_access_error, operation, refused)) if refused else None

    def _has_rule_through_list(self, operation):
        domain = self.env["ir.rule"]._compute_domain(self._name, operation)
        return _goes_through_list(self, Domain(domain))

    def _get_columns(self, *names):
        """What many records hold in stored fields, as plain as in the database: ids in place of records.

        Many times as fast as to read field by field, record by record.

        :param names: of fields with a column, neither translated nor binary
        :return: list of a tuple for each record, in their order
        """
        columns = []
        for field in map(self._fields.__getitem__, names):
            if field.name == "id":
                columns.append(self._ids)
                continue
            self._check_field_access(field, "read")
            if field.compute:
                field.recompute(self)
            missing = self.browse(field._cache_missing_ids(self))
            if missing:
                missing._fetch_field(field)
            empty = 0 if field.type in NUMBERS else False
            values = map(field._get_cache(self.env).__getitem__, self._ids)
            columns.append([empty if value is None else value for value in values])
        return list(zip(*columns, strict=True))

    def _having(self, name):
        """Those of these records that hold something in the stored field ``name``."""
        return self.browse(record_id for record_id, value in self._get_columns("id", name) if value)

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
        columns = self._complete_columns(rows)
        statement = bulk.insert(self._table, self._fields, columns)
        records = self.browse(record_id for (record_id,) in self.env.execute_query(statement))
        note_touched(records)
        given = [self._fields[name] for name in columns]
        for field in self._fields.values():
            if field.store and field.compute and field not in given:
                self.env.add_to_compute(field, records)
        for field in given:
            if field.type != "many2one":
                continue
            values = columns[field.name]
            field._insert_cache(records, values)
            named = self.env[field.comodel_name].browse(filter(None, dict.fromkeys(values)))
            for inverse in self.pool.field_inverses[field]:
                named.invalidate_recordset([inverse.name], flush=False)
        with self.env.protecting(given, records):
            records.modified(columns, create=True)
        records._validate_fields(columns)
        return records

    def _complete_columns(self, rows):
        """Column → the values of all rows, with who and when, and what is empty as the database knows it."""
        columns = {}
        for name in dict.fromkeys(name for row in rows for name in row):
            columns[name] = values = [row.get(name) for row in rows]
            if self._fields[name].type != "boolean" and False in values:
                columns[name] = [None if value is False else value for value in values]
        if self._log_access:
            for event in ("create", "write"):
                columns[f"{event}_uid"] = [self.env.uid] * len(rows)
                columns[f"{event}_date"] = [self.env.cr.now()] * len(rows)
        return columns

    @api.private
    def _update_rows(self, values):
        """Write values that differ from record to record.

        :param dict values: record id → a dict of columns, the same columns for each
        """
        if not values:
            return
        records = self.browse(values)
        note_touched(records)
        given = {"id": list(values)}
        for name in next(iter(values.values())):
            given[name] = [vals[name] for vals in values.values()]
        if self._log_access:
            given["write_uid"] = [self.env.uid] * len(values)
            given["write_date"] = [self.env.cr.now()] * len(values)
        columns, origin = bulk.source(self._fields, given)
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
        with self.env.protecting([self._fields[name] for name in names], records):
            records.modified(names)

    def _flush(self):
        """A statement for all records that get the same values, as they do from a verb.

        The ORM spells out the values of each record, a hundred records at a time.
        """
        dirty = self.env._field_dirty
        fields = [field for field in self._fields.values() if dirty.get(field)]
        ids = list(dirty[fields[0]]) if fields else []
        if len(ids) < 2 or not all(map(self._is_plain, fields)):
            return super()._flush()
        if any(dirty[field] != dirty[fields[0]] for field in fields):
            return super()._flush()
        alike = {}
        caches = (field._get_cache(self.env) for field in fields)
        for record_id, *values in zip(ids, *([cache[i] for i in ids] for cache in caches), strict=True):
            alike.setdefault(tuple(values), []).append(record_id)
        if len(alike) > len(ids) / MANY_ALIKE:
            return super()._flush()
        for field in fields:
            del dirty[field]
        for group in map(self.browse, alike.values()):
            group._update_alike({field.name: field.get_column_update(group[0]) for field in fields})

    def _is_plain(self, field):
        """Whether a field has one value for everybody, which can be told from another as it is."""
        varies = field.translate or field.company_dependent or field in self.pool.field_depends_context
        return field.type in PLAIN and not varies

    def _update_alike(self, vals):
        if self._log_access:
            vals = {"write_uid": self.env.uid, "write_date": self.env.cr.now(), **vals}
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id IN %s",
                SQL.identifier(self._table),
                SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in vals.items()),
                self._ids,
            )
        )
