import numpy as np

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...tools import closeness, matching
from ...tools.facts import Facts

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
    "available": """CASE WHEN pot.id IS NOT NULL THEN pot.balance_minutes + pot.credit_limit_minutes
                         WHEN g.people > 0 THEN g.least
                         ELSE COALESCE(a.balance_minutes + a.credit_limit_minutes, 0) END""",
    "minutes": """CASE WHEN pot.id IS NULL AND g.people > 0 THEN CEIL(r.minutes::numeric / g.people)::int
                       ELSE r.minutes END""",
    "payer": "CASE WHEN pot.id IS NOT NULL THEN pot.name ELSE COALESCE(g.poorest, p.name) END",
    "needed_by": "r.needed_by",
}

PAYERS = """LEFT JOIN timebank_account pot ON pot.id = r.pot_id
            LEFT JOIN LATERAL (
                SELECT count(*) AS people, min(ga.balance_minutes + ga.credit_limit_minutes) AS least,
                       (array_agg(gp.name ORDER BY ga.balance_minutes + ga.credit_limit_minutes, gp.id))[1]
                           AS poorest
                  FROM timebank_request_group_rel rel
                  JOIN res_partner gp ON gp.id = rel.partner_id
                  JOIN timebank_member gm ON gm.partner_id = rel.partner_id AND gm.scheme_id = r.scheme_id
                  JOIN timebank_account ga ON ga.id = gm.account_id
                 WHERE rel.request_id = r.id) g ON TRUE"""


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
        *sides, nearness = self._make_sides(requests, offers)
        nearness[nearness < weakest] = 0
        return matching.score(*sides, nearness, self._get_apart(requests, offers))

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
        *sides, nearness = self._make_sides(requests, offers, links=())
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
            today=fields.Date.context_today(self),
        )

    # ------------------------------------------------------------
    # The facts that the formula needs: two queries a side, however many the records are.
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
            self._linked("slots", model, "availability_ids", facts["id"]),
            self._linked("asked", model, "check_type_ids", facts["id"]),
            self._linked("usual", member, "availability_ids", members),
            self._linked("languages", member, "language_ids", members),
            self._linked("interests", member, "interest_ids", members),
            self._linked("group", model, "group_partner_ids", facts["id"])
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

    def _linked(self, what, model, name, ids):
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
