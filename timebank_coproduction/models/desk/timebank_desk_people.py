from odoo import fields, models
from odoo.tools import format_date

from ...tools.minutes import clock
from .timebank_desk import ROWS

#: For how many days after an introduction silence is all right.
SILENT_DAYS = 14


class TimebankScheme(models.Model):
    """On the desk: whom to ring."""

    _inherit = "timebank.scheme"

    def _desk_follow_up(self):
        """Introductions of which nothing was heard, and meetings that should have been."""
        silent = fields.Date.subtract(fields.Date.context_today(self), days=SILENT_DAYS)
        introductions = self.env["timebank.introduction"].search(
            [
                ("scheme_id", "in", self.ids),
                "|",
                "&",
                ("state", "=", "introduced"),
                ("introduced_on", "<=", silent),
                "&",
                ("state", "=", "agreed"),
                ("meet_at", "<", fields.Datetime.now()),
            ],
            order="meet_at, introduced_on",
        )
        rows = []
        for introduction in introductions[:ROWS]:
            met = introduction.state == "agreed"
            when = introduction.meet_at if met else introduction.introduced_on
            row = {
                "id": introduction.id,
                "model": introduction._name,
                "title": introduction.display_name,
                "text": self.env._("meant to meet on %s", format_date(self.env, when))
                if met
                else self.env._("introduced on %s, nothing heard since", format_date(self.env, when)),
                "partner_id": introduction.giver_id.id,
                "buttons": [],
            }
            if met:
                row["buttons"].append(
                    self._desk_button(
                        self.env._("They met"), introduction._name, "action_done", [introduction.ids]
                    )
                )
            rows.append(row)
        return [
            self._desk_section(
                "follow_up",
                self.env._("Ask how it went"),
                self.env._("Introductions of which nothing was heard, and meetings whose day has passed."),
                len(introductions),
                rows,
                "timebank_coproduction.timebank_introduction_action",
            )
        ]

    def _desk_give_back(self):
        members = self.env["timebank.member"].union(
            *(scheme._get_never_gave() | scheme._get_support_ended() for scheme in self)
        )
        rows = []
        for member in members[:ROWS]:
            can = ", ".join(
                member.offer_ids.filtered(lambda offer: offer.state == "published").skill_id.mapped("name")
            )
            text = member._why_ask()
            if can:
                text = self.env._("%(why)s. Said they can: %(can)s", why=text, can=can)
            rows.append(self._desk_member_row(member, text, primary=True))
        return [
            self._desk_section(
                "give_back",
                self.env._("Ask to give back"),
                self.env._("They have received and not yet given, or their support has ended."),
                len(members),
                rows,
            )
        ]

    def _desk_unseen(self):
        """Active members without any movement for the bank's dormant months."""
        today = fields.Date.context_today(self)
        members, last_seen = self.env["timebank.member"], {}
        for scheme in self:
            limit = fields.Date.subtract(today, months=scheme.dormant_months)
            candidates = scheme._get_active_members([("joined_on", "<", limit)])
            seen = scheme._get_last_seen(candidates)
            last_seen |= seen
            members |= candidates.filtered(
                lambda member, seen=seen, limit=limit: seen.get(member.id, limit) <= limit
            )
        rows = []
        for member in members[:ROWS]:
            seen = last_seen.get(member.id)
            text = (
                self.env._("last seen on %s", format_date(self.env, seen))
                if seen
                else self.env._("nothing since joining on %s", format_date(self.env, member.joined_on))
            )
            if member.balance_minutes > 0:
                text = self.env._(
                    "%(seen)s, has %(hours)s hours", seen=text, hours=clock(member.balance_minutes)
                )
            rows.append(self._desk_member_row(member, text))
        return [
            self._desk_section(
                "unseen",
                self.env._("Not seen for a while"),
                self.env._("Ring them: is all well, and what would they enjoy?"),
                len(members),
                rows,
            )
        ]

    def _get_last_seen(self, members):
        """The last day on which these members gave or received: dict of member id → date."""
        seen = {}
        by_partner = {member.partner_id.id: member.id for member in members}
        for name in ("partner_id", "receiver_id"):
            for partner, day in self.env["timebank.hours"]._read_group(
                [
                    ("scheme_id", "=", self.id),
                    (name, "in", list(by_partner)),
                    ("state", "in", ("submitted", "approved")),
                ],
                [name],
                ["date:max"],
            ):
                member_id = by_partner[partner.id]
                seen[member_id] = max(day, seen.get(member_id, day))
        return seen
