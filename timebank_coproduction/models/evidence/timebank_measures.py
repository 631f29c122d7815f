from calendar import monthrange
from datetime import timedelta
from fractions import Fraction

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools.intervals import SURE, wilson
from ...tools.suppression import FEW, Table, hide
from .facts import FLOWS, Scope

GROUP = "timebank_coproduction.group_timebank_"

#: Whoever reads the hours, sessions and transfers of all banks.
READ_ALL = (GROUP + "finance", GROUP + "manager")

#: By what a series goes: each is a word of PostgreSQL's ``date_trunc``; a week begins on Monday.
STEPS = ("week", "month", "quarter", "year")


class TimebankMeasures(models.AbstractModel):
    """What happened in some banks, in figures: each method answers for a :class:`Scope` of facts.

    Nothing is kept: each figure is a query or two over the records (``facts.py`` says what counts), however
    many banks they are; rows on which several figures rest are read once for a page, and counted in memory.
    What a method returns is not yet fit to be shown to everybody: with each figure comes about how many
    people it is (``people``, or a name that says so), from which :meth:`_hide_small` tells what is hidden.
    Methods, by file:

    ``timebank_measures.py``          :meth:`_get_all` (as ``timebank.scheme.get_measures`` returns it)
    ``timebank_measures_facts.py``    the rows that several of them read (a model of its own)
    ``timebank_measures_people.py``   ``_get_people``, ``_get_involvement``, ``_get_involvement_by``,
                                      ``_get_sustained``, ``_get_speed``, ``_get_resilience``,
                                      ``_get_roles``, ``_get_newcomers``,
                                      ``_get_work_by``, ``_get_network``, ``_get_new_arcs_by``
    ``timebank_measures_work.py``     ``_get_forms``, ``_get_forms_by``, ``_get_embedding``
    ``timebank_measures_credits.py``  ``_get_flows``, ``_get_flows_by``, ``_get_position``

    Series (``…_by``) take one of :data:`STEPS` and return a list of dicts, one for each step of the period
    that has anything, with its first day as ``start``.

    Whoever calls these asks :meth:`_check_readable` first: they read as the database does.
    """

    _name = "timebank.measures"
    _inherit = "timebank.measures.facts"
    _description = "What Happened, in Figures"

    # ------------------------------------------------------------
    # Who may ask, and whom small numbers are shown
    # ------------------------------------------------------------

    def _check_readable(self, schemes):
        """:raises AccessError: for who can't read all hours, sessions and transfers of these banks"""
        if self.env.su or any(map(self.env.user.has_group, READ_ALL)):
            schemes.check_access("read")
        elif schemes - schemes._coordinated_by_user():
            raise AccessError(
                self.env._(
                    "These figures are for who runs the time banks, and for finance: ask a coordinator there."
                )
            )

    def _check_project(self, schemes, project_id):
        """:raises AccessError: for a project that the user can't read, and for which nobody gave time here"""
        project = self.env["project.project"].browse(project_id or [])
        if not project or project.has_access("read"):
            return
        hours = [("scheme_id", "in", schemes.ids), ("project_id", "=", project.id)]
        if not self.env["timebank.hours"].search_count(hours, limit=1):
            raise AccessError(self.env._("There is no such project among those that you can see."))

    def _sees_small(self, schemes):
        """Whether figures about fewer than five people are shown: to who runs all of these banks, unless
        ``timebank_hide_small`` is in the context, as it is where they look at what goes to others."""
        if self.env.context.get("timebank_hide_small"):
            return False
        return bool(schemes) and not schemes - schemes._run_by_user()

    def _hide_small(self, schemes, values, people, **beside):
        """Some figures shown together, ``None`` in place of what would tell about fewer than five people.

        :param dict values: key → figure
        :param dict people: key → how many people it is about; a count of people needs none
        :param beside: what else ``hide`` of ``tools/suppression.py`` is told: ``totals``, ``parts``,
            ``derived``, ``zeros``, ``keep``
        :return: dict of the same keys
        """
        if self._sees_small(schemes):
            return dict(values)
        hidden = hide(values, people, **beside)
        return {key: None if key in hidden else value for key, value in values.items()}

    def _hide_small_cells(self, schemes, cells, people):
        """A table with the sums of its rows and columns that hides what would tell about fewer than five
        people.

        :param dict cells: (row, column) → figure
        :param dict people: (row, column) → how many people it is about, also for sums
        :return: :class:`tools.suppression.Table`
        """
        return Table(cells, people, zeros=False, few=0 if self._sees_small(schemes) else FEW)

    def _make_scope(self, schemes, date_from, date_to, grant_id=None, project_id=None):
        """:raises UserError: for no bank, or days in the wrong order"""
        if not schemes:
            raise UserError(self.env._("Choose at least one time bank."))
        if date_from > date_to:
            raise UserError(self.env._("The first day lies after the last one: change one of them."))
        return Scope(tuple(schemes.ids), date_from, date_to, grant_id, project_id)

    def _get_step_sql(self, step, column="date"):
        """The first day of the step that a day lies in."""
        if step not in STEPS:
            raise ValueError(f"{step} is none of {', '.join(STEPS)}")
        return SQL("date_trunc(%s, %s::timestamp)::date", step, SQL(column))

    def _get_last_day(self, scope):
        """The day at whose end the figures of a scope are taken."""
        schemes = self.env["timebank.scheme"].browse(scope.scheme_ids)
        return scope.date_to or max((scheme._today() for scheme in schemes), default=fields.Date.today())

    def _get_share(self, part, whole):
        """A share with all that is shown beside it: dict of ``share``, ``part``, ``people`` (the whole) and
        ``interval``, Wilson's for fewer than 30 people, else ``None``."""
        return {
            "share": part / whole if whole else None,
            "part": part,
            "people": whole,
            "interval": wilson(part, whole) if whole and whole < SURE else None,
        }

    def _count_months(self, first, last):
        """How many months a period has, parts of months as parts: a fraction."""
        months, day = Fraction(0), first
        while day <= last:
            length = monthrange(day.year, day.month)[1]
            end = min(day.replace(day=length), last)
            months += Fraction(end.day - day.day + 1, length)
            day = end + timedelta(days=1)
        return months

    # ------------------------------------------------------------
    # Everything, as other systems ask for it
    # ------------------------------------------------------------

    def _get_all(self, scope):
        """As :meth:`timebank.scheme.get_measures` returns it; the caller has asked who may."""
        schemes = self.env["timebank.scheme"].browse(scope.scheme_ids)
        involvement, network = self._get_involvement(scope), self._get_network(scope)
        sustained, speed = self._get_sustained(scope), self._get_speed(scope)
        flows, position = self._get_flows(scope), self._get_position(scope)
        values = {
            "head_count": involvement["people"],
            "attendances": involvement["attendances"],
            "sustained_people": sustained["people"],
            "sustained_minutes": sustained["minutes"],
            "giving_and_receiving": involvement["both"],
            "only_giving": involvement["only_giving"],
            "only_receiving": involvement["only_receiving"],
            "partners_per_person": network["partners_per_person"],
            "density": network["density"],
            "arc_reciprocity": network["arc_reciprocity"],
            "largest_strong_part": network["largest_strong_part"],
            **{f"{flow}_minutes": flows[flow]["minutes"] for flow in FLOWS},
            "outstanding_minutes": position["outstanding_minutes"],
            "cover_months": position["cover_months"],
            "top_tenth_share": position["top_tenth_share"],
            "days_to_first": speed["first"]["median_days"],
            "days_to_second": speed["second"]["median_days"],
        }
        about = {
            "attendances": involvement["attendees"],
            "sustained_minutes": sustained["beneficiaries"],
            "partners_per_person": network["linked"],
            "density": network["linked"],
            "arc_reciprocity": network["mutual_people"],
            **{f"{flow}_minutes": flows[flow]["people"] for flow in FLOWS},
            "outstanding_minutes": position["holders"],
            "cover_months": min(position["returning"], position["holders"]),
            "top_tenth_share": position["top"],
            "days_to_first": speed["first"]["ended"],
            "days_to_second": speed["second"]["ended"],
        }
        shown = self._hide_small(
            schemes,
            values,
            about,
            totals=[("head_count", ["giving_and_receiving", "only_giving", "only_receiving"])],
            parts=[("sustained_people", "head_count"), ("largest_strong_part", "head_count")],
            # with all links, those of a person tell how many go both ways
            derived={"density": ["arc_reciprocity"]},
        )
        forms = self._get_forms(scope)
        return {
            **shown,
            "sustained_hours": sustained["minimum_minutes"] / 60,
            "sustained_months": sustained["minimum_months"],
            "forms": self._show_forms(schemes, forms["cells"]),
            "forms_unknown": self._show_form(schemes, forms["unknown"]),
        }

    def _show_forms(self, schemes, cells):
        """The cells of the grid with what is small hidden: dicts of ``planned_by``, ``delivered_by``,
        ``minutes``, ``activities``, ``declared_otherwise``."""
        return [
            {
                "planned_by": cell["planned_by"],
                "delivered_by": cell["delivered_by"],
                **self._show_form(schemes, cell),
            }
            for cell in cells
        ]

    def _show_form(self, schemes, cell):
        values = {key: cell[key] for key in ("minutes", "activities", "declared_otherwise")}
        return self._hide_small(schemes, values, dict.fromkeys(values, cell["people"]))
