from odoo import models


class TimebankMember(models.Model):
    """What a statement on paper says about a person."""

    _inherit = "timebank.member"

    def action_print_statement(self):
        """Ask for the period, then print a page for each of these members."""
        return self.env["timebank.statement"]._ask(self.account_id)

    def _get_minutes_over(self, date_from, date_to, side):
        """Approved minutes of a period.

        :param str side: ``partner_id`` for what they gave, ``receiver_id`` for what
            they received
        :return: dict of member → minutes
        """
        groups = self.env["timebank.hours"]._read_group(
            [
                ("scheme_id", "in", self.scheme_id.ids),
                (side, "in", self.partner_id.ids),
                ("state", "=", "approved"),
                ("date", ">=", date_from),
                ("date", "<=", date_to),
            ],
            ["scheme_id", side],
            ["minutes:sum"],
        )
        totals = {(scheme, partner): minutes for scheme, partner, minutes in groups}
        return {member: totals.get((member.scheme_id, member.partner_id), 0) for member in self}
