import numpy as np

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...tools import closeness, matching


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
