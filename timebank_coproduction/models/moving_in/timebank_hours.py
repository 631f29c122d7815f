from odoo import models

from ..common.marks import Mark

#: What tells the rules of hours that a move brings these in.
_MOVING_IN = Mark("timebank_moving_in")

#: Where all of these agree, the database keeps one entry that is handed in: see ``_no_double``.
KEPT_ONCE = ("scheme_id", "partner_id", "date", "minutes", "start_minute", "receiver_id", "project_id")


class TimebankHours(models.Model):
    """What another program has kept has happened, however long the day was."""

    _inherit = "timebank.hours"

    def _leave_doubles_as_drafts(self, vals_list):
        """Make drafts of values that repeat what is handed in already, or each other: the database would
        refuse the whole statement, and the rules say which they are.
        """
        handed_in = self.search(
            [
                ("partner_id", "in", list({vals["partner_id"] for vals in vals_list})),
                ("date", "in", list({vals["date"] for vals in vals_list})),
                ("state", "in", ("submitted", "approved")),
            ]
        )
        known = set(handed_in._get_columns(*KEPT_ONCE))
        for vals in vals_list:
            same = tuple(False if vals[name] is None else vals[name] for name in KEPT_ONCE)
            if same in known:
                vals |= {"state": "draft", "approver_id": None, "approved_on": None, "earns_credit": False}
            known.add(same)

    def _get_refusals_to_move_in(self):
        """Entries that break a rule, of those that a move brings in at this moment."""
        if not self:
            return {}
        return _MOVING_IN.put_on(self)._get_refusals_to_record()

    def _get_days_too_long(self, by_day):
        """How much of a day a bank allows is for what is recorded here, not for history that moves in."""
        if _MOVING_IN.is_on(self):
            return {}
        # sudo: only which of these entries a move brings in is asked
        rows = self.env["timebank.migration.row"].sudo().search([("hours_id", "in", self.ids)])
        return super(TimebankHours, self - rows.hours_id.sudo(self.env.su))._get_days_too_long(by_day)
