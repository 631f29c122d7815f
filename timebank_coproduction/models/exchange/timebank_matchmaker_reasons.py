from odoo import api, models

from ...tools import closeness, matching
from ...tools.minutes import clock
from ..common.words import say_day

#: Lists of words from which the reasons take the names of what both sides have in common.
WORDS = ("timebank.skill", "timebank.availability", "timebank.language", "timebank.check.type")

#: Within how many kilometres somebody lives next door.
NEXT_DOOR_KM = 0.1

#: How many parts of the week or languages that both sides share a reason names,
MOST_NAMED = 3
#: and how many of their common interests.
MOST_LIKED = 2


class TimebankMatchmaker(models.AbstractModel):
    """Why two people fit, in words that a broker would say on the telephone."""

    _inherit = "timebank.matchmaker"

    @api.private
    def _describe(self, pairs, naming="offer"):
        """What ``suggest`` returns about pairs, in a constant number of queries.

        :param pairs: list of (request, offer, points)
        :param naming: ``partner_id`` and ``name`` are those of the ``offer`` or ``request``
        """
        if not pairs:
            return []
        facts = [
            self._gather(self.env[f"timebank.{side}"].union(*(pair[number] for pair in pairs)))
            for number, side in enumerate(("request", "offer"))
        ]
        places = [{record_id: place for place, record_id in enumerate(part["id"])} for part in facts]
        return self._describe_facts(
            [
                (
                    facts[0].row(places[0][request.id]),
                    facts[1].row(places[1][offer.id]),
                    points,
                )
                for request, offer, points in pairs
            ],
            naming,
        )

    @api.private
    def _describe_facts(self, pairs, naming="offer"):
        """As :meth:`_describe`, of pairs of facts: what :meth:`_suggest` returns."""
        names = self._get_names(pairs)
        rows = []
        for wish, gift, points in pairs:
            person = gift if naming == "offer" else wish
            rows.append(
                {
                    "offer_id": gift["id"],
                    "request_id": wish["id"],
                    "partner_id": person["person"],
                    "name": person["name"],
                    "score": round(points, 1),
                    "reasons": self._explain(wish, gift, names),
                }
            )
        return rows

    def _get_names(self, pairs):
        """Names of all that the pairs have in common, in the order of their models.

        :return: dict of model → dict of id → name
        """
        wanted = {model: set() for model in WORDS}
        for wish, gift, _points in pairs:
            wanted["timebank.skill"] |= {wish["skill_id"], gift["skill_id"]}
            wanted["timebank.skill"] |= {*wish["interests"]} & {*gift["interests"]}
            wanted["timebank.availability"] |= {*wish["slots"]} & {*gift["slots"]}
            wanted["timebank.language"] |= {*wish["languages"]} & {*gift["languages"]}
            wanted["timebank.check.type"] |= {*wish["checks"], *gift["needs"]}
        named = {}
        for model, ids in wanted.items():
            # sudo: the caller checked who is asking; these are the words of lists
            words = self.env[model].sudo().with_context(timebank_full_skill=False).browse(ids)
            named[model] = {word.id: word.display_name for word in words.sorted()}
        return named

    def _explain(self, wish, gift, names):
        """:return: list of sentences' parts, what counts most first"""
        return [
            reason
            for reason in (
                self._say_skill(wish, gift, names),
                self._say_fairness(gift),
                self._say_distance(wish, gift),
                self._say_free(wish, gift, names),
                self._say_checks(wish, gift, names),
                self._say_language(wish, gift, names),
                self._say_interests(wish, gift, names),
                self._say_needed(wish),
                self._say_too_little(wish),
            )
            if reason
        ]

    def _say_skill(self, wish, gift, names):
        skills = names["timebank.skill"]
        sentence = {
            closeness.SAME: self.env._("offers %(skill)s"),
            closeness.PART: self.env._("offers %(skill)s, which is part of %(asked)s"),
            closeness.WHOLE: self.env._("offers %(skill)s in general"),
        }.get(
            closeness.nearness(wish["path"], gift["path"]),
            self.env._("offers %(skill)s, which is close to %(asked)s"),
        )
        return sentence % {"skill": skills[gift["skill_id"]], "asked": skills[wish["skill_id"]]}

    def _say_fairness(self, gift):
        if gift["received"] and not gift["given"]:
            return self.env._("has received and not yet been asked to give")
        if gift["balance"] < 0:
            return self.env._("is %s hours below zero", clock(-gift["balance"]))
        return ""

    def _say_distance(self, wish, gift):
        if self._is_placed(wish) and self._is_placed(gift):
            side = matching.Side.of(
                2,
                latitude=[wish["latitude"], gift["latitude"]],
                longitude=[wish["longitude"], gift["longitude"]],
            )
            kilometres = closeness.distance(side, side, [0], [1])[0]
            if kilometres < NEXT_DOOR_KM:
                return self.env._("next door")
            if gift["is_company"]:
                return self.env._("%s km away", f"{kilometres:.1f}")
            return self.env._("lives %s km away", f"{kilometres:.1f}")
        district = closeness.postcode(wish["zip"])[0]
        if district and district == closeness.postcode(gift["zip"])[0]:
            return self.env._("in the same part of town (%s)", district)
        return ""

    def _is_placed(self, facts):
        return bool(facts["latitude"] or facts["longitude"])

    def _say_free(self, wish, gift, names):
        common = self._get_common(wish["slots"], gift["slots"], names["timebank.availability"])
        if not common:
            return self.env._("no time in common so far") if wish["slots"] and gift["slots"] else ""
        times = ", ".join(common[:MOST_NAMED])
        if len(common) > MOST_NAMED:
            return self.env._("free %(times)s and more", times=times)
        return self.env._("free %(times)s", times=times)

    def _say_checks(self, wish, gift, names):
        """Only pairs whose giver holds them are put together, so they are in date."""
        asked = {*wish["checks"], *gift["needs"]}
        checks = self._get_common(asked, asked, names["timebank.check.type"])
        return checks and self.env._("%s in date", ", ".join(checks))

    def _say_language(self, wish, gift, names):
        common = self._get_common(wish["languages"], gift["languages"], names["timebank.language"])
        if common:
            return self.env._("speaks %s", ", ".join(common[:MOST_NAMED]))
        if wish["languages"] and gift["languages"]:
            return self.env._("they share no language that we know of")
        return ""

    def _say_interests(self, wish, gift, names):
        common = self._get_common(wish["interests"], gift["interests"], names["timebank.skill"])
        return common and self.env._("both like %s", ", ".join(common[:MOST_LIKED]))

    def _get_common(self, one, other, names):
        """The names of what is on both sides, in their models' order."""
        common = {*one} & {*other}
        return [name for record_id, name in names.items() if record_id in common]

    def _say_needed(self, wish):
        if not wish["needed_by"]:
            return ""
        return self.env._("needed by %s", say_day(self.env, wish["needed_by"]))

    def _say_too_little(self, wish):
        if wish["available"] >= wish["minutes"]:
            return ""
        return self.env._(
            "%(payer)s has %(available)s hours to spend, and this takes %(needed)s",
            payer=wish["payer"],
            available=clock(max(wish["available"], 0)),
            needed=clock(wish["minutes"]),
        )
