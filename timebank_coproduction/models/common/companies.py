"""What a time bank's records name stays in their company, or in none.

Otherwise the pages that show it would fail: whoever works in the bank's company couldn't read
it any more. It holds for each model that one of the addon's names, by itself
(``models/common/base.py``): contacts, projects, products, analytic accounts.
"""

from odoo.exceptions import UserError
from odoo.models import MAGIC_COLUMNS

#: What a record's company comes with.
MOVES = frozenset({"company_id", "parent_id", "project_id"})


def company_by_record(records):
    """Dict of record id → company, for records that one of the addon's models can name."""
    # Users are told to everybody, wherever they work; who is in charge of a bank, that bank's models ask.
    if "company_id" not in records._fields or records._name == "res.users" or not _get_naming_fields(records):
        return {}
    # sudo: where a record is, whoever moves it
    return {record.id: record.company_id for record in records.sudo()}


def refuse_moved(records, before):
    """:raises UserError: for one that has got another company than the time bank's that names it

    :param dict before: record id → company, as :func:`company_by_record` returned it
    """
    # sudo: whatever names the record counts, also what the user may not read
    moved = records.sudo().filtered(lambda one: one.company_id and one.company_id != before.get(one.id))
    for company, group in moved.grouped("company_id").items():
        for model, name, path in _get_naming_fields(records):
            domain = [(name + path, "in", group.ids), ("company_id", "not in", [company.id, False])]
            naming = model.sudo().with_context(active_test=False).search(domain, limit=1)
            if naming:
                raise UserError(
                    records.env._(
                        "“%(record)s” is used by a time bank of %(company)s (%(what)s): it can't be moved to"
                        " %(other)s. Leave its company empty, if both have to see it.",
                        record=_get_named(naming, name, path, group)[:1].display_name,
                        company=naming.company_id.name,
                        what=naming.env["ir.model"]._get(naming._name).name,
                        other=company.name,
                    )
                )


def _get_naming_fields(records):
    """Triples of a model of the addon, its stored field that names such records, and the path from
    there: of a product, for example, a template is named by way of its variant."""
    found = []
    for model in records.env.values():
        if not model._name.startswith("timebank.") or model._abstract or model._transient:
            continue
        if not model._auto or "company_id" not in model._fields:
            continue
        for name, field in model._fields.items():
            if not field.store or field.type not in ("many2one", "many2many") or name in MAGIC_COLUMNS:
                continue
            path = records.env[field.comodel_name]._inherits.get(records._name)
            if field.comodel_name == records._name:
                found.append((model, name, ""))
            elif path and field.comodel_name != "res.users":
                found.append((model, name, f".{path}"))
    return found


def _get_named(naming, name, path, group):
    return naming.mapped(name + path) & group
