from datetime import timedelta

from odoo import models

from ..common.words import say_months
from .facts import FLOWS

#: Outstanding, cover and the top tenth, as they stand at the period's end.
STANDING = ("outstanding", "cover", "top")


class TimebankEvidenceAudit(models.AbstractModel):
    """Whether credits keep their value: what was issued and came back, what is outstanding, and with whom.

    A part of ``timebank.evidence``, whose words and figures it uses.
    """

    _name = "timebank.evidence.audit"
    _description = "Whether Credits Keep Their Value"

    def _get_time_audit(self, scope, before):
        """What moved in and out of the banks; not of a grant or project, of which there is no balance."""
        if scope.grant_id or scope.project_id:
            return None
        shown, steps = self._show_flows(scope, before)
        if not steps:
            return None
        past, _steps = self._show_flows(before)
        labels = self.env["timebank.time.audit"]._get_flow_labels()
        names, used = self._get_steps(scope), [flow for flow in FLOWS if flow in shown["used"]]
        schemes = self._get_schemes(scope)
        return {
            "key": "time_audit",
            "title": self.env._("Do credits keep their value?"),
            "answer": self._say_audit(shown),
            "figures": self._get_audit_figures(shown, past),
            "chart": {
                "type": "bar",
                "unit": "hours",
                "labels": list(names.values()),
                "series": [
                    {
                        "label": labels[flow],
                        "values": [self._draw_flow(shown, step, flow) for step in names],
                    }
                    for flow in used
                ],
            },
            "table": {
                "head": [self._say_step(scope), *(labels[flow] for flow in used)],
                "rows": [
                    *(self._make_flow_row(words, shown, step, used) for step, words in names.items()),
                    self._make_flow_row(self.env._("Whole period"), shown, None, used),
                ],
            },
            "definition": self.env._(
                "From the ledger, each transfer on its own day; a reversal takes away on the day it was made."
                " Issued is what the bank itself gave for hours, sessions and vouchers; returned is what was"
                " spent on rewards, sessions and vouchers. Cover is how many months it takes until what is"
                " outstanding has come back, at the pace of the period; in a monthly audit, at that of its"
                " last three months. It is of the banks as a whole: no grant or project has a balance. It"
                " doesn’t say what an hour was worth."
            ),
            "anchor": "time-audit",
            "actions": self._drop_nothing(*self._get_audit_ways(schemes, scope)),
        }

    def _show_flows(self, scope, before=None):
        """What may be shown of the flows of a period and of how the banks stand at its end.

        :param before: the scope of the period before, where the change since then is shown
        :return: dict of (step, flow), (``None``, flow) for the whole period, and ``STANDING`` with
            ``returned_share``, and ``change`` of what is outstanding → number or ``None`` where it is hidden
            or there is none; of ``used``, the flows in which anything moved, and of ``holders`` and
            ``top_people``; and the steps in which it did
        """
        measures = self.env["timebank.measures"]
        if before:  # the longer time first: the other is a part of what it reads
            first = before.date_to + timedelta(days=1)
            settled = measures._get_flows(scope._replace(date_from=first))["adjusted"]
        whole, position = measures._get_flows(scope), measures._get_position(scope)
        series = measures._get_flows_by(scope, self._get_step(scope))
        values, people = {}, {}
        for step, flows in ((None, whole), *((flows["start"], flows) for flows in series)):
            for flow in FLOWS:
                values[step, flow] = flows[flow]["minutes"]
                people[step, flow] = flows[flow]["people"]
        steps = [flows["start"] for flows in series]
        issued, returned = whole["issued"]["minutes"], whole["returned"]["minutes"]
        values |= {
            "outstanding": position["outstanding_minutes"],
            "cover": position["cover_months"],
            "top": position["top_tenth_share"],
            "returned_share": returned / issued if issued > 0 else None,
        }
        people |= {
            "outstanding": position["holders"],
            "cover": position["returning"],
            "top": position["top"],
            "returned_share": min(whole["issued"]["people"], whole["returned"]["people"]),
        }
        derived = {
            "returned_share": [(None, "issued"), (None, "returned")],
            "cover": ["outstanding", (None, "returned")],
        }
        if before:
            # what is outstanding changes by what was issued and returned, which stand beside it, and by what
            # was settled, which stands nowhere and would be worked out
            then = measures._get_position(before)
            values |= {
                "settled": settled["minutes"],
                "change": position["outstanding_minutes"] - then["outstanding_minutes"],
            }
            people |= {
                "settled": settled["people"],
                "change": min(position["holders"], then["holders"]),
            }
            derived["change"] = [(None, "issued"), (None, "returned"), "outstanding", "settled"]
        shown = self._show(
            scope,
            values,
            people,
            totals=[((None, flow), [(step, flow) for step in steps]) for flow in FLOWS],
            derived=derived,
            zeros=False,
            unseen=["settled"],
        )
        used = {flow for flow in FLOWS if any(flows[flow]["minutes"] for flows in series)}
        return {
            **shown,
            "used": used,
            "holders": position["holders"],
            "top_people": position["top"],
        }, steps

    def _say_audit(self, shown):
        issued, returned = shown[None, "issued"], shown[None, "returned"]
        if issued is None or returned is None:
            return self.env._("What was issued or came back is hidden, as it is about few people.")
        sentence = self.env._(
            "%(issued)s were issued, and %(returned)s came back.",
            issued=self._say_hours(issued),
            returned=self._say_hours(returned),
        )
        if shown["returned_share"] is not None:
            sentence = self.env._(
                "%(issued)s were issued, and %(returned)s came back: %(share)s.",
                issued=self._say_hours(issued),
                returned=self._say_hours(returned),
                share=self._say_percent(shown["returned_share"]),
            )
        if shown["cover"] is None:
            return sentence
        return self.env._(
            "%(sentence)s At this pace it takes %(months)s until what is outstanding has come back.",
            sentence=sentence,
            months=say_months(self.env, shown["cover"]),
        )

    def _get_audit_figures(self, shown, past):
        holders = self._say_people(shown["holders"])
        top = (
            self.env._("%(top)s of %(holders)s with credits", top=shown["top_people"], holders=holders)
            if shown["top"] is not None
            else ""
        )
        return [
            self._figure(
                "returned_share",
                self.env._("Returned of issued"),
                shown["returned_share"],
                past["returned_share"],
                say=self._say_percent,
            ),
            self._figure(
                "outstanding",
                self.env._("Outstanding"),
                shown["outstanding"],
                None if shown["change"] is None else past["outstanding"],
                say=self._say_hours,
                note=self.env._("%s with credits", holders) if shown["outstanding"] is not None else "",
            ),
            self._figure(
                "cover",
                self.env._("Months of cover"),
                shown["cover"],
                past["cover"],
                say=self._say_rounded,
                note=self.env._("until what is outstanding has come back, at the pace of these days"),
            ),
            self._figure(
                "top",
                self.env._("Held by the top tenth"),
                shown["top"],
                past["top"],
                say=self._say_percent,
                note=top,
                more_is_better=False,
            ),
        ]

    def _draw_flow(self, shown, step, flow):
        minutes = shown.get((step, flow), 0)
        return None if minutes is None else round(minutes / 60, 1)

    def _make_flow_row(self, words, shown, step, flows):
        return [
            words,
            *(self._say_cell(shown.get((step, flow), 0), self._say_hours) for flow in flows),
        ]

    # ------------------------------------------------------------
    # The ways to what is behind it
    # ------------------------------------------------------------

    def _get_audit_ways(self, schemes, scope):
        """The audits of the period's months, and what is warned of in the last of them of one bank."""
        ways = [
            self._window(
                self.env._("Transfers behind this"),
                "timebank_transfer_action",
                [
                    ("scheme_id", "in", schemes.ids),
                    ("date", ">=", scope.date_from),
                    ("date", "<=", scope.date_to),
                ],
            ),
            self._window(
                self.env._("Time audits, month by month"),
                "timebank_time_audit_action",
                [
                    ("scheme_id", "in", schemes.ids),
                    ("audited_month", ">=", scope.date_from.replace(day=1)),
                    ("audited_month", "<=", scope.date_to),
                ],
            ),
        ]
        audits = self.env["timebank.time.audit"]
        if len(schemes) == 1 and self._sees_names(scope) and audits.has_access("read"):
            latest = audits.search(
                [
                    ("scheme_id", "=", schemes.id),
                    ("audited_month", "<=", scope.date_to),
                    ("state", "!=", "running"),
                ],
                limit=1,
            )
            for warning in latest.warning_ids.filtered("stands"):
                window, records = latest._find(warning.kind)
                words = self.env._(
                    "%(what)s in %(month)s (%(figure)s)",
                    what=warning._get_kind_label(),
                    month=latest._say_month(),
                    figure=warning.figure_text,
                )
                ways.append(self._window(words, window, [("id", "in", records.ids)]))
        return ways
