from odoo import fields, models
from odoo.tools import format_date

from ...tools import closeness
from .timebank_desk import ROWS

#: What counts as new, and for how long an offer may lie idle.
NEW_DAYS = 30
IDLE_DAYS = 60


class TimebankScheme(models.Model):
    """On the desk: what fits, what is liked, what nobody asks for, what is missing."""

    _inherit = "timebank.scheme"

    def _desk_matches(self):
        """Pairs that fit, newest side first; interests that an offer wakes; requests without any."""
        today = fields.Date.context_today(self)
        new_since = fields.Date.subtract(today, days=NEW_DAYS)
        matchmaker = self.env["timebank.matchmaker"]
        pairs, alone, liked = [], self.env["timebank.request"], []
        for scheme in self:
            requests, offers = scheme._get_requests_to_plan(), scheme._get_offers_to_plan()
            liked += scheme._get_liked_offers(
                offers.filtered(lambda offer: (offer.published_on or today) >= new_since)
            )
            if not requests:
                continue
            points = matchmaker._score(requests, offers, closeness.WHOLE) if offers else None
            for row, request in enumerate(requests):
                column = int(points[row].argmax()) if offers else 0
                if offers and points[row, column] > 0:
                    newest = max(request.published_on, offers[column].published_on)
                    pairs.append((newest, float(points[row, column]), request, offers[column]))
                else:
                    alone |= request
        pairs.sort(key=lambda pair: (pair[0], pair[1]), reverse=True)
        shown = [(request, offer, score) for _newest, score, request, offer in pairs[:ROWS]]
        return [
            self._desk_section(
                "matches",
                self.env._("They would suit each other"),
                self.env._("Open requests and the offer that fits best, the newest first."),
                len(pairs),
                [
                    self._desk_match(request, offer, row["reasons"])
                    for (request, offer, _score), row in zip(shown, matchmaker._describe(shown), strict=True)
                ],
                "timebank_coproduction.timebank_request_action",
            ),
            self._desk_section(
                "interests",
                self.env._("They would like that"),
                self.env._("New offers of what somebody once said they would enjoy."),
                len(liked),
                [self._desk_interest(*pair) for pair in liked[:ROWS]],
            ),
            self._desk_section(
                "unmet",
                self.env._("Nobody for it yet"),
                self.env._("Open requests that no offer fits: ask around."),
                len(alone),
                [
                    self._desk_row(request, request.description, self._desk_buttons_to_add(request))
                    for request in alone.sorted(lambda request: request.needed_by or today.max)[:ROWS]
                ],
                "timebank_coproduction.timebank_request_action",
            ),
        ]

    def _get_liked_offers(self, offers):
        """Pairs of an offer and a member who named its skill as an interest and hasn't asked."""
        if not offers:
            return []
        members = self._get_active_members([("interest_ids", "in", offers.skill_id.ids)])
        asked = self.env["timebank.request"].search_fetch(
            [("scheme_id", "=", self.id), ("member_id", "in", members.ids)], ["member_id", "skill_id"]
        )
        known = {(request.member_id, request.skill_id) for request in asked}
        return [
            (offer, member)
            for offer in offers
            for member in members
            if offer.skill_id in member.interest_ids
            and member.partner_id != offer.partner_id
            and (member, offer.skill_id) not in known
        ]

    def _desk_match(self, request, offer, reasons):
        row = self._desk_row(request, ", ".join(reasons))
        row["title"] = self.env._(
            "%(giver)s for %(receiver)s: %(skill)s",
            giver=offer.partner_id.name,
            receiver=request._get_whom(),
            skill=request.skill_id.name,
        )
        row["partner_id"] = offer.partner_id.id
        row["buttons"] = [
            self._desk_button(
                self.env._("Introduce"), "timebank.scheme", "desk_introduce", [[], offer.id, request.id]
            ),
            self._desk_button(
                self.env._("Others"), request._name, "action_suggest", [request.ids], primary=False
            ),
        ]
        return row

    def _desk_interest(self, offer, member):
        row = self._desk_row(offer, self.env._("%s once said they would like it", member.partner_id.name))
        args = [[], offer.id, member.id]
        row["buttons"] = [
            self._desk_button(self.env._("Introduce"), "timebank.scheme", "desk_introduce_interest", args)
        ]
        return row

    def _desk_idle(self):
        """Published offers that nobody has asked for."""
        old = fields.Date.subtract(fields.Date.context_today(self), days=IDLE_DAYS)
        domain = [
            ("scheme_id", "in", self.ids),
            ("state", "=", "published"),
            ("published_on", "<=", old),
            ("introduction_ids", "not any", [("state", "!=", "suggested")]),
        ]
        offers = self.env["timebank.offer"]
        return [
            self._desk_section(
                "idle",
                self.env._("Nobody has asked for it"),
                self.env._("Offers of two months and more that led to nothing. Tell people about them."),
                offers.search_count(domain),
                [
                    self._desk_row(offer, offer.description, self._desk_buttons_to_ask(offer.member_id))
                    for offer in offers.search(domain, limit=ROWS, order="published_on")
                ],
                "timebank_coproduction.timebank_offer_action",
            )
        ]

    def _desk_run_out(self):
        """Offers and requests that ran out of late, although their people are still there."""
        today = fields.Date.context_today(self)
        domain = [
            ("scheme_id", "in", self.ids),
            ("state", "=", "expired"),
            ("expires_on", ">=", fields.Date.subtract(today, days=IDLE_DAYS)),
            ("member_id.state", "=", "active"),
        ]
        count, records = 0, []
        for name in ("timebank.offer", "timebank.request"):
            count += self.env[name].search_count(domain)
            records += self.env[name].search(domain, limit=ROWS, order="expires_on desc, id desc")
        records.sort(key=lambda record: record.expires_on, reverse=True)
        return [
            self._desk_section(
                "run_out",
                self.env._("Run out"),
                self.env._("Ask whether it is still good: one click keeps it for another term."),
                count,
                [self._desk_expired(record) for record in records[:ROWS]],
            )
        ]

    def _desk_expired(self, record):
        what = self.env._("Offer") if record._name == "timebank.offer" else self.env._("Request")
        text = self.env._("%(what)s until %(day)s", what=what, day=format_date(self.env, record.expires_on))
        button = self._desk_button(self.env._("Renew"), record._name, "action_renew", [record.ids])
        return self._desk_row(record, text, [button])

    def _desk_missing(self):
        """Skills that are asked for and that nobody offers."""
        live = [("scheme_id", "in", self.ids), ("state", "=", "published")]
        wanted = self.env["timebank.request"]._read_group(live, ["skill_id"], ["__count"])
        offered = {skill.id for (skill,) in self.env["timebank.offer"]._read_group(live, ["skill_id"])}
        missing = sorted(
            ((skill, count) for skill, count in wanted if skill.id not in offered),
            key=lambda pair: -pair[1],
        )
        return [
            self._desk_section(
                "missing",
                self.env._("Wanted and missing"),
                self.env._("Skills that people ask for and nobody offers yet."),
                len(missing),
                [
                    {
                        "id": skill.id,
                        "model": skill._name,
                        "title": skill.complete_name,
                        "text": self.env._("%s waiting", count),
                        "partner_id": False,
                        "buttons": self._desk_buttons_to_add(skill),
                    }
                    for skill, count in missing[:ROWS]
                ],
            )
        ]
