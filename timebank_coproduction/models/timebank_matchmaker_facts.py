from collections import defaultdict

import numpy as np

from odoo import fields, models
from odoo.tools import SQL

from ..tools import matching
from .timebank_skill import KINDS

KIND_NUMBERS = {kind: number for number, (kind, _label) in enumerate(KINDS)}
LINKS = ("slots", "languages", "interests", "checks", "needs")


class TimebankMatchmaker(models.AbstractModel):
    """The facts that the formula needs: one query a side, however many the records are."""

    _inherit = "timebank.matchmaker"

    def _gather(self, records):
        """Rows of facts in the order of ``records``, and for each kind of link their ids."""
        for name in (records._name, "timebank.hours", "timebank.member", "timebank.check", "res.partner"):
            self.env[name].flush_model()
        wishing = records._name == "timebank.request"
        today = fields.Date.context_today(self)
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
                          %(minutes)s AS minutes, %(days)s AS days
                     FROM %(table)s r
                     JOIN timebank_skill s ON s.id = r.skill_id
                     JOIN res_partner p ON p.id = r.partner_id
                     LEFT JOIN timebank_member m ON m.id = r.member_id
                     LEFT JOIN timebank_account a ON a.id = m.account_id
                    WHERE r.id = ANY(%(ids)s)""",
                table=SQL.identifier(records._table),
                ids=records.ids,
                minutes=SQL("r.minutes") if wishing else SQL("0"),
                days=SQL("r.needed_by - %s::date", today) if wishing else SQL("NULL::int"),
            )
        )
        by_id = {row["id"]: row for row in rows}
        rows = [by_id[record_id] for record_id in records.ids]
        links = self._gather_links(records, rows)
        asked = [links.get(("asked", row["id"]), ()) for row in rows]
        nothing = [()] * len(rows)
        return {
            "rows": rows,
            "slots": [
                links.get(("slots", row["id"])) or links.get(("usual", row["member_id"]), ()) for row in rows
            ],
            "languages": [links.get(("languages", row["member_id"]), ()) for row in rows],
            "interests": [links.get(("interests", row["member_id"]), ()) for row in rows],
            "checks": asked if wishing else [links.get(("held", row["person"]), ()) for row in rows],
            "needs": nothing if wishing else asked,
        }

    def _gather_links(self, records, rows):
        """Every many-to-many of the records, their members and people, in one query.

        :return: dict of (what, id) → ids
        """
        member, today = self.env["timebank.member"], fields.Date.context_today(self)
        members = list({row["member_id"] for row in rows if row["member_id"]})
        parts = [
            self._linked("slots", records, "availability_ids", records.ids),
            self._linked("asked", records, "check_type_ids", records.ids),
            self._linked("usual", member, "availability_ids", members),
            self._linked("languages", member, "language_ids", members),
            self._linked("interests", member, "interest_ids", members),
            SQL(
                """SELECT 'held', partner_id, array_agg(type_id) FROM timebank_check
                    WHERE partner_id = ANY(%(people)s) AND withdrawn IS NOT TRUE
                      AND COALESCE(issued_on, %(today)s) <= %(today)s
                      AND COALESCE(expires_on, %(today)s) >= %(today)s
                    GROUP BY partner_id""",
                people=list({row["person"] for row in rows}),
                today=today,
            ),
        ]
        found = self.env.execute_query(SQL(" UNION ALL ").join(parts))
        return {(what, record_id): ids for what, record_id, ids in found}

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

    def _get_columns(self, facts):
        """The ids that occur on either side, for each kind of link: dict id → column."""
        columns = {}
        for name in LINKS:
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
            **{name: self._make_table(part[name], columns[name]) for name in LINKS},
        )

    def _make_table(self, linked, columns):
        table = np.zeros((len(linked), max(len(columns), 1)))
        for row, others in enumerate(linked):
            for other in others:
                table[row, columns[other]] = 1
        return table

    def _get_apart(self, requests, offers):
        """Pairs not to be suggested: who declined each other, and who met over this already.

        :param requests: rows of facts, and ``offers`` as well
        """
        self.env["timebank.introduction"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT giver_id, receiver_id, offer_id, request_id,
                          state = 'declined' AND NOT COALESCE(ask_again, FALSE)
                     FROM timebank_introduction
                    WHERE state != 'suggested'
                      AND ((giver_id = ANY(%(givers)s) AND receiver_id = ANY(%(receivers)s))
                        OR (giver_id = ANY(%(receivers)s) AND receiver_id = ANY(%(givers)s)))""",
                givers=list({row["person"] for row in offers}),
                receivers=list({row["person"] for row in requests}),
            )
        )
        apart = np.zeros((len(requests), len(offers)), dtype=bool)
        if not rows:
            return apart
        wishes, gifts = self._positions(requests), self._positions(offers)
        for giver, receiver, offer_id, request_id, lasting in rows:
            apart[np.ix_(wishes["id", request_id], gifts["id", offer_id])] = True
            if lasting:
                apart[np.ix_(wishes["person", receiver], gifts["person", giver])] = True
                apart[np.ix_(wishes["person", giver], gifts["person", receiver])] = True
        return apart

    def _positions(self, rows):
        """Where in ``rows`` an id or a person is found: dict of lists."""
        positions = defaultdict(list)
        for position, row in enumerate(rows):
            positions["id", row["id"]].append(position)
            positions["person", row["person"]].append(position)
        return positions
