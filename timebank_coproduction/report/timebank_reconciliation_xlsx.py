import io

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ..models.common.marks import Mark
from ..models.common.verb import choice, text, verb
from ..models.common.windows import download
from ..models.common.words import say_day
from ..tools import initials

_lt = LazyTranslate(__name__)

#: On what is made for whoever asked for names and said why.
WITH_NAMES = Mark("timebank_names")

MIMETYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

#: A4 among the paper sizes of xlsxwriter.
A4 = 9

#: Summary rows: label, field, and the formula that recomputes it from the other sheets
#: (``None``: a figure that the sheets don't hold).
SUMMARY = (
    (_lt("Award"), "award_amount", None),
    (_lt("Reward budget"), "budget_amount", None),
    (_lt("Spent before this period"), "opening_amount", None),
    (_lt("Came in late"), "late_amount", "={late_total}"),
    (_lt("Spent this period"), "spent_amount", "={claims_total}+{bills_total}"),
    (_lt("Spent to date"), "to_date_amount", "=B{opening_amount}+B{late_amount}+B{spent_amount}"),
    (_lt("Claimed, not billed"), "unbilled_amount", "=-{open_total}"),
    (_lt("Left"), "closing_amount", "=B{budget_amount}-B{to_date_amount}-B{unbilled_amount}"),
    (_lt("Odoo's analytic balance for the period"), "ledger_amount", None),
    (_lt("Other spending on the same account"), "other_amount", None),
    (_lt("Gap"), "gap_amount", "=ROUND(B{ledger_amount}-B{other_amount}-B{spent_amount},{digits})"),
    (_lt("Accruals in the period, besides"), "accrued_amount", None),
    (_lt("In draft bills"), "draft_amount", None),
    (_lt("Paid by its end"), "paid_amount", None),
    (_lt("Still to pay"), "unpaid_amount", None),
    (_lt("Exposure: credits not yet claimed"), "exposure_amount", None),
    (_lt("Time gone (%)"), "time_percentage", None),
    (
        _lt("Budget used (%)"),
        "spent_percentage",
        "=IF(B{budget_amount}=0,0,100*(B{to_date_amount}+B{unbilled_amount})/B{budget_amount})",
    ),
    (
        _lt("Budget for the time gone"),
        "expected_amount",
        "=ROUND(B{budget_amount}*B{time_percentage}/100,{digits})",
    ),
    (_lt("Variance"), "variance_amount", "=B{to_date_amount}-B{expected_amount}"),
)
#: Columns: heading, what a line says in it, width in letters. Those after the note aren't printed.
CLAIMS = (
    (_lt("Status"), "status", 20),
    (_lt("No."), "number", 8),
    (_lt("Claim"), "claim", 28),
    (_lt("Claimed on"), "claimed_on", 11),
    (_lt("Supplier"), "supplier_name", 18),
    (_lt("Bill"), "bill_name", 26),
    (_lt("Billed on"), "billed_on", 11),
    (_lt("Expected cost"), "cost_amount", 11),
    (_lt("Billed this period"), "billed_amount", 11),
    (_lt("Still to bill"), "still_to_bill", 11),
    (_lt("Note"), "note", 32),
    (_lt("Matched by"), "found_by", 26),
)
BILLS = (
    (_lt("Status"), "status", 26),
    (_lt("Supplier"), "supplier_name", 24),
    (_lt("Bill"), "bill_name", 40),
    (_lt("Billed on"), "billed_on", 12),
    (_lt("Billed this period"), "billed_amount", 14),
    (_lt("Note"), "note", 40),
)
LATE = (
    (_lt("Status"), "status", 26),
    (_lt("Supplier"), "supplier_name", 20),
    (_lt("Bill"), "bill_name", 34),
    (_lt("Claim"), "claim", 26),
    (_lt("Dated"), "billed_on", 12),
    (_lt("What changed"), "change", 36),
    (_lt("Change"), "billed_amount", 14),
    (_lt("Note"), "note", 32),
)
#: What is added up at the foot of a sheet.
ADDED_UP = ("cost_amount", "billed_amount", "still_to_bill")


