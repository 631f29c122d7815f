from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..common.words import at_place, say_day


class TimebankFunderReportDays(models.AbstractModel):
    """Which days a report is about, beside those that were reported on before; by its banks' own clock."""

    _name = "timebank.funder.report.days"
    _description = "Days of a Funder's Report"

    date_from = fields.Date(
        "From", required=True, compute="_compute_dates", store=True, readonly=False, precompute=True
    )
    date_to = fields.Date(
        "To", required=True, compute="_compute_dates", store=True, readonly=False, precompute=True
    )
    missing_text = fields.Char("Still to be signed", compute="_compute_missing_text")
    days_text = fields.Char("About these days", compute="_compute_days_text")

    def _get_zone(self):
        """By whose clocks a day of its is said: its first bank's; else the user's."""
        return self.sudo().scheme_ids[:1].tz or self.env.user.tz  # sudo: the zone of a bank is no secret

    def _today(self):
        """The day that it is at its banks: where their clocks differ, the earlier."""
        return self.sudo().scheme_ids._get_days()[0]  # sudo: as above

    @api.depends("grant_id")
    def _compute_dates(self):
        """From the day after the last report sent for the grant and the same banks to the last that finance
        has signed for since; where there is none, to the end of last month."""
        for report in self:
            grant, today = report.grant_id, report._today()
            last_month = fields.Date.subtract(fields.Date.start_of(today, "month"), days=1)
            if not grant:
                report.date_from = report.date_from or fields.Date.add(last_month, days=1, years=-1)
                report.date_to = report.date_to or last_month
                continue
            banks = report._get_banks()
            last = report._find_told().filtered(lambda one, banks=banks: one._get_banks() == banks)[:1]
            start = fields.Date.add(last.date_to, days=1) if last else grant.date_start
            signed = report._find_signed(grant._origin, start, grant.date_end)[-1:]
            end = min(max(last_month, fields.Date.end_of(start, "month")), grant.date_end)
            report.date_from, report.date_to = start, signed.date_to or max(start, end)

    @api.depends("grant_id", "date_from", "date_to", "state")
    def _compute_missing_text(self):
        for report in self:
            report.missing_text = report.state == "draft" and report._say_missing_days()

    @api.depends("grant_id", "scheme_ids", "applied_to", "date_from", "date_to", "state", "supersedes_id")
    def _compute_days_text(self):
        for report in self:
            sentences = []
            if report.state != "sent" and report.date_from and report.date_to:
                sentences = [report._say_overlap(), report.state == "draft" and report._say_unfinished()]
            report.days_text = " ".join(filter(None, sentences)) or False

    def _say_overlap(self):
        """That days of it are in a report that was sent already, about one of its banks, other than the one
        whose place it takes."""
        before = self._find_told(
            ("date_from", "<=", self.date_to),
            ("date_to", ">=", self.date_from),
            ("id", "not in", self._get_earlier().ids),
        )[:1]
        return before and self.env._(
            "“%(report)s” was sent on %(day)s and has days of these for %(banks)s: to correct that one, make"
            " a new version of it.",
            report=before.display_name,
            day=say_day(self.env, at_place(before.sent_on, before._get_zone()).date()),
            banks=", ".join((before._get_banks() & self._get_banks()).mapped("name")),
        )

    def _find_told(self, *more):
        """The reports that were sent about the same grant, or for whom it is, and one of its banks; the last
        first.

        :param more: further conditions
        """
        about = Domain("grant_id", "=", self.grant_id._origin.id or False)
        if not self.grant_id:
            about &= Domain("applied_to", "=", self.applied_to)
        about &= Domain("scheme_ids", "in", self._get_banks().ids) & Domain("state", "=", "sent")
        return self.search(about & Domain.AND([[one] for one in more]))

    def _get_banks(self):
        # sudo: which banks a report that is read is about
        return self.sudo().scheme_ids._origin

    def _get_earlier(self):
        """It, and the reports whose place it takes."""
        earlier, one = self, self.supersedes_id
        while one:
            earlier, one = earlier | one, one.supersedes_id
        return earlier._origin

    def _say_unfinished(self):
        """That its last day isn't over yet."""
        return self.date_to >= self._today() and self.env._(
            "The days go on until the end of %s: figures stop at today, and finance can check it from the"
            " next day on.",
            say_day(self.env, self.date_to),
        )

    @api.constrains("supersedes_id", "kind", "grant_id", "scheme_ids", "date_from", "date_to")
    def _check_takes_place(self):
        """A later version is about the same: who has the earlier one is told that this is its successor, and
        could take the one from the other."""

        def say(report):
            return report.kind, report.grant_id, report.scheme_ids, report.date_from, report.date_to

        for report in self:
            # sudo: only what it takes the place of is about
            old = report.sudo().supersedes_id
            if old and say(old) != say(report.sudo()):
                raise ValidationError(
                    self.env._(
                        "This is a new version of “%s”: it stays with what that one is about, its time banks"
                        " and its days. Make a new report for another.",
                        old.display_name,
                    )
                )
