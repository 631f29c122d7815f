from calendar import monthrange
from datetime import timedelta
from fractions import Fraction

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.intervals import SURE, wilson
from ...tools.suppression import Table, hide
from .facts import Scope

GROUP = "timebank_coproduction.group_timebank_"

#: Whoever reads the hours, sessions and transfers of all banks.
READ_ALL = (GROUP + "finance", GROUP + "manager")


class TimebankMeasures(models.AbstractModel):
    """What happened in some banks, in figures: each method answers for a :class:`Scope` of facts.

    Nothing is kept: each figure is a query or two over the records (``facts.py`` says what counts), however
    many banks they are; rows on which several figures rest are read once for a page, and counted in memory.
    What a method returns is not yet fit to be shown to everybody: with each figure comes about how many
    people it is (``people``, or a name that says so), from which :meth:`_hide_small` tells what is hidden:
    ``timebank.evidence`` has it do so, for its page as for whatever else is told. Methods, by file:

    ``timebank_measures_facts.py``    the rows that several of them read (a model of its own)
    ``timebank_measures_people.py``   ``_get_people``, ``_get_involvement``, ``_get_involvement_by``,
                                      ``_get_sustained``, ``_get_speed``, ``_get_resilience``,
                                      ``_get_roles``, ``_get_newcomers``,
                                      ``_get_work_by``, ``_get_network``, ``_get_new_arcs_by``
    ``timebank_measures_work.py``     ``_get_forms``, ``_get_forms_by``, ``_get_without_activity``,
                                      ``_get_embedding``, ``_get_ways``
    ``timebank_measures_credits.py``  ``_get_flows``, ``_get_flows_by``, ``_get_position``

    Series (``…_by``) take ``week``, ``month``, ``quarter`` or ``year`` and return a list of dicts, one for
    each step of the period that has anything, with its first day as ``start``; a week begins on Monday.

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
            ``derived``, ``zeros``, ``keep``, ``unseen``
        :return: dict of the same keys
        """
        if self._sees_small(schemes):
            return dict(values)
        hidden = hide(values, people, **beside)
        return {key: None if key in hidden else value for key, value in values.items()}

    def _add_up_cells(self, cells, people):
        """A table with the sums of its rows and columns, which hides nothing yet.

        :param dict cells: (row, column) → figure
        :param dict people: (row, column) → how many people it is about, also for sums
        :return: :class:`tools.suppression.Table`
        """
        return Table(cells, people, zeros=False, few=0)

    def _make_scope(self, schemes, date_from, date_to, grant_id=None, project_id=None):
        """:raises UserError: for no bank, or days in the wrong order"""
        if not schemes:
            raise UserError(self.env._("Choose at least one time bank."))
        if date_from > date_to:
            raise UserError(self.env._("The first day lies after the last one: change one of them."))
        return Scope(tuple(schemes.ids), date_from, date_to, grant_id, project_id)

    def _get_last_day(self, scope):
        """The day at whose end the figures of a scope are taken: its last, or today while that lies ahead."""
        today = self._get_today(self.env["timebank.scheme"].browse(scope.scheme_ids))
        return min(scope.date_to or today, today)

    def _get_today(self, schemes):
        """The day that it is at these banks, of several the latest."""
        return schemes._get_days()[-1] if schemes else fields.Date.today()

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
