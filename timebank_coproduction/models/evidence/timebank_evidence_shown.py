from math import inf
from typing import NamedTuple

from odoo import models

from ...tools.suppression import Together
from .facts import FLOWS
from .timebank_evidence_words import TOTAL

#: All time that people gave, as the sum of what they gave by month and category.
WHOLE = ("work", None, None)
#: What of it people who are supported gave beside professionals.
BESIDE = ("beside",)


class Given(NamedTuple):
    """Time that people gave, as far as it may be shown: minutes, ``None`` for what may not."""

    whole: int | None
    work: object  # by step and category: a table with its sums
    forms: dict  # by (planned by, delivered by), and under None where nobody said
    forms_by: object  # by step and kind of form: a table; None where there is only one step
    ways: dict  # for a person, and for the organisation
    beside: int | None  # of people who are supported, beside professionals


class TimebankEvidenceShown(models.AbstractModel):
    """What may be shown: one answer for the page, for reports, and for other systems that ask.

    A part of ``timebank.evidence``, whose sections and figures it uses.
    """

    _name = "timebank.evidence.shown"
    _description = "What May Be Shown"

    # ------------------------------------------------------------
    # Time that people gave
    # ------------------------------------------------------------

    def _show_given(self, scope, by_step=True):
        """Time that people gave, without what would tell of few in any of the ways in which it is divided.

        They all add up to the same whole, and stand beside each other: what one hides, another would give
        away.

        :param bool by_step: whether it is shown by step as well, as that of the period asked about is
        :return: :class:`Given`
        """
        measures = self.env["timebank.measures"]
        key = ("time given", scope, by_step, self._sees_names(scope))
        return measures._remember(key, lambda: self._hide_given(scope, by_step))

    def _hide_given(self, scope, by_step):
        measures, numbers = self.env["timebank.measures"], Together()
        work = forms_by = None
        if by_step:
            work = measures._add_up_cells(*self._read_work(scope))
            numbers.tell_table("work", work)
        whole = measures._get_involvement(scope)
        numbers.tell(WHOLE, whole["minutes"], whole["givers"])
        forms = self._add_forms(scope, numbers)
        if by_step:
            forms_by = self._add_forms_by(scope, numbers, forms)
        flows, _projects = measures._get_ways(scope)
        ways = [way for way in flows if way.startswith("person")]  # of organisations anything is told
        numbers.divide(
            WHOLE, [numbers.tell(("way", way), flows[way]["minutes"], flows[way]["people"]) for way in ways]
        )
        sustained = measures._get_sustained(scope)
        numbers.tell(BESIDE, sustained["minutes"], sustained["beneficiaries"])
        shown = self._show(
            scope,
            numbers.values,
            numbers.people,
            totals=numbers.totals,
            parts=[(BESIDE, WHOLE)] if whole["minutes"] else [],
            zeros=[BESIDE, ("rest", BESIDE, WHOLE)],
            unseen=numbers.unseen,
            keep=[WHOLE],
        )
        for name, table in (("work", work), ("forms by", forms_by)):
            if table:
                table.hidden = {place for place in table.cells if shown[(name, *place)] is None}
        return Given(
            whole=shown[WHOLE],
            work=work,
            forms={key: shown["forms", key] for key in forms},
            forms_by=forms_by,
            ways={way: shown["way", way] for way in ways},
            beside=shown[BESIDE],
        )

    def _add_forms(self, scope, numbers):
        """The forms, and what is for no activity: together all time that people gave.

        :return: the keys of the forms that there are
        """
        measures = self.env["timebank.measures"]
        cells = self._get_form_cells(measures._get_forms(scope))
        minutes, people, totals = self._sum_forms(cells)
        keys = {key: numbers.tell(("forms", key), minutes[key], people[key]) for key in minutes}
        for name, parts in totals:
            numbers.divide(keys[name], [keys[key] for key in parts])
        without = measures._get_without_activity(scope)[None]
        numbers.divide(WHOLE, [*(keys[key] for key in cells), *numbers.tell_rest("no activity", **without)])
        return list(cells)

    def _add_forms_by(self, scope, numbers, forms):
        """The same by step: its table, or ``None`` where it isn't shown."""
        measures, step_name = self.env["timebank.measures"], self._get_step(scope)
        found = measures._get_forms_by(scope, step_name)
        if not found or len(self._get_steps(scope)) < 2:
            return None
        table = measures._add_up_cells(*self._sort_into_kinds(found))
        numbers.tell_table("forms by", table)
        without = measures._get_without_activity(scope, step_name)
        for step in table.rows:
            rest = without.get(step, {"minutes": 0, "people": 0})
            numbers.divide(
                ("work", step, None),
                [("forms by", step, None), *numbers.tell_rest(("no activity", step), **rest)],
            )
        numbers.divide(("forms by", None, None), [("forms", key) for key in forms])
        if None in forms:  # of which nobody has said who plans it, in each step and in all
            numbers.divide(("forms by", None, "unknown"), [("forms", None)])
        return table

    # ------------------------------------------------------------
    # Everything, as other systems ask for it
    # ------------------------------------------------------------

    def _get_all(self, scope):
        """As :meth:`timebank.scheme.get_measures` returns it; the caller has asked who may.

        What the page hides of the same days is hidden; and zero as well, which the page shows.
        """
        measures = self.env["timebank.measures"]
        involvement, sustained = measures._get_involvement(scope), measures._get_sustained(scope)
        flows, position = measures._get_flows(scope), measures._get_position(scope)
        speed, network = measures._get_speed(scope), self._measure_network(scope)
        taking_part = self._show_involvement(scope)[TOTAL]
        lasting = self._show_sustained(scope, involvement, self._show_given(scope))
        both_ways, linked = self._show_both_ways(scope), self._show_network(scope, network)
        moved, _steps = self._show_flows(scope)
        kinds = ("giving_and_receiving", "only_giving", "only_receiving")
        told = ("partners_per_person", "density", "arc_reciprocity", "largest_strong_part")
        waits = {key: self._get_median(scope, speed[key]) for key in ("first", "second")}
        values = {
            "head_count": taking_part["people"],
            "attendances": taking_part["attendances"],
            "sustained_people": lasting["people"],
            "sustained_minutes": lasting["minutes"],
            **{kind: both_ways[kind] for kind in kinds},
            **{name: linked[name] for name in told},
            **{f"{flow}_minutes": moved[None, flow] for flow in FLOWS},
            "outstanding_minutes": moved["outstanding"],
            "cover_months": moved["cover"],
            "top_tenth_share": moved["top"],
            **{f"days_to_{key}": None if days == inf else days for key, days in waits.items()},
        }
        about = {
            "attendances": involvement["attendees"],
            "sustained_minutes": sustained["beneficiaries"],
            **dict.fromkeys(("partners_per_person", "density"), network["linked"]),
            "arc_reciprocity": network["mutual_people"],
            **{f"{flow}_minutes": flows[flow]["people"] for flow in FLOWS},
            "outstanding_minutes": position["holders"],
            "cover_months": min(position["returning"], position["holders"]),
            "top_tenth_share": position["top"],
            **{f"days_to_{key}": speed[key]["ended"] for key in waits},
        }
        found = measures._get_forms(scope)
        forms = self._show_forms(scope, found)
        return {
            **self._show(scope, values, about),
            "sustained_hours": sustained["minimum_minutes"] / 60,
            "sustained_months": sustained["minimum_months"],
            "forms": [
                {
                    "planned_by": cell["planned_by"],
                    "delivered_by": cell["delivered_by"],
                    **self._show_form(scope, forms[cell["planned_by"], cell["delivered_by"]]),
                }
                for cell in found["cells"]
            ],
            "forms_unknown": self._show_form(scope, forms.get(None, found["unknown"])),
        }

    def _show_form(self, scope, cell):
        names = ("minutes", "activities", "declared_otherwise")
        return self._show(scope, {name: cell[name] for name in names}, dict.fromkeys(names, cell["people"]))
