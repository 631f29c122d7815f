from odoo import api, fields, models

from ..tools.minutes import clock


class ReportBenefits(models.AbstractModel):
    """What members have had of goods, vouchers and cash-like rewards, a page or more for each."""

    _name = "report.timebank_coproduction.report_timebank_benefits"
    _description = "What Was Had"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Values of the document.

        :param docids: ids of members
        :param dict data: optionally ``member_ids`` in place of ``docids``, and the days ``date_from`` and
            ``date_to`` as ``YYYY-MM-DD``; without them, the year so far
        """
        data = data or {}
        members = self.env["timebank.member"].browse(docids or data.get("member_ids"))
        today = fields.Date.context_today(self)
        first = fields.Date.to_date(data.get("date_from")) or fields.Date.start_of(today, "year")
        last = fields.Date.to_date(data.get("date_to")) or today
        lists = []
        for member in members:
            lang = member.partner_id.lang or self.env.lang
            member = member.with_context(lang=lang)
            (rows,) = member._get_benefits(first, last).values()
            lists.append(
                {
                    "member": member,
                    "lang": lang,
                    "rows": rows,
                    "minutes": sum(row["minutes"] for row in rows),
                    "cash": sum(row["cash"] for row in rows),
                    "date_from": first,
                    "date_to": last,
                }
            )
        return {
            "doc_ids": members.ids,
            "doc_model": members._name,
            "docs": members,
            "lists": lists,
            "clock": clock,
        }
