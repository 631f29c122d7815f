from odoo import models
from odoo.tools import SQL

from ...tools.arrays import different
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
                using=[project_id for project_id in using if project_id],
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
        rows = self._query(
            SQL(
                """SELECT by_agency, to_agency, SUM(minutes)::bigint, COUNT(DISTINCT partner_id),
                          ARRAY_AGG(DISTINCT project_id)
                     FROM (SELECT g.role IS NOT DISTINCT FROM 'organisation' OR NOT %(no_company)s
                                      AS by_agency,
                                  CASE WHEN g.receiver_id IS NOT NULL THEN NOT (%(is_person)s)
                                       ELSE (came.first != g.partner_id OR came.last != g.partner_id)
                                            IS NOT TRUE END AS to_agency,
                                  g.partner_id, g.project_id, SUM(g.minutes) AS minutes
                             FROM %(given)s g
                             LEFT JOIN (SELECT session_id, MIN(partner_id) AS first, MAX(partner_id) AS last
                                          FROM %(came)s a
                                         GROUP BY session_id) came ON came.session_id = g.session_id
                            GROUP BY 1, 2, g.partner_id, g.project_id) one
                    GROUP BY by_agency, to_agency""",
                no_company=facts.is_no_company("g.partner_id"),
                is_person=facts.is_person("g.scheme_id", "g.receiver_id"),
                given=facts.given(scope),
                came=facts.came(scope),
            )
        )
        flows = {way: {"minutes": 0, "people": 0} for way in WAYS}
        using = set(different(self._read_taken(scope).project_id).tolist())
        for by_agency, to_agency, minutes, people, project_ids in rows:
            way = "_".join("agency" if agency else "person" for agency in (by_agency, to_agency))
            flows[way] = {"minutes": minutes, "people": people}
            using.update(project_ids)
        return flows, using
