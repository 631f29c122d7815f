from datetime import timedelta

from odoo import models

from ..common.words import say_day


class TimebankFunderReportMoney(models.AbstractModel):
    """What a report says of money: from signed reconciliations, and the fund's movement in the books; and
    what was planned."""

    _name = "timebank.funder.report.money"
    _description = "Money of a Funder's Report"

    def _get_signed(self):
        """The grant's reconciliations, signed by two, that are about days of the report; the first first."""
        return self._find_signed(self.grant_id, self.date_from, self.date_to)

    def _find_signed(self, grant, first, last):
        """The same of a grant's days from ``first`` to ``last``."""
        # sudo: whoever reads the report may know what is signed; its lines stay finance's
        reconciliations = self.env["timebank.reconciliation"].sudo()
        if not grant:
            return reconciliations
        return reconciliations.search(
            [
                ("grant_id", "=", grant.id),
                ("state", "=", "reviewed"),
                ("date_from", "<=", last),
                ("date_to", ">=", first),
            ],
            order="date_from",
        )

    def _get_missing_days(self, reconciliations):
        """The days of the report, within the grant's own, that no signed reconciliation is about.

        :param reconciliations: those signed, as :meth:`_get_signed` finds them
        :return: list of pairs of a first and a last day
        """
        self.ensure_one()
        # sudo: the grant's days
        grant = self.sudo().grant_id
        if not grant or not self.date_from or not self.date_to:
            return []
        first, last = max(self.date_from, grant.date_start), min(self.date_to, grant.date_end)
        missing = []
        for signed in reconciliations:
            if signed.date_from > first:
                missing.append((first, signed.date_from - timedelta(days=1)))
            first = max(first, signed.date_to + timedelta(days=1))
        if first <= last:
            missing.append((first, last))
        return missing

    def _say_missing_days(self):
        """Which days are missing, as a sentence; an empty one where all are signed for."""
        signed = self._get_signed()
        missing = self._get_missing_days(signed)
        if not missing:
            return self._say_days_beyond(signed)
        days = "; ".join(
            say_day(self.env, first)
            if first == last
            else self.env._(
                "%(first)s to %(last)s", first=say_day(self.env, first), last=say_day(self.env, last)
            )
            for first, last in missing
        )
        if not signed:
            return self.env._(
                "Finance has signed for none of these days yet (%s), and the money is told from what two"
                " people have signed: ask for a reconciliation.",
                days,
            )
        return self.env._(
            "Two people have signed for the money from %(first)s to %(last)s, but not for %(days)s: choose"
            " days that are signed for, or ask finance for a reconciliation.",
            first=say_day(self.env, signed[0].date_from),
            last=say_day(self.env, signed[-1].date_to),
            days=days,
        )

    def _say_days_beyond(self, signed):
        """That the money is signed for other days than the report is about; an empty sentence where not."""
        if not signed or (signed[0].date_from >= self.date_from and signed[-1].date_to <= self.date_to):
            return ""
        return self.env._(
            "The money is signed for %(first)s to %(last)s: let the report be about the same days.",
            first=say_day(self.env, signed[0].date_from),
            last=say_day(self.env, signed[-1].date_to),
        )

    def _say_paid_for(self, made):
        """What the grant is for, and what of it was spent, in a sentence or two."""
        grant = self.grant_id
        if not grant:
            return ", ".join(self.scheme_ids.mapped("name"))
        words = [
            self.env._(
                "%(funder)s awarded %(award)s for “%(grant)s”.",
                funder=grant.funder_id.name,
                award=grant.currency_id.format(grant._get_terms_on(self.date_to)["amount"]),
                grant=grant.name,
            )
        ]
        if grant.purpose:
            words.append(grant.purpose.strip())
        words += [made[key]["answer"] for key in ("money", "beside") if made.get(key)]
        return " ".join(words)

    def _get_money(self, _scope, _before):
        """What the money did, as it was signed; the table is the fund's movement."""
        signed = self._get_signed()
        if not self.grant_id:
            return None
        if not signed or self._get_missing_days(signed):
            return self._make(
                "money",
                answer=self.env._("What was spent is shown once finance has signed for all of these days."),
            )
        money, last = self._say_money, signed[-1]
        first_day, last_day = signed[0].date_from, last.date_to
        days = self._say_days(first_day, last_day)
        spent = self.currency_id.round(sum(signed.mapped("spent_amount")) + sum(signed.mapped("late_amount")))
        figures = [
            ("award", self.env._("Award"), last.award_amount, ""),
            ("reward_budget", self.env._("Budget for rewards"), last.budget_amount, self._say_percentage()),
            ("spent", self.env._("Spent on rewards"), spent, days),
            ("to_date", self.env._("Spent to date"), last.to_date_amount, self._say_day(last_day)),
            ("unbilled", self.env._("Claimed, not billed"), last.unbilled_amount, ""),
            ("left", self.env._("Left"), last.closing_amount, ""),
        ]
        fund = self.grant_id._get_fund_movement(first_day, last_day)[self.grant_id]
        movement = [
            (self.env._("Brought forward"), fund.opening),
            (self.env._("Income"), fund.income),
            (self.env._("Expenditure"), -fund.spending),
            (self.env._("Transfers"), fund.transfers),
        ]
        told = {
            "spent": money(spent),
            "days": days,
            "budget": money(last.budget_amount),
            "left": money(last.closing_amount),
            "unbilled": money(last.unbilled_amount),
        }
        answer = (
            self.env._(
                "%(spent)s was spent on rewards from %(days)s. Of the %(budget)s agreed for rewards, %(left)s"
                " is left; a further %(unbilled)s is kept for what members have claimed and nobody has billed"
                " yet.",
                **told,
            )
            if last.unbilled_amount
            else self.env._(
                "%(spent)s was spent on rewards from %(days)s. Of the %(budget)s agreed for rewards, %(left)s"
                " is left.",
                **told,
            )
        )
        if not all(map(self.currency_id.is_zero, (fund.income, fund.spending, fund.closing))):
            answer = f"{answer} {self._say_fund(fund, money, last.award_amount, spent)}"
        return self._make(
            "money",
            answer=answer,
            figures=[
                {"key": key, "label": label, "value": money(amount), "note": note}
                for key, label, amount, note in figures
            ],
            table={
                "head": [self.env._("The fund, %s", days), self.currency_id.name],
                "rows": [
                    *([name, money(amount)] for name, amount in movement),
                    [self.env._("Carried forward"), money(fund.closing)],
                ],
                "sums": True,
            },
            definition=self._define_money(signed),
        )

    def _say_money(self, amount):
        """A sum as Odoo writes it; one below nothing with its minus before all of it."""
        if self.currency_id.compare_amounts(amount, 0) < 0:
            return f"\N{MINUS SIGN}{self.currency_id.format(-amount)}"
        return self.currency_id.format(abs(amount))

    def _say_day(self, day):
        return say_day(self.env, day, "d MMMM y")

    def _say_percentage(self):
        share = self.grant_id._get_terms_on(self.date_to)["reward_percentage"]
        return self.env._("%s %% of the award", f"{share:g}")

    def _say_fund(self, fund, money, award, rewards):
        """What of the award was spent and on what, and whether something is left or has yet to come.

        :param rewards: what was signed as spent on rewards in these days
        """
        other = self.currency_id.round(fund.spending - rewards)
        words = {
            "award": money(award),
            "spending": money(fund.spending),
            "rewards": money(rewards),
            "other": money(other),
        }
        if self.currency_id.is_zero(fund.spending):
            said = self.env._(
                "Of the award of %(award)s as a whole, nothing was spent in these days.",
                **words,
            )
        elif self.currency_id.is_zero(other):
            said = self.env._(
                "Of the award of %(award)s as a whole, %(spending)s was spent in these days: all of it on"
                " rewards, and nothing on other costs.",
                **words,
            )
        elif self.currency_id.is_zero(rewards):
            said = self.env._(
                "Of the award of %(award)s as a whole, %(spending)s was spent in these days, none of it on"
                " rewards.",
                **words,
            )
        elif self.currency_id.compare_amounts(other, 0) > 0:
            said = self.env._(
                "Of the award of %(award)s as a whole, %(spending)s was spent in these days: %(rewards)s on"
                " rewards, and %(other)s on other costs.",
                **words,
            )
        else:  # what came in late was in the books before
            said = self.env._(
                "Of the award of %(award)s as a whole, %(spending)s was spent in these days.",
                **words,
            )
        income = money(fund.income)
        if self.currency_id.compare_amounts(fund.closing, 0) < 0:
            left = self.env._(
                "%(income)s came in: %(short)s more has been spent than the funder has paid so far.",
                income=income,
                short=money(-fund.closing),
            )
        else:
            left = self.env._(
                "%(income)s came in, and %(closing)s is carried forward.",
                income=income,
                closing=money(fund.closing),
            )
        return f"{said} {left}"

    def _define_money(self, signed):
        signatures = "; ".join(
            self.env._(
                "%(days)s prepared by %(one)s and reviewed by %(other)s",
                days=self._say_days(one.date_from, one.date_to),
                one=one.prepared_by.name,
                other=one.reviewed_by.name,
            )
            for one in signed
        )
        return self.env._(
            "Spending on rewards is what the signed reconciliations have (%s): bills in the charity’s books,"
            " each matched with what members claimed; what came in late is in it. The fund’s movement is all"
            " that the books have on the grant’s own account, other costs and income as well.",
            signatures,
        )

    def _get_budget(self, _scope, _before):
        """Budget headings as they were signed, each with what is proposed for the rest of it."""
        signed = self._get_signed()
        if not self.grant_id or not signed or self._get_missing_days(signed):
            return None
        last, round_ = signed[-1], self.currency_id.round
        rows, proposals = last._get_budget_rows(), self._get_proposals()
        has_lines = bool(rows)
        if not has_lines:
            rows = self._get_only_row(last)
            # all that is proposed is about it
            proposals = {same_heading(rows[0][0]): "; ".join(proposals.values())}
        nothing = self.currency_id.is_zero
        rows = [row for row in rows if not all(map(nothing, row[1:]))]
        told_headings = {same_heading(row[0]) for row in rows}
        money = self._say_money
        sums = [round_(sum(row[place] for row in rows)) for place in (1, 3, 4, 5)]
        day = self._say_day(last.date_to)
        told = dict(zip(("budget", "spent", "unbilled", "left"), map(money, sums), strict=True), day=day)
        answer = (
            self.env._(
                "By %(day)s, %(spent)s of the budget of %(budget)s had been spent, and %(left)s was left.",
                **told,
            )
            if nothing(sums[2])
            else self.env._(
                "By %(day)s, %(spent)s of the budget of %(budget)s had been spent, %(unbilled)s had been"
                " claimed and not billed yet, and %(left)s was left.",
                **told,
            )
        )
        over = [
            row[0] for row in rows if self.currency_id.compare_amounts(row[5], 0) < 0 and not nothing(row[1])
        ]
        if over:
            answer += " " + self.env._("More was spent than agreed on: %s.", ", ".join(over))
        outside = round_(sum(row[3] for row in rows if nothing(row[1])))
        if not nothing(outside):
            answer += " " + self.env._("%s was spent on what is under no agreed heading.", money(outside))
        return self._make(
            "budget",
            answer=answer,
            chart={
                "type": "rows",
                "unit": "money",
                "labels": [row[0] for row in rows],
                "series": [
                    {"label": self.env._("Budget"), "values": [round_(row[1]) for row in rows]},
                    {"label": self.env._("Spent"), "values": [round_(row[3]) for row in rows]},
                ],
            },
            table={
                "head": [
                    self.env._("Heading"),
                    self.env._("Budget"),
                    self.env._("Spent"),
                    self.env._("To bill"),
                    self.env._("Left"),
                    self.env._("Proposed for the rest"),
                ],
                "rows": [
                    *(
                        [
                            row[0],
                            *(money(row[place]) for place in (1, 3, 4, 5)),
                            proposals.get(same_heading(row[0]), ""),
                        ]
                        for row in rows
                    ),
                    [self.env._("Total"), *map(money, sums), ""],
                ],
                "sums": True,
            },
            # of a heading that was called otherwise, or is no budget line
            parts=[
                {"title": self.env._("Proposed for %s", line.name), "text": line.reason}
                for line in self.budget_line_ids
                if line.reason and has_lines and same_heading(line.name) not in told_headings
            ],
            definition=self.env._(
                "Budget lines as they were agreed, and what finance signed for them from the beginning of the"
                " grant to %s. “To bill” is what members have claimed and no bill has come for yet; “left” is"
                " the budget less both.",
                day,
            ),
        )

    def _say_signed(self):
        """What was signed for each budget heading: dict of its name, as it is compared → words."""
        signed = self._get_signed()
        if not self.grant_id or not signed or self._get_missing_days(signed):
            return {}
        money, last = self._say_money, signed[-1]
        rows = last._get_budget_rows() or self._get_only_row(last)
        return {
            same_heading(row[0]): self.env._(
                "%(spent)s of %(budget)s spent, %(left)s left",
                spent=money(row[3]),
                budget=money(row[1]),
                left=money(row[5]),
            )
            for row in rows
        }

    def _get_only_row(self, last):
        """Of a budget without lines: as the rows of the reconciliation, all of it."""
        amounts = (last.budget_amount, 0, last.to_date_amount, last.unbilled_amount, last.closing_amount)
        return [(self.env._("Rewards"), *amounts)]

    def _get_proposals(self):
        """What is proposed for the rest of each heading: dict of its name, as it is compared → words."""
        return {same_heading(line.name): line.reason for line in self.budget_line_ids if line.reason}

    def _get_beside(self, _scope, _before):
        """What came from others for the same, in money and in kind, as it was typed."""
        lines = self.beside_line_ids.sorted(lambda one: (one.sequence, one.id))
        if not self.grant_id or not lines:
            return None
        money = self._say_money
        together = self.currency_id.round(sum(lines.mapped("amount")))
        in_kind = lines.filtered(lambda line: self.currency_id.is_zero(line.amount))
        return self._make(
            "beside",
            answer=self.env._("Besides the award, others gave help in kind.")
            if in_kind == lines
            else self.env._("Besides the award, others gave %s.", money(together))
            if not in_kind
            else self.env._("Besides the award, others gave %s, and help in kind.", money(together)),
            table={
                "head": [self.env._("From"), self.currency_id.name, self.env._("What for")],
                "rows": [
                    *(
                        [line.name, "–", self.env._("in kind: %s", line.reason or "…")]
                        if line in in_kind
                        else [line.name, money(line.amount), line.reason or ""]
                        for line in lines
                    ),
                    [self.env._("Total"), money(together), ""],
                ],
                "sums": True,
            },
            definition=self.env._(
                "What the charity received from others for the same work in these days, as entered by whoever"
                " wrote the report. It is part neither of the award nor of the fund’s movement."
            ),
        )

    def _get_plan(self, _scope, _before):
        """What was planned, what was done, and why that differs."""
        if not self.plan_line_ids:
            return None
        return self._make(
            "plan",
            table={
                "head": [
                    self.env._("What"),
                    self.env._("Planned"),
                    self.env._("Done"),
                    self.env._("Why it differs"),
                ],
                "rows": [
                    [line.name, line.planned_text or "", line.done_text or "", line.reason or ""]
                    for line in self.plan_line_ids.sorted(lambda one: (one.sequence, one.id))
                ],
            },
        )


def same_heading(name):
    """A heading's name, in whatever case and with whatever spaces somebody wrote it."""
    return " ".join(name.split()).casefold()
