from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...tools import late
from ..common.words import say_day

#: What a hash begins with that is taken over all of it, and over digests of the texts. Earlier forms stay
#: good: those that begin with "3:" are over the texts themselves, with "2:" from before there was what
#: came in late, and those without a number were over the figures and lines alone, not who signed and when.
SIGNED_FORM = "4:"
FORM_OF_TEXTS = "3:"
#: Forms that know what came in late.
LATE_FORMS = (FORM_OF_TEXTS, SIGNED_FORM)

#: What a line without a claim, or without a bill, doesn't say.
NAMELESS = dict.fromkeys(
    ("claim_name", "claim_code", "claimed_on", "supplier_name", "bill_name", "found_by", "change", "note"),
    False,
)


class TimebankReconciliationPeriod(models.AbstractModel):
    """Which days a reconciliation is about, after which other one, and what was agreed then.

    A grant's reconciliations follow each other: none overlaps another, each begins with what the
    last one was signed with, days between two are named, and what came into signed periods since
    is a section of its own in the next.
    """

    _name = "timebank.reconciliation.period"
    _description = "Period of a Reconciliation"

    def _say_about(self, say):
        """The grant and the days; of one that is only begun, what of it is chosen.

        :param say: puts a day in words
        """
        grant = self.grant_id.name
        if not grant or not self.date_from or not self.date_to:
            return grant or ""
        return self.env._(
            "%(grant)s, %(start)s to %(end)s", grant=grant, start=say(self.date_from), end=say(self.date_to)
        )

    def _get_file_name(self):
        """What its files are called, without their endings."""
        return self._say_about(fields.Date.to_string)

    def _say_gap(self):
        grant, first = self.grant_id, self.date_from
        if not (grant and first):
            return False
        others = [("grant_id", "=", grant._origin.id), ("date_to", "<", first)]
        last = self.search(others, order="date_to desc", limit=1)
        missing = fields.Date.add(last.date_to, days=1) if last else grant.date_start
        if not missing or missing >= first:
            return False
        return self.env._(
            "No reconciliation is about %(start)s to %(end)s.",
            start=say_day(self.env, missing),
            end=say_day(self.env, fields.Date.subtract(first, days=1)),
        )

    @api.constrains("grant_id", "date_from", "date_to")
    def _check_period(self):
        # Of two made at once for the same days, the second one's request is tried again.
        self.grant_id._mark_committed()
        for reconciliation in self:
            sentence = reconciliation._why_not_period()
            if sentence:
                raise ValidationError(sentence)

    def _why_not_period(self):
        """Why the grant can't be reconciled over these days, or an empty string."""
        self.ensure_one()
        grant = self.grant_id
        if grant.state == "draft":
            return self.env._("“%s” is a draft: open it first.", grant.name)
        if self.date_from > grant.date_end:
            return self.env._(
                "“%(grant)s” ended on %(end)s, and this period begins after it.",
                grant=grant.name,
                end=say_day(self.env, grant.date_end),
            )
        if self.date_to < grant.date_start:
            return self.env._(
                "“%(grant)s” starts on %(start)s, and this period ends before it.",
                grant=grant.name,
                start=say_day(self.env, grant.date_start),
            )
        others = [("grant_id", "=", grant.id), ("id", "!=", self.id)]
        overlapping = self.search(
            [*others, ("date_from", "<=", self.date_to), ("date_to", ">=", self.date_from)], limit=1
        )
        if overlapping:
            return self.env._(
                "“%s” is about some of these days already: choose others.", overlapping.display_name
            )
        later = self.search([*others, ("state", "!=", "draft"), ("date_from", ">", self.date_to)], limit=1)
        if later:
            return self.env._(
                "“%s” is signed already: it and what follows take up what came in before.",
                later.display_name,
            )
        return ""

    def _refuse_out_of_turn(self):
        """:raises UserError: while an earlier one isn't signed, or once a later one is"""
        self.ensure_one()
        grant = [("grant_id", "=", self.grant_id.id)]
        earlier = self.search(
            [*grant, ("state", "=", "draft"), ("date_to", "<", self.date_from)], order="date_to", limit=1
        )
        if earlier:
            raise UserError(self.env._("“%s” comes first: sign it, or delete it.", earlier.display_name))
        later = self.search([*grant, ("state", "!=", "draft"), ("date_from", ">", self.date_to)], limit=1)
        if later:
            raise UserError(
                self.env._("“%s” was signed after it, and begins with its figures.", later.display_name)
            )

    def _get_signed_before(self):
        """What was signed of the time before this one, the latest first.

        Nothing for those signed before reconciliations began with what the last one had.
        """
        self.ensure_one()
        if self.state != "draft" and not (self.hash or "").startswith(LATE_FORMS):
            return self.browse()
        return self.search(
            [
                ("grant_id", "=", self.grant_id.id),
                ("state", "!=", "draft"),
                ("date_to", "<", self.date_from),
            ]
        )

    def _get_opening(self, before):
        """What the period opens with: as it was signed, or what the books have where nothing was.

        :param float before: what the books have of the time before
        """
        signed = self._get_signed_before()[:1]
        return signed.to_date_amount if signed else before

    def _get_agreed(self):
        """What was agreed with the funder by the period's last day, or when it was signed.

        :return: dict of ``award``, ``budget`` (in company currency) and ``end``
        """
        self.ensure_one()
        grant, currency = self.grant_id, self.currency_id
        if self.state != "draft":
            end = self.terms_end
            if not end:  # signed before the end was kept
                made = grant.amendment_ids.filtered(lambda change: change.create_date < self.prepared_on)
                end = grant._get_terms_after(made)["date_end"]
            return {"award": self.award_amount, "budget": self.budget_amount, "end": end}
        terms = grant._get_terms_on(self.date_to)
        award = currency.round(terms["amount"] * grant.rate)
        budget = currency.round(award * terms["reward_percentage"] / 100)
        return {"award": award, "budget": budget, "end": terms["date_end"]}

    # ------------------------------------------------------------
    # What came into signed periods since
    # ------------------------------------------------------------

    def _find_late(self):
        """Entries of signed periods that are not as they were signed: :class:`late.Late` ones."""
        self.ensure_one()
        signed = self._get_signed_before()
        if not signed:
            return []
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT status, move_line_id, bill_name, billed_on, billed_amount
                     FROM timebank_reconciliation_line
                    WHERE reconciliation_id IN %s AND billed_amount != 0 ORDER BY id""",
                tuple(signed.ids),
            )
        )
        lines = [
            late.Signed(
                item or (0 if status == "manual_entry" else name or 0),
                day,
                self._to_minor_units(amount),
                name or "",
            )
            for status, item, name, day, amount in rows
        ]
        return late.find(
            self.date_from,
            min(signed.mapped("date_from")),
            self._to_minor_units(signed[0].to_date_amount) - sum(line.billed for line in lines),
            lines,
            self._get_entries(),
        )

    def _prepare_late_values(self):
        """Field values of the late lines, with what changed in words."""
        found = self._find_late()
        numbers = {entry.item for entry in found if isinstance(entry.item, int)}
        items = {
            item.id: item for item in self.env["account.move.line"].browse(sorted(numbers - {0})).exists()
        }
        claims = self._get_claims_paid(items)
        unit = 10**self.currency_id.decimal_places
        values = []
        for entry in found:
            item = items.get(entry.item)
            amount = (entry.now - entry.signed) / unit
            names = {"bill_name": entry.item or entry.name or False}
            if item:
                names = self._prepare_bill_names(item)
            elif not entry.item and not entry.day:
                names = {"bill_name": self.env._("Before the first reconciliation")}
            values.append(
                {
                    **NAMELESS,
                    "redemption_id": False,
                    "move_line_id": item.id if item else False,
                    "status": self._get_late_status(entry),
                    "sequence": 0,
                    "billed_on": entry.day or False,
                    "cost_amount": 0.0,
                    "billed_amount": amount,
                    "matched_amount": 0.0,
                    "difference_amount": amount,
                    "is_late": True,
                    "change": self._say_change(entry, item),
                    "claim_name": claims.get(entry.item, False),
                    **names,
                }
            )
        return values

    def _get_late_status(self, entry):
        if entry.item or not entry.day:
            return "late_changed" if entry.signed or not entry.item else "late_new"
        return "manual_entry"

    def _say_change(self, entry, item):
        """What became of an entry since it was signed, or that it came in since."""
        was = {"before": self._money(entry.signed), "after": self._money(entry.now)}
        if entry.item and not entry.now:
            return self.env._(
                "%(before)s was signed; %(why)s",
                why=self._why_gone(item, item and item.date >= self.date_from),
                **was,
            )
        if entry.item and not entry.signed:
            return self.env._("Charged since")
        return self.env._("%(before)s was signed, and it is %(after)s now", **was)

    def _get_claims_paid(self, items):
        """The claims that these bill lines are matched with: dict of their number → names."""
        matches = self.env["timebank.reward.match"].search(
            [("grant_id", "=", self.grant_id.id), ("move_line_id", "in", list(items))], order="id"
        )
        return {
            item.id: ", ".join(match.redemption_id._prepare_names()["claim_name"] for match in group)
            for item, group in matches.grouped("move_line_id").items()
        }

    def _tell_of_late(self):
        """Late entries of a signed one that are not as it took them up."""
        now = {}
        for vals in self._prepare_late_values():
            key = (vals["move_line_id"], vals["bill_name"], vals["billed_on"])
            now[key] = now.get(key, 0) + vals["billed_amount"]
        before = {}
        for line in self.line_ids.filtered("is_late"):
            key = (line.move_line_id.id, line.bill_name, line.billed_on)
            before[key] = before.get(key, 0) + line.billed_amount
        for key in [*before, *(key for key in now if key not in before)]:
            was, then = before.get(key, 0), now.get(key, 0)
            if self.currency_id.compare_amounts(was, then):
                yield self.env._(
                    "%(entry)s: %(before)s was taken up late, and it is %(after)s now",
                    entry=key[1] or self.env._("Analytic entries of %s", say_day(self.env, key[2])),
                    before=self.currency_id.format(was),
                    after=self.currency_id.format(then),
                )
