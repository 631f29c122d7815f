import csv
import io
from itertools import accumulate

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.cells import plain
from ...tools.minutes import clock
from ..common.verb import verb

#: How many months a statement covers unless told.
STATEMENT_MONTHS = 3


class TimebankAccount(models.Model):
    """What a statement on paper says: an account over a period, complete in itself."""

    _inherit = "timebank.account"

    @verb()
    def action_print_statement(self):
        """Ask for the period, then print a page for each of these accounts."""
        return self.env["timebank.statement"]._open_dialog(self)

    def _get_statements(self, date_from=None, date_to=None):
        """These accounts over a period, both days included.

        :param date_from: a date; by default three months before ``date_to``
        :param date_to: a date; by default today
        :return: list of dicts, one for each account in the order given: ``account``,
            ``member`` (or empty), ``date_from``, ``date_to``; in minutes ``opening``,
            ``came_in``, ``went_out``, ``closing``, ``given``, ``received``; ``lines``,
            dicts of ``line`` and, in minutes, ``came_in``, ``went_out``, ``balance``.
            In a constant number of queries, however many accounts there are
        :raises AccessError: when one of them is not for this user to see
        :raises UserError: when the period ends before it begins
        """
        self.check_access("read")
        date_from, date_to = self._get_statement_period(date_from, date_to)
        # sudo: who may see an account sees its statement whole, with the names of those
        # whom time was given to or received from.
        accounts = self.sudo()
        moved = accounts._get_minutes_moved_since(date_from)
        lines = (
            self.env["timebank.statement.line"]
            .sudo()
            .search(
                [
                    ("account_id", "in", accounts.ids),
                    ("date", ">=", date_from),
                    ("date", "<=", date_to),
                ],
                order="date, transfer_id.id",
            )
        )
        by_account = lines.grouped("account_id")
        # sudo: the accounts were read as the user; the figures are those of their owners
        members = self.env["timebank.member"].sudo().search([("account_id", "in", accounts.ids)])
        member_of = {member.account_id: member for member in members}
        given = members._get_minutes_over(date_from, date_to, "partner_id")
        received = members._get_minutes_over(date_from, date_to, "receiver_id")
        return [
            {
                "account": account,
                "member": (member := member_of.get(account, members.browse())),
                "date_from": date_from,
                "date_to": date_to,
                "given": given.get(member, 0),
                "received": received.get(member, 0),
                **account._get_statement_figures(
                    account.balance_minutes - moved.get(account.id, 0),
                    by_account.get(account, lines.browse()),
                ),
            }
            for account in accounts
        ]

    def _get_statement_figures(self, opening, lines):
        """Sums and running balances of an account's lines, oldest first, in minutes."""
        minutes = lines.mapped("minutes")
        balances = list(accumulate(minutes, initial=opening))
        return {
            "opening": opening,
            "closing": balances[-1],
            "came_in": sum(amount for amount in minutes if amount > 0),
            "went_out": -sum(amount for amount in minutes if amount < 0),
            "lines": [
                {
                    "line": line,
                    "came_in": max(line.minutes, 0),
                    "went_out": max(-line.minutes, 0),
                    "balance": balance,
                }
                for line, balance in zip(lines, balances[1:], strict=True)
            ],
        }

    def _get_minutes_moved_since(self, date):
        """Net minutes on or after that day: dict of account id → minutes.

        The balance is kept, so that what was there before costs no more to know than
        the movements after it.
        """
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT account_id, SUM(minutes)::int FROM timebank_statement_line
                        WHERE account_id = ANY(%s) AND date >= %s
                        GROUP BY account_id""",
                    self.ids,
                    date,
                )
            )
        )

    @api.model
    def _get_statement_period(self, date_from=None, date_to=None):
        """The period as two dates, where none is given the :data:`STATEMENT_MONTHS` up to today."""
        # sudo: what day it is at the accounts' banks is no secret
        date_to = fields.Date.to_date(date_to) or self.sudo().scheme_id._get_days()[-1]
        date_from = fields.Date.to_date(date_from) or date_to - relativedelta(months=STATEMENT_MONTHS)
        if date_from > date_to:
            raise UserError(self.env._("The period ends before it begins."))
        return date_from, date_to

    def _get_named_period(self, name, today):
        """A month, quarter or year up to today, or the one before: two dates.

        :param str name: ``month``, ``quarter`` or ``year``, or one of them after ``last_``
        """
        unit = name.removeprefix("last_")
        start = fields.Date.start_of(today, unit)
        if unit == name:
            return start, today
        end = start - relativedelta(days=1)
        return fields.Date.start_of(end, unit), end

    def _make_statement_csv(self, date_from, date_to):
        """The statement of one account as a spreadsheet, as bytes: a row for each movement, between those
        of the two balances. No cell in it calculates.

        :raises AccessError, UserError: as :meth:`_get_statements`
        """
        self.ensure_one()
        (statement,) = self._get_statements(date_from, date_to)
        env, buffer = self.env, io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(
            map(
                plain,
                (
                    env._("Date"),
                    env._("Number"),
                    env._("What"),
                    env._("With"),
                    env._("In, in minutes"),
                    env._("Out, in minutes"),
                    env._("Balance, in minutes"),
                    env._("Balance, in hours"),
                ),
            )
        )
        opening, closing = statement["opening"], statement["closing"]
        before = plain(env._("Brought forward from before"))
        writer.writerow([statement["date_from"], "", before, "", "", "", opening, clock(opening)])
        for row in statement["lines"]:
            line = row["line"]
            words = (line.transfer_id.name, line.transfer_id._get_words(), line._get_other_name())
            figures = (row["came_in"], row["went_out"], row["balance"], clock(row["balance"]))
            writer.writerow([line.date, *map(plain, words), *figures])
        sums = (statement["came_in"], statement["went_out"], closing, clock(closing))
        writer.writerow([statement["date_to"], "", plain(env._("All together")), "", *sums])
        return buffer.getvalue().encode("utf-8-sig")
