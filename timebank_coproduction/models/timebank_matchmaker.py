import numpy as np

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..tools import matching


class TimebankMatchmaker(models.AbstractModel):
    """Has offers and requests scored, by the formula of ``tools/matching.py``."""

    _name = "timebank.matchmaker"
    _description = "Matching of Offers and Requests"

    @api.private
    def _score(self, requests, offers, weakest=matching.SIBLING):
        """Points of each offer for each request.

        :param weakest: the least nearness of skills that counts
        :return: an array with a row a request and a column an offer, 0 where it can't be
        """
        facts = [self._gather(requests), self._gather(offers)]
        codes = {"": 0}
        columns = self._get_columns(facts)
        paths = [sorted({row["path"] for row in part["rows"]}) for part in facts]
        sides = [self._make_side(part, columns, codes, own) for part, own in zip(facts, paths, strict=True)]
        nearness = np.array(
            [[matching.nearness(asked, offered) for offered in paths[1]] for asked in paths[0]]
        ).reshape(len(paths[0]), len(paths[1]))
        nearness[nearness < weakest] = 0
        return matching.score(*sides, nearness, self._get_apart(*(part["rows"] for part in facts)))

    @api.private
    def _check_broker(self, schemes):
        """Suggestions name people to each other: only the bank's coordinators see them."""
        if self.env.su:
            return
        user = self.env.user
        if user.has_group("timebank_coproduction.group_timebank_manager"):
            return
        for scheme in schemes.sudo():
            if user not in scheme.coordinator_ids or not user.has_group(
                "timebank_coproduction.group_timebank_coordinator"
            ):
                raise AccessError(self.env._("Only a coordinator of %s sees its suggestions.", scheme.name))

    @api.private
    def _suggest(self, record, others_name, limit):
        """The best counterparts of one offer or request.

        Nearer skills first; neighbours in the same group are looked at only where they
        could still be among the best.

        :return: list of (record of ``others_name``, points), best first
        """
        found = []
        family = record.skill_id._get_family()
        near = [*family["same"], *family["part"], *family["whole"]]
        weak = matching.best(matching.SIBLING, self._get_soon(record, others_name))
        for skills, most in ((near, 100), (family["sibling"], weak)):
            if len(found) >= limit and found[limit - 1][1] >= most:
                break
            others = self._get_candidates(record, others_name, skills)
            if not others:
                continue
            wishing = others_name == "timebank.offer"
            points = self._score(record, others) if wishing else self._score(others, record)
            pairs = zip(others, points.ravel().tolist(), strict=True)
            found += [pair for pair in pairs if pair[1] > 0]
            found.sort(key=lambda pair: (-pair[1], pair[0].id))
        return found[:limit]

    def _get_soon(self, record, others_name):
        """The share of the points for urgency: known of a request, up to all for an offer."""
        if others_name == "timebank.request":
            return 1
        if not record.needed_by:
            return 0.25
        days = (record.needed_by - fields.Date.context_today(self)).days
        return float(matching.urgency(np.array([days]))[0])

    def _get_candidates(self, record, others_name, skill_ids):
        """Published records of the same bank and kind, of one of the skills, of others."""
        others = self.env[others_name].sudo()  # sudo: the caller checked who is asking
        others.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM %(table)s
                    WHERE state = 'published' AND scheme_id = %(scheme)s
                      AND kind = %(kind)s AND skill_id = ANY(%(skills)s)
                      AND partner_id != %(partner)s
                      AND (expires_on IS NULL OR expires_on >= %(today)s)
                    ORDER BY id""",
                table=SQL.identifier(others._table),
                scheme=record.scheme_id.id,
                kind=record.kind,
                skills=list(skill_ids),
                partner=record.partner_id.id,
                today=fields.Date.context_today(self),
            )
        )
        return others.browse([row[0] for row in rows])
