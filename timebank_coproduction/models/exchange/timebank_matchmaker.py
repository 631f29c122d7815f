import numpy as np

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...tools import closeness, matching, matching_sides
from ...tools.facts import Facts
from ...tools.minutes import clock
from ..common.words import say_day
from .timebank_skill import KINDS

#: The kinds of offers and requests, as the formula tells them apart.
KIND_NUMBERS = {kind: number for number, (kind, _label) in enumerate(KINDS)}

#: Lists of words from which the reasons take the names of what both sides have in common.
WORDS = ("timebank.skill", "timebank.availability", "timebank.language", "timebank.check.type")

#: What each row tells; offers and requests differ in who pays for how much by when.
COLUMNS = {
    "id": "r.id",
    "person": "r.partner_id",
    "name": "p.name",
    "is_company": "p.is_company",
    "kind": "r.kind",
    "member_id": "r.member_id",
    "radius_km": "r.radius_km",
    "skill_id": "r.skill_id",
    "path": "s.parent_path",
    "latitude": "p.partner_latitude",
    "longitude": "p.partner_longitude",
    "zip": "p.zip",
    "balance": "COALESCE(a.balance_minutes, 0)",
    "given": """EXISTS (SELECT FROM timebank_hours h WHERE h.partner_id = r.partner_id
                           AND h.scheme_id = r.scheme_id AND h.state = 'approved')""",
    "received": """EXISTS (SELECT FROM timebank_hours h WHERE h.receiver_id = r.partner_id
                              AND h.scheme_id = r.scheme_id AND h.state = 'approved')""",
}

OF_OFFERS = {
    "available": "0",
    "minutes": "0",
    "payer": "NULL",
    "needed_by": "NULL::date",
}

#: A pot pays all of it; people of a group pay a share each, and the poorest tells.
OF_REQUESTS = {
    "available": """CASE WHEN pot.id IS NOT NULL THEN pot.balance_minutes::bigint + pot.credit_limit_minutes
                         WHEN g.people > 0 THEN g.least
                         ELSE COALESCE(a.balance_minutes::bigint + a.credit_limit_minutes, 0) END""",
    "minutes": """CASE WHEN pot.id IS NULL AND g.people > 0 THEN CEIL(r.minutes::numeric / g.people)::int
                       ELSE r.minutes END""",
    "payer": "CASE WHEN pot.id IS NOT NULL THEN pot.name ELSE COALESCE(g.poorest, p.name) END",
    "needed_by": "r.needed_by",
}

PAYERS = """LEFT JOIN timebank_account pot ON pot.id = r.pot_id
            LEFT JOIN LATERAL (
                SELECT count(*) AS people, min(has.available) AS least,
                       (array_agg(gp.name ORDER BY has.available, gp.id))[1] AS poorest
                  FROM timebank_request_group_rel rel
                  JOIN res_partner gp ON gp.id = rel.partner_id
                  JOIN timebank_member gm ON gm.partner_id = rel.partner_id AND gm.scheme_id = r.scheme_id
                  JOIN timebank_account ga ON ga.id = gm.account_id
                 CROSS JOIN LATERAL (
                       SELECT ga.balance_minutes::bigint + ga.credit_limit_minutes AS available) has
                 WHERE rel.request_id = r.id) g ON TRUE"""

#: Within how many kilometres somebody lives next door.
NEXT_DOOR_KM = 0.1

#: How many parts of the week or languages that both sides share a reason names,
MOST_NAMED = 3
#: and how many of their common interests.
MOST_LIKED = 2


