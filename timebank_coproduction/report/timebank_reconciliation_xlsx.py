import io

import xlsxwriter

from odoo import models
from odoo.tools.translate import LazyTranslate

from ..models.common.verb import verb
from ..models.common.words import say_day

_lt = LazyTranslate(__name__)

#: A4 among the paper sizes of xlsxwriter.
A4 = 9

#: Summary rows: label, field, and the formula that recomputes it from the other sheets
#: (``None``: a figure that the sheets don't hold).
SUMMARY = (
    (_lt("Award"), "award_amount", None),
    (_lt("Reward budget"), "budget_amount", None),
    (_lt("Spent before this period"), "opening_amount", None),
    (_lt("Spent this period"), "spent_amount", "=SUM(Claims!J:J)+SUM(Bills!F:F)"),
    (_lt("Spent to date"), "to_date_amount", "=B{opening_amount}+B{spent_amount}"),
    (_lt("Claimed, not billed"), "unbilled_amount", "=-SUM(Claims!L:L)"),
    (_lt("Left"), "closing_amount", "=B{budget_amount}-B{to_date_amount}-B{unbilled_amount}"),
    (_lt("Odoo's analytic balance for the period"), "ledger_amount", None),
    (_lt("Other spending on the same account"), "other_amount", None),
    (_lt("Gap"), "gap_amount", "=ROUND(B{ledger_amount}-B{other_amount}-B{spent_amount},{digits})"),
    (_lt("In draft bills"), "draft_amount", None),
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
CLAIMS = (
    (_lt("Status"), "status", 22),
    (_lt("Claim"), "claim_name", 34),
    (_lt("Code"), "claim_code", 16),
    (_lt("Claimed on"), "claimed_on", 12),
    (_lt("Supplier"), "supplier_name", 24),
    (_lt("Bill"), "bill_name", 34),
    (_lt("Billed on"), "billed_on", 12),
    (_lt("Matched by"), "found_by", 26),
    (_lt("Expected cost"), "cost_amount", 14),
    (_lt("Billed this period"), "billed_amount", 16),
    (_lt("Billed to date"), "matched_amount", 14),
    (_lt("Still to bill"), "still_to_bill", 14),
    (_lt("Note"), "note", 40),
)
BILLS = (
    (_lt("Status"), "status", 24),
    (_lt("Supplier"), "supplier_name", 24),
    (_lt("Bill"), "bill_name", 40),
    (_lt("Billed on"), "billed_on", 12),
    (_lt("Note"), "note", 40),
    (_lt("Billed this period"), "billed_amount", 16),
)


class TimebankReconciliation(models.Model):
    """The reconciliation as a workbook whose totals recompute."""

    _inherit = "timebank.reconciliation"

    @verb(single=True)
    def action_export_xlsx(self):
        """:return: an action that downloads the workbook"""
        self.ensure_one()
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{self.display_name}.xlsx",
                "raw": self._make_workbook(),
                "res_model": self._name,
                "res_id": self.id,
                "mimetype": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

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
            "bold": book.add_format({"bold": True}),
            "money": book.add_format({"num_format": f"#,##0{digits};[Red]-#,##0{digits}"}),
            "count": book.add_format({"num_format": "0"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "percent": book.add_format({"num_format": '0.0"%"'}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        claims = self.line_ids.filtered("redemption_id")
        bills = self.line_ids - claims
        self._write_cover(book.add_worksheet("Cover"), style)
        summary = book.add_worksheet("Summary")
        self._write_table(book.add_worksheet("Claims"), style, CLAIMS, claims)
        self._write_table(book.add_worksheet("Bills"), style, BILLS, bills)
        self._write_table(
            book.add_worksheet("Exceptions"),
            style,
            CLAIMS,
            self.line_ids.filtered(lambda line: line.status != "matched"),
        )
        self._write_notes(book.add_worksheet("Notes"), style)
        self._write_summary(summary, style)
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
            (self.env._("From"), self.date_from),
            (self.env._("To"), self.date_to),
            (self.env._("Status"), people[self.state]),
            (self.env._("Prepared by"), self.prepared_by.name),
            (self.env._("Prepared on"), self.prepared_on and self.prepared_on.date()),
            (self.env._("Reviewed by"), self.reviewed_by.name),
            (self.env._("Reviewed on"), self.reviewed_on and self.reviewed_on.date()),
            (self.env._("Hash"), self.hash),
            (self.env._("Ledger at signing"), self.anchor_text),
        ]
        for number, (label, value) in enumerate(rows, start=2):
            sheet.write_string(number, 0, label, style["bold"])
            self._write_value(sheet, number, 1, value, style)

    def _write_summary(self, sheet, style):
        """Figures, most of them formulas over the other sheets, then the lines by status."""
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 2, 18)
        sheet.write_row(0, 0, [self.env._("Figure"), self.currency_id.name], style["head"])
        sheet.freeze_panes(1, 0)
        rows = {field: number + 2 for number, (_label, field, _formula) in enumerate(SUMMARY)}
        rows["digits"] = self.currency_id.decimal_places
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
        labels = self.line_ids._fields["status"]._description_selection(self.env)
        for row, (status, label) in enumerate(labels, start=top + 1):
            lines = self.line_ids.filtered(lambda line, status=status: line.status == status)
            sheet.write_string(row, 0, label)
            key = f"A{row + 1}"
            sheet.write_formula(
                row, 1, f"=COUNTIF(Claims!A:A,{key})+COUNTIF(Bills!A:A,{key})", style["count"], len(lines)
            )
            sheet.write_formula(
                row,
                2,
                f"=SUMIF(Claims!A:A,{key},Claims!J:J)+SUMIF(Bills!A:A,{key},Bills!F:F)",
                style["money"],
                sum(lines.mapped("billed_amount")),
            )
        first, last = top + 2, top + 1 + len(labels)
        sheet.write_string(last, 0, self.env._("Together"), style["bold"])
        sheet.write_formula(last, 1, f"=SUM(B{first}:B{last})", style["count"], len(self.line_ids))
        sheet.write_formula(last, 2, f"=SUM(C{first}:C{last})", style["money"], self.spent_amount)

    def _write_table(self, sheet, style, columns, lines):
        labels = dict(lines._fields["status"]._description_selection(self.env))
        for column, (title, _field, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, str(title), style["head"])
        for number, line in enumerate(lines, start=1):
            for column, (_title, field, _width) in enumerate(columns):
                if field == "status":
                    value = labels[line.status]
                elif field == "still_to_bill":
                    value = line.difference_amount if line.status == "unbilled" else 0.0
                else:
                    value = line[field]
                self._write_value(sheet, number, column, value, style)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(lines), 1), len(columns) - 1)
        sheet.repeat_rows(0)
        self._set_up_print(sheet)

    def _write_notes(self, sheet, style):
        """What the preparer wrote, and what was agreed anew with the funder."""
        sheet.set_column(0, 0, 100)
        notes = [self.note or ""] + [
            self.env._(
                "Amended on %(day)s: %(reason)s",
                day=say_day(self.env, amendment.date),
                reason=amendment.reason,
            )
            for amendment in self.grant_id.amendment_ids.sorted("date")
        ]
        for row, text in enumerate(notes):
            sheet.write_string(row, 0, text, style["wrap"])
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
