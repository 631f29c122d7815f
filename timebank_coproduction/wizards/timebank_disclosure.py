from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ..models.common.verb import verb
from ..models.common.windows import download
from ..models.common.words import say_day, say_number
from ..models.evidence.facts import Scope
from ..report.timebank_disclosure_xlsx import make_workbook
from ..report.timebank_reconciliation_xlsx import MIMETYPES


class TimebankDisclosure(models.TransientModel):
    """What the trustees' annual report says of volunteers: a paragraph and a table, and no value in money."""

    _name = "timebank.disclosure"
    _description = "Volunteers in the Annual Report"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    scheme_ids = fields.Many2many(
        "timebank.scheme",
        string="Time banks",
        domain="[('company_id', '=', company_id)]",
        help="Left empty, all of the organisation's.",
    )
    date_from = fields.Date(
        "From", required=True, compute="_compute_dates", store=True, precompute=True, readonly=False
    )
    date_to = fields.Date(
        "To", required=True, compute="_compute_dates", store=True, precompute=True, readonly=False
    )
    full_time_hours = fields.Integer(related="company_id.timebank_full_time_hours", related_sudo=True)
    paragraph = fields.Text(compute="_compute_paragraph")
    table_html = fields.Html(compute="_compute_paragraph", sanitize=False)

    _in_order = models.Constraint("CHECK (date_from <= date_to)", "The period ends before it begins.")

    @api.depends("company_id")
    def _compute_dates(self):
        """The last financial year that is over."""
        today = fields.Date.context_today(self)
        for asked in self:
            # sudo: when the company's year ends is no secret
            company = (asked.company_id or self.env.company).sudo()
            begun = company.compute_fiscalyear_dates(today)["date_from"]
            year = company.compute_fiscalyear_dates(begun - relativedelta(days=1))
            asked.date_from, asked.date_to = year["date_from"], year["date_to"]

    @api.depends("company_id", "scheme_ids", "date_from", "date_to")
    def _compute_paragraph(self):
        for asked in self:
            found = asked._get_figures() if asked._is_complete() else None
            asked.paragraph = found and asked._say_paragraph(found)
            asked.table_html = found and self.env["ir.qweb"]._render(
                "timebank_coproduction.disclosure_table", {"found": found}
            )

    @api.depends("company_id")
    def _compute_display_name(self):
        self.display_name = self.env._("Volunteers in the annual report")

    def _is_complete(self):
        return self.company_id and self.date_from and self.date_to and self.date_from <= self.date_to

    # ------------------------------------------------------------
    # The figures
    # ------------------------------------------------------------

    def _get_figures(self):
        """The figures of the year and of the year before, as they are printed.

        :return: dict of ``banks``, ``full_time`` (hours of a full-time year), ``years``: two dicts, this
            year's first, of ``days`` in words, ``people``, ``hours`` and ``staff``, with ``None`` where they
            are hidden; and ``rows``: lists of what somebody did, and for each year people and hours
        :raises AccessError: for who can't read all hours of these banks
        """
        self.ensure_one()
        banks = self.scheme_ids or self.env["timebank.scheme"].search(
            [("company_id", "=", self.company_id.id)]
        )
        measures = self.env["timebank.volunteers"]
        measures._check_readable(banks)
        scope = Scope(tuple(banks.ids), self.date_from, self.date_to)
        before = self.env["timebank.evidence"]._get_scope_before(scope, "year")
        full_time, years = self.full_time_hours or 1, []
        for one in (scope, before):
            found, first, last = measures._get_volunteers(one), one.date_from, one.date_to
            years.append(
                {
                    **found,
                    "first": first,
                    "last": last,
                    "days": self.env._(
                        "%(first)s to %(last)s", first=say_day(self.env, first), last=say_day(self.env, last)
                    ),
                    "hours": _hours(found["minutes"]),
                    "staff": None if found["minutes"] is None else found["minutes"] / 60 / full_time,
                }
            )
        kinds = list(dict.fromkeys(kind for one in years for kind in one["by_category"]))
        names = {one.id: one.name for one in self.env["timebank.category"].browse(filter(None, kinds))}
        nothing = {"people": 0, "minutes": 0}
        rows = []
        for kind in kinds:
            cells = [one["by_category"].get(kind, nothing) for one in years]
            rows.append(
                {
                    "name": names.get(kind, self.env._("Other help")),
                    "people": [cell["people"] for cell in cells],
                    "hours": [_hours(cell["minutes"]) for cell in cells],
                }
            )
        return {
            "banks": ", ".join(banks.mapped("name")) if self.scheme_ids else self.company_id.name,
            "full_time": full_time,
            "years": years,
            "rows": rows,
            "say": self._say_cell,
            "say_staff": lambda staff: self._say_cell(staff, 1),
        }

    def _say_cell(self, number, digits=0):
        return self.env._("hidden") if number is None else formatLang(self.env, number, digits=digits)

    # ------------------------------------------------------------
    # In words
    # ------------------------------------------------------------

    def _say_paragraph(self, found):
        this, before = found["years"]
        if this["people"] == 0:
            return self.env._(
                "No volunteers gave time to %(banks)s from %(days)s.", banks=found["banks"], days=this["days"]
            )
        said = [self._say_year(found, this)]
        kinds = [
            self.env._(
                "%(kind)s (%(hours)s hours)", kind=row["name"], hours=say_number(self.env, row["hours"][0])
            )
            for row in found["rows"]
            if row["hours"][0]
        ]
        if kinds:
            said.append(self.env._("They gave it as %s.", ", ".join(kinds)))
        if before["people"] == 0:
            said.append(self.env._("No hours are recorded for the year before."))
        elif before["people"] is not None and before["hours"] is not None:
            said.append(
                self.env._(
                    "The year before, %(people)s volunteers gave %(hours)s hours (%(staff)s).",
                    people=say_number(self.env, before["people"]),
                    hours=say_number(self.env, before["hours"]),
                    staff=self._say_cell(before["staff"], 1),
                )
            )
        said.append(self.env._("The value of their time is not included in the accounts."))
        return " ".join(said)

    def _say_year(self, found, year):
        if year["people"] is None or year["hours"] is None:
            return self.env._(
                "From %(days)s volunteers gave time to %(banks)s; how many is hidden, as nothing is told"
                " about few people.",
                days=year["days"],
                banks=found["banks"],
            )
        return self.env._(
            "From %(days)s, %(people)s volunteers gave %(hours)s hours to %(banks)s: as much time as"
            " %(staff)s full-time members of staff, at %(full_time)s hours a year.",
            days=year["days"],
            people=say_number(self.env, year["people"]),
            hours=say_number(self.env, year["hours"]),
            banks=found["banks"],
            staff=self._say_cell(year["staff"], 1),
            full_time=say_number(self.env, found["full_time"]),
        )

    # ------------------------------------------------------------
    # On paper
    # ------------------------------------------------------------

    def _check_complete(self):
        self.ensure_one()
        if not self._is_complete():
            raise UserError(self.env._("Choose the first and the last day, in that order."))

    @verb(single=True)
    def action_print(self):
        """:return: the action that makes the PDF"""
        self._check_complete()
        return self.env.ref("timebank_coproduction.timebank_disclosure_report").report_action(
            self, config=False
        )

    @verb(single=True)
    def action_export_xlsx(self):
        """:return: an action that downloads the workbook"""
        self._check_complete()
        name = self.env._(
            "Volunteers %(first)s to %(last)s.xlsx", first=str(self.date_from), last=str(self.date_to)
        )
        return download(self, name, make_workbook(self), MIMETYPES["xlsx"])


def _hours(minutes):
    """Whole hours, as they are printed."""
    return None if minutes is None else round(minutes / 60)
