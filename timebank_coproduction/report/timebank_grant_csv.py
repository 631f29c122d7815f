import csv
import io
import re

from odoo import models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import download

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
    "Last Modified",
)

#: What a publisher's identifiers begin with, which 360Giving gives out.
PREFIX = re.compile(r"360G-[A-Za-z0-9_]+")
#: An organisation's number with its register's prefix, such as GB-CHC-1234567.
REGISTERED = re.compile(r"[A-Z]{2}-[A-Z0-9]+-\S+")


class TimebankGrant(models.Model):
    """Award data in the column names of the 360Giving standard."""

    _inherit = "timebank.grant"

    @verb()
    def action_export_360giving(self):
        """:return: an action that downloads one CSV for these grants
        :raises UserError: while the publisher's prefix isn't known
        """
        return download(self[:1], "360giving.csv", self._make_360giving(), "text/csv")

    def _make_360giving(self):
        """The CSV as bytes, a row for each award. It is for machines: nothing in it is altered."""
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(HEADER)
        for grant in self:
            writer.writerow(grant._prepare_360giving())
        return buffer.getvalue().encode()

    def _prepare_360giving(self):
        self.ensure_one()
        prefix = self._get_360giving_prefix()
        own = re.sub(r"\s+", "_", (self.reference or "").strip()) or self.id
        recipient = self.company_id.partner_id
        return (
            f"{prefix}-{own}",
            self.name,
            self.purpose or self.name,
            self.currency_id.name,
            f"{self.amount:.{self.currency_id.decimal_places}f}",
            self.award_date or self.date_start,
            self.date_start,
            self.date_end,
            _identify(recipient, prefix),
            recipient.name,
            _identify(self.funder_id, prefix),
            self.funder_id.name,
            f"{self.write_date:%Y-%m-%dT%H:%M:%S}Z",
        )

    def _get_360giving_prefix(self):
        # sudo: the setting is the company's, and meant to be published
        prefix = (self.company_id.sudo().timebank_360giving_prefix or "").strip()
        if not PREFIX.fullmatch(prefix):
            raise UserError(
                self.env._(
                    "Every award that is published has an identifier that begins with %(company)s's own"
                    " prefix, such as 360G-example. 360Giving gives it out; an administrator enters it under"
                    " Configuration ‣ Settings.",
                    company=self.company_id.name,
                )
            )
        return prefix


def _identify(partner, prefix):
    """An organisation's number in its register, or else one of the publisher's own."""
    for number in (partner.company_registry, partner.ref):
        if REGISTERED.fullmatch((number or "").strip()):
            return number.strip()
    return f"{prefix}-ORG:{partner.id}"
