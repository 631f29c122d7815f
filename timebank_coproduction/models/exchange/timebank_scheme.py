import numpy as np

from odoo import fields, models
from odoo.tools import SQL

from ...tools import closeness, planning
from ..common.hours_field import hours_field
from ..common.jobs import job
from ..common.verb import verb

#: For how many days after support ended somebody is asked.
SUPPORT_ENDED_DAYS = 60
#: How many months after they were asked to give back people are asked again.
ASK_AGAIN_MONTHS = 6


class TimebankScheme(models.Model):
    """A whole set of introductions at once."""

    _inherit = "timebank.scheme"

    introductions_per_giver = fields.Integer(
        "Introductions per giver",
        default=2,
        help="How many introductions a person is planned for at a time, open ones included.",
    )

    # Giving back
    give_back_minutes = fields.Integer(default=180)
    give_back_hours = hours_field(
        "give_back_minutes",
        "Ask to give back after",
        editable=True,
        help="Somebody who has received this much and given nothing is brought to the"
        " coordinators' attention.",
    )

    _introductions_positive = models.Constraint(
        "CHECK (introductions_per_giver > 0)", "A giver can take on at least one introduction."
    )
    _give_back_positive = models.Constraint(
        "CHECK (give_back_minutes > 0)", "People are asked to give back after some time received."
    )

    @verb()
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
        rows = [row for scheme in self for row in scheme._get_plan_rows()]
        return introductions._keep_suggestions(rows).sorted("score", reverse=True)

    @verb()
    def action_plan_introductions(self):
        """Make a plan, and show it to be accepted or struck out line by line."""
        introductions = self.plan_introductions()
        return introductions._open_suggestions(
            display_name=self.env._("Plan of %s introductions", len(introductions))
        )

    def _get_plan_rows(self):
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
            ("expires_on", ">=", self._today()),
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

    # ------------------------------------------------------------
    # Asking people to give back, once they have received or their support has ended.
    # ------------------------------------------------------------

    @job
    def _cron_exchange(self):
        """Daily: what ran out, and whom to ask to give back."""
        work = self.env["timebank.exchange.mixin"]._plan_expiry()
        opened = self.search([("state", "=", "open")])
        jobs = self.env["timebank.job"]
        jobs._in_parts([*work, *((type(self)._ask_to_give_back, scheme) for scheme in opened)])

    def _ask_to_give_back(self):
        """One to-do for each member to be asked; nobody is asked twice within :data:`ASK_AGAIN_MONTHS`."""
        self.ensure_one()
        today = self._today()
        asked_since = fields.Date.subtract(today, months=ASK_AGAIN_MONTHS)
        members = self._get_never_gave() | self._get_support_ended()
        members = members.filtered(lambda member: not member.asked_on or member.asked_on < asked_since)
        suggestions = members._suggest_wishes()
        for member in members:
            member.activity_schedule(
                "timebank_coproduction.mail_activity_give_back",
                summary=member._why_ask(),
                note=member._say_what_they_can(suggestions.get(member.id, [])),
                user_id=self._get_deciders(member.partner_id)[:1].id,
            )
        members._in_verb().write({"asked_on": today})

    def _get_never_gave(self):
        """Active members who have received enough to be asked, and never given."""
        hours = self.env["timebank.hours"]
        hours.flush_model(["scheme_id", "partner_id", "state"])
        # One look into an index for each member: their hours are never all read.
        rows = self.env.execute_query(
            SQL(
                """SELECT m.id FROM timebank_member m
                    WHERE m.id IN %s AND (
                          SELECT h.id FROM timebank_hours h
                           WHERE h.scheme_id = m.scheme_id AND h.partner_id = m.partner_id
                             AND h.state = 'approved' LIMIT 1) IS NULL""",
                tuple(self._get_active_members([]).ids) or (0,),
            )
        )
        idle = self.env["timebank.member"].browse(member_id for (member_id,) in rows)
        received = hours._read_group(
            [
                ("scheme_id", "=", self.id),
                ("state", "=", "approved"),
                ("receiver_id", "in", idle.partner_id.ids),
            ],
            ["receiver_id"],
            ["minutes:sum"],
            having=[("minutes:sum", ">=", self.give_back_minutes)],
        )
        takers = self.env["res.partner"].union(*(partner for partner, _minutes in received))
        return self._get_active_members([("partner_id", "in", takers.ids)])

    def _get_support_ended(self):
        """Active members whose support has ended of late, and who gave nothing since."""
        today = self._today()
        ended = self._get_active_members(
            [
                ("supported_until", "<", today),
                ("supported_until", ">=", fields.Date.subtract(today, days=SUPPORT_ENDED_DAYS)),
            ]
        )
        given = dict(
            self.env["timebank.hours"]._read_group(
                [
                    ("scheme_id", "=", self.id),
                    ("state", "=", "approved"),
                    ("partner_id", "in", ended.partner_id.ids),
                ],
                ["partner_id"],
                ["date:max"],
            )
        )
        return ended.filtered(
            lambda member: given.get(member.partner_id, member.supported_until) <= member.supported_until
        )

    def _get_active_members(self, domain):
        return self.env["timebank.member"].search(
            [("scheme_id", "=", self.id), ("state", "=", "active"), *domain]
        )
