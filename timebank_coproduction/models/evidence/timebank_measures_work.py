import numpy as np

from odoo import models
from odoo.tools import SQL

from ...tools.arrays import add_up, count_different, different
from ...tools.coproduction_form import SIDES, measured_delivery
from . import facts

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
        return self._sort_into_forms(self._get_delivery(scope, SQL("NULL::date")))[None]

    def _get_forms_by(self, scope, step):
        """For each step what :meth:`_get_forms` returns, measured from the minutes of that step alone."""
        by_start = self._sort_into_forms(self._get_delivery(scope, self._get_step_sql(step)))
        return [{"start": start, **by_start[start]} for start in sorted(filter(None, by_start))]

    def _get_delivery(self, scope, start):
        return self._query(
            SQL(
                """SELECT g.start, a.id, a.planned_by, a.delivered_by, g.community, g.professional, g.people
                     FROM (SELECT %(start)s AS start, activity_id,
                                  SUM(CASE WHEN role = 'professional' THEN 0 ELSE minutes END) AS community,
                                  SUM(CASE WHEN role = 'professional' THEN minutes ELSE 0 END)
                                      AS professional,
                                  ARRAY_AGG(DISTINCT partner_id) AS people
                             FROM %(given)s g
                            WHERE activity_id IS NOT NULL
                            GROUP BY 1, activity_id) g
                     JOIN timebank_activity a ON a.id = g.activity_id
                    ORDER BY g.start, a.id""",
                start=start,
                given=facts.given_by_people(scope),
            )
        )

    def _sort_into_forms(self, rows):
        """:return: dict of start → what :meth:`_get_forms` returns"""
        forms, people = {None: {}}, {}
        for start, activity_id, planned_by, declared, community, professional, helpers in rows:
            delivered_by = measured_delivery(community, professional)
            key = (planned_by, delivered_by) if planned_by else None
            cells = forms.setdefault(start, {})
            cell = cells.setdefault(key, self._make_cell(*(key or (None, None))))
            cell["minutes"] += community + professional
            cell["activities"] += 1
            cell["declared_otherwise"] += bool(declared and declared != delivered_by)
            cell["activity_ids"].append(activity_id)
            people.setdefault((start, key), set()).update(helpers)
        for (start, key), helpers in people.items():
            forms[start][key]["people"] = len(helpers)
        grid = [(planned_by, delivered_by) for planned_by in SIDES for delivered_by in SIDES]
        return {
            start: {
                "cells": [cells[key] for key in grid if key in cells],
                "unknown": cells.get(None) or self._make_cell(None, None),
            }
            for start, cells in forms.items()
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
