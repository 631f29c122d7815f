from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.verb import choice, day, flag, many, named, number, record_ids, text, verb, whole
from ..common.words import say_day

#: What was agreed with the funder, and what decides which money counts: once the grant is open,
#: only an amendment changes it.
AMENDABLE = {
    "amount": number(least=0),
    "date_end": day(),
    "reward_percentage": number(least=0, most=100),
    "restriction": choice(of=("timebank.grant", "restriction")),
    "purpose": text(),
    "scheme_ids": record_ids("timebank.scheme"),
    "reward_account_ids": record_ids("account.account"),
    "every_expense_counts": flag(),
    "reward_product_ids": record_ids("product.product"),
    "tolerance_percent": number(least=0),
    "tolerance_amount": number(least=0),
    "days_before": whole(least=0),
    "days_after": whole(least=0),
}
#: What an amendment leaves alone, too: with another of these it is another grant.
FIXED = frozenset({"funder_id", "company_id", "currency_id", "rate", "award_date", "date_start"})
#: What an amendment keeps as it was, and as it became, and by which name.
TERMS = {"amount": "amount", "date_end": "date_end", "reward_percentage": "percentage"}
#: What an amendment calls the lists on the grant, and what each row has besides its name.
LISTS = {"budget_lines": ("budget_line_ids", "amount"), "deadlines": ("deadline_ids", "date")}
#: What a budget line says of the claims and bills that belong to it.
BELONGS = ("reward_ids", "product_ids", "account_ids")


