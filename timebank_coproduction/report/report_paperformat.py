from odoo import models


class ReportPaperformat(models.Model):
    _inherit = "report.paperformat"

    def _get_page_style(self, landscape=False):
        """The format as CSS: size and margins of a page."""
        if self.format == "custom":
            size = f"{self.page_width}mm {self.page_height}mm"
        else:
            known = ("A3", "A4", "A5", "B4", "B5", "Letter", "Legal")
            size = self.format if self.format in known else "A4"
        if landscape or self.orientation == "Landscape":
            size += " landscape"
        margins = (self.margin_top, self.margin_right, self.margin_bottom, self.margin_left)
        return f"@page {{ size: {size}; margin: {' '.join(f'{margin}mm' for margin in margins)} }}"
