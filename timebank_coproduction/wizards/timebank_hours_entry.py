from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..models.common.hours_field import Hours, valid_minutes
from ..models.common.verb import verb
from ..models.common.windows import open_list
from ..tools.shares import split


class TimebankHoursEntry(models.TransientModel):
    """One act of giving with several people on one side, entered once.

    One person gave to many (a talk, a lift for five) or many gave to one (a garden
    cleared together). One hour of anyone's time stays one credit: what a giver earns
    is shared out among those who were there at once.
    """

    _name = "timebank.hours.entry"
    _description = "Enter Hours of Several People"
    _inherit = ["timebank.dated"]

    scheme_id = fields.Many2one(
        "timebank.scheme",
        string="Time bank",
        required=True,
        domain="[('is_on_screen', '=', True)]",
        default=lambda self: self.env["timebank.scheme"]._get_usual(),
    )
    giver_ids = fields.Many2many(
        "res.partner", "timebank_hours_entry_giver_rel", string="Given by", required=True
    )
    receiver_ids = fields.Many2many(
        "res.partner",
        "timebank_hours_entry_receiver_rel",
        string="Received by",
        help="Empty means the bank itself.",
    )
    hours = Hours("Hours each gave", required=True, default=1)
    counting = fields.Selection(
        [
            ("together", "With all of them at once: they share the cost"),
            ("in_turn", "With one after the other: each pays for this long"),
        ],
        required=True,
        default="together",
    )
    pot_id = fields.Many2one(
        "timebank.account",
        string="Paid from",
        domain="[('kind', '=', 'pot'), ('scheme_id', '=', scheme_id), ('state', '=', 'open')]",
        help="A pot that pays for all of it.",
    )
    category_id = fields.Many2one("timebank.category")
    category_policy = fields.Selection(related="scheme_id.category_policy")
    project_id = fields.Many2one("project.project", domain="[('timebank_open_to_ids', '=?', scheme_id)]")
    description = fields.Char()
    approve = fields.Boolean("Approve at once", default=True)

    @verb(single=True)
    def action_confirm(self):
        """Make the hours, hand them in, and approve them where asked to, as far as the user can.

        :return: an action: the list of the new entries, or of those that wait, and why
        :raises AccessError: for whoever is not a coordinator
        :raises UserError: several people on both sides, or a rule of hours is broken
        """
        self.ensure_one()
        if not self.env["timebank.hours"]._is_coordinating():
            raise AccessError(self.env._("Only a coordinator can enter hours of several people."))
        hours = self.env["timebank.hours"].create(self._prepare_hours())
        result = hours.action_submit()
        waiting = hours.filtered(lambda entry: entry.state == "submitted")
        refusals = waiting._approve_possible() if self.approve else {}
        if refusals:
            return self.env["timebank.outcome"]._show(
                hours,
                self.env._("approved"),
                refusals,
                sentence=self.env._("All are recorded. What could not be approved waits for approval."),
            )
        if isinstance(result, dict):
            return result
        return open_list(self.env, "timebank_hours_action", [("id", "in", hours.ids)], {})

    def _prepare_hours(self):
        """Values of one entry for each giver and receiver."""
        givers, receivers = self.giver_ids, self.receiver_ids
        if not givers:
            raise UserError(self.env._("Say who gave the time."))
        if len(givers) > 1 and len(receivers) > 1:
            raise UserError(
                self.env._(
                    "Several people on both sides can't be one entry: make one for each"
                    " giver or each receiver."
                )
            )
        minutes = valid_minutes(self.env, self.hours, hours=True)
        shares = [minutes] * len(receivers)
        if self.counting == "together" and len(receivers) > 1:
            shares = split(minutes, len(receivers))
        if not all(shares):
            raise UserError(self.env._("That is less than a minute for each: leave the receivers empty."))
        return [
            {
                "scheme_id": self.scheme_id.id,
                "date": self.date,
                "partner_id": giver.id,
                "receiver_id": receiver and receiver.id,
                "minutes": share,
                "pot_id": self.pot_id.id,
                "category_id": self.category_id.id,
                "project_id": self.project_id.id,
                "description": self.description,
                "source": "coordinator",
            }
            for giver in givers
            for receiver, share in zip(receivers or [False], shares or [minutes], strict=True)
        ]
