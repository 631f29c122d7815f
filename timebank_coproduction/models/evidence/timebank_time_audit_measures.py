from odoo import models
from odoo.tools import SQL

from . import facts

#: Kinds of transfers by which somebody spends what they have.
SPENDING = ("exchange", "attend", "redeem", "gift", "voucher_issue")


class TimebankTimeAuditMeasures(models.AbstractModel):
    """What a time audit looks at, for each of many banks by itself.

    Days are those of a month's end, so the same comes out whenever it is asked: who takes part is told by
    the days of joining and leaving. How many months back people are looked at, each bank says itself.
    """

    _name = "timebank.time.audit.measures"
    _description = "What a Time Audit Looks At"
    _inherit = ["timebank.measures"]

    def _get_flows_of_banks(self, scope):
        """What moved in each month, bank by bank.

        :return: dict of bank id → dict of first day of the month → dict of flow (:data:`~.facts.FLOWS`) →
            minutes; and of ``adjusted``, what else came from the bank's own account, less what went to it
        """
        rows = self._query(
            SQL(
                """SELECT m.scheme_id, %(month)s,
                          CASE WHEN m.flow IS NULL THEN 'adjusted' ELSE m.flow END,
                          SUM(CASE WHEN m.flow IS NOT NULL OR m.from_account_id = bank.operating_account_id
                                   THEN m.minutes ELSE -m.minutes END)::bigint
                     FROM %(moved)s m
                     JOIN timebank_scheme bank ON bank.id = m.scheme_id
                    WHERE m.flow IS NOT NULL
                       OR bank.operating_account_id IN (m.from_account_id, m.to_account_id)
                    GROUP BY 1, 2, 3""",
                month=SQL("date_trunc('month', m.date::timestamp)::date"),
                moved=facts.moved(scope.of_banks()),
            )
        )
        found = {}
        for scheme_id, month, flow, minutes in rows:
            found.setdefault(scheme_id, {}).setdefault(month, {})[flow] = minutes
        return found

    def _get_standing_of_banks(self, scope):
        """How each bank stands at the end of the scope's last day.

        :return: dict of bank id → dict of ``outstanding`` (minutes that the bank's own account owes),
            ``held`` (minutes that people with more than nothing have), ``holders`` (how many they are),
            ``top_held`` and ``top`` (the same of the tenth of them with most, rounded up)
        """
        rows = self._query_dicts(
            SQL(
                """SELECT bank.id AS scheme_id,
                          COALESCE(-SUM(b.minutes), 0)::bigint AS outstanding,
                          COALESCE(MIN(h.held), 0)::bigint AS held,
                          COALESCE(MIN(h.holders), 0) AS holders,
                          COALESCE(MIN(h.top_held), 0)::bigint AS top_held, COALESCE(MIN(h.top), 0) AS top
                     FROM timebank_scheme bank
                     LEFT JOIN %(balances)s b ON b.scheme_id = bank.id AND b.kind = 'operating'
                     LEFT JOIN (
                         SELECT scheme_id, SUM(minutes) AS held, COUNT(*) AS holders,
                                SUM(minutes) FILTER (WHERE place <= (count + 9) / 10) AS top_held,
                                COUNT(*) FILTER (WHERE place <= (count + 9) / 10) AS top
                           FROM %(holders)s ranked GROUP BY scheme_id) h ON h.scheme_id = bank.id
                    WHERE bank.id = ANY(%(schemes)s)
                    GROUP BY bank.id""",
                balances=facts.balances(scope),
                holders=facts.holders(scope),
                schemes=list(scope.scheme_ids),
            )
        )
        return {row.pop("scheme_id"): row for row in rows}

    def _get_counts_of_banks(self, scope, months):
        """How many people are dormant, and how many only receive.

        :param dict months: bank id → how many months back they are looked at
        :return: dict of bank id → dict of ``members`` (people who take part in the bank on the last day),
            ``dormant`` of them, ``active`` (people who gave or received), and ``receiving`` of those
        """
        found = {
            scheme_id: dict.fromkeys(("members", "dormant", "active", "receiving"), 0)
            for scheme_id in scope.scheme_ids
        }
        for query, names in (
            (
                SQL("SELECT scheme_id, COUNT(*) FROM %s m GROUP BY scheme_id", facts.members(scope)),
                ("members",),
            ),
            (
                SQL(
                    "SELECT scheme_id, COUNT(*) FROM %s d GROUP BY scheme_id",
                    self._get_dormant_sql(scope, months),
                ),
                ("dormant",),
            ),
            (
                SQL(
                    """SELECT scheme_id, COUNT(*), COUNT(*) FILTER (WHERE NOT gave)
                         FROM %s a GROUP BY scheme_id""",
                    self._get_active_sql(scope, months),
                ),
                ("active", "receiving"),
            ),
        ):
            for scheme_id, *values in self._query(query):
                found[scheme_id].update(zip(names, values, strict=True))
        return found

    def _find_dormant(self, scope, months):
        """The memberships of :meth:`_get_counts_of_banks`'s ``dormant``."""
        rows = self._query(SQL("SELECT id FROM %s d", self._get_dormant_sql(scope, months)))
        return self.env["timebank.member"].browse(member_id for (member_id,) in rows)

    def _find_only_receiving(self, scope, months):
        """The memberships of its ``receiving``."""
        rows = self._query(SQL("SELECT id FROM %s a WHERE NOT gave", self._get_active_sql(scope, months)))
        return self.env["timebank.member"].browse(member_id for (member_id,) in rows)

    def _find_top_tenth(self, scope):
        """The accounts of the tenth of each bank's holders with most."""
        rows = self._query(
            SQL(
                """SELECT b.account_id
                     FROM %s ranked
                     JOIN %s b ON b.scheme_id = ranked.scheme_id AND b.partner_id = ranked.partner_id
                      AND b.kind = 'member' AND b.minutes != 0
                    WHERE place <= (count + 9) / 10""",
                facts.holders(scope),
                facts.balances(scope),
            )
        )
        return self.env["timebank.account"].browse(account_id for (account_id,) in rows)

    def _find_in_credit(self, scope):
        """The accounts of members, groups and vouchers that have something: together, with those that owe
        something, what is outstanding."""
        rows = self._query(
            SQL(
                "SELECT account_id FROM %s b WHERE kind != 'operating' AND minutes != 0",
                facts.balances(scope),
            )
        )
        return self.env["timebank.account"].browse(account_id for (account_id,) in rows)

    def _find_moved(self, scope, flows):
        """The transfers of some flows, and their reversals."""
        rows = self._query(SQL("SELECT id FROM %s m WHERE flow IN %s", facts.moved(scope), tuple(flows)))
        return self.env["timebank.transfer"].browse(transfer_id for (transfer_id,) in rows)

    def _get_back_sql(self, months):
        """Columns: scheme_id, months. A row for each bank."""
        return SQL(
            "(SELECT * FROM unnest(%s::int[], %s::int[]) AS back (scheme_id, months))",
            list(months),
            list(months.values()),
        )

    def _get_dormant_sql(self, scope, months):
        """Columns: id (of the membership), scheme_id. Members who have credits, and have spent none for the
        bank's months; who joined later than that isn't dormant yet."""
        return SQL(
            """(WITH here AS MATERIALIZED (
                       SELECT m.*, (%(last)s::date - make_interval(months => back.months))::date AS since
                         FROM %(members)s m
                         JOIN %(back)s back ON back.scheme_id = m.scheme_id),
                     held AS MATERIALIZED (SELECT scheme_id, partner_id FROM %(holders)s h)
                SELECT here.id, here.scheme_id
                  FROM here
                  JOIN held USING (scheme_id, partner_id)
                 WHERE here.joined_on <= here.since
                   AND NOT EXISTS (
                       SELECT FROM timebank_account mine
                         JOIN timebank_transfer t ON t.from_account_id = mine.id
                        WHERE mine.scheme_id = here.scheme_id AND mine.partner_id = here.partner_id
                          AND mine.kind = 'member' AND t.kind IN %(spending)s
                          AND t.date > here.since AND t.date <= %(last)s
                          AND NOT EXISTS (SELECT FROM timebank_transfer r
                                           WHERE r.reversal_of_id = t.id AND r.date <= %(last)s)))""",
            members=facts.members(scope),
            holders=facts.holders(scope),
            back=self._get_back_sql(months),
            last=scope.date_to,
            spending=SPENDING,
        )

    def _get_active_sql(self, scope, months):
        """Columns: id (of the membership), scheme_id, gave. Who gave or received in the bank's months."""
        return SQL(
            """(SELECT m.id, m.scheme_id, BOOL_OR(t.gave) AS gave
                  FROM %(taken)s t
                  JOIN %(back)s back ON back.scheme_id = t.scheme_id
                  JOIN %(members)s m ON m.scheme_id = t.scheme_id AND m.partner_id = t.partner_id
                 WHERE t.date > (%(last)s::date - make_interval(months => back.months))::date
                 GROUP BY m.id, m.scheme_id)""",
            taken=facts.taken(scope.of_banks()),
            back=self._get_back_sql(months),
            members=facts.members(scope),
            last=scope.date_to,
        )