class TimebankMatchmaker(models.AbstractModel):
    """Has offers and requests scored, by the formula of ``tools/matching.py``."""

    _name = "timebank.matchmaker"
    _description = "Matching of Offers and Requests"

    @api.private
    def _score(self, requests, offers, weakest=closeness.SIBLING):
        """Points of each offer for each request.

        :param weakest: the least nearness of skills that counts
        :return: an array with a row a request and a column an offer, 0 where it can't be
        """
        return self._score_facts(self._gather(requests), self._gather(offers), weakest)

    def _score_facts(self, requests, offers, weakest=closeness.SIBLING):
        """As :meth:`_score`, of facts that have been gathered."""
        *sides, nearness = self._get_sides(requests, offers)
        nearness[nearness < weakest] = 0
        return matching.score(*sides, nearness, self._get_apart(requests, offers))

    def _get_sides(self, requests, offers, links=matching_sides.LINKS):
        """The formula's arguments, as of today: see ``tools/matching_sides.py``."""
        return matching_sides.sides(requests, offers, KIND_NUMBERS, fields.Date.context_today(self), links)

    @api.private
    def _check_broker(self, schemes):
        """Suggestions name people to each other: only the bank's coordinators see them."""
        schemes = schemes.sudo(self.env.su)
        for scheme in schemes - schemes._run_by_user():
            name = scheme.sudo().name  # sudo: the sentence names the bank only
            raise AccessError(self.env._("Only a coordinator of %s sees its suggestions.", name))

    @api.private
    def _suggest(self, record, others_name, limit):
        """The best counterparts of one offer or request, and why.

        Nearer skills first; neighbours in the same group are looked at only where they
        could still be among the best.

        :return: list of (facts of the request, facts of the offer, points), best first
        """
        others, wishing = self.env[others_name], record._name == "timebank.request"
        mine, found = self._gather(record), []

        def in_order(one, other):
            return (one, other) if wishing else (other, one)

        family = record.skill_id._get_family()
        for skills in ([*family["same"], *family["part"], *family["whole"]], family["sibling"]):
            facts = self._gather_rows(others, self._where_fitting(record, skills))
            if len(found) >= limit:
                facts = facts.take(self._get_within_reach(*in_order(mine, facts), found[limit - 1][2]))
            if not len(facts):
                continue
            self._gather_links(others, facts)
            points = self._score_facts(*in_order(mine, facts)).ravel()
            best = np.lexsort((np.arange(len(points)), -points))[:limit]
            for position in best[points[best] > 0].tolist():
                rows = in_order(mine.row(0), facts.row(position))
                found.append((*rows, float(points[position])))
            found.sort(key=lambda row: (-row[2], row[0]["id"], row[1]["id"]))
        return found[:limit]

    def _get_within_reach(self, requests, offers, points):
        """Positions of those that could have so many points, going by the facts of their rows."""
        *sides, nearness = self._get_sides(requests, offers, links=())
        return np.flatnonzero(matching.at_most(*sides, nearness).ravel() >= points).tolist()

    def _where_fitting(self, record, skill_ids):
        """SQL: published ones of the same bank and kind, of one of the skills, of others."""
        return SQL(
            """r.state = 'published' AND r.scheme_id = %(scheme)s AND r.kind = %(kind)s
               AND r.skill_id = ANY(%(skills)s) AND r.partner_id != %(partner)s
               AND (r.expires_on IS NULL OR r.expires_on >= %(today)s)""",
            scheme=record.scheme_id.id,
            kind=record.kind,
            skills=list(skill_ids),
            partner=record.partner_id.id,
            today=record.scheme_id._today(),
        )

    # ------------------------------------------------------------
    # The facts that the formula needs: two queries a side, however many the records are
    # ------------------------------------------------------------

    def _gather(self, records):
        """All the :class:`Facts` about offers or requests, in the order of ``records``."""
        facts = self._gather_rows(records, SQL("r.id = ANY(%s)", records.ids))
        place = {record_id: position for position, record_id in enumerate(facts["id"])}
        facts = facts.take([place[record_id] for record_id in records.ids])
        return self._gather_links(records, facts)

    def _gather_rows(self, model, condition):
        """What the tables themselves tell of the records that meet a condition, by id.

        :param SQL condition: on the offers or requests, called ``r``
        """
        for name in (model._name, "timebank.hours", "timebank.member", "timebank.account", "res.partner"):
            self.env[name].flush_model()
        wishing = model._name == "timebank.request"
        columns = {**COLUMNS, **(OF_REQUESTS if wishing else OF_OFFERS)}
        rows = self.env.execute_query(
            SQL(
                """SELECT %(columns)s
                     FROM %(table)s r
                     JOIN timebank_skill s ON s.id = r.skill_id
                     JOIN res_partner p ON p.id = r.partner_id
                     LEFT JOIN timebank_member m ON m.id = r.member_id
                     LEFT JOIN timebank_account a ON a.id = m.account_id
                     %(payers)s
                    WHERE %(condition)s
                    ORDER BY r.id""",
                columns=SQL(", ").join(map(SQL, columns.values())),
                table=SQL.identifier(model._table),
                payers=SQL(PAYERS if wishing else ""),
                condition=condition,
            )
        )
        return Facts(list(columns), rows)

    def _gather_links(self, model, facts):
        """Add what many-to-many fields of the records, their members and people lead to.

        ``slots``, ``languages``, ``interests``; ``checks`` that a giver holds or a
        request asks for; ``needs`` that an offer asks of its giver; ``group`` of people
        for whom a request is.

        :return: ``facts``, with a collection of ids for each record and each of these
        """
        wishing = model._name == "timebank.request"
        member = self.env["timebank.member"]
        members = {member_id for member_id in facts["member_id"] if member_id}
        parts = [
            self._select_linked("slots", model, "availability_ids", facts["id"]),
            self._select_linked("asked", model, "check_type_ids", facts["id"]),
            self._select_linked("usual", member, "availability_ids", members),
            self._select_linked("languages", member, "language_ids", members),
            self._select_linked("interests", member, "interest_ids", members),
            self._select_linked("group", model, "group_partner_ids", facts["id"])
            if wishing
            else self._get_held(set(facts["person"])),
        ]
        found = {
            (what, record_id): ids
            for what, record_id, ids in self.env.execute_query(SQL(" UNION ALL ").join(parts))
        }

        def column(what, of):
            return [found.get((what, other), ()) for other in facts[of]]

        own, usual = column("slots", "id"), column("usual", "member_id")
        asked, nothing = column("asked", "id"), [()] * len(facts)
        facts["slots"] = [slots or always for slots, always in zip(own, usual, strict=True)]
        facts["languages"] = column("languages", "member_id")
        facts["interests"] = column("interests", "member_id")
        facts["checks"] = asked if wishing else column("held", "person")
        facts["needs"] = nothing if wishing else asked
        facts["group"] = column("group", "id") if wishing else nothing
        return facts

    def _select_linked(self, what, model, name, ids):
        """SQL: ``what``, a record's id, and an array of the ids that a many-to-many leads to."""
        field = model._fields[name]
        mine, other = SQL.identifier(field.column1), SQL.identifier(field.column2)
        return SQL(
            "SELECT %s, %s, array_agg(%s) FROM %s WHERE %s = ANY(%s) GROUP BY %s",
            what,
            mine,
            other,
            SQL.identifier(field.relation),
            mine,
            list(ids),
            mine,
        )

    def _get_held(self, people):
        """SQL: "held", a person's id, and an array of the checks in date."""
        self.env["timebank.check"].flush_model()
        return SQL(
            """SELECT 'held', partner_id, array_agg(type_id) FROM timebank_check
                WHERE partner_id = ANY(%(people)s) AND withdrawn IS NOT TRUE
                  AND COALESCE(issued_on, %(today)s) <= %(today)s
                  AND COALESCE(expires_on, %(today)s) >= %(today)s
                GROUP BY partner_id""",
            people=list(people),
            today=fields.Date.context_today(self),
        )

    # ------------------------------------------------------------
    # Who is to be kept apart
    # ------------------------------------------------------------

    def _get_apart(self, requests, offers):
        """Pairs not to be suggested: who declined each other, who met over this already, and
        whoever belongs to the group that asks.

        :param requests: :class:`Facts`, and ``offers`` as well
        :return: a table with a row a request and a column an offer
        """
        apart = np.zeros((len(requests), len(offers)), dtype=bool)
        gifts = {"id": offers.positions("id"), "person": offers.positions("person")}
        wishes = {"id": requests.positions("id"), "person": requests.positions("person")}
        for row, group in enumerate(requests["group"]):
            for person in group:
                apart[row, gifts["person"].get(person, [])] = True
                wishes["person"].setdefault(person, []).append(row)
        for giver, receiver, offer_id, request_id, lasting in self._get_met(
            set(gifts["person"]), set(wishes["person"])
        ):
            apart[np.ix_(wishes["id"].get(request_id, []), gifts["id"].get(offer_id, []))] = True
            if lasting:
                for one, other in ((receiver, giver), (giver, receiver)):
                    apart[np.ix_(wishes["person"].get(one, []), gifts["person"].get(other, []))] = True
        return apart

    def _get_met(self, givers, receivers):
        """Rows of giver, receiver, offer, request, and whether they are to be kept apart."""
        self.env["timebank.introduction"].flush_model()
        return self.env.execute_query(
            SQL(
                """SELECT giver_id, receiver_id, offer_id, request_id,
                          state = 'declined' AND NOT COALESCE(ask_again, FALSE)
                     FROM timebank_introduction
                    WHERE state != 'suggested'
                      AND ((giver_id = ANY(%(givers)s) AND receiver_id = ANY(%(receivers)s))
                        OR (giver_id = ANY(%(receivers)s) AND receiver_id = ANY(%(givers)s)))""",
                givers=list(givers),
                receivers=list(receivers),
            )
        )

    # ------------------------------------------------------------
    # Why two people fit, in words that a broker would say on the telephone
    # ------------------------------------------------------------

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
