import io

import xlsxwriter

from odoo import models

from ..models.common.verb import verb
from ..models.common.windows import download
from .timebank_reconciliation_xlsx import MIMETYPES


class TimebankDisclosure(models.TransientModel):
    """Volunteers in the annual report as a workbook, in which members of staff are worked out from hours."""

    _inherit = "timebank.disclosure"

    @verb(single=True)
    def action_export_xlsx(self):
        """:return: an action that downloads the workbook"""
        self._check_complete()
        name = self.env._(
            "Volunteers %(first)s to %(last)s.xlsx", first=str(self.date_from), last=str(self.date_to)
        )
        return download(self, name, self._make_workbook(), MIMETYPES["xlsx"])

    def _make_workbook(self):
        """The workbook as bytes: one sheet, both years beside each other, then the paragraph."""
        found, buffer = self._get_figures(), io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        book.set_properties({"title": self.display_name, "company": self.company_id.name})
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        whole, decimal = book.add_format({"num_format": "#,##0"}), book.add_format({"num_format": "#,##0.0"})
        sheet = book.add_worksheet("Volunteers")
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 4, 16)
        this, before = found["years"]

        def write(row, label, cells, style=whole):
            sheet.write_string(row, 0, label)
            for column, cell in enumerate(cells, start=1):
                if cell is None:
                    sheet.write_string(row, column, self._say_cell(None))
                else:
                    sheet.write_number(row, column, cell, style)

        sheet.write_row(0, 0, [self.env._("Figure"), this["days"], before["days"]], bold)
        write(1, self.env._("Volunteers"), [this["people"], before["people"]])
        write(2, self.env._("Hours"), [this["hours"], before["hours"]])
        write(3, self.env._("Hours of a full-time year"), [found["full_time"]] * 2)
        sheet.write_string(4, 0, self.env._("As many full-time members of staff"))
        for column, year in enumerate((this, before), start=1):
            letter = "ABC"[column]
            if year["staff"] is None:
                sheet.write_string(4, column, self._say_cell(None))
            else:
                sheet.write_formula(4, column, f"={letter}3/{letter}4", decimal, year["hours"] / found["full_time"])
        heads = [
            self.env._("What they did"),
            self.env._("Volunteers, %s", this["days"]),
            self.env._("Volunteers, %s", before["days"]),
            self.env._("Hours, %s", this["days"]),
            self.env._("Hours, %s", before["days"]),
        ]
        sheet.write_row(6, 0, heads, bold)
        for number, row in enumerate(found["rows"], start=7):
            write(number, row["name"], [*row["people"], *row["hours"]])
        foot = 8 + len(found["rows"])
        sheet.write_string(foot, 0, self._say_paragraph(found))
        sheet.write_string(
            foot + 1, 0, self.env._("Figures about fewer than five people, and what would give them away, are left out.")
        )
        book.close()
        return buffer.getvalue()
