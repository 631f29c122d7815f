from fractions import Fraction

from odoo import models
from odoo.tools import SQL

from . import facts
from .facts import FLOWS


class TimebankMeasures(models.AbstractModel):
    """What the ledger says: credits issued, exchanged, returned, given and expired, and who holds them."""

    _inherit = "timebank.measures"

    def _get_flows(self, scope):
        """What moved in the period, a reversal on its own day as the negative of what it reverses.

        With a grant or project only what their hours, sessions and claims moved is counted; gifts, vouchers
        and what expires are of neither.

        :return: dict of flow (:data:`~.facts.FLOWS`) → dict of ``minutes`` and between how many ``people``
            (no organisations); and of ``adjusted``, the same of what settled balances
            with the bank's own account: what is outstanding grows by what is issued and adjusted, and
            shrinks by what is returned
        """
        found = {flow: (minutes, people) for _start, flow, minutes, people in self._get_moved(scope)}
        return {
            flow: dict(zip(("minutes", "people"), found.get(flow, (0, 0)), strict=True))
            for flow in (*FLOWS, "adjusted")
        }

    def _get_flows_by(self, scope, step):
        """For each step: ``start``, and for each flow what :meth:`_get_flows` returns."""
        series = {}
        for start, flow, minutes, people in self._get_moved(scope, self._get_step_sql(step)):
            step_of = series.setdefault(
                start, {flow: {"minutes": 0, "people": 0} for flow in (*FLOWS, "adjusted")}
            )
            step_of[flow] = {"minutes": minutes, "people": people}
        return [{"start": start, **flows} for start, flows in sorted(series.items())]

    def _get_moved(self, scope, start=None):
        """Rows of start, flow, minutes and how many people."""
        return self._query(
            SQL(
                """WITH moves AS MATERIALIZED (
                       SELECT start, COALESCE(flow, 'adjusted') AS flow, from_account_id, to_account_id,
                              SUM(CASE WHEN flow IS NOT NULL OR from_account_id = operating_account_id
                                       THEN minutes ELSE -minutes END) AS minutes
                         FROM (SELECT %(start)s AS start, flow, from_account_id, to_account_id,
                                      operating_account_id, minutes
                                 FROM %(moved)s m
                               OFFSET 0) m -- so that each is worked out once
                        WHERE flow IS NOT NULL OR operating_account_id IN (from_account_id, to_account_id)
                        GROUP BY start, flow, from_account_id, to_account_id),
                   concerned AS (
                       SELECT start, flow, COUNT(DISTINCT a.partner_id) AS people
                         FROM (SELECT start, flow, from_account_id AS account_id FROM moves WHERE minutes != 0
                                UNION
                               SELECT start, flow, to_account_id FROM moves WHERE minutes != 0) side
                         JOIN timebank_account a ON a.id = side.account_id AND a.kind = 'member'
                         %(who)s
                        WHERE %(is_person)s
                        GROUP BY start, flow)
                   SELECT m.start, m.flow, SUM(m.minutes)::bigint, COALESCE(MIN(c.people), 0)
                     FROM moves m
                     LEFT JOIN concerned c ON c.flow = m.flow AND c.start IS NOT DISTINCT FROM m.start
                    GROUP BY m.start, m.flow""",
                start=start or SQL("NULL::date"),
                moved=facts.moved(scope),
                who=facts.join_who("a.scheme_id", "a.partner_id"),
                is_person=facts.IS_PERSON,
            )
        )

    def _get_position(self, scope, flows=None):
        """How the banks stand at the period's end, as a whole: whichever grant or project is asked for.

        :param flows: as :meth:`_get_flows` returns them for the banks as a whole, where they have been asked
        :return: dict of ``outstanding_minutes`` (what the banks' own accounts owe), with how many
            ``holders`` of credits (people); ``returned_minutes`` of the period by how many ``returning``,
            ``months`` of the period, ``returned_per_month`` and ``cover_months`` (outstanding by what
            comes back a month; ``None`` where nothing does); ``top_tenth_share``, what the tenth of the
            holders with most (``top``, rounded up) have of all that holders have, ``held_minutes``;
            ``None`` where nobody has any
        """
        scope, last = scope.of_banks(), self._get_last_day(scope)
        [[outstanding, held, holders, top_held, top]] = self._query(
            SQL(
                """WITH holder AS (
                       SELECT minutes, ROW_NUMBER() OVER (ORDER BY minutes DESC) AS place,
                              COUNT(*) OVER () AS count
                         FROM (SELECT SUM(minutes) AS minutes FROM %s h GROUP BY partner_id) p
                        WHERE minutes > 0)
                   SELECT (SELECT COALESCE(-SUM(minutes), 0)::bigint FROM %s b WHERE kind = 'operating'),
                          COALESCE(SUM(minutes), 0)::bigint, COUNT(*),
                          COALESCE(SUM(minutes) FILTER (WHERE place <= (count + 9) / 10), 0)::bigint,
                          COUNT(*) FILTER (WHERE place <= (count + 9) / 10)
                     FROM holder""",
                facts.held(scope._replace(date_to=last)),
                facts.balances(scope._replace(date_to=last)),
            )
        )
        returned = (flows or self._get_flows(scope))["returned"]
        months = self._count_period(scope, last)
        per_month = returned["minutes"] / months if months else Fraction(0)
        return {
            "outstanding_minutes": outstanding,
            "held_minutes": held,
            "holders": holders,
            "returned_minutes": returned["minutes"],
            "returning": returned["people"],
            "months": float(months),
            "returned_per_month": float(per_month),
            "cover_months": float(outstanding / per_month) if per_month > 0 else None,
            "top_tenth_share": top_held / held if held else None,
            "top": top,
        }

    def _count_period(self, scope, last):
        """How many months the period has; without a first day, since the banks' first transfer."""
        first = scope.date_from
        if not first:
            [[first]] = self._query(
                SQL(
                    "SELECT MIN(date) FROM timebank_transfer WHERE scheme_id = ANY(%s)",
                    list(scope.scheme_ids),
                )
            )
        return self._count_months(first, last) if first else Fraction(0)
