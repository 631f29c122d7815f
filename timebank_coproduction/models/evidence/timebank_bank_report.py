from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..common.days import EARLIEST, LATEST
from . import facts

#: The operators by which a domain names the beginning of a period, and its end.
SINCE, UNTIL = (">=", ">"), ("<=", "<")
#: Time in a session may be told of a day later than the session's own; nobody's lasts as long as this.
LONGEST = timedelta(days=31)


class TimebankBankReport(models.AbstractModel):
    """A report on what happened at banks, whose rows are found anew for each question.

    Its query takes no more facts than the question needs: of the banks whose rows the user may read at all
    (:meth:`_get_scheme_ids`), and of the days that the search names (:meth:`_get_period`).
    """

    _name = "timebank.bank.report"
    _inherit = "timebank.queried"
    _description = "Report of Banks"

    scheme_id = fields.Many2one("timebank.scheme", string="Time bank", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Date(readonly=True)

    def _search(self, domain, *args, **kwargs):
        """The facts are of the days that the search names, whichever of them its rows are of."""
        period = self._read_period(domain)
        return super(TimebankBankReport, self.with_context(timebank_period=period))._search(
            domain, *args, **kwargs
        )

    def _get_scope(self):
        """The facts that can matter: of the user's banks, and of the days that are asked for with those of
        sessions around them."""
        first, last = self._get_period()
        return facts.Scope(
            self._get_scheme_ids(),
            first and max(first, EARLIEST + LONGEST) - LONGEST,
            last and min(last, LATEST - LONGEST) + LONGEST,
        )

    def _get_scheme_ids(self):
        """Ids of the banks of which the rules let the user read rows; ``None`` where they name none."""
        if self.env.su:
            return None
        domain = self.env["ir.rule"]._compute_domain(self._name, "read").optimize(self)
        together = domain.children if getattr(domain, "OPERATOR", None) == "&" else [domain]
        for condition in together:
            if getattr(condition, "field_expr", None) == "scheme_id" and condition.operator == "in":
                return tuple(condition.value)
        return None

    def _get_period(self):
        """First and last day; ``None`` where there is no limit. What isn't one of its own making is none."""
        period = self.env.context.get("timebank_period")
        is_ours = isinstance(period, tuple) and len(period) == 2
        return tuple(fields.Date.to_date(day) or None for day in period) if is_ours else (None, None)

    @api.model
    def _read_period(self, domain):
        """The earliest first day and the latest last day of whole months that a domain names.

        One month of a longer period, as a list behind a cell of a table asks for it, leaves the period.
        """
        first, last = self._find_bounds(Domain(domain).optimize_full(self))
        if first:
            first = first.replace(day=1)
        if last:
            last = fields.Date.end_of(last, "month")
        return first, last

    def _find_bounds(self, domain):
        """Pair of days or ``None``: of what has to hold together the widest, and of alternatives as well,
        of which one without a bound has none."""
        children = getattr(domain, "children", None)
        if children is not None:
            bounds = [self._find_bounds(child) for child in children]
            result = []
            for days, pick in zip(zip(*bounds, strict=True), (min, max), strict=True):
                named = [day for day in days if day]
                free = domain.OPERATOR == "|" and len(named) < len(days)
                result.append(pick(named) if named and not free else None)
            return tuple(result)
        if getattr(domain, "field_expr", None) == "id" and domain.operator == "in":
            return self._get_period_of(domain.value)
        if getattr(domain, "field_expr", None) != "date" or domain.operator not in (*SINCE, *UNTIL, "in"):
            return None, None
        if domain.operator == "in":
            days = [self._read_bound(day) for day in domain.value]
            return (min(days), max(days)) if days and all(days) else (None, None)
        day = self._read_bound(domain.value)
        if domain.operator in SINCE:
            return fields.Date.add(day, days=domain.operator == ">"), None
        return None, fields.Date.subtract(day, days=domain.operator == "<")

    def _get_period_of(self, _ids):
        """The period that rows are about, where their numbers say so."""
        return None, None

    def _read_bound(self, day):
        """A day, or the first or last of which anything is kept: the calendar ends there somewhere, too."""
        found = fields.Date.to_date(day)
        return found and min(max(found, EARLIEST), LATEST)
