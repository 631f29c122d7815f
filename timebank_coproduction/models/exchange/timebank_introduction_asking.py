from odoo import models
from odoo.exceptions import UserError

from ..common.words import say_day

#: How many people somebody may ask in a day, in one bank.
MOST_ASKED = 5


class TimebankIntroduction(models.Model):
    """Introductions that one of the two asks for, on the members' pages, and the other accepts.

    Until then neither is told more of the other than the board shows: the two read an introduction
    only once it has been made.
    """

    _inherit = "timebank.introduction"

    def _get_asked(self):
        """Whoever is to answer: the one of the two who didn't ask."""
        self.ensure_one()
        return self.receiver_id if self.asked_by_id == self.giver_id else self.giver_id

    def _say_who(self, partner):
        """The name of one of the two, as they show it to others."""
        self.ensure_one()
        # sudo: only the name that is shown
        side = self.sudo().offer_id if partner == self.giver_id else self.sudo().request_id
        return side._say_on_board()["who"]

    def _get_mail_button(self, mail, member):
        asked = mail == "mail_template_introduction_asked"
        words = self.env._("Say yes or no") if asked else self.env._("Open the introduction")
        return words, f"/board/introduction/{self.id}"

    def _say_how_to_answer(self, person):
        """How somebody who was asked says yes or no: on their pages, or else through the bank."""
        self.ensure_one()
        # sudo: whether there is a login, and how the organisation is reached
        bank = self.scheme_id.sudo()
        members = self.env["timebank.member"]._find_in_banks(bank, person)
        member = members.get((bank.id, person.id))
        if member and member._has_login():
            return self.env._("Say yes or no on your pages, or answer this mail, and we see to it.")
        if bank.company_id.phone:
            return self.env._(
                "Answer this mail with yes or no, or ring %s, and we see to it.", bank.company_id.phone
            )
        return self.env._("Answer this mail with yes or no, and we see to it.")

    def _ask(self, offer, request, member):
        """Have ``member``, one of the two, ask the other; as superuser, for the verb that checked them.

        :return: the introduction
        """
        vals = {
            "state": "asked",
            "asked_by_id": member.partner_id.id,
            "asked_on": member.scheme_id._today(),
        }
        pair = [("offer_id", "=", offer.id), ("request_id", "=", request.id), ("state", "=", "suggested")]
        introduction = self.search(pair)
        if introduction:
            introduction._in_verb().write(vals)
        else:
            reasons = self.env._("One of the two asked to be introduced.")
            introduction = self._in_verb().create(
                {**vals, "offer_id": offer.id, "request_id": request.id, "reasons": reasons}
            )
        template = "timebank_coproduction.mail_template_introduction_asked"
        introduction._mail_people(template, lambda one: one._get_asked())._plan_calls(
            lambda one: self.env._(
                "%(skill)s: %(other)s asks to be introduced",
                skill=one.skill_id.name,
                other=one._say_who(one.asked_by_id),
            ),
            lambda one: one._get_asked(),
        )
        return introduction

    def _accept(self, member):
        """Have ``member``, who was asked, say yes: both are told about each other; as superuser.

        :raises UserError: where they can't be introduced any more; the sentence tells nothing of the other
        """
        self.ensure_one()
        lacking = self._get_missing_checks().get(self)
        if lacking and self.giver_id == member.partner_id:
            raise UserError(self._say_lacking(lacking))
        if self._get_refusals_to_introduce():
            raise UserError(
                self.env._("Something has changed since, so this needs your coordinator: please ask them.")
            )
        self._in_verb().write({"state": "introduced", "introduced_on": member.scheme_id._today()})
        self._forget_calls()
        self._tell_both()

    def _say_lacking(self, types):
        return self.env._(
            "You need %s in date first: your coordinator can help.", ", ".join(types.mapped("name"))
        )

    def _why_not_asked_again(self, offer, request):
        """Why these two can't be put together over these, or an empty string."""
        pair = [("offer_id", "=", offer.id), ("request_id", "=", request.id)]
        # sudo: what the two have had with each other; the sentences tell no more than they know
        introductions = self.sudo()
        there = introductions.search(
            [*pair, ("state", "not in", ("suggested", "declined"))], order="id desc", limit=1
        )
        if there.state == "asked":
            return self.env._(
                "One of you asked on %s already, and the other has not answered yet.",
                say_day(self.env, there.asked_on),
            )
        if there:
            return self.env._("You two have been introduced over this already.")
        people = (offer.partner_id | request.partner_id).ids
        apart = introductions.search_count(
            [
                ("state", "=", "declined"),
                ("ask_again", "=", False),
                ("giver_id", "in", people),
                ("receiver_id", "in", people),
            ],
            limit=1,
        )
        return self.env._("This one needs your coordinator: please ask them.") if apart else ""

    def _get_own_domain(self, member):
        """The introductions that a member's pages show: those asked for or made."""
        return [
            ("scheme_id", "=", member.scheme_id.id),
            "|",
            ("asked_on", "!=", False),
            ("introduced_on", "!=", False),
            "|",
            ("giver_id", "=", member.partner_id.id),
            ("receiver_id", "=", member.partner_id.id),
        ]

    def _say_reach(self, member):
        """How one of the two reaches the other, once they are introduced, as far as that one agreed to it.

        :return: list of words
        """
        self.ensure_one()
        other = "receiver" if self.giver_id == member.partner_id else "giver"
        return self._get_contact_details(other) if self.introduced_on else []

    def _get_between(self, member, listed):
        """What there is or was asked for between a member and an offer or request on the board."""
        name = "offer_id" if listed._name == "timebank.offer" else "request_id"
        under_way = ("state", "in", ("asked", "introduced", "agreed"))
        # sudo: only which one it is
        return self.sudo().search([*self._get_own_domain(member), (name, "=", listed.id), under_way], limit=1)

    def _get_to_answer_domain(self, member):
        """Those that wait for the member's yes or no."""
        return [
            *self._get_own_domain(member),
            ("state", "=", "asked"),
            ("asked_by_id", "!=", member.partner_id.id),
        ]

    def _say_to(self, member):
        """What one of the two is told on their pages: a dict of words and values.

        Until they are introduced no more of the other than the board shows; then the name as well.
        """
        self.ensure_one()
        self = self.sudo()  # sudo: what is said here of each of the two is for the other
        gives = self.giver_id == member.partner_id
        other = self.receiver_id if gives else self.giver_id
        request, offer = self.request_id, self.offer_id
        told = bool(self.introduced_on)
        mine, theirs = (offer, request) if gives else (request, offer)
        return {
            "id": self.id,
            "state": self.state,
            "what": self.skill_id.name,
            "gives": gives,
            "who": theirs._get_whom() if told else self._say_who(other),
            "words": theirs.description or "",
            "mine": mine.description or mine.skill_id.name,
            "asked_by_me": self.asked_by_id == member.partner_id,
            "asked_on": self.asked_on,
            "introduced_on": self.introduced_on,
            "meet_at": self.meet_at,
            "place": self.place if told else "",
            "minutes": self.minutes,
            "needed_by": self.needed_by,
            "went": self.giver_went if gives else self.receiver_went,
            "asks_category": self._asks_what_it_counts_as(),
        }
