from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.days import read_day
from ..tools.minutes import clock


class ReportBenefits(models.AbstractModel):
    """What members have had of goods, vouchers and cash-like rewards, a page or more for each."""

    _name = "report.timebank_coproduction.report_timebank_benefits"
    _description = "What Was Had"
    _ids_option = "member_ids"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Values of the document.

        :param docids: ids of members
        :param dict data: optionally ``member_ids`` in place of ``docids``, and the days ``date_from`` and
            ``date_to`` as ``YYYY-MM-DD``; without them, the year so far
        :raises UserError: for days that are none, or in the wrong order
        """
        data = data or {}
        members = self.env["timebank.member"].browse(docids or data.get("member_ids"))
        today = members.scheme_id._get_days()[-1]
        start = fields.Date.start_of(today, "year")
        first = read_day(self.env, self.env._("From"), data.get("date_from") or start)
        last = read_day(self.env, self.env._("To"), data.get("date_to") or today)
        if first > last:
            raise UserError(self.env._("The period ends before it begins."))
        lists = []
        for member in members:
            lang = member.partner_id.lang or self.env.lang
            member = member.with_context(lang=lang)
            rows = member._get_benefits(first, last)
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
