import json

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import drift
from ...tools.suppression_before import places
from ..common.jobs import job
from ..common.personal import OURS
from ..common.verb import verb
from ..common.windows import tell
from ..common.words import say_day

#: Differences told in full; a number stands for the others.
TOLD = 30
#: For how many years what was sent is compared each night.
YEARS = 2
#: What people said of how they are, which not all who read reports may read as of a day of their choice.
OF_PEOPLE = frozenset({"wellbeing"})


class TimebankFunderReportDrift(models.AbstractModel):
    """What has changed since a report was kept: found each night, and whenever somebody asks.

    To find it all that the report says is made anew, which takes a while in a large organisation.
    """

    _name = "timebank.funder.report.drift"
    _description = "What Has Changed since a Funder's Report"
    _personal_fields = {"drift_found": OURS}

    has_drift = fields.Boolean("Has changed", readonly=True, copy=False)
    drift_found = fields.Text(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="What isn't as it was kept, as JSON: told without what the reader could work out of it.",
    )
    compared_on = fields.Date(readonly=True, copy=False)
    drift = fields.Text("Changed since", compute="_compute_drift")

    @api.depends("drift_found")
    @api.depends_context("lang", "uid")
    def _compute_drift(self):
        for report in self:
            changes = report._say_drift()
            if len(changes) > TOLD:
                changes = [*changes[:TOLD], self.env._("… and %s more", len(changes) - TOLD)]
            report.drift = "\n".join(changes) or False

    def _say_drift(self):
        """Sentences, one for each figure that wasn't as it was kept.

        Of how people are those who don't run its banks read only that it has changed: what was before less
        what is now could be one person's answer.
        """
        kept = self.sudo().drift_found  # sudo: told as its reader may read it
        reads_all = self._is_run_by_user()
        changes = []
        for found in json.loads(kept) if kept else ():
            section, *rest = found["figure"]
            if found["key"] in OF_PEOPLE and not reads_all:
                changes.append(self.env._("%s: this section has changed", section))
                continue
            before, after = found["before"], found["after"]
            changes.append(
                self.env._(
                    "%(figure)s: was %(before)s, is now %(after)s",
                    figure=" – ".join(filter(None, [section, *rest])),
                    before=self.env._("not there") if before is None else before,
                    after=self.env._("not there") if after is None else after,
                )
            )
        return list(dict.fromkeys(changes))

    def _find_drift(self):
        """Dicts of ``figure`` (where it stands), its section's ``key``, and what it was ``before`` and is
        ``after``: one for each figure that isn't today as it was kept."""
        self.ensure_one()
        hidden = self.with_context(lang=self._get_lang()).env["timebank.evidence"]._say_cell(None)
        kept, today = self._get_content(), self._make_content()
        # of two under one heading, that which not everybody reads counts
        sections = sorted((*kept["sections"], *today["sections"]), key=lambda one: one["key"] in OF_PEOPLE)
        keys = {section["title"]: section["key"] for section in sections}
        # what a figure is called may have been put better since
        labels = {
            (section["title"], figure["key"]): figure["label"]
            for section in (*today["sections"], *kept["sections"])
            for figure in section["figures"] or []
        }
        found = drift.differences(_flatten(kept, hidden), _flatten(today, hidden))
        return [
            {"figure": _name(figure, labels), "key": keys[figure[0]], "before": before, "after": after}
            for figure, (before, after) in found.items()
            if {before, after} != {None, hidden}  # nothing was told of it, and nothing is
        ]

    def _compare(self):
        """Hold what was kept against today's records, and keep what has changed."""
        for report in self:
            found = report._find_drift()
            # sudo: whoever reads it has it compared
            report.sudo()._in_verb().write(
                {
                    "has_drift": bool(found),
                    "drift_found": json.dumps(found) if found else False,
                    "compared_on": report._today(),
                }
            )

    def _look_again(self):
        """Compare before it is signed or sent: what was kept would go out for good.

        :return: an action that says so where more has changed than stands on top of it, or ``None``
        """
        for report in self:
            known = report.sudo().drift_found  # sudo: only whether it is the same
            report._compare()
            if report.has_drift and report.sudo().drift_found != known:
                return tell(
                    self.env._(
                        "Figures have changed since “%s” was checked: which ones stands on top of it now."
                        " Take it back to draft, or go on with what was checked.",
                        report.display_name,
                    )
                )
        return None

    def _get_undrifted(self):
        """Values of a report of which nothing is known to have changed."""
        return dict.fromkeys(("has_drift", "drift_found", "compared_on"), False)

    @verb(single=True)
    def action_compare(self):
        """Find out what has changed since it was kept.

        :return: an action that says whether anything has
        :raises UserError: for a draft, of which nothing is kept
        """
        self._require("checked", "agreed", "sent")
        self._compare()
        if self.has_drift:
            return tell(self.env._("Figures have changed: which ones stands on top of the report."))
        return tell(
            self.env._("Nothing has changed: on %s all is as it was kept.", say_day(self.env, self._today()))
        )

    @job
    def _cron_compare(self):
        """Each night: what has changed since reports were kept that still hold."""
        since = fields.Datetime.subtract(fields.Datetime.now(), years=YEARS)
        kept = self.search(
            Domain("state", "in", ("checked", "agreed"))
            | Domain("state", "=", "sent") & Domain("sent_on", ">=", since)
        )
        due = kept.filtered(
            lambda report: (
                report.compared_on != report._today() and "sent" not in report.later_ids.mapped("state")
            )
        )
        # each takes a while: it is saved by itself
        self.env["timebank.job"]._in_parts([(type(self)._compare, due)], size=1)


def _name(place, labels):
    """A place, a figure's by what it is called."""
    return (place[0], labels[place]) if len(place) == 2 else place


def _flatten(content, hidden):
    """Each figure and each cell of a report's content, by where it stands: figures by their keys.

    :param str hidden: what is said for a figure that isn't shown
    """
    flat = {}
    for section in content["sections"]:
        if section["key"] == "summary":
            continue
        for figure in section["figures"] or []:
            # of actions none of which is done there is no figure any more
            if (figure["key"], figure["value"]) != ("self_audit_actions", "0"):
                said = hidden if figure["value"] is None else drift.level_minus(figure["value"])
                flat[section["title"], figure["key"]] = said
        for (name, number, head), cell in places(section["table"] or {"head": [], "rows": []}):
            flat[section["title"], name if number == 1 else f"{name} ({number})", head] = drift.level_minus(
                str(cell)
            )
    return flat
