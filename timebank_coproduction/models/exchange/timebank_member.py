from markupsafe import Markup, escape

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools import closeness
from ...tools.minutes import clock
from ..common.figures import figures_over
from ..common.personal import HELD, WORDS
from ..common.verb import choice, flag, record, text, verb
from ..common.windows import open_form, open_list
from .timebank_introduction_asking import MOST_ASKED

#: How many of the requests that a member could meet are told to whoever asks them to give back.
WISHES_TOLD = 3
#: How many of what is on the board are named in a line.
MOST_LISTED = 20


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
    introduction_mails = fields.Boolean(
        "Mails about offers, requests and introductions",
        default=True,
        help="Who asks for you or can help you, and what of yours runs out.",
    )
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

    def _get_mail_switches(self):
        return ["introduction_mails", *super()._get_mail_switches()]

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
                ("state", "in", ("suggested", "asked", "introduced", "agreed")),
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
        return open_form(
            self.env["timebank.hours"], name=self.env._("Record hours"), context=self._get_form_defaults()
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
    # Being introduced on the members' pages: asking, answering, and saying how it went.
    # ------------------------------------------------------------

    @verb(
        single=True,
        offer=record("timebank.offer", seen=False),
        request=record("timebank.request", seen=False),
    )
    def ask_to_be_introduced(self, offer, request):
        """Ask whoever offers something, or asks for it, to be introduced to this member.

        They are told, and answer; nobody learns more of the other before they say yes.

        :param offer: the member's own where the request is on the board, and the other way round
        :return: the number of the introduction
        :raises AccessError: for whoever can't act for the member, or a pair of which neither is theirs
        :raises UserError: when they can't be put together, or the member has asked enough for a day
        """
        self._check_acting()
        # sudo: one of them is the member's, the other on their board; both is checked here
        offer, request = offer.sudo(), request.sudo()
        own, other = (request, offer) if request.member_id == self else (offer, request)
        if own.member_id != self:
            self._refuse_unseen()
        # nothing of what isn't on the board is told apart from what isn't there
        if not other.with_env(self.env)._find_on_board(self, other.id):
            raise UserError(self.env._("That is not on the board any more."))
        reason = self._why_not_ask(own, other, offer, request)
        if reason:
            raise UserError(reason)
        # sudo: the bank's introduction, made for one of the two
        introduction = self.env["timebank.introduction"].sudo()._ask(offer, request, self)
        self._note_acting(introduction)
        return introduction.id

    @verb(
        single=True,
        introduction=record("timebank.introduction", seen=False),
        accepts=flag(),
        reason=text(),
    )
    def answer_introduction(self, introduction, accepts=False, reason=""):
        """Say yes or no to somebody who asked to be introduced to this member, or take back what they asked.

        :param bool accepts: whether the two are introduced now
        :param str reason: why not, for the coordinators
        :raises AccessError: for whoever can't act for the member, or what isn't theirs to answer
        :raises UserError: when it was answered already, or can't be made any more
        """
        self._check_acting()
        own = self._find_introduction(introduction)
        asked_here = own.asked_by_id == self.partner_id
        if own.state != "asked":
            raise UserError(self.env._("That has been answered already."))
        if accepts and asked_here:
            raise UserError(self.env._("It is for the other one to say yes."))
        if accepts:
            own._accept(self)
        elif asked_here:
            own.action_decline(self.env._("Taken back by whoever asked"), ask_again=True)
        else:
            own.action_decline(reason.strip() or self.env._("Said no, without a reason"))
        self._note_acting(own)
        return True

    @verb(
        single=True,
        introduction=record("timebank.introduction", seen=False),
        how=choice("well", "mixed", "badly"),
        words=text(),
    )
    def say_how_it_went(self, introduction, how, words=""):
        """Tell the coordinators how it went when this member met somebody; nobody else reads it.

        :param str how: ``well``, ``mixed`` or ``badly``
        :param str words: more about it
        :raises AccessError: for whoever can't act for the member, or what isn't theirs
        :raises UserError: before the two have met
        """
        self._check_acting()
        own = self._find_introduction(introduction)
        if own.state != "done":
            raise UserError(self.env._("Say first that you have met."))
        side = "giver" if own.giver_id == self.partner_id else "receiver"
        own._in_verb().write({f"{side}_went": how, f"{side}_words": words.strip() or False})
        if how == "badly":
            own._plan_calls(lambda one: self.env._("how “%s” went", one.skill_id.name), f"{side}_id")
        self._note_acting(own)
        return True

    def _check_acting(self):
        """:raises AccessError: unless the user is the member, or runs the bank"""
        if self not in self._get_for_pages([("id", "=", self.id)]):
            raise AccessError(self.env._("That is for the member to say, or for a coordinator of the bank."))

    def _refuse_unseen(self):
        raise AccessError(self.env._("There is no such thing among those that are yours."))

    def _get_listed_words(self):
        """What of this member's is on the board: dict of ``offer`` and ``request``, names in a line each."""
        self.ensure_one()
        listed = {}
        for side in ("offer", "request"):
            own = [("member_id", "=", self.id), ("state", "=", "published")]
            found = self.env[f"timebank.{side}"].search(own, limit=MOST_LISTED)
            listed[side] = ", ".join(dict.fromkeys(found.skill_id.mapped("name")))
        return listed

    def _find_introduction(self, introduction):
        """One of the member's, as superuser.

        :raises AccessError: the same for what isn't there and for what isn't theirs
        """
        introductions = self.env["timebank.introduction"]
        own = introductions._get_own_domain(self)
        # sudo: which is one of the two's; each verb says what may be done with it
        found = introductions.sudo().search([*own, ("id", "=", introduction.id)])
        return found or self._refuse_unseen()

    def _why_not_ask(self, own, other, offer, request):
        """Why this member can't ask to be introduced over these, or an empty string."""
        introductions = self.env["timebank.introduction"]
        # sudo: the sentences name the member and the bank only
        reason = self.sudo().scheme_id._why_closed() or self.sudo()._why_not_taking_part()
        if reason:
            return reason
        if own.state != "published":
            return self.env._("Your own “%s” is not on the board: renew it first.", own.skill_id.name)
        if own.kind != other.kind:
            return self.env._("A skill, a space and equipment don't meet: choose one of the same kind.")
        if offer.partner_id in request.group_partner_ids:
            return self.env._("Whoever offers it belongs to that group: ask somebody else.")
        # sudo: the member's own checks
        lacking = (
            self.env["timebank.check"]
            .sudo()
            ._get_missing(
                offer.check_type_ids | request.check_type_ids, self.partner_id, self.scheme_id._today()
            )
        )
        if offer.member_id == self and lacking.get(self.partner_id.id):
            return introductions._say_lacking(lacking[self.partner_id.id])
        reason = introductions._why_not_asked_again(offer, request)
        if reason:
            return reason
        # sudo: of two at once the second is tried again, and counts the first
        self.sudo()._touch_rows(SQL("state = state"))
        asked = [
            ("asked_by_id", "=", self.partner_id.id),
            ("scheme_id", "=", self.scheme_id.id),
            ("asked_on", "=", self.scheme_id._today()),
        ]
        # sudo: how many the member has asked
        if introductions.sudo().search_count(asked) >= MOST_ASKED:
            return self.env._("You have asked %s times today: ask again tomorrow.", MOST_ASKED)
        return ""

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
        for scheme, theirs in self.grouped("scheme_id").items():
            theirs._in_verb().write({"asked_on": scheme._today()})
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
