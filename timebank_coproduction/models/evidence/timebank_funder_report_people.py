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
        """What figures are about, as it is kept with them."""
        return [str(one) for one in scope]

    def _take_up(self, told, results):
        """Figures that were told before, in the words of those that are read now."""
        wordings = {one["key"]: one["wording"] for one in (*results["questions"], *results["scales"])}
        for one in (*told["questions"], *told["scales"]):
            one["wording"] = wordings.get(one["key"], one["wording"])
        return {**told, "banks": self.env["timebank.scheme"].browse(told["banks"])}

    def _get_people_told(self):
        """What was told in those whose place it takes, and in this report: the latest last."""
        # sudo: of reports that the user reads; nothing of it is handed out but as a report tells it
        told = self.sudo()._get_earlier().mapped("people_told")
        return [one for kept in reversed(told) if kept for one in json.loads(kept)]

    def _prepare_people_told(self):
        """Values of a report that keep what it tells of how people are, if nothing else is told for it."""
        # sudo: figures of all answers with small numbers hidden, as they are kept
        report = self.sudo().with_context(timebank_hide_small=True)
        scope = report._get_scope()
        results = report.env["timebank.evidence"]._read_wellbeing(scope)
        wanted = "wellbeing" in report._get_told_keys()
        if not wanted or not results or report._is_too_close(results, report._get_people_told()):
            return {}
        kept = {**results, "banks": results["banks"].ids, "about": report._say_scope(scope)}
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
