from odoo import api, models
from odoo.tools import format_date

from ..tools import matching
from ..tools.minutes import clock


class TimebankMatchmaker(models.AbstractModel):
    """Why two people fit, in words that a broker would say on the telephone."""

    _inherit = "timebank.matchmaker"

    @api.private
    def _explain(self, request, offer):
        """:return: list of sentences' parts, what counts most first"""
        giver, receiver = offer.member_id, request.member_id
        return [
            reason
            for reason in (
                self._say_skill(request, offer),
                self._say_fairness(giver),
                self._say_distance(request.partner_id, offer.partner_id),
                self._say_free(request, offer),
                self._say_checks(request, offer),
                self._say_language(giver, receiver),
                self._say_interests(giver, receiver),
                self._say_needed(request),
                self._say_too_little(request),
            )
            if reason
        ]

    def _say_skill(self, request, offer):
        asked, offered = request.skill_id, offer.skill_id
        near = matching.nearness(asked.parent_path, offered.parent_path)
        sentence = {
            matching.SAME: self.env._("offers %(skill)s"),
            matching.PART: self.env._("offers %(skill)s, which is part of %(asked)s"),
            matching.WHOLE: self.env._("offers %(skill)s in general"),
        }.get(near, self.env._("offers %(skill)s, which is close to %(asked)s"))
        return sentence % {"skill": offered.name, "asked": asked.name}

    def _say_fairness(self, giver):
        if giver.received_minutes and not giver.given_minutes:
            return self.env._("has received and not yet been asked to give")
        if giver.balance_minutes < 0:
            return self.env._("is %s hours below zero", clock(-giver.balance_minutes))
        return ""

    def _say_distance(self, receiver, giver):
        if self._is_placed(receiver) and self._is_placed(giver):
            side = matching.Side.of(
                2,
                latitude=[receiver.partner_latitude, giver.partner_latitude],
                longitude=[receiver.partner_longitude, giver.partner_longitude],
            )
            kilometres = matching.distance(side, side, [0], [1])[0]
            if kilometres < 0.1:
                return self.env._("next door")
            if giver.is_company:
                return self.env._("%s km away", f"{kilometres:.1f}")
            return self.env._("lives %s km away", f"{kilometres:.1f}")
        district = matching.postcode(receiver.zip)[0]
        if district and district == matching.postcode(giver.zip)[0]:
            return self.env._("in the same part of town (%s)", district)
        return ""

    def _is_placed(self, partner):
        return bool(partner.partner_latitude or partner.partner_longitude)

    def _say_free(self, request, offer):
        asked = request.availability_ids or request.member_id.availability_ids
        offered = offer.availability_ids or offer.member_id.availability_ids
        common = (asked & offered).sorted()
        if not common:
            return self.env._("no time in common so far") if asked and offered else ""
        names = ", ".join(common[:3].mapped("display_name"))
        if len(common) > 3:
            return self.env._("free %(times)s and more", times=names)
        return self.env._("free %(times)s", times=names)

    def _say_checks(self, request, offer):
        """Only pairs whose giver holds them are put together, so they are in date."""
        types = request.check_type_ids | offer.check_type_ids
        return types and self.env._("%s in date", ", ".join(types.mapped("name")))

    def _say_language(self, giver, receiver):
        common = giver.language_ids & receiver.language_ids
        if common:
            return self.env._("speaks %s", ", ".join(common[:3].mapped("name")))
        if giver.language_ids and receiver.language_ids:
            return self.env._("they share no language that we know of")
        return ""

    def _say_interests(self, giver, receiver):
        common = giver.interest_ids & receiver.interest_ids
        return common and self.env._("both like %s", ", ".join(common[:2].mapped("name")))

    def _say_needed(self, request):
        if not request.needed_by:
            return ""
        return self.env._("needed by %s", format_date(self.env, request.needed_by))

    def _say_too_little(self, request):
        account = request.member_id.account_id
        if not account or account.available_minutes >= request.minutes:
            return ""
        return self.env._(
            "%(person)s has %(available)s hours to spend, and this takes %(needed)s",
            person=request.partner_id.name,
            available=clock(account.available_minutes),
            needed=clock(request.minutes),
        )
