from fractions import Fraction
from typing import NamedTuple

import numpy as np

from odoo import models
from odoo.tools import SQL

from ...tools.arrays import add_up, begins, count_different, number, number_steps
from . import facts
from .facts import FLOWS

#: What moved, and what settled balances with the bank's own account.
MOVED = (*FLOWS, "adjusted")


class Moves(NamedTuple):
    """Transfers, a row for each: arrays; the flow is its place in :data:`MOVED`."""

    flow: np.ndarray
    date: np.ndarray
    from_account_id: np.ndarray
    to_account_id: np.ndarray
    minutes: np.ndarray


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

        def add_up():
            moves = self._read_moves(scope)
            whole = np.zeros(len(moves.flow), dtype=np.int64)
            [(_start, flows)] = self._add_up_moves(scope, moves, whole, [None])
            return flows

        return self._remember(("flows", scope), add_up)

    def _get_flows_by(self, scope, step):
        """For each step: ``start``, and for each flow what :meth:`_get_flows` returns."""
        moves = self._read_moves(scope)
        starts, step_of = number_steps(step, moves.date)
        series = self._add_up_moves(scope, moves, step_of, starts.tolist())
        return [{"start": start, **flows} for start, flows in series]

    def _read_moves(self, scope):
        """What moved: :class:`Moves`. What settles balances is counted from the bank's own account."""

        def read():
            return Moves(
                *self._query_numbers(
                    SQL(
                        """(SELECT ARRAY_POSITION(%s, COALESCE(flow, 'adjusted')) - 1 AS flow, date,
                                   from_account_id, to_account_id,
                                   CASE WHEN flow IS NOT NULL OR from_account_id = operating_account_id
                                        THEN minutes ELSE -minutes END AS minutes
                              FROM (SELECT flow, date, from_account_id, to_account_id, operating_account_id,
                                           minutes
                                      FROM %s m
                                   OFFSET 0) m -- so that each is worked out once
                             WHERE flow IS NOT NULL
                                OR operating_account_id IN (from_account_id, to_account_id))""",
                        list(MOVED),
                        facts.moved(self._without_banks_if_all(scope)),
                    ),
                    *Moves._fields,
                )
            )

        # what counts for a grant or project isn't told by the rows: those of each are rows of their own
        kind, banks = ("moves", scope.grant_id, scope.project_id), scope.of_banks()
        moves = self._remember_rows(kind, banks, read)
        return moves._replace(date=moves.date.astype("datetime64[D]"))

    def _read_people_of_accounts(self, scope):
        """Whose account is whose, of people: an array of the accounts' ids, and one of the contacts'."""
        return self._remember(
            ("accounts", scope.scheme_ids),
            lambda: self._query_numbers(
                SQL(
                    """(SELECT a.id, a.partner_id FROM timebank_account a
                         WHERE a.kind = 'member' AND a.scheme_id = ANY(%s) AND %s
                         ORDER BY a.id)""",
                    list(scope.scheme_ids),
                    facts.is_person("a.scheme_id", "a.partner_id"),
                ),
                "id",
                "partner_id",
            ),
        )

    def _add_up_moves(self, scope, moves, step_of, starts):
        """Pairs of the start of each step, and what moved in it as :meth:`_get_flows` returns it.

        Between how many people it was says what is left of it: what was put back within the step wasn't.
        """
        cells, size = step_of * len(MOVED) + moves.flow, len(starts) * len(MOVED)
        known, partner_ids = self._read_people_of_accounts(scope)
        place, accounts = number(moves.from_account_id, moves.to_account_id, known)
        partner_of = np.zeros(len(accounts), dtype=np.int64)  # 0 for accounts of nobody
        partner_of[place[known]] = partner_ids
        count = len(accounts) or 1
        ways = (cells * count + place[moves.from_account_id]) * count + place[moves.to_account_id]
        order = np.argsort(ways)
        ways, moved = ways[order], moves.minutes[order]
        begin = begins(ways)
        ways = ways[begin][np.add.reduceat(moved, np.flatnonzero(begin)) != 0] if len(ways) else ways
        sides = partner_of[np.concatenate((ways // count % count, ways % count))]
        cells_of_sides = np.tile(ways // count**2, 2)
        people = count_different(cells_of_sides[sides > 0], sides[sides > 0], size).tolist()
        minutes = add_up(cells, moves.minutes, size).tolist()
        found = zip(minutes, people, strict=True)
        return [
            (start, {flow: dict(zip(("minutes", "people"), next(found), strict=True)) for flow in MOVED})
            for start in starts
        ]

    def _get_position(self, scope):
        """How the banks stand at the period's end, as a whole: whichever grant or project is asked for.

        :return: dict of ``outstanding_minutes`` (what the banks' own accounts owe), with how many
            ``holders`` of credits (people); ``returned_minutes`` of the period by how many ``returning``,
            ``months`` of the period and ``cover_months`` (outstanding by what
            comes back a month; ``None`` where nothing does); ``top_tenth_share``, what the tenth of the
            holders with most (``top``, rounded up) have of all that holders have, ``held_minutes``;
            ``None`` where nobody has any
        """
        return self._remember(("position", scope.of_banks()), lambda: self._find_position(scope.of_banks()))

    def _find_position(self, scope):
        last = self._get_last_day(scope)
        accounts, minutes, of_bank = self._read_balances(scope._replace(date_to=last))
        known, partner_ids = self._read_people_of_accounts(scope)
        place, ids = number(partner_ids)
        on_account = minutes[np.searchsorted(accounts, known)]
        theirs = np.sort(add_up(place[partner_ids], on_account, len(ids)))[::-1]
        theirs = theirs[theirs > 0]
        top = (len(theirs) + 9) // 10
        outstanding, held, top_held = (int(part.sum()) for part in (-minutes[of_bank], theirs, theirs[:top]))
        returned = self._get_flows(scope)["returned"]
        months = self._count_period(scope, last)
        per_month = returned["minutes"] / months if months else Fraction(0)
        return {
            "outstanding_minutes": outstanding,
            "held_minutes": held,
            "holders": len(theirs),
            "returned_minutes": returned["minutes"],
            "returning": returned["people"],
            "months": float(months),
            "cover_months": float(outstanding / per_month) if per_month > 0 else None,
            "top_tenth_share": top_held / held if held else None,
            "top": top,
        }

    def _read_balances(self, scope):
        """As :func:`facts.balances`, sooner where there are many: the accounts' ids in their order, minutes,
        and which of them are the banks' own; arrays."""
        columns = self._query_numbers(
            facts.balances_now(scope), "account_id", "minutes", "(kind = 'operating')::int"
        )
        accounts, minutes, of_bank = columns[:, np.argsort(columns[0])]
        sources, targets, moved = self._query_numbers(
            facts.moved_after(scope), "from_account_id", "to_account_id", "minutes"
        )
        for side, sign in ((sources, 1), (targets, -1)):
            minutes += sign * add_up(np.searchsorted(accounts, side), moved, len(accounts))
        return accounts, minutes, of_bank > 0

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
