from datetime import datetime

import pytz

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools import series
from ..common.figures import figures_over
from ..common.verb import day, many, text, verb, whole
from ..common.windows import open_dialog, open_list

FREQUENCIES = [
    ("weekly", "Every week"),
    ("fortnightly", "Every two weeks"),
    ("monthly", "Every month, on the same weekday"),
]

#: What a later session takes over from the one that was changed.
SHARED = ("name", "location", "capacity", "helpers_wanted", "note", "tz")


class TimebankSession(models.Model):
    """Series: sessions that repeat, each a session of its own."""

    _inherit = "timebank.session"

    series_id = fields.Many2one(
        "timebank.session", readonly=True, copy=False, index="btree_not_null", ondelete="set null",
        help="The first session of the series.",
    )  # fmt: skip
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
        self._message_log(body=self.env._("Repeated: %s sessions made.", len(later)))
        return later

    @verb(single=True)
    def action_apply_to_later(self):
        """Give the later sessions of the series this one's place, numbers and time of day.

        Those that are over stay as they are.

        :return: ``True``, or an action listing what could not be changed, and why
        :raises UserError: when there is nothing later
        """
        self.ensure_one()
        self.check_access("write")
        later = self._get_later()
        if not later:
            raise UserError(self.env._("There are no later sessions in this series."))
        refusals = {
            session.id: self.env._(
                "%(count)s places of %(session)s are taken: it can't have fewer.",
                count=session.taken_count,
                session=session._say(),
            )
            for session in later
            if self.capacity and session.taken_count > self.capacity
        }
        for session in later.filtered(lambda session: session.id not in refusals):
            start = self._same_time_on(session.date)
            session.write(
                {
                    **{name: self[name] for name in SHARED},
                    "coordinator_id": self.coordinator_id.id,
                    "start": start,
                    "stop": start + (self.stop - self.start),
                }
            )
        return later._tell(refusals, self.env._("changed"))

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
        start = self._same_time_on(day)
        return {
            **self.copy_data()[0],
            "start": start,
            "stop": start + (self.stop - self.start),
            "state": self.state,
            "series_id": self.series_id.id,
        }

    def _same_time_on(self, day):
        """This session's time of day on another day, in UTC, whatever the clocks have done in between."""
        zone = pytz.timezone(self.tz)
        local = datetime.combine(day, self._local(self.start).time())
        return zone.normalize(zone.localize(local, is_dst=False)).astimezone(pytz.utc).replace(tzinfo=None)