class TimebankReconciliation(models.Model):
    """The reconciliation as a workbook whose totals recompute."""

    _inherit = "timebank.reconciliation"

    @verb(single=True)
    def action_export_xlsx(self):
        """:return: an action that downloads the workbook, with people's initials"""
        self.ensure_one()
        return self._download("xlsx", self._make_workbook())

    @verb(single=True, kind=choice("pdf", "xlsx"), reason=text())
    def action_export_with_names(self, kind, reason):
        """The paper or the workbook with people's names, which the chatter notes with the reason.

        :param str kind: ``pdf`` or ``xlsx``
        :param str reason: who asks for the names, and why
        :return: an action that downloads it
        :raises UserError: without a reason
        """
        self.ensure_one()
        reason = self._require_reason(
            reason, self.env._("Say who asks for people's names, and why: it is kept here.")
        )
        named = self._with_names()
        if kind == "xlsx":
            content = named._make_workbook()
        else:
            report = named.env["ir.actions.report"]
            content, _kind = report._render_qweb_pdf(
                "timebank_coproduction.timebank_reconciliation_report", self.ids
            )
        # sudo: that names were taken out is noted, whoever may read them
        self.sudo()._message_log(
            body=self.env._("Made with people's names: %s", reason),
            author_id=self.env.user.partner_id.id,
        )
        # With the dialog, which nobody else opens and Odoo clears away, goes what it made.
        asked = self.env["timebank.reconciliation.names"].create(
            {"reconciliation_id": self.id, "kind": kind, "reason": reason}
        )
        return self._download(kind, content, asked)

    # Whom papers name: nobody in full, and no claim by its bearer's code, unless names were asked for
    def _with_names(self):
        return WITH_NAMES.put_on(self)

    def _shows_names(self):
        return WITH_NAMES.is_on(self)

    def _get_abbreviated(self):
        """What a text says on paper: a function.

        Suppliers write on bills whom they served, and so may a note: whoever has a claim on the grant stands
        there with their initials, and a claim's code as its number.
        """
        self.ensure_one()
        if self._shows_names():
            return lambda text: text or ""
        # sudo: whose names and codes are left out is nobody's to read
        claims = self.env["timebank.redemption"].sudo()
        people = claims.search(self.grant_id._get_claims_domain()).partner_id
        named = set().union(
            *(initials.codes_in(line.bill_name, line.note, line.change) for line in self.line_ids)
        )
        numbers = {
            claim.kept_code: f"#{claim.id}"
            for claim in claims.search_fetch([("kept_code", "in", list(named))], ["kept_code"])
        }
        return initials.Abbreviated(
            people.filtered(lambda person: not person.is_company).mapped("name"), numbers
        )

    def _download(self, kind, content, keeper=None):
        """An action that downloads a file of this reconciliation, kept beside it or ``keeper``."""
        return download(keeper or self, f"{self._get_file_name()}.{kind}", content, MIMETYPES[kind])

    def _make_workbook(self):
        """The workbook as bytes: cover, summary, claims, bills, exceptions, notes."""
        self.ensure_one()
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
        book.set_properties({"title": self.display_name, "company": self.company_id.name})
        digits = "." + "0" * self.currency_id.decimal_places if self.currency_id.decimal_places else ""
        style = {
            "title": book.add_format({"bold": True, "font_size": 18}),
            "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEEEEE", "text_wrap": True}),
            "total": book.add_format(
                {"bold": True, "top": 1, "num_format": f"#,##0{digits};[Red]-#,##0{digits}"}
            ),
            "bold": book.add_format({"bold": True}),
            "money": book.add_format({"num_format": f"#,##0{digits};[Red]-#,##0{digits}"}),
            "count": book.add_format({"num_format": "0"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "percent": book.add_format({"num_format": '0.0"%"'}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        say = self._get_abbreviated()
        late = self.line_ids.filtered("is_late")
        claims = (self.line_ids - late).filtered("redemption_id")
        bills = self.line_ids - late - claims
        others = self.line_ids - late
        self._write_cover(book.add_worksheet("Cover"), style)
        summary = book.add_worksheet("Summary")
        totals = {
            sheet: self._write_table(book.add_worksheet(sheet), style, columns, lines, say)
            for sheet, columns, lines in (
                ("Claims", CLAIMS, claims),
                ("Bills", BILLS, bills),
                ("Late", LATE, late),
                ("Exceptions", CLAIMS, others.filtered(lambda line: line.status != "matched")),
            )
        }
        budget = self._get_budget_rows()
        if budget:
            self._write_budget(book.add_worksheet("Budget"), style, budget)
        self._write_notes(book.add_worksheet("Notes"), style, say)
        self._write_summary(summary, style, totals)
        book.close()
        return buffer.getvalue()

    def _write_cover(self, sheet, style):
        grant, people = self.grant_id, dict(self._fields["state"]._description_selection(self.env))
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 60)
        self._set_up_print(sheet)
        sheet.write(0, 0, self.env._("Grant reconciliation"), style["title"])
        # sudo: the account's name belongs on the cover, for finance without accounting rights
        rows = [
            (self.env._("Organisation"), self.company_id.name),
            (self.env._("Grant"), grant.name),
            (self.env._("Funder"), grant.funder_id.name),
            (self.env._("Reference"), grant.reference),
            (
                self.env._("Restriction"),
                dict(grant._fields["restriction"]._description_selection(self.env))[grant.restriction],
            ),
            (self.env._("Analytic account"), grant.sudo().analytic_account_id.display_name),
            (self.env._("Currency"), self.currency_id.name),
            (self.env._("In the grant's currency"), self.own_text),
            (self.env._("From"), self.date_from),
            (self.env._("To"), self.date_to),
            (self.env._("Status"), people[self.state]),
            (self.env._("Prepared by"), self.prepared_by.name),
            (self.env._("Prepared on"), self._get_day(self.prepared_on)),
            (self.env._("Reviewed by"), self.reviewed_by.name),
            (self.env._("Reviewed on"), self._get_day(self.reviewed_on)),
            (self.env._("Books changed since by"), self.drift_amount if self.has_drift else False),
            (
                self.env._("Draft"),
                self.env._("Older than the books: refresh it before it is used")
                if self.is_outdated
                else False,
            ),
            (
                self.env._("As the books say now"),
                self.env._("What was paid, accruals, budget lines and other currencies")
                if self.is_stated_live
                else False,
            ),
            (self.env._("People are shown by"), self._say_how_people_are_shown()),
            (self.env._("Hash"), self.hash),
            (self.env._("Ledger at signing"), self.anchor_text),
        ]
        for number, (label, value) in enumerate(rows, start=2):
            sheet.write_string(number, 0, label, style["bold"])
            self._write_value(sheet, number, 1, value, style)

    def _get_day(self, moment):
        """The day of a moment by the clocks of whoever makes the workbook, as on paper."""
        return moment and fields.Datetime.context_timestamp(self, moment).date()

    def _say_how_people_are_shown(self):
        return self.env._("Name") if self._shows_names() else self.env._("Initials and the claim's number")

    def _write_summary(self, sheet, style, totals):
        """Figures, most of them formulas over the other sheets, then the lines by status."""
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 2, 18)
        sheet.write_row(0, 0, [self.env._("Figure"), self.currency_id.name], style["head"])
        sheet.freeze_panes(1, 0)
        rows = {field: number + 2 for number, (_label, field, _formula) in enumerate(SUMMARY)}
        rows |= {
            "digits": self.currency_id.decimal_places,
            "claims_total": f"Claims!{totals['Claims']['billed_amount']}",
            "open_total": f"Claims!{totals['Claims']['still_to_bill']}",
            "bills_total": f"Bills!{totals['Bills']['billed_amount']}",
            "late_total": f"Late!{totals['Late']['billed_amount']}",
        }
        for number, (label, field, formula) in enumerate(SUMMARY, start=1):
            sheet.write_string(number, 0, str(label))
            shown = style["percent" if field.endswith("percentage") else "money"]
            if formula:
                sheet.write_formula(number, 1, formula.format(**rows), shown, self[field])
            else:
                sheet.write_number(number, 1, self[field], shown)
        self._write_statuses(sheet, style, len(SUMMARY) + 2)
        self._set_up_print(sheet)

    def _write_statuses(self, sheet, style, top):
        """How many lines have each status, and what they bill; together all that was spent."""
        heads = [self.env._("Status"), self.env._("Lines"), self.env._("Billed this period")]
        sheet.write_row(top, 0, heads, style["head"])
        billed = {"Claims": "I", "Bills": "E"}
        labels = [
            one
            for one in self.line_ids._fields["status"]._description_selection(self.env)
            if not one[0].startswith("late")
        ]
        of_period = self.line_ids.filtered(lambda line: not line.is_late)
        for row, (status, label) in enumerate(labels, start=top + 1):
            lines = of_period.filtered(lambda line, status=status: line.status == status)
            sheet.write_string(row, 0, label)
            key = f"A{row + 1}"
            counted = "+".join(f"COUNTIF({name}!A:A,{key})" for name in billed)
            added = "+".join(f"SUMIF({name}!A:A,{key},{name}!{c}:{c})" for name, c in billed.items())
            sheet.write_formula(row, 1, f"={counted}", style["count"], len(lines))
            sheet.write_formula(row, 2, f"={added}", style["money"], sum(lines.mapped("billed_amount")))
        first, last = top + 2, top + 1 + len(labels)
        sheet.write_string(last, 0, self.env._("Total"), style["bold"])
        sheet.write_formula(last, 1, f"=SUM(B{first}:B{last})", style["count"], len(of_period))
        sheet.write_formula(last, 2, f"=SUM(C{first}:C{last})", style["total"], self.spent_amount)

    def _write_table(self, sheet, style, columns, lines, say):
        """The lines, with what they add up to at the foot. A claim on two lines says its cost once.

        :param say: what a text says on paper
        :return: dict of field → the cell of its sum
        """
        labels = dict(lines._fields["status"]._description_selection(self.env))
        for column, (title, _field, width) in enumerate(columns):
            sheet.set_column(column, column, width, style["wrap"])
            sheet.write_string(0, column, str(title), style["head"])
        said, sums = set(), dict.fromkeys(ADDED_UP, 0.0)
        for row, line in enumerate(lines, start=1):
            values = self._prepare_cells(line, labels, said, say)
            for column, (_title, field, _width) in enumerate(columns):
                self._write_value(sheet, row, column, values[field], style)
                if field in sums:
                    sums[field] += values[field]
        foot = max(len(lines), 1) + 1
        totals = {}
        sheet.write_string(foot, 0, self.env._("Total"), style["bold"])
        for column, (_title, field, _width) in enumerate(columns):
            if field in sums:
                cell, last = xl_rowcol_to_cell(foot, column), xl_rowcol_to_cell(foot - 1, column)
                formula = f"=SUM({xl_rowcol_to_cell(1, column)}:{last})"
                sheet.write_formula(foot, column, formula, style["total"], sums[field])
                totals[field] = cell
        printed = [field for _title, field, _width in columns].index("note")
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, foot - 1, len(columns) - 1)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, foot, printed)
        self._set_up_print(sheet)
        return totals

    def _prepare_cells(self, line, labels, said, say):
        """What a line says in each column.

        :param set said: claims whose cost has been said
        :param say: what a text says on paper
        """
        fields = ("claimed_on", "supplier_name", "billed_on", "found_by")
        again = line.redemption_id.id in said
        said.add(line.redemption_id.id)
        return {
            **{field: line[field] for field in fields},
            **{field: say(line[field]) for field in ("bill_name", "note", "change")},
            "status": labels[line.status],
            "number": f"#{line.redemption_id.id}" if line.redemption_id else "",
            "claim": line._say_claim(),
            "cost_amount": 0.0 if again else line.cost_amount,
            "billed_amount": line.billed_amount,
            "still_to_bill": line.difference_amount if line.status == "unbilled" else 0.0,
        }

    def _write_budget(self, sheet, style, rows):
        """What of the budget's lines was committed and spent by the period's end, with what is in none."""
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 5, 16)
        heads = [
            self.env._("Budget line"),
            self.env._("Budget"),
            self.env._("Committed"),
            self.env._("Spent"),
            self.env._("To bill"),
            self.env._("Left"),
        ]
        sheet.write_row(0, 0, heads, style["head"])
        for number, (name, *amounts) in enumerate(rows, start=1):
            sheet.write_string(number, 0, name)
            for column, amount in enumerate(amounts, start=1):
                sheet.write_number(number, column, amount, style["money"])
        foot = len(rows) + 1
        sheet.write_string(foot, 0, self.env._("Total"), style["bold"])
        for column in range(1, len(heads)):
            first, last = xl_rowcol_to_cell(1, column), xl_rowcol_to_cell(foot - 1, column)
            total = self.currency_id.round(sum(row[column] for row in rows))
            sheet.write_formula(foot, column, f"=SUM({first}:{last})", style["total"], total)
        day, live = say_day(self.env, self.date_to), self.state == "draft" or self.is_stated_live
        today = say_day(self.env, fields.Date.context_today(self))
        sheet.write_string(
            foot + 2,
            0,
            self.env._("At the end of %(day)s, as the books say on %(today)s.", day=day, today=today)
            if live
            else self.env._("At the end of %s, as it was signed.", day),
        )
        sheet.freeze_panes(1, 0)
        self._set_up_print(sheet)

    def _write_notes(self, sheet, style, say):
        """What the preparer wrote, and what was agreed anew with the funder."""
        sheet.set_column(0, 0, 100)
        paper = self.with_context(timebank_paper=True)
        notes = [self.note or "", *filter(None, [self.gap_text]), *(paper.drift or "").splitlines()] + [
            self.env._(
                "Amended on %(day)s: %(reason)s",
                day=say_day(self.env, amendment.date),
                reason=amendment.reason,
            )
            for amendment in self.grant_id.amendment_ids.sorted("date")
        ]
        for row, note in enumerate(notes):
            sheet.write_string(row, 0, say(note), style["wrap"])
        self._set_up_print(sheet)

    def _set_up_print(self, sheet):
        """A4 across, one page wide, with what it is and which page at the foot."""
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{self.display_name.replace('&', '&&')}&R&P / &N")

    def _write_value(self, sheet, row, column, value, style):
        """Text is always written as text: a label that begins with = stays a label."""
        if isinstance(value, float):
            sheet.write_number(row, column, value, style["money"])
        elif hasattr(value, "isoformat"):
            sheet.write_datetime(row, column, value, style["date"])
        else:
            sheet.write_string(row, column, value or "")
