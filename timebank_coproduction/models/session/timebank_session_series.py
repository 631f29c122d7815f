from datetime import datetime, timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools import series
from ...tools.minutes import DAY
from ..common.figures import figures_over
from ..common.marks import Mark
from ..common.verb import day, many, text, verb, whole
from ..common.windows import open_dialog, open_list
from ..common.words import from_place

FREQUENCIES = [
    ("weekly", "Every week"),
    ("fortnightly", "Every two weeks"),
    ("monthly", "Every month, on the same weekday"),
]

#: What a later session takes over from the one that was changed.
SHARED = ("name", "capacity", "companions_allowed", "helpers_wanted", "helpers_limited", "note")

#: When and where it is: kept by a later session that was moved by hand.
WHEN, WHERE = frozenset({"start", "stop", "tz"}), frozenset({"location"})
#: On sessions that change as their series does, and not by hand.
_LIKE_SERIES = Mark("timebank_like_series")


class TimebankSession(models.Model):
    """Series: sessions that repeat, each a session of its own."""

    _inherit = "timebank.session"

    series_id = fields.Many2one(
        "timebank.session", readonly=True, copy=False, index="btree_not_null", ondelete="set null",
        help="The first session of the series.",
    )  # fmt: skip
    own_time = fields.Boolean(
        "Time of its own",
        readonly=True,
        copy=False,
        help="It was moved by hand to a time that the rest of its series hasn't.",
    )
    own_place = fields.Boolean(
        "Place of its own",
        readonly=True,
        copy=False,
        help="It was moved by hand to a place that the rest of its series hasn't.",
    )
    series_count = fields.Integer("Sessions in the series", compute="_compute_series_count")

    def _compute_series_count(self):
        counts = dict(figures_over(self.series_id, self, "series_id"))
        for session in self:
            session.series_count = counts.get(session.series_id, 0)

    @verb(
        single=True,
        frequency=text(),
        until=day(),
        count=whole(),
        skip_dates=many(day()),
    )
    def action_repeat(self, frequency=None, until=None, count=None, skip_dates=()):
        """Make a series of this session: later ones at the same time of day, in the same state.

        Without arguments, asks for them.

        :param str frequency: ``weekly``, ``fortnightly`` or ``monthly`` (on the same weekday)
        :param until: the last day
        :param int count: how many sessions in all, this one included
        :param skip_dates: days to leave out
        :return: the new sessions
        :raises UserError: for a series without end, of too many sessions, or of none
        """
        self.ensure_one()
        self.check_access("write")
        if not frequency:
            return open_dialog(
                self.env["timebank.session.repeat"],
                self.env._("Repeat this session"),
                context={"default_session_id": self.id},
            )
        if self.state not in ("draft", "open"):
            raise UserError(self.env._("%s is over: repeat a later one.", self._say()))
        days = self._get_series_days(frequency, until, count, skip_dates)
        if not self.series_id:
            self._in_verb().write({"series_id": self.id})
        later = self._in_verb().create([self._prepare_repetition(day) for day in days]).with_env(self.env)
        self._message_log(
            body=self.env._("Repeated: 1 session made.")
            if len(later) == 1
            else self.env._("Repeated: %s sessions made.", len(later))
        )
        return later

    @verb(single=True)
    def action_apply_to_later(self):
        """Give the later sessions of the series this one's place, numbers and time of day.

        Those that are over stay as they are. One that was moved by hand keeps its time, or
        its place, and is listed.

        :return: ``True``, or an action listing what could not be changed, and why
        :raises UserError: when there is nothing later
        """
        self.ensure_one()
        self.check_access("write")
        later = self._get_later()
        if not later:
            raise UserError(self.env._("There are no later sessions in this series."))
        refusals = later._get_refusals_by_numbers(self)
        for session in later.filtered(lambda session: session.id not in refusals):
            session._like_series().write(self._prepare_later(session))
            if session.own_time or session.own_place:
                refusals[session.id] = session._say_kept()
        self._in_verb().write({"own_time": False, "own_place": False})
        return later._tell(refusals, self.env._("changed"))

    def _get_refusals_by_numbers(self, like):
        """Those of these sessions that have more people than the session ``like`` takes."""
        refusals = {}
        for session in self:
            reason = session._why_not_fewer(like.capacity, like._get_most_helpers())
            if reason:
                refusals[session.id] = reason
        return refusals

    def _prepare_later(self, session):
        """What a later session of the series takes over from this one."""
        vals = {**{name: self[name] for name in SHARED}, "coordinator_id": self.coordinator_id.id}
        if not session.own_time:
            start, stop = self._get_times_on(session.date)
            vals |= {"tz": self.tz, "start": start, "stop": stop}
        if not session.own_place:
            vals["location"] = self.location
        return vals

    def _say_kept(self):
        """That this session keeps the time or place that somebody has given it."""
        self.ensure_one()
        if self.own_time and self.own_place:
            sentence = self.env._("%s was moved by hand: it keeps its time and place. The rest was changed.")
        elif self.own_time:
            sentence = self.env._("%s was moved by hand: it keeps its time. The rest was changed.")
        else:
            sentence = self.env._("%s was moved by hand: it keeps its place. The rest was changed.")
        return sentence % self._say()

    def _like_series(self):
        """These sessions, to be changed as their series is and not by hand."""
        return _LIKE_SERIES.put_on(self)

    def _note_own(self, before):
        """Remember what of a series was moved by hand, to another time or place.

        :param dict before: session → its time and place until now
        """
        if _LIKE_SERIES.is_on(self):
            return
        for session, old in before.items():
            new = session._get_time_and_place()
            vals = {}
            if any(old[name] != new[name] for name in WHEN):
                vals["own_time"] = True
            if any(old[name] != new[name] for name in WHERE):
                vals["own_place"] = True
            if session.series_id and vals:
                session._in_verb().write(vals)

    @verb()
    def action_cancel_later(self):
        """Cancel this session and the later ones of its series."""
        return (self | self._get_later()).action_cancel()

    @verb(single=True)
    def action_view_series(self):
        self.ensure_one()
        return open_list(
            self.env,
            "timebank_session_action",
            [("series_id", "=", self.series_id.id)],
            {"default_activity_id": self.activity_id.id},
            display_name=self.env._("Series: %s", self.name),
            view_mode="list,form,calendar",
            views=[(False, "list"), (False, "form"), (False, "calendar")],
        )

    def _get_later(self):
        """The sessions of the series after this one that are not over."""
        if not self.series_id:
            return self.browse()
        return self.search(
            [
                ("series_id", "=", self.series_id.id),
                ("start", ">", self.start),
                ("state", "in", ("draft", "open")),
            ]
        )

    def _get_series_days(self, frequency, until, count, skip_dates):
        """The days of the new sessions, or a plain sentence why not."""
        try:
            days = series.days_after(
                self.date,
                frequency,
                fields.Date.to_date(until),
                count,
                [fields.Date.to_date(day) for day in skip_dates],
            )
        except ValueError as error:
            sentences = {
                "endless": self.env._("Say until when, or how many sessions there are to be."),
                "backwards": self.env._("A series ends after it begins."),
                "too many": self.env._(
                    "A series has %s sessions at most: make a shorter one, and repeat its last one later.",
                    series.MOST,
                ),
            }
            raise UserError(
                sentences.get(str(error)) or self.env._("Choose how often the session is to be repeated.")
            ) from error
        if not days:
            raise UserError(self.env._("With these dates, there is nothing to repeat."))
        there = self.search([("series_id", "=", self.series_id.id or -1), ("date", "in", days)])
        taken = set(there.mapped("date"))
        return [day for day in days if day not in taken]

    def _prepare_repetition(self, day):
        """Values of a session like this one on ``day``."""
        start, stop = self._get_times_on(day)
        return {
            **self.copy_data()[0],
            "start": start,
            "stop": stop,
            "state": self.state,
            "series_id": self.series_id.id,
        }

    def _get_times_on(self, day):
        """When a session like this one begins and ends on another day, by the clocks of its place.

        Where they change meanwhile, it takes an hour more or less; never more than 24 hours.
        """
        start, stop = self._local(self.start), self._local(self.stop)
        later = from_place(datetime.combine(day, start.time()), self.tz)
        last_day = day + (stop.date() - start.date())
        end = from_place(datetime.combine(last_day, stop.time()), self.tz)
        if end <= later:  # both within the hour that the clocks leave out
            end = later + (self.stop - self.start)
        return later, min(end, later + timedelta(minutes=DAY))
