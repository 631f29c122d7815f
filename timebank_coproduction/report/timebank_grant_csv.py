import csv
import io

from odoo import fields, models

from ..models.common.verb import verb

#: The fields that 360Giving requires of an award, and those of ours that fit its others.
HEADER = (
    "Identifier",
    "Title",
    "Description",
    "Currency",
    "Amount Awarded",
    "Award Date",
    "Planned Dates:Start Date",
    "Planned Dates:End Date",
    "Recipient Org:Identifier",
    "Recipient Org:Name",
    "Funding Org:Identifier",
    "Funding Org:Name",
    "Last modified",
)


class TimebankGrant(models.Model):
    """Award data in the column names of the 360Giving standard."""

    _inherit = "timebank.grant"

    @verb()
    def action_export_360giving(self):
        """:return: an action that downloads one CSV for these grants"""
        attachment = self.env["ir.attachment"].create(
            {
                "name": "360giving.csv",
                "raw": self._make_360giving(),
                "res_model": self._name,
                "res_id": self[:1].id,
                "mimetype": "text/csv",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

    def _make_360giving(self):
        """The CSV as bytes, a row for each award."""
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(HEADER)
        for grant in self:
            writer.writerow(_as_text(value) for value in grant._prepare_360giving())
        return buffer.getvalue().encode("utf-8-sig")

    def _prepare_360giving(self):
        self.ensure_one()
        recipient = self.company_id.partner_id
        return (
            self.reference or f"{self.company_id.id}-{self.id}",
            self.name,
            self.purpose or self.name,
            self.currency_id.name,
            f"{self.amount:.{self.currency_id.decimal_places}f}",
            self.award_date or self.date_start,
            self.date_start,
            self.date_end,
            recipient.company_registry or recipient.ref or f"ORG-{recipient.id}",
            recipient.name,
            self.funder_id.company_registry or self.funder_id.ref or f"ORG-{self.funder_id.id}",
            self.funder_id.name,
            fields.Datetime.to_string(self.write_date),
        )


def _as_text(value):
    """A cell that a spreadsheet shows as it is, and never takes for a formula."""
    text = str(value or "")
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