class TimebankGrantAmendable(models.AbstractModel):
    """What was agreed with a grant's funder: free in a draft, and then changed by an amendment alone."""

    _name = "timebank.grant.amendable"
    _description = "Agreed, and Amended"

    def write(self, vals):
        if not self._is_in_verb() and not FIXED.union(AMENDABLE).isdisjoint(vals):
            self.check_access("write")
            for grant in self:
                if grant.state != "draft" and any(
                    grant._would_change(name, vals[name]) for name in FIXED.union(AMENDABLE) & vals.keys()
                ):
                    grant._refuse_unamended()
        if "analytic_account_id" in vals and any(grant.state != "draft" for grant in self):
            raise UserError(self.env._("An open grant keeps its analytic account: its bills carry it."))
        return super().write(vals)

    def _refuse_unamended(self):
        """:raises UserError: for what only an amendment changes, where the grant is no draft any more"""
        for grant in self:
            if grant.state != "draft":
                raise UserError(
                    self.env._(
                        "“%s” is agreed with its funder: record an amendment, with its reason.", grant.name
                    )
                )

    def _would_change(self, name, value):
        """Whether writing ``value``, as `write` takes it, would change that field."""
        self.ensure_one()
        field = self._fields[name]
        sketch = self.new(origin=self)
        sketch[name] = value
        if field.type == "many2many":
            return set(sketch[name]._origin.ids) != set(self[name].ids)
        if field.type == "monetary":
            currency = self[field.get_currency_field(self)]
            return currency.compare_amounts(sketch[name], self[name]) != 0
        return (sketch[name] or False) != (self[name] or False)

    @verb(
        single=True,
        vals=named(
            **AMENDABLE,
            budget_lines=many(
                named(
                    id=whole(),
                    name=text(),
                    amount=number(least=0),
                    reward_ids=record_ids("timebank.reward"),
                    product_ids=record_ids("product.product"),
                    account_ids=record_ids("account.account"),
                )
            ),
            deadlines=many(named(id=whole(), name=text(), date=day())),
        ),
        reason=text(),
        date=day(),
    )
    def action_amend(self, vals, reason, date=None):
        """Change what was agreed with the funder, and keep what it was.

        :param dict vals: what changes: ``amount``, ``date_end``, ``reward_percentage``, and the other
            terms by their field's name; ``budget_lines`` and ``deadlines`` whole, as lists of dicts of
            ``id`` (of one that stays), ``name`` and ``amount`` or ``date``
        :param str reason: such as the funder's letter
        :param date: when it was agreed, default today
        :raises UserError: without a reason or a change, dated later than today or before the same
            term was agreed anew, or on a grant that is not open
        """
        self.ensure_one()
        self._check_finance()
        reason = self._require_reason(
            reason, self.env._("Say why the grant was amended: its reviewers will read it.")
        )
        if self.state != "open":
            raise UserError(self.env._("“%s” is not open: only an open grant is amended.", self.name))
        today = fields.Date.context_today(self)
        if (date or today) > today:
            raise UserError(self.env._("An amendment is recorded once it is agreed, not before."))
        new = {
            name: [Command.set(vals[name])] if self._fields[name].type == "many2many" else vals[name]
            for name in AMENDABLE
            if name in vals
        }
        new = {name: value for name, value in new.items() if self._would_change(name, value)}
        if not (
            vals.get("every_expense_counts", self.every_expense_counts)
            or vals.get("reward_account_ids", self.reward_account_ids)
        ):
            raise UserError(self.env._("Say which accounts hold the spending on rewards."))
        self._refuse_overtaken(new, date or today)
        before = {name: self._say_term(name) for name in new}
        old = {f"old_{short}": self[name] for name, short in TERMS.items()}
        told = [sentence for name in LISTS if name in vals for sentence in self._amend_list(name, vals[name])]
        if not (new or told):
            raise UserError(self.env._("Nothing would change: give the new amount, end or share."))
        self._mark_committed()
        self.with_context(mail_notrack=True)._in_verb().write(new)
        told = [
            self.env._(
                "%(term)s: %(before)s → %(after)s",
                term=self._fields[name]._description_string(self.env),
                before=was,
                after=self._say_term(name),
            )
            for name, was in before.items()
        ] + told
        # sudo: nobody has the right to create an amendment, so that this is the only way.
        self.env["timebank.grant.amendment"].sudo()._in_verb().create(
            {
                "grant_id": self.id,
                "date": date or today,
                "reason": reason,
                "changes": "\n".join(told),
                **old,
                **{f"new_{short}": self[name] for name, short in TERMS.items()},
            }
        )
        self._message_log(
            body=self._say_amendment(date or today, reason, told), author_id=self.env.user.partner_id.id
        )
        return True

    def _refuse_overtaken(self, names, date):
        """What was agreed last holds, whenever it is recorded.

        :raises UserError: where one of these terms was agreed anew after ``date`` already
        """
        for name in TERMS.keys() & names:
            old, new = f"old_{TERMS[name]}", f"new_{TERMS[name]}"
            later = self.amendment_ids.filtered(
                lambda change, old=old, new=new: change.date > date and change[old] != change[new]
            )
            if later:
                raise UserError(
                    self.env._(
                        "%(term)s was agreed anew on %(day)s already: what was agreed before that no longer"
                        " holds. Give that day or a later one.",
                        term=self._fields[name]._description_string(self.env),
                        day=say_day(self.env, max(later.mapped("date"))),
                    )
                )

    def _say_amendment(self, date, reason, told):
        agreed = self.env._(
            "Amended, as agreed on %(day)s: %(reason)s", day=say_day(self.env, date), reason=reason
        )
        return Markup("<br/>").join([agreed, *told])

    def _say_term(self, name):
        """One term as people write it."""
        field, value = self._fields[name], self[name]
        if field.type == "monetary":
            return self[field.get_currency_field(self)].format(value)
        if field.type == "selection":
            return dict(field._description_selection(self.env))[value]
        if field.type == "date":
            return say_day(self.env, value)
        if field.type == "many2many":
            return ", ".join(value.mapped("display_name")) or self.env._("none")
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if field.type == "float":
            return f"{value:g}"
        return str(value or self.env._("none"))

    def _amend_list(self, what, rows):
        """Make the grant's budget lines or deadlines those of ``rows``. Returns what changed, in words.

        :raises UserError: for a row without a name, or one that is another grant's
        """
        name, content = LISTS[what]
        lines = self[name]
        label = lines._description
        told, kept = [], set()
        for row in rows:
            title = (row.get("name") or "").strip()
            if not title or (content == "date" and not row.get("date")):
                raise UserError(self.env._("Give each line its name, and each report its day."))
            vals = {"name": title, content: row.get(content) or (0 if content == "amount" else False)}
            vals |= {key: [Command.set(row[key])] for key in BELONGS if key in row}
            line = lines.filtered(lambda line, row=row: line.id == row.get("id"))
            if row.get("id") and not line:
                raise UserError(self.env._("“%s” is a line of another grant.", title))
            if not line:
                line = lines._in_verb().create({"grant_id": self.id, **vals})
                told.append(self.env._("%(kind)s, new: %(line)s", kind=label, line=line._say()))
            elif any(
                set(line[key].ids) != set(row[key]) if key in BELONGS else line[key] != value
                for key, value in vals.items()
            ):
                before = line._say()
                line._in_verb().write(vals)
                told.append(
                    self.env._(
                        "%(kind)s: %(before)s → %(after)s", kind=label, before=before, after=line._say()
                    )
                )
            kept.add(line.id)
        for line in lines.filtered(lambda line: line.id not in kept):
            told.append(self.env._("%(kind)s, removed: %(line)s", kind=label, line=line._say()))
            line._in_verb().unlink()
        return told

    def _get_terms_on(self, date):
        """What was agreed by that day; what was agreed later is left out.

        :return: dict of ``amount``, ``date_end`` and ``reward_percentage``
        """
        return self._get_terms_after(self.amendment_ids.filtered(lambda change: change.date <= date))

    def _get_terms_after(self, amendments):
        """What was agreed at the award, and anew by these amendments."""
        self.ensure_one()
        first = self.amendment_ids.sorted("id")[:1]
        terms = {name: first[f"old_{short}"] if first else self[name] for name, short in TERMS.items()}
        for change in amendments.sorted(lambda change: (change.date, change.id)):
            for name, short in TERMS.items():
                if change[f"old_{short}"] != change[f"new_{short}"]:
                    terms[name] = change[f"new_{short}"]
        return terms
