from odoo import models

from ...tools.self_audit import MOST
from ..common.words import say_day

#: So many banks' audits are drawn over each other.
MOST_BANKS = 4
#: So many elements are named that share the highest or lowest score.
MOST_NAMED = 3


class TimebankEvidenceVoices(models.AbstractModel):
    """How the banks look at their own co-production: what their last meetings about it agreed.

    A part of ``timebank.evidence``, whose words and figures it uses.
    """

    _name = "timebank.evidence.voices"
    _description = "How the Banks See Their Co-Production"

    def _get_self_audit(self, scope, before):
        """The last self-audit agreed by the period's end, of each bank, or of the grant or project."""
        agreed = self._get_last_audits(scope)
        if not agreed:
            return None
        audits = agreed[:MOST_BANKS]
        shown = {audit: audit._get_shown() for audit in audits}
        alone = audits if len(audits) == 1 else audits.browse()
        rows = shown[audits[0]]
        return {
            "key": "self_audit",
            "title": self.env._("How well do staff and members do things together, as they see it?"),
            "answer": self._say_self_audit(scope, agreed, shown),
            "hint": self.env._("Choose time banks above to see others.") if len(agreed) > len(audits) else "",
            "figures": self._get_self_audit_figures(alone, shown),
            "chart": {
                "type": "radar",
                "unit": "points",
                "most": MOST,
                "labels": [row["label"] for row in rows],
                "series": self._get_self_audit_series(audits, shown),
            },
            "table": self._get_self_audit_table(audits, shown),
            "definition": self.env._(
                "Ten published elements of co-production, each scored from 0 (not yet) to 4 (in all that we"
                " do, and we check it together). Staff and members score for themselves; the score here is"
                " the one that a meeting of both agreed. The means of what each scored alone are shown of"
                " five people or more. It is how a bank sees itself, not what somebody else found."
            ),
            "anchor": "self-audit",
            "actions": self._drop_nothing(
                self._window(
                    self.env._("Self-audits"),
                    "timebank_self_audit_action",
                    [("scheme_id", "in", list(scope.scheme_ids)), ("state", "=", "agreed")],
                )
            ),
        }

    def _get_last_audits(self, scope):
        # sudo: what a meeting agreed of a bank that whoever looks may ask about; means of few are left out
        audits = self.env["timebank.self.audit"].sudo()
        grant = self.env["timebank.grant"].browse(scope.grant_id or [])
        project = self.env["project.project"].browse(scope.project_id or [])
        return audits._get_latest(self._get_schemes(scope), scope.date_to, grant, project)

    def _say_self_audit(self, scope, agreed, shown):
        """Of one bank what it agreed; of several which they are, and that not all of many are drawn."""
        drawn = ", ".join(audit.scheme_id.name for audit in shown)
        if len(agreed) > len(shown):
            return self.env._(
                "%(agreed)s time banks have agreed how they see themselves. Shown here: %(drawn)s.",
                agreed=len(agreed),
                drawn=drawn,
            )
        if len(agreed) > 1:
            return self.env._("How they see themselves, as each has agreed: %s.", drawn)
        return self._say_of_banks(scope, agreed.scheme_id, self._say_one_audit(agreed, shown))

    def _say_one_audit(self, audits, shown):
        [rows] = shown.values()
        changed = [row for row in rows if row["change"]]
        said = self.env._(
            "Agreed on %(day)s: %(most)s; %(least)s.",
            day=say_day(self.env, audits.met_on, "d MMMM y"),
            most=self._say_ends(rows, max, self.env._("highest")),
            least=self._say_ends(rows, min, self.env._("lowest")),
        )
        if audits.previous_id:
            better = sum(row["change"] > 0 for row in changed)
            said = self.env._(
                "%(said)s Elements that went up since %(day)s: %(better)s; that went down: %(worse)s.",
                said=said,
                day=say_day(self.env, audits.previous_id.met_on, "d MMMM y"),
                better=better,
                worse=len(changed) - better,
            )
        done, planned = self._count_actions(rows)
        if not planned:
            return said
        return self.env._(
            "%(said)s Of what the meeting agreed to do, done so far: %(done)s of %(planned)s.",
            said=said,
            done=done,
            planned=planned,
        )

    def _count_actions(self, rows):
        """How many of the actions that a meeting agreed on are done, and how many there are."""
        done = sum(row["action_state"] == "done" for row in rows)
        return done, sum(bool(row["action"]) for row in rows)

    def _say_ends(self, rows, pick, name):
        """Which elements have the highest or the lowest score; of many, how many."""
        score = pick(row["score"] for row in rows)
        labels = [row["label"] for row in rows if row["score"] == score]
        if len(labels) > MOST_NAMED:
            return self.env._(
                "%(name)s score %(score)s of 4, for %(count)s of the %(all)s things that were looked at",
                name=name,
                score=score,
                count=len(labels),
                all=len(rows),
            )
        which = ", ".join(labels)
        return self.env._("%(name)s %(which)s (%(score)s of 4)", name=name, which=which, score=score)

    def _get_self_audit_figures(self, audit, shown):
        if not audit:
            return []
        rows = shown[audit]
        before = audit.previous_id._get_average() if audit.previous_id else None
        done, planned = self._count_actions(rows)
        figures = [
            self._figure(
                "self_audit_average",
                self.env._("Average agreed score, of 4"),
                round(audit._get_average(), 1),
                None if before is None else round(before, 1),
                say=self._say_finely,
                more_is_better=True,
            )
        ]
        if done:  # that nothing is done yet is said in the answer, and is no headline
            note = self.env._("of %s that the meeting agreed on", planned)
            label = self.env._("Agreed actions that are done")
            figures.append(self._figure("self_audit_actions", label, done, note=note))
        return figures

    def _get_self_audit_series(self, audits, shown):
        if len(audits) > 1:
            return [
                {"label": audit.scheme_id.name, "values": [row["score"] for row in shown[audit]]}
                for audit in audits
            ]
        series = [("score", self.env._("Agreed")), ("before", self.env._("Last time"))]
        return [
            {"label": label, "values": [row[name] for row in shown[audits]]}
            for name, label in series
            if any(row[name] is not None for row in shown[audits])
        ]

    def _get_self_audit_table(self, audits, shown):
        if len(audits) > 1:
            by_bank = zip(*shown.values(), strict=True)
            return {
                "head": [self.env._("Element"), *(audit.scheme_id.name for audit in audits)],
                "rows": [[cells[0]["label"], *(str(row["score"]) for row in cells)] for cells in by_bank],
            }
        rows, last = shown[audits], bool(audits.previous_id)
        return {
            "head": [
                self.env._("Element"),
                self.env._("Agreed"),
                *([self.env._("Last time")] if last else []),
                self.env._("Staff"),
                self.env._("Members"),
            ],
            "rows": [
                [
                    row["label"],
                    str(row["score"]),
                    *(["–" if row["before"] is None else str(row["before"])] if last else []),
                    *(self._say_mean(row[side]) for side in ("staff", "members")),
                ]
                for row in rows
            ],
        }
