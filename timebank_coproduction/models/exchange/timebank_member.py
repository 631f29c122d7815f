from markupsafe import Markup, escape

from odoo import fields, models

from ...tools import closeness
from ...tools.minutes import clock
from ..common.figures import figures_over
from ..common.personal import HELD, WORDS
from ..common.verb import verb
from ..common.windows import open_dialog, open_form, open_list

#: How many of the requests that a member could meet are told to whoever asks them to give back.
WISHES_TOLD = 3


class TimebankMember(models.Model):
    """What somebody can do, would like, and is ready to tell others."""

    _inherit = "timebank.member"
    _personal_fields = {
        "interest_ids": HELD,
        "own_words": WORDS,
        "own_wishes": WORDS,
    }

    interest_ids = fields.Many2many(
        "timebank.skill",
        "timebank_member_interest_rel",
        "member_id",
        "skill_id",
        string="Interests",
        help="What they like, or would enjoy learning.",
    )
    own_words = fields.Char(
        "In their own words", help="What they said at the intake that the list of skills has no word for."
    )
    own_wishes = fields.Char("Would like, in their own words")
    share_email = fields.Boolean("May pass on the e-mail address")
    share_phone = fields.Boolean("May pass on the telephone number")
    offer_ids = fields.One2many("timebank.offer", "member_id", string="Offers")
    request_ids = fields.One2many("timebank.request", "member_id", string="Requests")
    offer_count = fields.Integer("Number of offers", compute="_compute_exchange_counts")
    request_count = fields.Integer("Number of requests", compute="_compute_exchange_counts")

    # Giving back
    asked_on = fields.Date(
        "Asked to give back", readonly=True, copy=False, help="When the coordinators were last told."
    )

    def _compute_exchange_counts(self):
        live = [("state", "!=", "closed")]
        for member, count in figures_over(self, self.env["timebank.offer"], "member_id", live):
            member.offer_count = count
        for member, count in figures_over(self, self.env["timebank.request"], "member_id", live):
            member.request_count = count

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") in ("paused", "left"):
            self._withdraw_offers(vals["state"])
        return result

    def _get_own_fields(self):
        return [*super()._get_own_fields(), "own_words", "own_wishes", "share_email", "share_phone"]

    def _prepare_application(self, words):
        """What they wrote on the bank's page, in a line each."""
        own = {name: " ".join((words.get(name) or "").split()) for name in ("own_words", "own_wishes")}
        return {**super()._prepare_application(words), **own}

    def _get_introductions(self):
        """The introductions of these members that are not over."""
        return self.env["timebank.introduction"].search(
            [
                ("scheme_id", "in", self.scheme_id.ids),
                ("state", "in", ("suggested", "introduced", "agreed")),
                "|",
                ("giver_id", "in", self.partner_id.ids),
                ("receiver_id", "in", self.partner_id.ids),
            ]
        )

    def _get_open_matters(self, day):
        matters = super()._get_open_matters(day)
        # sudo: the offers follow the membership; the user may write the membership
        mine = self.sudo()
        live = [
            *mine.offer_ids.filtered(lambda offer: offer.state != "closed").mapped("display_name"),
            *mine.request_ids.filtered(lambda request: request.state != "closed").mapped("display_name"),
        ]
        if live:
            matters.append(
                (
                    self.env._("Offers and requests: %s", "; ".join(live)),
                    self.env._("They are closed then."),
                )
            )
        told = self._get_introductions().filtered(lambda one: one.state != "suggested")
        if told:
            matters.append(
                (
                    self.env._("Introductions: %s", ", ".join(told.mapped("display_name"))),
                    self.env._("Declined; you get a to-do to tell the other person."),
                )
            )
        return matters

    def _settle(self, day, reason):
        introductions = self._get_introductions()
        suggested = introductions.filtered(lambda one: one.state == "suggested")
        suggested.action_strike_out()
        told = introductions - suggested
        if told:
            told.action_decline(reason or self.env._("Has left the time bank"))
            going = self.partner_id
            told._plan_calls(
                lambda one: self.env._("an introduction that won't take place"),
                person=lambda one: (one.giver_id | one.receiver_id) - going,
            )
        return super()._settle(day, reason)

    def _get_matters_in_pause(self):
        matters = super()._get_matters_in_pause()
        live = self.env["timebank.skill"]
        for records in (self.offer_ids, self.request_ids):
            live |= records.filtered(lambda record: record.state == "published").skill_id
        if live:
            matters.append(self.env._("Offers and requests pause too: %s.", ", ".join(live.mapped("name"))))
        return matters

    def _withdraw_offers(self, state):
        """What a member who pauses or leaves offered and asked for is not suggested any more."""
        # sudo: the offers follow the membership; the user may write the membership.
        for records in (self.sudo().offer_ids, self.sudo().request_ids):
            live = records.filtered(lambda record: record.state == "published")
            if state == "paused":
                live._in_verb().write({"state": "paused"})
            else:
                open_ones = records.filtered(
                    lambda record: record.state in ("draft", "published", "paused", "expired")
                )
                open_ones._in_verb().write({"state": "closed"})

    @verb(single=True)
    def action_log_hours(self):
        """An empty entry of hours for this member, to fill in."""
        self.ensure_one()
        return open_dialog(
            self.env["timebank.hours"], self.env._("Record hours"), context=self._get_form_defaults()
        )

    @verb(single=True)
    def action_new_offer(self):
        """An empty offer of this member, to fill in."""
        return open_form(
            self.env["timebank.offer"], name=self.env._("New offer"), context=self._get_form_defaults()
        )

    @verb(single=True)
    def action_new_request(self):
        """An empty request of this member, to fill in."""
        return open_form(
            self.env["timebank.request"], name=self.env._("New request"), context=self._get_form_defaults()
        )

    @verb(single=True)
    def action_view_offers(self):
        return self._open_own("timebank_offer_action")

    @verb(single=True)
    def action_view_requests(self):
        return self._open_own("timebank_request_action")

    def _open_own(self, name):
        """The addon's window ``name``, showing this member's records only."""
        self.ensure_one()
        return open_list(self.env, name, [("member_id", "=", self.id)], self._get_form_defaults())

    def _get_form_defaults(self):
        """What an empty form about this member begins with."""
        return {"default_scheme_id": self.scheme_id.id, "default_partner_id": self.partner_id.id}

    # ------------------------------------------------------------
    # Asking to give back, and what the coordinator reads when asking.
    # ------------------------------------------------------------

    @verb()
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
        self._in_verb().write({"asked_on": fields.Date.context_today(self)})
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

    def _suggest_wishes(self, limit=WISHES_TOLD):
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
