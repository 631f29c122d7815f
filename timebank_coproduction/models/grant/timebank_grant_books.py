import json
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL

#: Account types that count as spending where a grant names no accounts of its own.
EXPENSES = ("expense", "expense_depreciation", "expense_direct_cost")

#: What the queries below read, and Odoo may not have written yet.
READ = {
    "account.account": ["account_type"],
    "account.analytic.line": ["amount", "date", "move_line_id", "general_account_id", "product_id", "name"],
    "account.move.line": ["account_id", "product_id", "tax_line_id", "group_tax_id", "analytic_distribution"],
    "res.partner": ["tz"],
    "timebank.grant": ["analytic_account_id", "company_id"],
}


def claim_day(env, table):
    """The day on which a claim was approved, by the clocks of its organisation, in SQL.

    :param str table: what the query calls ``timebank_redemption``
    """
    # sudo: the time zones of the organisations alone. They are few, and stand in the query itself:
    # to look one up for every claim takes PostgreSQL longer than all the rest.
    companies = env["res.company"].sudo().with_context(active_test=False).search([])
    cases = [
        SQL("WHEN %s IN %s THEN %s", SQL.identifier(table, "company_id"), tuple(found.ids), zone)
        for zone, found in companies.grouped(lambda company: company.partner_id.tz).items()
        if zone
    ]
    zone = SQL("CASE %s ELSE 'UTC' END", SQL(" ").join(cases)) if cases else SQL("'UTC'")
    return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", SQL.identifier(table, "approved_on"), zone)


class Spend(NamedTuple):
    """What one bill line, journal item or analytic entry costs a grant, in company currency.

    Refunds are below zero. An entry that somebody made by hand has ``move_line_id`` 0, and
    its own number and name; what has a journal item is one sum for each day.
    """

    grant_id: int
    move_line_id: int
    amount: float
    date: fields.Date
    entry_id: int = 0
    name: str = ""


