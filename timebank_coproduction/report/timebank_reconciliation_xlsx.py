import io

import xlsxwriter

from odoo import models

#: Summary rows: label, field, and the formula that recomputes it from the other sheets
#: (``None``: a figure that the sheets don't hold).
SUMMARY = (
    ("Award", "award_amount", None),
    ("Reward budget", "budget_amount", None),
    ("Spent before this period", "opening_amount", None),
    ("Spent this period", "spent_amount", "=SUM(Claims!J:J)+SUM(Bills!F:F)"),
    ("Spent to date", "to_date_amount", "=B{opening_amount}+B{spent_amount}"),
    ("Claimed, not billed", "unbilled_amount", "=-SUM(Claims!L:L)"),
    ("Left", "closing_amount", "=B{budget_amount}-B{to_date_amount}-B{unbilled_amount}"),
    ("Odoo's analytic balance for the period", "ledger_amount", None),
    ("Other spending on the same account", "other_amount", None),
    ("Gap", "gap_amount", "=B{ledger_amount}-B{other_amount}-B{spent_amount}"),
    ("In draft bills", "draft_amount", None),
    ("Exposure: credits not yet claimed", "exposure_amount", None),
    ("Budget for the time gone", "expected_amount", None),
    ("Variance", "variance_amount", "=B{to_date_amount}-B{expected_amount}"),
)
CLAIMS = (
    ("Status", None, 22),
    ("Claim", "claim_name", 34),
    ("Code", "claim_code", 16),
    ("Claimed on", "claimed_on", 12),
    ("Supplier", "supplier_name", 24),
    ("Bill", "bill_name", 34),
    ("Billed on", "billed_on", 12),
    ("Matched by", "found_by", 26),
    ("Expected cost", "cost_amount", 14),
    ("Billed this period", "billed_amount", 16),
    ("Billed to date", "matched_amount", 14),
    ("Still to bill", None, 14),
    ("Note", "note", 40),
)
BILLS = (
    ("Status", None, 24),
    ("Supplier", "supplier_name", 24),
    ("Bill", "bill_name", 40),
    ("Billed on", "billed_on", 12),
    ("Note", "note", 40),
    ("Billed this period", "billed_amount", 16),
)


class TimebankReconciliation(models.Model):
    """The reconciliation as a workbook whose totals recompute."""

    _inherit = "timebank.reconciliation"

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
        notes = book.add_worksheet("Notes")
        notes.set_column(0, 0, 100)
        notes.write_string(0, 0, self.note or "", style["wrap"])
        self._write_summary(summary, style)
        book.close()
        return buffer.getvalue()

    def _write_cover(self, sheet, style):
        grant, people = self.grant_id, dict(self._fields["state"]._description_selection(self.env))
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 60)
        sheet.set_landscape()
        sheet.write(0, 0, self.env._("Grant reconciliation"), style["title"])
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
        ]
        for number, (label, value) in enumerate(rows, start=2):
            sheet.write_string(number, 0, label, style["bold"])
            self._write_value(sheet, number, 1, value, style)

    def _write_summary(self, sheet, style):
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 1, 18)
        sheet.write_row(0, 0, [self.env._("Figure"), self.currency_id.name], style["head"])
        sheet.freeze_panes(1, 0)
        rows = {field: number + 2 for number, (_label, field, _formula) in enumerate(SUMMARY)}
        for number, (label, field, formula) in enumerate(SUMMARY, start=1):
            sheet.write_string(number, 0, label)
            if formula:
                sheet.write_formula(number, 1, formula.format(**rows), style["money"], self[field])
            else:
                sheet.write_number(number, 1, self[field], style["money"])
        sheet.write_string(len(SUMMARY) + 2, 0, self.env._("Spent (%)"))
        sheet.write_number(len(SUMMARY) + 2, 1, self.spent_percentage, style["percent"])
        sheet.write_string(len(SUMMARY) + 3, 0, self.env._("Time gone (%)"))
        sheet.write_number(len(SUMMARY) + 3, 1, self.time_percentage, style["percent"])

    def _write_table(self, sheet, style, columns, lines):
        labels = dict(lines._fields["status"]._description_selection(self.env))
        for column, (title, _field, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, style["head"])
        for number, line in enumerate(lines, start=1):
            for column, (title, field, _width) in enumerate(columns):
                if title == "Status":
                    value = labels[line.status]
                elif title == "Still to bill":
                    value = line.difference_amount if line.status == "unbilled" else 0.0
                else:
                    value = line[field]
                self._write_value(sheet, number, column, value, style)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(lines), 1), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _write_value(self, sheet, row, column, value, style):
        """Text is always written as text: a label that begins with = stays a label."""
        if isinstance(value, float):
            sheet.write_number(row, column, value, style["money"])
        elif hasattr(value, "isoformat"):
            sheet.write_datetime(row, column, value, style["date"])
        else:
            sheet.write_string(row, column, value or "")
