from odoo import fields, models
from odoo.fields import Domain

from ...tools.minutes import clock
from ..common.hours_field import hours_field
from ..common.verb import verb
from ..common.windows import open_list


class TimebankMember(models.Model):
    """What a person gave and received, on screen and on a statement on paper."""

    _inherit = "timebank.member"

    given_minutes = fields.Integer(compute="_compute_given_received")
    given_hours = hours_field("given_minutes", "Hours given")
    received_minutes = fields.Integer(compute="_compute_given_received")
    received_hours = hours_field("received_minutes", "Hours received")

    def _compute_given_received(self):
        """Approved minutes, from the entries themselves (two grouped queries)."""
        given, received = self._get_minutes_by("partner_id"), self._get_minutes_by("receiver_id")
        for member in self:
            member.given_minutes, member.received_minutes = given[member], received[member]

    # Actions
    @verb(single=True)
    def action_view_hours(self):
        self.ensure_one()
        return open_list(
            self.env,
            "timebank_hours_action",
            [
                ("scheme_id", "=", self.scheme_id.id),
                "|",
                ("partner_id", "=", self.partner_id.id),
                ("receiver_id", "=", self.partner_id.id),
            ],
            {"default_scheme_id": self.scheme_id.id, "default_partner_id": self.partner_id.id},
        )

    @verb()
    def action_print_statement(self):
        """Ask for the period, then print a page for each of these members."""
        return self.env["timebank.statement"]._open_dialog(self.account_id)

    def _get_minutes_over(self, date_from, date_to, side):
        """Approved minutes of a period, both days included.

        :param str side: ``partner_id`` for what they gave, ``receiver_id`` for what
            they received
        :return: dict of member → minutes
        """
        return self._get_minutes_by(side, Domain("date", ">=", date_from) & Domain("date", "<=", date_to))

    def _get_minutes_by(self, side, period=Domain.TRUE):
        """As :meth:`_get_minutes_over`, of the entries that a domain narrows down."""
        groups = self.env["timebank.hours"]._read_group(
            Domain("scheme_id", "in", self.scheme_id.ids)
            & Domain(side, "in", self.partner_id.ids)
            & Domain("state", "=", "approved")
            & period,
            ["scheme_id", side],
            ["minutes:sum"],
        )
        totals = {(scheme, partner): minutes for scheme, partner, minutes in groups}
        return {
            member: totals.get((member.scheme_id._origin, member.partner_id._origin), 0) for member in self
        }

    # The certificate that members get for themselves
    def _make_certificate(self, date_from, date_to):
        """A certificate of the hours that this member gave, to be signed by the bank.

        :return: the ``timebank.certificate``
        :raises UserError: no hours are approved in the period, or it ends before it begins
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: a member may not make certificates, except this one, of what is theirs
        certificates = self.env["timebank.certificate"].sudo()
        coordinators = self.scheme_id._get_coordinators().sudo()  # sudo: who signs for the bank
        certificate = certificates.create(
            {
                "member_ids": self.ids,
                "date_from": date_from,
                "date_to": date_to,
                "signatory": coordinators[:1].name or self.scheme_id.name,
            }
        )
        certificate.action_print()
        return certificate

    # Leaving
    def _get_open_matters(self, day):
        matters = super()._get_open_matters(day)
        waiting = self.env["timebank.hours"].search(
            [
                ("scheme_id", "=", self.scheme_id.id),
                ("state", "in", ("draft", "submitted")),
                "|",
                ("partner_id", "=", self.partner_id.id),
                ("receiver_id", "=", self.partner_id.id),
            ]
        )
        if waiting:
            matters.append(
                (
                    self.env._("Time not approved yet: %s", clock(sum(waiting.mapped("minutes")))),
                    self.env._("What was given until that day can still be approved."),
                )
            )
        return matters
