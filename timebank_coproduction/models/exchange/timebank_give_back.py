from markupsafe import Markup, escape

from odoo import api, fields, models

from ...tools import closeness
from ...tools.minutes import clock
from ..common.hours_field import hours_of

#: For how many days after support ended somebody is asked.
SUPPORT_ENDED_DAYS = 60


class TimebankScheme(models.Model):
    """Asking people to give back, once they have received or their support has ended."""

    _inherit = "timebank.scheme"

    give_back_minutes = fields.Integer(default=180)
    give_back_hours = hours_of(
        "give_back_minutes",
        "Ask to give back after",
        editable=True,
        help="Somebody who has received this much and given nothing is brought to the"
        " coordinators' attention.",
    )

    _give_back_positive = models.Constraint(
        "CHECK (give_back_minutes > 0)", "People are asked to give back after some time received."
    )

    @api.model
    def _cron_exchange(self):
        """Daily: what ran out, and whom to ask to give back."""
        self.env["timebank.exchange.mixin"]._cron_expire()
        for scheme in self.search([("state", "=", "open")]):
            scheme._ask_to_give_back()

    def _ask_to_give_back(self):
        """One activity for each member to be asked; nobody is asked twice within half a year."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        asked_since = fields.Date.subtract(today, months=6)
        members = self._get_never_gave() | self._get_support_ended()
        members = members.filtered(lambda member: not member.asked_on or member.asked_on < asked_since)
        suggestions = members._suggest_wishes()
        for member in members:
            member.activity_schedule(
                "timebank_coproduction.mail_activity_give_back",
                summary=member._why_ask(),
                note=member._say_what_they_can(suggestions.get(member.id, [])),
                user_id=self.coordinator_ids[:1].id or self.env.uid,
            )
        members.asked_on = today

    def _get_never_gave(self):
        """Active members who have received enough to be asked, and never given."""
        hours = self.env["timebank.hours"]
        approved = [("scheme_id", "=", self.id), ("state", "=", "approved")]
        received = hours._read_group(
            [*approved, ("receiver_id", "!=", False)],
            ["receiver_id"],
            ["minutes:sum"],
            having=[("minutes:sum", ">=", self.give_back_minutes)],
        )
        takers = self.env["res.partner"].union(*(partner for partner, _minutes in received))
        given = hours._read_group([*approved, ("partner_id", "in", takers.ids)], ["partner_id"])
        givers = self.env["res.partner"].union(*(partner for (partner,) in given))
        return self._get_active_members([("partner_id", "in", (takers - givers).ids)])

    def _get_support_ended(self):
        """Active members whose support has ended of late, and who gave nothing since."""
        today = fields.Date.context_today(self)
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


class TimebankMember(models.Model):
    """What the coordinator reads when asking."""

    _inherit = "timebank.member"

    asked_on = fields.Date(
        "Asked to give back", readonly=True, copy=False, help="When the coordinators were last told."
    )

    def action_ask_to_give_back(self):
        """Give the user a to-do for each of these members, with what they said they can do."""
        self.check_access("write")
        wishes = self._suggest_wishes()
        for member in self:
            member.activity_schedule(
                "timebank_coproduction.mail_activity_give_back",
                summary=member._why_ask(),
                note=member._say_what_they_can(wishes.get(member.id, [])),
                user_id=self.env.uid,
            )
        self.asked_on = fields.Date.context_today(self)
        return True

    def _why_ask(self):
        self.ensure_one()
        if self.received_minutes and not self.given_minutes:
            return self.env._("%s hours received, none given yet", clock(self.received_minutes))
        if self.supported_until:
            return self.env._("Support has ended: would they do the same for another?")
        return self.env._("Ask what they would like to do")

    def _say_what_they_can(self, wishes):
        """HTML: what the member offers, and who is waiting for it.

        :param wishes: rows as :meth:`timebank.offer.suggest` gives them
        """
        self.ensure_one()
        offered = self.offer_ids.filtered(lambda offer: offer.state == "published")
        can = ", ".join(offered.skill_id.mapped("name"))
        lines = [
            self.env._("Said they can: %s", can)
            if can
            else self.env._("Has not said yet what they can do: ask.")
        ]
        if self.interest_ids:
            lines.append(self.env._("Likes: %s", ", ".join(self.interest_ids.mapped("name"))))
        lines += [f"{row['name']}: {', '.join(row['reasons'])}" for row in wishes]
        return Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % escape(line) for line in lines)

    def _suggest_wishes(self, limit=3):
        """For each member, the requests that their offers fit best.

        :return: dict of member id → rows as :meth:`timebank.offer.suggest` gives them
        """
        matchmaker = self.env["timebank.matchmaker"]
        found = {}
        for scheme, members in self.grouped("scheme_id").items():
            offers = members.offer_ids.filtered(lambda offer: offer.state == "published")
            requests = scheme._get_requests_to_plan()
            if not offers or not requests:
                continue
            points = matchmaker._score(requests, offers, closeness.WHOLE)
            for column, offer in enumerate(offers):
                for row in points[:, column].argsort()[::-1][:limit]:
                    if points[row, column] > 0:
                        found.setdefault(offer.member_id.id, []).append(
                            (float(points[row, column]), requests[int(row)], offer)
                        )
        return {
            member_id: matchmaker._describe(
                [(request, offer, score) for score, request, offer in sorted(rows, key=lambda row: -row[0])][
                    :limit
                ],
                "request",
            )
            for member_id, rows in found.items()
        }
