from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..common.personal import OURS
from ..common.words import say_day
from .timebank_grant_amendable import BELONGS


class TimebankGrantAgreed(models.AbstractModel):
    """A row of what was agreed with a grant's funder: an open grant's is changed by an amendment alone."""

    _name = "timebank.grant.agreed"
    _description = "Agreed With a Funder"
    _inherit = ["timebank.protected"]

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        if not self._is_in_verb():
            rows.grant_id._refuse_unamended()
        return rows

    def write(self, vals):
        if not self._is_in_verb() and vals.keys() - {"sequence"}:
            self.grant_id._refuse_unamended()
        return super().write(vals)

    # At uninstallation too, which a context from outside can claim; the hook empties the table itself.
    @api.ondelete(at_uninstall=True)
    def _unlink_only_unagreed(self):
        if not self._is_in_verb():
            self.grant_id._refuse_unamended()


class TimebankGrantLine(models.Model):
    _name = "timebank.grant.line"
    _description = "Grant Budget Line"
    _inherit = ["timebank.grant.agreed", "timebank.grant.line.actual"]
    _order = "sequence, id"
    _personal_fields = {
        "name": OURS,
    }

    grant_id = fields.Many2one("timebank.grant", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    currency_id = fields.Many2one(related="grant_id.company_currency_id")
    amount = fields.Monetary()

    _positive = models.Constraint("CHECK (amount >= 0)", "A budget line is zero or more.")

    def _say(self):
        # sudo: names of what the line is for, for the grant's history
        parts = [", ".join(self.sudo()[name].mapped("display_name")) for name in BELONGS]
        belongs = "; ".join(filter(None, parts))
        return f"{self.name}, {self.currency_id.format(self.amount)}" + (f" ({belongs})" if belongs else "")


class TimebankGrantDeadline(models.Model):
    _name = "timebank.grant.deadline"
    _description = "Report Due to a Funder"
    _inherit = ["timebank.grant.agreed"]
    _order = "date, id"
    _personal_fields = {
        "name": OURS,
        "activity_id": OURS,
    }

    grant_id = fields.Many2one("timebank.grant", required=True, ondelete="cascade", index=True)
    name = fields.Char("What is due", required=True)
    date = fields.Date("Due on", required=True)
    activity_id = fields.Many2one("mail.activity", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        deadlines = super().create(vals_list)
        deadlines.filtered(lambda deadline: deadline.grant_id.state == "open")._schedule_todo()
        return deadlines

    def write(self, vals):
        result = super().write(vals)
        if "date" in vals:
            for deadline in self.filtered("activity_id"):
                deadline.activity_id.date_deadline = deadline.date
        return result

    def unlink(self):
        # sudo: the to-do goes with what was due, whoever has it
        self.sudo().activity_id.unlink()
        return super().unlink()

    def _say(self):
        return f"{self.name}, {say_day(self.env, self.date)}"

    def _schedule_todo(self):
        """Put each deadline on the list of whoever is responsible for the grant."""
        for deadline in self.filtered(lambda deadline: not deadline.activity_id):
            grant = deadline.grant_id
            todo = grant.activity_schedule(
                "timebank_coproduction.mail_activity_funder_report",
                date_deadline=deadline.date,
                summary=deadline.name,
                user_id=(grant.user_id or self.env.user).id,
            )
            deadline._in_verb().write({"activity_id": todo.id})


class TimebankGrantAmendment(models.Model):
    """What was agreed anew with the funder: kept with its date and reason, never changed."""

    _name = "timebank.grant.amendment"
    _description = "Grant Amendment"
    _inherit = ["timebank.protected"]
    _order = "date desc, id desc"
    _personal_fields = {
        "reason": OURS,
        "changes": OURS,
    }

    grant_id = fields.Many2one("timebank.grant", required=True, ondelete="cascade", index=True, readonly=True)
    date = fields.Date("Agreed on", required=True, readonly=True)
    reason = fields.Char(required=True, readonly=True)
    changes = fields.Text("What changed", readonly=True)
    currency_id = fields.Many2one(related="grant_id.currency_id")
    old_amount = fields.Monetary("Old amount", readonly=True)
    new_amount = fields.Monetary("New amount", readonly=True)
    old_date_end = fields.Date("Old end", readonly=True)
    new_date_end = fields.Date("New end", readonly=True)
    old_percentage = fields.Float("Old share (%)", readonly=True)
    new_percentage = fields.Float("New share (%)", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_in_verb():
            raise AccessError(self.env._("Amendments are made with the grant's “Amend” button."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(self.env._("An amendment is never changed: record another one."))
