from odoo import fields, models

from ..models.common.words import say_day

#: The list names no more than this of a kind; the last line says how many more there are.
MOST_LISTED = 500


class TimebankRetentionDue(models.TransientModel):
    """What would be erased tonight, and why: a list to look through, which erases nothing."""

    _name = "timebank.retention.due"
    _description = "What Is Due to Be Erased"
    _order = "retention_id, day, id"

    retention_id = fields.Many2one(
        "timebank.retention", string="Line", required=True, readonly=True, ondelete="cascade"
    )
    scheme_id = fields.Many2one(related="retention_id.scheme_id", store=True)
    kind = fields.Selection(related="retention_id.kind", store=True)
    is_on = fields.Boolean(related="retention_id.is_on")
    name = fields.Char("Which", readonly=True)
    day = fields.Date("Last needed on", readonly=True)
    goes = fields.Char("What goes", readonly=True)
    why = fields.Char(readonly=True)

    def _list(self, rules):
        vals_list = []
        for rule in rules:
            due = rule._find_due()
            for record in due[:MOST_LISTED]:
                vals_list.append(
                    {
                        "retention_id": rule.id,
                        "name": self._name_of(record),
                        "day": rule._get_day(record),
                        "goes": rule.what_goes,
                        "why": self.env._(
                            "Before %(day)s: kept for %(months)s months. %(reason)s",
                            day=say_day(self.env, rule._get_before()),
                            months=rule.months,
                            reason=rule.reason,
                        ),
                    }
                )
            if len(due) > MOST_LISTED:
                more = self.env._("And %s more", len(due) - MOST_LISTED)
                vals_list.append({"retention_id": rule.id, "name": more, "goes": rule.what_goes})
        return self.create(vals_list)

    def _name_of(self, record):
        if record._name == "mail.message":
            label = record.env["ir.model"]._get(record.model).name
            return self.env._("Message beside “%s”", label)
        return record.display_name or ""
