import numpy as np

from odoo import models
from odoo.tools import SQL

from ...tools.arrays import add_up, count_different, different, number, number_steps
from ...tools.coproduction_form import SIDES, measured_delivery

#: The ways between people and agencies: who gives, and to whom.
WAYS = ("person_person", "person_agency", "agency_person", "agency_agency")


class TimebankMeasures(models.AbstractModel):
    """What is done together, by whom it is planned and delivered, and how far the organisation is in it."""

    _inherit = "timebank.measures"

    # ------------------------------------------------------------
    # Forms of co-production
    # ------------------------------------------------------------

    def _get_forms(self, scope):
        """The grid of who planned and who delivered: an activity is in the cell of its planner, and of who
        delivered it as measured from the minutes that people gave in the period and that were approved.

        :return: dict of ``cells``, those that have anything, in the order of the axes: ``planned_by``,
            ``delivered_by``, ``minutes``, ``activities``, ``people`` who delivered, ``declared_otherwise``
            (activities of which something else was said beforehand) and ``activity_ids``; and of
            ``unknown``, the same of activities of which nobody said who planned them
        """
        [(_start, forms)] = self._find_forms(scope)
        return forms

    def _get_forms_by(self, scope, step):
        """For each step what :meth:`_get_forms` returns, measured from the minutes of that step alone."""
        return [{"start": start, **forms} for start, forms in self._find_forms(scope, step)]

    def _find_forms(self, scope, step=None):
        return self._remember(("forms", scope, step), lambda: self._sort_into_forms(scope, step))

    def _sort_into_forms(self, scope, step=None):
        """Pairs of the first day of each step that has anything (of all the period: ``None``), and what
        :meth:`_get_forms` returns of it."""
        entries = self._read_entries(scope)
        rows = np.flatnonzero(~entries.by_agency & (entries.activity_id > 0))
        minutes = entries.minutes[rows]
        starts, step_of = [None], np.zeros(len(rows), dtype=np.int64)
        if step:
            starts, step_of = number_steps(step, entries.date[rows].astype("datetime64[D]"))
            starts = starts.tolist()
        place, activity_ids = number(entries.activity_id[rows])
        count, size = len(activity_ids), len(starts) * len(activity_ids)
        of = step_of * count + place[entries.activity_id[rows]]  # what was done for an activity in a step
        by_professionals = add_up(of, minutes * entries.are_in_role("professional")[rows], size).tolist()
        by_all, any_of = add_up(of, minutes, size).tolist(), np.bincount(of, minlength=size) > 0
        said = self._query(
            SQL(
                "SELECT id, planned_by, delivered_by FROM timebank_activity WHERE id = ANY(%s) ORDER BY id",
                activity_ids.tolist(),
            )
        )
        cells, place_of, cell_of = {}, {}, np.zeros(size, dtype=np.int64)
        for work in np.flatnonzero(any_of).tolist():
            activity_id, planned_by, declared = said[work % count]
            delivered_by = measured_delivery(by_all[work] - by_professionals[work], by_professionals[work])
            key = (work // count, planned_by and (planned_by, delivered_by))
            cell = cells.setdefault(key, self._make_cell(*(key[1] or (None, None))))
            cell["minutes"] += by_all[work]
            cell["activities"] += 1
            cell["declared_otherwise"] += bool(declared and declared != delivered_by)
            cell["activity_ids"].append(activity_id)
            cell_of[work] = place_of.setdefault(key, len(place_of))
        people = count_different(cell_of[of], entries.partner_id[rows], len(cells)).tolist()
        for cell, helpers in zip(cells.values(), people, strict=True):
            cell["people"] = helpers
        grid = [(planned_by, delivered_by) for planned_by in SIDES for delivered_by in SIDES]
        return [
            (
                start,
                {
                    "cells": [cells[at, key] for key in grid if (at, key) in cells],
                    "unknown": cells.get((at, None)) or self._make_cell(None, None),
                },
            )
            for at, start in enumerate(starts)
        ]

    def _get_without_activity(self, scope, step=None):
        """What people gave for no activity, which has no form: by the first day of each step that has any (of
        all the period: ``None``) a dict of ``minutes`` and by how many ``people``."""
        entries = self._read_entries(scope)
        rows = np.flatnonzero(~entries.by_agency & (entries.activity_id == 0))
        starts, step_of = [None], np.zeros(len(rows), dtype=np.int64)
        if step:
            starts, step_of = number_steps(step, entries.date[rows].astype("datetime64[D]"))
            starts = starts.tolist()
        minutes = add_up(step_of, entries.minutes[rows], len(starts)).tolist()
        people = count_different(step_of, entries.partner_id[rows], len(starts)).tolist()
        return {
            start: {"minutes": given, "people": count}
            for start, given, count in zip(starts, minutes, people, strict=True)
        }

    def _make_cell(self, planned_by, delivered_by):
        numbers = dict.fromkeys(("minutes", "activities", "people", "declared_otherwise"), 0)
        return {"planned_by": planned_by, "delivered_by": delivered_by, **numbers, "activity_ids": []}

    # ------------------------------------------------------------
    # Embedding
    # ------------------------------------------------------------

    def _get_embedding(self, scope):
        """How far the organisation uses credits, and between whom time flows.

        A project uses them when hours were approved or a session was attended for it. Projects are those that
        go on in the companies of the banks, and others that used them. A team is the projects of one project
        manager: Odoo keeps no other team of a project without further apps.

        :return: dict of ``projects`` and ``teams``, each what :meth:`_get_share` returns of how many use
            credits, with their ids in ``using_ids`` (of users, for teams); and of ``flows``: for each of
            :data:`WAYS` a dict of ``minutes`` and by how many givers (``people``). Time that
            neither a receiver nor somebody at its session is named for is given to an agency: the bank.
        """
        flows, using = self._get_ways(scope)
        rows = self._query(
            SQL(
                """SELECT p.id, p.user_id, p.id = ANY(%(using)s)
                     FROM project_project p
                    WHERE p.id = ANY(%(using)s)
                       OR p.active AND p.is_template IS NOT TRUE
                          AND (p.company_id IS NULL OR p.company_id IN (
                              SELECT company_id FROM timebank_scheme WHERE id = ANY(%(schemes)s)))
                    ORDER BY p.id""",
                using=using,
                schemes=list(scope.scheme_ids),
            )
        )
        using = [project_id for project_id, _user, used in rows if used]
        teams = {user_id for _project, user_id, _used in rows if user_id}
        using_teams = {user_id for _project, user_id, used in rows if used and user_id}
        return {
            "projects": {**self._get_share(len(using), len(rows)), "using_ids": using},
            "teams": {**self._get_share(len(using_teams), len(teams)), "using_ids": sorted(using_teams)},
            "flows": flows,
        }

    def _get_ways(self, scope):
        """What :meth:`_get_embedding` says of flows, and the ids of the projects that used credits."""
        entries, to_agency = self._read_entries(scope), self._are_for_agency(scope)
        way_of = entries.by_agency * 2 + to_agency  # its place in WAYS
        minutes = add_up(way_of, entries.minutes, len(WAYS)).tolist()
        people = count_different(way_of, entries.partner_id, len(WAYS)).tolist()
        flows = {
            way: {"minutes": given, "people": count}
            for way, given, count in zip(WAYS, minutes, people, strict=True)
        }
        projects = np.concatenate((entries.project_id, self._read_attended(scope).project_id))
        return flows, different(projects[projects > 0]).tolist()
