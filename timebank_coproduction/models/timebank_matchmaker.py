from collections import defaultdict

import numpy as np

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..tools import matching
from .timebank_skill import KINDS

KIND_NUMBERS = {kind: number for number, (kind, _label) in enumerate(KINDS)}


class TimebankMatchmaker(models.AbstractModel):
    """Gathers the facts about offers and requests, and has them scored.

    Each kind of fact takes one query, however many the records are; the formula is
    ``tools/matching.py``.
    """

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
        return matching.score(*sides, nearness, self._get_apart(requests, offers))

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
        for skills, most in ((near, 100), (family["sibling"], matching.best(matching.SIBLING))):
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

    # Facts
    def _gather(self, records):
        """Rows of facts, in the order of ``records``, and what is linked to them."""
        records.flush_recordset()
        self.env["timebank.hours"].flush_model(["state", "partner_id", "receiver_id"])
        self.env["res.partner"].flush_model(["partner_latitude", "partner_longitude", "zip"])
        wishing = records._name == "timebank.request"
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT r.id, r.partner_id AS person, r.kind, r.member_id, r.radius_km,
                          s.parent_path AS path, p.partner_latitude AS latitude,
                          p.partner_longitude AS longitude, p.zip,
                          COALESCE(a.balance_minutes, 0) AS balance,
                          COALESCE(a.balance_minutes + a.credit_limit_minutes, 0) AS available,
                          EXISTS (SELECT FROM timebank_hours h WHERE h.partner_id = r.partner_id
                                     AND h.scheme_id = r.scheme_id AND h.state = 'approved') AS given,
                          EXISTS (SELECT FROM timebank_hours h WHERE h.receiver_id = r.partner_id
                                     AND h.scheme_id = r.scheme_id AND h.state = 'approved') AS received,
                          %(minutes)s AS minutes, %(needed)s AS days
                     FROM %(table)s r
                     JOIN timebank_skill s ON s.id = r.skill_id
                     JOIN res_partner p ON p.id = r.partner_id
                     LEFT JOIN timebank_member m ON m.id = r.member_id
                     LEFT JOIN timebank_account a ON a.id = m.account_id
                    WHERE r.id = ANY(%(ids)s)""",
                table=SQL.identifier(records._table),
                ids=records.ids,
                minutes=SQL("r.minutes") if wishing else SQL("0"),
                needed=SQL("r.needed_by - %s::date", fields.Date.context_today(self))
                if wishing
                else SQL("NULL::int"),
            )
        )
        by_id = {row["id"]: row for row in rows}
        rows = [by_id[record_id] for record_id in records.ids]
        members = {row["member_id"] for row in rows}
        slots = self._linked(records, "availability_ids", records.ids)
        member = self.env["timebank.member"]
        usual = self._linked(member, "availability_ids", members)
        return {
            "rows": rows,
            "slots": [slots.get(row["id"]) or usual.get(row["member_id"], ()) for row in rows],
            "languages": self._by_member(rows, "language_ids", members),
            "interests": self._by_member(rows, "interest_ids", members),
            **self._gather_checks(records, rows),
        }

    def _gather_checks(self, records, rows):
        """Which checks givers hold in date, and which ones offers and requests ask for."""
        asked = self._linked(records, "check_type_ids", records.ids)
        needs = [asked.get(row["id"], ()) for row in rows]
        if records._name == "timebank.request":
            return {"checks": needs, "needs": [()] * len(rows)}
        self.env["timebank.check"].flush_model()
        held = dict(
            self.env.execute_query(
                SQL(
                    """SELECT partner_id, array_agg(type_id) FROM timebank_check
                        WHERE partner_id = ANY(%s) AND withdrawn IS NOT TRUE
                          AND COALESCE(issued_on, %s) <= %s
                          AND COALESCE(expires_on, %s) >= %s
                        GROUP BY partner_id""",
                    list({row["person"] for row in rows}),
                    *[fields.Date.context_today(self)] * 4,
                )
            )
        )
        return {"checks": [held.get(row["person"], ()) for row in rows], "needs": needs}

    def _by_member(self, rows, name, members):
        linked = self._linked(self.env["timebank.member"], name, members)
        return [linked.get(row["member_id"], ()) for row in rows]

    def _linked(self, model, name, ids):
        """Ids that a many-to-many leads to: dict of record id → list."""
        field = model._fields[name]
        model.flush_model([name])
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT %(mine)s, array_agg(%(other)s) FROM %(table)s"
                    " WHERE %(mine)s = ANY(%(ids)s) GROUP BY %(mine)s",
                    mine=SQL.identifier(field.column1),
                    other=SQL.identifier(field.column2),
                    table=SQL.identifier(field.relation),
                    ids=list(filter(None, ids)),
                )
            )
        )

    def _get_columns(self, facts):
        """The ids that occur on either side, for each kind of link: dict id → column."""
        columns = {}
        for name in ("slots", "languages", "interests", "checks", "needs"):
            ids = sorted({other for part in facts for linked in part[name] for other in linked})
            columns[name] = {other: position for position, other in enumerate(ids)}
        columns["checks"] = columns["needs"] = {
            other: position for position, other in enumerate(sorted({*columns["checks"], *columns["needs"]}))
        }
        return columns

    def _make_side(self, part, columns, codes, paths):
        rows = part["rows"]
        position = {path: number for number, path in enumerate(paths)}
        districts = [matching.postcode(row["zip"]) for row in rows]
        placed = [bool(row["latitude"] or row["longitude"]) for row in rows]
        return matching.Side.of(
            len(rows),
            skill=[position[row["path"]] for row in rows],
            kind=[KIND_NUMBERS[row["kind"]] for row in rows],
            radius=[row["radius_km"] or 0 for row in rows],
            latitude=[row["latitude"] if known else np.nan for row, known in zip(rows, placed, strict=True)],
            longitude=[
                row["longitude"] if known else np.nan for row, known in zip(rows, placed, strict=True)
            ],
            district=[codes.setdefault(district, len(codes)) for district, _area in districts],
            area=[codes.setdefault(area, len(codes)) for _district, area in districts],
            days=[np.nan if row["days"] is None else row["days"] for row in rows],
            **{
                name: [row[name] for row in rows]
                for name in ("person", "balance", "available", "given", "received", "minutes")
            },
            **{
                name: self._make_table(part[name], columns[name])
                for name in ("slots", "languages", "interests", "checks", "needs")
            },
        )

    def _make_table(self, linked, columns):
        table = np.zeros((len(linked), max(len(columns), 1)))
        for row, others in enumerate(linked):
            for other in others:
                table[row, columns[other]] = 1
        return table

    def _get_apart(self, requests, offers):
        """Pairs not to be suggested: who declined each other, and who met over this already."""
        self.env["timebank.introduction"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT giver_id, receiver_id, offer_id, request_id,
                          state = 'declined' AND NOT ask_again
                     FROM timebank_introduction
                    WHERE state != 'suggested'
                      AND ((giver_id = ANY(%(givers)s) AND receiver_id = ANY(%(receivers)s))
                        OR (giver_id = ANY(%(receivers)s) AND receiver_id = ANY(%(givers)s)))""",
                givers=offers.partner_id.ids,
                receivers=requests.partner_id.ids,
            )
        )
        apart = np.zeros((len(requests), len(offers)), dtype=bool)
        wishes, gifts = self._positions(requests), self._positions(offers)
        for giver, receiver, offer_id, request_id, lasting in rows:
            apart[np.ix_(wishes["id", request_id], gifts["id", offer_id])] = True
            if lasting:
                apart[np.ix_(wishes["person", receiver], gifts["person", giver])] = True
                apart[np.ix_(wishes["person", giver], gifts["person", receiver])] = True
        return apart

    def _positions(self, records):
        """Where in ``records`` an id or a person is found: dict of lists."""
        positions = defaultdict(list)
        for position, record in enumerate(records):
            positions["id", record.id].append(position)
            positions["person", record.partner_id.id].append(position)
        return positions
