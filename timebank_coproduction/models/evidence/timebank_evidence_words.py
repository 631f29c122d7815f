from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ..common.words import keep_together, say_day, say_number, say_percent

#: Up to so many days a chart goes by week; up to so many months by month; else by year.
WEEKS_UP_TO, MONTHS_UP_TO = 62, 36
#: Stands for all projects, or all grants; and, as a row, for the whole period.
TOTAL = "all"


class TimebankEvidenceWords(models.AbstractModel):
    """What the sections of *Evidence* are made of: figures, steps of time, ways to records, in words."""

    _name = "timebank.evidence.words"
    _description = "Evidence in Words"

    def _show(self, scope, values, people=None, **beside):
        """Figures that are shown together, with ``None`` for what the user may not see: the one way by which
        a section takes numbers to the page.

        Parameters are those of :meth:`timebank.measures._hide_small`.
        """
        return self.env["timebank.measures"]._hide_small(
            self._get_schemes(scope), values, people or {}, **beside
        )

    def _sees_names(self, scope):
        return self.env["timebank.measures"]._sees_small(self._get_schemes(scope))

    def _get_step(self, scope):
        """By what a chart of the period goes: ``week``, ``month`` or ``year``."""
        length = (scope.date_to - scope.date_from).days + 1
        if length <= WEEKS_UP_TO:
            return "week"
        return "month" if length <= MONTHS_UP_TO * 31 else "year"

    def _get_steps(self, scope):
        """The first day of each week, month or year of the period, and what it is called.

        :return: dict of date → words, in order
        """
        step = self._get_step(scope)
        first = scope.date_from
        day_of = {
            "week": first - relativedelta(days=first.weekday()),
            "month": first.replace(day=1),
            "year": first.replace(month=1, day=1),
        }[step]
        patterns = {"week": "d MMM", "month": "MMM y", "year": "y"}
        steps = {}
        while day_of <= scope.date_to:
            steps[day_of] = say_day(self.env, day_of, patterns[step])
            day_of += relativedelta(**{f"{step}s": 1})
        return steps

    def _say_step(self, scope):
        return {
            "week": self.env._("Week from"),
            "month": self.env._("Month"),
            "year": self.env._("Year"),
        }[self._get_step(scope)]

    def _figure(self, key, label, value, before=None, say=None, note="", more_is_better=None):
        """One large figure, with its change against the period before.

        :param value: a number, or None where it is hidden
        :param before: the number of the period before, None where hidden or not known
        :param say: a function of an amount that puts it in words; numbers without one
        :param str note: n, thresholds, interval
        :param more_is_better: whether a rise is good news; None where it is neither
        """
        say = say or (lambda number: say_number(self.env, number))
        change, direction = self._say_change(value, before, say)
        better = None
        if more_is_better is not None and direction in ("up", "down"):
            better = (direction == "up") == more_is_better
        return {
            "key": key,
            "label": label,
            "value": None if value is None else say(value),
            "note": note,
            "change": change,
            "direction": direction,
            "better": better,
        }

    def _say_change(self, value, before, say):
        """The change in words, and its direction: ``up``, ``down``, ``same``; None where it isn't known."""
        if value is None or before is None:
            return False, None
        if value == before:
            return self.env._("as before"), "same"
        if not before:
            return self.env._("none before"), None
        if say in (self._say_percent, self._say_percent_finely):
            say = self._say_points
        if value > before:
            return self.env._("%s more than before", say(value - before)), "up"
        return self.env._("%s less than before", say(before - value)), "down"

    def _say_hours(self, minutes):
        """Hours with at most one decimal, which a whole number goes without."""
        return keep_together(self.env._("%s h", self._say_decimal(self._round_hours(minutes))))

    def _round_hours(self, minutes):
        """Of many hours nobody reads a decimal."""
        return round(minutes / 60, 1 if abs(minutes) < 6000 else None)

    def _say_percent(self, share):
        return say_percent(self.env, round(100 * share))

    def _say_percent_finely(self, share):
        """Of what is small and moves little."""
        percent = round(100 * share, 1)
        return say_percent(self.env, percent, 0 if percent == int(percent) else 1)

    def _say_points(self, share):
        """The difference of two shares."""
        return self.env._("%s points", self._say_decimal(round(100 * share, 1)))

    def _say_time(self, minutes):
        """The same in a sentence, as it stands in a table beside it."""
        hours = self._round_hours(minutes)
        if hours == 1:
            return self.env._("1 hour")
        return self.env._("%s hours", self._say_decimal(hours))

    def _say_decimal(self, number):
        """A number with at most one decimal, which a whole one goes without."""
        return formatLang(self.env, number, digits=0 if number == int(number) else 1)

    def _say_people(self, people):
        return (
            self.env._("1 person") if people == 1 else self.env._("%s people", say_number(self.env, people))
        )

    def _say_n(self, people, value):
        """Of how many people a figure is, as long as it is shown itself.

        :param people: ``None`` where the number is hidden: of fewer than five, the figure would be as well
        """
        if not value:
            return ""
        if people is None:
            return self.env._("five people or more; how many is hidden")
        return self.env._("n = %s", self._say_people(people))

    def _say_cell(self, value, say=None):
        """A cell of a table: what is hidden is said to be.

        It is hidden where it is about fewer than five, or would give such a number away, and both look alike.
        """
        if value is None:
            return self.env._("hidden")
        return say(value) if say else say_number(self.env, value)

    def _get_schemes(self, scope):
        return self.env["timebank.scheme"].browse(scope.scheme_ids)

    def _drop_nothing(self, *ways):
        return [way for way in ways if way]

    def _window(self, label, xml_id, domain, context=None):
        """The way to the records behind a figure, for who may read them; None for others."""
        action = self.env.ref(f"timebank_coproduction.{xml_id}")
        # sudo: a window says which model it is of, whoever looks
        if not self.env[action.sudo().res_model].has_access("read"):
            return None
        return {
            "label": label,
            "action": {
                "xml_id": f"timebank_coproduction.{xml_id}",
                "domain": list(Domain(domain)),
                "context": context or {},
            },
        }
