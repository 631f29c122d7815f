import numpy as np

from odoo import fields, models

from ...tools import closeness, planning


class TimebankScheme(models.Model):
    """A whole set of introductions at once."""

    _inherit = "timebank.scheme"

    introductions_per_giver = fields.Integer(
        "Introductions per giver",
        default=2,
        help="How many introductions a person is planned for at a time, open ones included.",
    )

    _introductions_positive = models.Constraint(
        "CHECK (introductions_per_giver > 0)", "A giver can take on at least one introduction."
    )

    def plan_introductions(self):
        """Suggest who to introduce to whom, so that as many requests as possible are served.

        An exact assignment of the best total score in which nobody has more open
        introductions than the bank's limit. Requests on which an introduction is under
        way are left alone. What an earlier plan suggested and nobody took up is
        replaced.

        :return: the introductions, in state suggested, best first
        :raises AccessError: for whoever doesn't coordinate the bank
        """
        matchmaker = self.env["timebank.matchmaker"]
        matchmaker._check_broker(self)
        introductions = self.env["timebank.introduction"]
        introductions.search([("scheme_id", "in", self.ids), ("state", "=", "suggested")]).unlink()
        rows = [row for scheme in self for row in scheme._plan()]
        return introductions._keep(rows).sorted("score", reverse=True)

    def action_plan_introductions(self):
        """Make a plan, and show it to be accepted or struck out line by line."""
        introductions = self.plan_introductions()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "timebank_coproduction.timebank_introduction_suggested_action"
        )
        return dict(
            action,
            domain=[("id", "in", introductions.ids), ("state", "=", "suggested")],
            display_name=self.env._("Plan of %s introductions", len(introductions)),
        )

    def _plan(self):
        """Rows as :meth:`timebank.request.suggest` gives them, one a request served."""
        self.ensure_one()
        requests, offers = self._get_requests_to_plan(), self._get_offers_to_plan()
        if not requests or not offers:
            return []
        matchmaker = self.env["timebank.matchmaker"]
        points = matchmaker._score(requests, offers, closeness.WHOLE)
        givers = {partner_id: number for number, partner_id in enumerate(offers.partner_id.ids)}
        pairs = planning.plan(
            points,
            np.array([givers[offer.partner_id.id] for offer in offers]),
            self._get_room(list(givers)),
        )
        chosen = [(requests[i], offers[j], float(points[i, j])) for i, j in pairs]
        return matchmaker._describe(chosen, "offer")

    def _get_requests_to_plan(self):
        """Open requests on which nobody is being introduced."""
        # sudo: the caller coordinates this bank
        return (
            self.env["timebank.request"]
            .sudo()
            .search(
                [
                    *self._get_live_domain(),
                    ("introduction_ids", "not any", [("state", "in", ("introduced", "agreed", "done"))]),
                ]
            )
        )

    def _get_offers_to_plan(self):
        # sudo: for the bank's broker, as checked by the verb; the offers of its bank
        return self.env["timebank.offer"].sudo().search(self._get_live_domain())

    def _get_live_domain(self):
        return [
            ("scheme_id", "=", self.id),
            ("state", "=", "published"),
            "|",
            ("expires_on", "=", False),
            ("expires_on", ">=", fields.Date.context_today(self)),
        ]

    def _get_room(self, partner_ids):
        """How many more introductions each of these givers can take on."""
        # sudo: for the bank's broker, as checked by the verb; only counts are used
        busy = {
            partner.id: count
            for partner, count in self.env["timebank.introduction"]
            .sudo()
            ._read_group(
                [
                    ("scheme_id", "=", self.id),
                    ("giver_id", "in", partner_ids),
                    ("state", "in", ("introduced", "agreed")),
                ],
                ["giver_id"],
                ["__count"],
            )
        }
        limit = self.introductions_per_giver
        return np.array([max(limit - busy.get(partner, 0), 0) for partner in partner_ids])
