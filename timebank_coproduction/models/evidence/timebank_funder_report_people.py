import json

from odoo import fields, models

from ...tools.wellbeing import differ_by_few
from ..common.personal import OURS


class TimebankFunderReportPeople(models.AbstractModel):
    """How people are, as a report tells it: never twice with the answers of few between.

    Whoever read it before and reads it now, in a later version or checked anew, could take the one from the
    other. So what was told once is told again, until five people or more have answered, or otherwise; and
    nothing, where it would be of other days or banks.
    """

    _name = "timebank.funder.report.people"
    _description = "How People Are, in a Funder's Report"
    _personal_fields = {"people_told": OURS}

    people_told = fields.Text(
        readonly=True,
        copy=False,
        prefetch=False,
        groups=fields.NO_ACCESS,
        help="How people are, each time that it was told: the figures, and signs of whose they are, as JSON.",
    )

    def _get_wellbeing(self, scope, _before):
        """How people are, as it was told before or is now."""
        evidence = self.env["timebank.evidence"]
        results, told = evidence._read_wellbeing(scope), self._get_people_told()
        if self._is_too_close(results, told):
            if told[-1]["about"] != self._say_scope(scope):
                return self._make(
                    "wellbeing",
                    answer=self.env._(
                        "How people are isn’t told: it was told of other days or time banks, and fewer than"
                        " five have answered besides, or otherwise."
                    ),
                )
            results = self._take_up(told[-1], results)
        return results and evidence._tell_wellbeing(scope, results)

    def _is_too_close(self, results, told):
        return bool(results) and any(differ_by_few(one["signs"], results["signs"]) for one in told)

    def _say_scope(self, scope):
        """What figures are about, as it is kept with them: banks have no order of their own."""
        return [str(one) for one in scope._replace(scheme_ids=sorted(scope.scheme_ids))]

    def _take_up(self, told, results):
        """Figures that were told before, in the words of those that are read now."""
        wordings = {one["key"]: one["wording"] for one in (*results["questions"], *results["scales"])}
        for one in (*told["questions"], *told["scales"]):
            one["wording"] = wordings.get(one["key"], one["wording"])
        return {**told, "banks": self.env["timebank.scheme"].browse(told["banks"])}

    def _get_people_told(self):
        """What was told in this report, in those whose place it takes, and in whichever else is about the
        same days, banks and grant: the latest last."""
        # sudo: nothing of it is handed out but as a report tells it
        report = self.sudo()
        earlier, about = report._get_earlier(), report._say_scope(report._get_scope())
        same = [("date_from", "=", report.date_from), ("date_to", "=", report.date_to)]
        told = [
            one
            for other in (earlier | report.search([*same, ("people_told", "!=", False)])).sorted("id")
            for one in json.loads(other.people_told or "[]")
            if other in earlier or one["about"] == about
        ]
        return sorted(told, key=lambda one: one["told_on"])

    def _prepare_people_told(self):
        """Values of a report that keep what it tells of how people are, if nothing else is told for it."""
        # sudo: figures of all answers with small numbers hidden, as they are kept
        report = self.sudo().with_context(timebank_hide_small=True)
        scope = report._get_scope()
        results = report.env["timebank.evidence"]._read_wellbeing(scope)
        wanted, before = "wellbeing" in report._get_told_keys(), report._get_people_told()
        if not wanted or not results or report._is_too_close(results, before):
            return {}
        about = report._say_scope(scope)
        if before and (before[-1]["about"], before[-1]["signs"]) == (about, results["signs"]):
            return {}
        told_on = fields.Datetime.to_string(fields.Datetime.now())
        kept = {**results, "banks": results["banks"].ids, "about": about, "told_on": told_on}
        told = json.loads(report.people_told) if report.people_told else []
        return {"people_told": json.dumps([*told, kept])}

    def _get_wellbeing_of_draft(self, scope, before):
        """How people are, for who could work out of one period after the other what somebody answered: of a
        grant nothing but that it is told later."""
        evidence = self.env["timebank.evidence"]
        found = evidence._get_settled_wellbeing(scope)
        if found or not evidence._get_wellbeing(scope, before):
            return found
        return self._make(
            "wellbeing",
            answer=self.env._(
                "How people are is told once the report has been checked; in a draft, to those who run its"
                " time banks."
            ),
        )