class TimebankGrantBooks(models.AbstractModel):
    """What the books say was spent. Every figure, list, paper and forecast of a grant asks here.

    The rule, in one query:

    - An analytic entry counts on the grant whose account it carries, in the grant's company
      alone, in that company's currency, on its own day. Only posted bills have any.
    - It counts where its general account is one of the grant's reward accounts (or, where none
      is named, an expense account) and its product one of the grant's (where any is named).
      An entry made by hand has no account; it counts, so that nothing charged can hide.
    - A tax that is charged to the grant is part of the lines that it is charged on: it counts
      where they do, unless it stands on an account that gives it back. Each line's part is
      in proportion to what the line charges to the grant, in whole coins, none lost.
    - An accrual at a year's end doesn't count, nor does what takes it back: what it stands for is counted
      as claimed and not billed, and as billed once its bill is there.
    """

    _name = "timebank.grant.books"
    _description = "What the Books Say of a Grant"

    def _get_spend_totals(self, date_from=None, date_to=None):
        """Posted spending on rewards per grant.

        :param date_from: first accounting day, default ever
        :param date_to: last accounting day, default ever
        :return: dict of grant → amount in company currency, spending above zero
        """
        return self._sum_spend(self._get_posted(date_from, date_to))

    def _get_spend_lines(self, date_from=None, date_to=None, items=None):
        """Posted spending on rewards, line by line of the books.

        :param items: of these ``account.move.line`` only, default all
        :return: list of :class:`Spend`
        """
        if not self._origin.ids:
            return []
        only = SQL("IN %s", tuple(items._origin.ids) or (0,)) if items is not None else None
        rows = self._query_books(self._get_lines_query(self._get_posted(date_from, date_to), only))
        return [
            Spend(grant_id, item or 0, float(amount), day, entry or 0, name or "")
            for grant_id, item, entry, day, name, amount in rows
        ]

    def _why_not_counted(self, item):
        """Why a line that is charged to this grant is no spending on rewards, by the rule above.

        :param item: an ``account.move.line``, posted or not, and no tax
        :return: a sentence, or nothing where it counts
        """
        self.ensure_one()
        # sudo: names of what the line is on, for whoever charged it or matches it
        grant, account, product = self.sudo(), item.sudo().account_id, item.sudo().product_id
        named, chosen = grant.reward_account_ids, grant.reward_product_ids
        if named and account._origin not in named._origin:
            return self.env._("%s is not among the accounts that count as its rewards.", account.display_name)
        if not named and account.account_type not in EXPENSES:
            return self.env._("%s is no expense account.", account.display_name)
        if product and chosen and product._origin not in chosen._origin:
            return self.env._("%s is not among the products that count as its rewards.", product.display_name)
        return ""

    def _get_charged(self, items):
        """What these bill lines cost each grant: dict of (grant id, item id) → amount."""
        charged = {}
        self.env.flush_all()
        for spend in self._get_spend_lines(items=items):
            key = (spend.grant_id, spend.move_line_id)
            charged[key] = charged.get(key, 0) + spend.amount
        return charged

    def _get_draft_spend(self, date_to=None):
        """What draft bills would add once posted, as Odoo will split and round it.

        :param date_to: last accounting day, default ever
        :return: dict of grant → amount in company currency
        """
        accounts = self._origin.analytic_account_id
        # sudo: totals for those who may read the grant, who need not read the bills.
        lines = self.env["account.move.line"].sudo()
        domain = [("analytic_distribution", "in", accounts.ids), ("parent_state", "=", "draft")]
        if date_to:
            domain.append(("date", "<=", date_to))
        drafts, accrued = lines.search(domain) if accounts else lines, self._find_accrual_moves()
        drafts = drafts.filtered(lambda line: line.move_id.id not in accrued)
        columns = {column for column, _grants in self._by_plan_column()}
        entries = [
            {**vals, "id": number, "account": vals[column], "amount": -vals["amount"]}
            for line in drafts
            for number, vals in enumerate(line._prepare_analytic_lines())
            for column in columns & vals.keys()
        ]
        if not entries:
            return dict.fromkeys(self, 0.0)
        names = ("id", "account", "company_id", "move_line_id", "general_account_id", "product_id", "amount")
        rows = [
            {name: vals[name] or None for name in names} | {"date": fields.Date.to_string(vals["date"])}
            for vals in entries
        ]
        return self._sum_spend(
            SQL(
                """(SELECT *, NULL::text AS name FROM jsonb_to_recordset(%s::jsonb) AS drafts(
                           id int, account int, company_id int, move_line_id int, general_account_id int,
                           date date, product_id int, amount numeric))""",
                json.dumps(rows),
            )
        )

    def _get_analytic_spend(self, date_from, date_to):
        """Odoo's own balance of the grant's analytic account for a period, spending above zero.

        Without the accruals of claims, which `_get_accrued` tells.
        """
        self.ensure_one()
        [[total]] = self._query_books(
            SQL(
                """SELECT COALESCE(SUM(a.amount), 0) FROM %s a
                     JOIN timebank_grant g ON g.analytic_account_id = a.account
                                          AND g.company_id = a.company_id
                    WHERE g.id = %s""",
                self._get_posted(date_from, date_to),
                self._origin.id or 0,
            )
        )
        return float(total)

    def _get_match_query(self, date_to=None):
        """Each match of these grants, and how much of it the books bear out on a day.

        A match pays for its claim as far as the bill line is still charged to the grant: not at
        all while the bill is back in draft. Of several matches of a line the earlier go first.

        :return: a query of ``id``, ``grant_id``, ``redemption_id``, ``bill_line_id``, ``move_line_id``,
            ``amount`` and ``pays``
        """
        matched = SQL(
            "IN (SELECT move_line_id FROM timebank_reward_match WHERE grant_id IN %s)", self._ids_or_none()
        )
        # Charges and matches are laid together and sorted, and not joined: right after thousands were
        # matched the planner knows of none, and would go through all charges for each match.
        return SQL(
            """
            SELECT id, grant_id, redemption_id, bill_line_id, move_line_id, amount,
                   CASE WHEN amount > 0 THEN LEAST(amount, GREATEST(share - before, 0))
                        ELSE GREATEST(amount, LEAST(share - before, 0)) END AS pays
              FROM (
                SELECT *, SUM(charged) OVER line AS share,
                       SUM(amount) OVER (line ORDER BY id NULLS FIRST) - amount AS before
                  FROM (
                    SELECT id, grant_id, redemption_id, bill_line_id, move_line_id, amount, 0 AS charged
                      FROM timebank_reward_match m WHERE grant_id IN %s %s
                     UNION ALL
                    SELECT NULL, grant_id, NULL, NULL, item, 0, amount FROM (%s) spend
                  ) both_sides
                WINDOW line AS (PARTITION BY grant_id, move_line_id)
              ) matches
             WHERE id IS NOT NULL
            """,
            self._ids_or_none(),
            # what is paid in advance pays from the day on which it is claimed
            SQL(
                """AND (m.prepayment_id IS NULL OR EXISTS (
                        SELECT FROM timebank_redemption r WHERE r.id = m.redemption_id AND %s <= %s))""",
                claim_day(self.env, "r"),
                date_to,
            )
            if date_to
            else SQL(),
            self._get_lines_query(self._get_posted(None, date_to), matched),
        )

    # ------------------------------------------------------------
    # The query
    # ------------------------------------------------------------

    def _query_books(self, query):
        for model, names in READ.items():
            self.env[model].flush_model(names)
        return self.env.execute_query(query)

    def _ids_or_none(self):
        return tuple(self._origin.ids) or (0,)

    def _by_plan_column(self):
        """Pairs of a column of the analytic lines and the grants whose account is kept there."""
        # sudo: the plan only says in which column the grant's account is.
        return [
            (plan._column_name(), grants.with_env(self.env))
            for plan, grants in self.sudo()
            .filtered("analytic_account_id")
            .grouped(lambda grant: grant.analytic_account_id.root_plan_id)
            .items()
        ]

    def _get_posted(self, date_from=None, date_to=None, by_hand=False, accrued=False):
        """The analytic entries on these grants' accounts, spending above zero, as a table.

        :param bool by_hand: those without a journal item only
        :param accrued: True for those of accruals alone, False for all others, None for all
        """
        conditions = [
            date_from and SQL("date >= %s", date_from),
            date_to and SQL("date <= %s", date_to),
            by_hand and SQL("move_line_id IS NULL"),
            accrued is not None and self._get_accrued_condition(accrued),
        ]
        only = SQL().join(SQL(" AND %s", condition) for condition in conditions if condition)
        tables = [
            SQL(
                """SELECT id, %(column)s AS account, company_id, move_line_id, general_account_id, date,
                          product_id, -amount AS amount, name
                     FROM account_analytic_line WHERE %(column)s IN %(accounts)s %(only)s""",
                column=SQL.identifier(column),
                accounts=tuple(grants.analytic_account_id._origin.ids) or (0,),
                only=only,
            )
            for column, grants in self._by_plan_column()
        ]
        nothing = SQL(
            """SELECT id, account_id AS account, company_id, move_line_id, general_account_id, date,
                      product_id, amount, name FROM account_analytic_line WHERE FALSE"""
        )
        return SQL("(%s)", SQL(" UNION ALL ").join(tables or [nothing]))

    def _find_accrual_moves(self):
        """The ids of the journal entries that are accruals of claims, of any grant, or take one back."""
        self.env["timebank.grant.accrual"].flush_model(["move_id", "reversal_id"])
        self.env["account.move"].flush_model(["reversed_entry_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT move_id FROM timebank_grant_accrual
                    UNION SELECT reversal_id FROM timebank_grant_accrual WHERE reversal_id IS NOT NULL
                    UNION SELECT m.id FROM timebank_grant_accrual c
                            JOIN account_move m ON m.reversed_entry_id IN (c.move_id, c.reversal_id)
                           WHERE m.move_type = 'entry'"""
            )
        )
        return {move_id for (move_id,) in rows}

    def _get_accrued_condition(self, accrued):
        """Whether an entry is of an accrual or of what took it back, or not; nothing where all are not."""
        moves = self._find_accrual_moves()
        if not moves:
            return accrued and SQL("FALSE")
        items = SQL("(SELECT i.id FROM account_move_line i WHERE i.move_id IN %s)", tuple(moves))
        if accrued:
            return SQL("move_line_id IN %s", items)
        return SQL("(move_line_id IS NULL OR move_line_id NOT IN %s)", items)

    def _sum_spend(self, entries):
        if not self._origin.ids:
            return dict.fromkeys(self, 0.0)
        query = self._get_spend_query(entries, SQL("grant_id"))
        totals = dict(
            self._query_books(SQL("SELECT grant_id, SUM(amount) FROM (%s) spend GROUP BY grant_id", query))
        )
        return {grant: float(totals.get(grant._origin.id, 0)) for grant in self}

    def _get_lines_query(self, entries, only=None):
        """Spending line by line: ``grant_id``, ``item``, ``entry``, ``date``, ``name``, ``amount``."""
        return SQL(
            """SELECT grant_id, item, entry, date, name, SUM(amount) AS amount FROM (%s) lines
                GROUP BY grant_id, item, entry, date, name HAVING SUM(amount) != 0 OR entry IS NOT NULL""",
            self._get_spend_query(entries, SQL("grant_id, item, entry, date, name"), only),
        )

    def _get_spend_query(self, entries, grain, only=None):
        """What of the entries counts, summed by ``grain``, a list of columns, ``general_account_id``
        and ``product_id``.

        :param entries: a table as `_get_posted` gives it
        :param only: a condition on the number of the journal item
        """
        grants = self.env["timebank.grant"]
        accounts, products = grants._fields["reward_account_ids"], grants._fields["reward_product_ids"]
        return SQL(
            """
            WITH own AS MATERIALIZED (
                SELECT g.id AS grant_id, g.analytic_account_id AS account, g.company_id, u.rounding,
                       EXISTS (SELECT FROM %(named)s WHERE %(named_grant)s = g.id) AS named,
                       EXISTS (SELECT FROM %(chosen)s WHERE %(chosen_grant)s = g.id) AS chosen
                  FROM timebank_grant g
                  JOIN res_company c ON c.id = g.company_id
                  JOIN res_currency u ON u.id = c.currency_id
                 WHERE g.id IN %(grants)s AND g.analytic_account_id IS NOT NULL
            ), tax_item AS MATERIALIZED (
                SELECT o.grant_id, o.account, o.company_id, o.rounding, i.id AS item, i.move_id,
                       i.account_id, i.analytic_distribution,
                       COALESCE(i.group_tax_id, i.tax_line_id) AS tax_id,
                       r.account_id IS NULL AS on_base_account, a.date, SUM(a.amount) AS amount
                  FROM account_move_line i
                  JOIN %(entries)s a ON a.move_line_id = i.id
                  JOIN own o ON o.account = a.account AND o.company_id = a.company_id
                  LEFT JOIN account_tax_repartition_line r ON r.id = i.tax_repartition_line_id
                 WHERE i.tax_line_id IS NOT NULL AND i.analytic_distribution IS NOT NULL
                 GROUP BY o.grant_id, o.account, o.company_id, o.rounding, i.id, r.account_id, a.date
            ), tax_base AS (
                SELECT t.grant_id, t.item, t.date, t.amount, t.rounding, t.account_id AS tax_account,
                       b.id AS base, b.account_id, b.product_id, SUM(a.amount) AS weight,
                       b.analytic_distribution = t.analytic_distribution AS same
                  FROM tax_item t
                  JOIN account_move_line b ON b.move_id = t.move_id AND b.tax_line_id IS NULL
                   AND (NOT t.on_base_account OR b.account_id = t.account_id)
                  JOIN account_move_line_account_tax_rel x
                    ON x.account_move_line_id = b.id AND x.account_tax_id = t.tax_id
                  JOIN %(entries)s a
                    ON a.move_line_id = b.id AND a.account = t.account AND a.company_id = t.company_id
                 GROUP BY t.grant_id, t.item, t.date, t.amount, t.rounding, t.account_id,
                          t.analytic_distribution, b.id
            ), tax_part AS MATERIALIZED (
                SELECT grant_id, item, base, date, account_id, product_id, tax_account,
                       ROUND(amount * upto / total / rounding) * rounding
                       - ROUND(amount * (upto - weight) / total / rounding) * rounding AS amount
                  FROM (
                    SELECT *, SUM(weight) OVER (PARTITION BY grant_id, item, date ORDER BY base) AS upto,
                           SUM(weight) OVER (PARTITION BY grant_id, item, date) AS total
                      FROM (SELECT *, bool_or(same) OVER (PARTITION BY grant_id, item, date) AS any_same
                              FROM tax_base) bases
                     WHERE same OR NOT any_same
                  ) parts
                 WHERE total != 0
            ), entry AS (
                %(plain)s
                UNION ALL
                SELECT grant_id, base, NULL, NULL, date, account_id, product_id, tax_account, amount
                  FROM tax_part WHERE TRUE %(only_base)s
            )
            SELECT %(k_grain)s, k.general_account_id, k.product_id, k.amount
              FROM (
                SELECT %(grain)s, general_account_id, product_id, tax_account, SUM(amount) AS amount
                  FROM entry GROUP BY %(grain)s, general_account_id, product_id, tax_account
              ) k
              JOIN own o ON o.grant_id = k.grant_id
              LEFT JOIN account_account general ON general.id = k.general_account_id
              LEFT JOIN account_account tax ON tax.id = k.tax_account
             WHERE (k.general_account_id IS NULL OR CASE
                        WHEN o.named THEN EXISTS (
                            SELECT FROM %(named)s n
                             WHERE n.%(named_grant)s = k.grant_id
                               AND n.%(named_account)s = k.general_account_id)
                        ELSE general.account_type IN %(expenses)s END)
               AND (k.tax_account IS NULL OR tax.account_type IN %(expenses)s OR EXISTS (
                        SELECT FROM %(named)s n
                         WHERE n.%(named_grant)s = k.grant_id AND n.%(named_account)s = k.tax_account))
               AND (k.product_id IS NULL OR NOT o.chosen OR EXISTS (
                        SELECT FROM %(chosen)s n
                         WHERE n.%(chosen_grant)s = k.grant_id AND n.%(chosen_product)s = k.product_id))
            """,
            grants=self._ids_or_none(),
            entries=entries,
            plain=self._get_plain_query(entries, grain, only),
            grain=grain,
            k_grain=SQL(", ").join(SQL.identifier("k", name) for name in grain.code.split(", ")),
            only_base=SQL("AND base %s", only) if only else SQL(),
            expenses=EXPENSES,
            named=SQL.identifier(accounts.relation),
            named_grant=SQL.identifier(accounts.column1),
            named_account=SQL.identifier(accounts.column2),
            chosen=SQL.identifier(products.relation),
            chosen_grant=SQL.identifier(products.column1),
            chosen_product=SQL.identifier(products.column2),
        )

    def _get_plain_query(self, entries, grain, only=None):
        """The entries of `_get_spend_query` but for the taxes that are parts of other lines.

        Sums over hundreds of thousands of entries are made before anything else is asked of them:
        the taxes are in these, and taken off again.
        """
        if grain.code != "grant_id":
            return SQL(
                """SELECT o.grant_id, a.move_line_id AS item,
                          CASE WHEN a.move_line_id IS NULL THEN a.id END AS entry,
                          CASE WHEN a.move_line_id IS NULL THEN a.name END AS name,
                          a.date, a.general_account_id, a.product_id, NULL::int AS tax_account, a.amount
                     FROM %s a
                     JOIN own o ON o.account = a.account AND o.company_id = a.company_id
                    WHERE (a.move_line_id IS NULL OR (o.grant_id, a.move_line_id) NOT IN (
                               SELECT grant_id, item FROM tax_part)) %s""",
                entries,
                SQL("AND a.move_line_id %s", only) if only else SQL(),
            )
        # By as few columns as will do: PostgreSQL takes each for one more reason not to sum in parallel.
        # sudo: how many companies these grants are of, and whether any of them names products
        grants = self._origin.sudo()
        company, product = SQL("company_id"), SQL("product_id")
        if len(grants.company_id) == 1:
            company = SQL("%s", grants.company_id.id)
        if not grants.reward_product_ids:
            product = SQL("NULL::int")
        return SQL(
            """SELECT o.grant_id, NULL::int AS item, NULL::int AS entry, NULL::text AS name,
                      NULL::date AS date, a.general_account_id, a.product_id, NULL::int AS tax_account,
                      a.amount
                 FROM (SELECT account, %(company)s AS company_id, general_account_id,
                              %(product)s AS product_id, SUM(amount) AS amount
                         FROM %(entries)s entries
                        WHERE company_id = %(company)s
                        GROUP BY 1, 2, 3, 4) a
                 JOIN own o ON o.account = a.account AND o.company_id = a.company_id
                UNION ALL
               SELECT p.grant_id, NULL, NULL, NULL, NULL, a.general_account_id, a.product_id, NULL, -a.amount
                 FROM (SELECT DISTINCT grant_id, item FROM tax_part) p
                 JOIN own o ON o.grant_id = p.grant_id
                 JOIN %(entries)s a ON a.move_line_id = p.item AND a.account = o.account
                                   AND a.company_id = o.company_id""",
            entries=entries,
            company=company,
            product=product,
        )
