from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.base.models.res_partner import _tz_get

from ...tools.minutes import DAY, clock
from ..common.hours_field import hours_of

#: What can't change any more once a session was closed or cancelled.
CONTENT = frozenset({"activity_id", "start", "stop", "capacity", "tz"})


class TimebankSession(models.Model):
    """An activity at a time and place."""

    _name = "timebank.session"
    _description = "Session"
    _inherit = ["timebank.protected", "timebank.verbs", "mail.thread", "mail.activity.mixin"]
    _order = "start, id"
    _rec_names_search = ["name", "location"]
    _check_company_auto = True

    _protected_fields = frozenset({"state", "closed_on", "closed_by_id", "series_id", "kiosk_token"})

    # What
    activity_id = fields.Many2one(
        "timebank.activity", required=True, ondelete="restrict", index=True, check_company=True
    )
    name = fields.Char(
        "Title", compute="_compute_name", store=True, readonly=False, precompute=True, required=True
    )
    scheme_id = fields.Many2one(related="activity_id.scheme_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="activity_id.company_id", store=True, precompute=True)
    project_id = fields.Many2one(
        related="activity_id.project_id", store=True, precompute=True, index="btree_not_null"
    )
    task_id = fields.Many2one(
        related="activity_id.task_id", store=True, precompute=True, index="btree_not_null"
    )
    coordinator_id = fields.Many2one(
        "res.users",
        compute="_compute_coordinator_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('share', '=', False)]",
    )
    color = fields.Integer(related="activity_id.color")
    note = fields.Html(help="What people should know: what to bring, where to ring the bell.")

    # When and where
    start = fields.Datetime(required=True, tracking=True, index=True)
    stop = fields.Datetime(required=True, tracking=True)
    tz = fields.Selection(
        _tz_get,
        string="Time zone",
        required=True,
        default=lambda self: self.env.user.tz or self.env.company.partner_id.tz or "UTC",
        help="Where the session takes place: its day, and the times in mails, are of that zone.",
    )
    date = fields.Date(compute="_compute_date", store=True, precompute=True, index=True)
    minutes = fields.Integer("Length", compute="_compute_minutes", store=True, precompute=True)
    hours = hours_of("minutes", "Length in hours")
    location = fields.Char(tracking=True)

    # How many
    capacity = fields.Integer("Places", default=0, help="For attendees. 0: as many as like.")
    helpers_wanted = fields.Integer("Helpers wanted", default=0)
    attendance_ids = fields.One2many("timebank.attendance", "session_id", string="Register")

    # How it went
    state = fields.Selection(
        [("draft", "Draft"), ("open", "Open"), ("done", "Closed"), ("cancelled", "Cancelled")],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
    )
    closed_on = fields.Datetime("Closed on", readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)

    _stops_after_start = models.Constraint("CHECK (stop > start)", "A session ends after it begins.")
    _lasts_a_day = models.Constraint(
        "CHECK (stop <= start + interval '24 hours')", "A session lasts 24 hours at most: make several of it."
    )
    _counts_positive = models.Constraint(
        "CHECK (capacity >= 0 AND helpers_wanted >= 0)", "Places and helpers wanted are zero or more."
    )

    @api.depends("activity_id")
    def _compute_name(self):
        for session in self:
            session.name = session.name or session.activity_id.name

    @api.depends("activity_id")
    def _compute_coordinator_id(self):
        for session in self:
            session.coordinator_id = session.coordinator_id or session.activity_id.coordinator_id

    @api.depends("start", "tz")
    def _compute_date(self):
        for session in self:
            session.date = session._local(session.start).date() if session.start else False

    @api.depends("start", "stop")
    def _compute_minutes(self):
        for session in self:
            both = session.start and session.stop
            session.minutes = (session.stop - session.start).total_seconds() // 60 if both else 0

    @api.depends("name", "helper_shortage", "start")
    @api.depends_context("show_shortage", "show_day")
    def _compute_display_name(self):
        for session in self:
            name = session.name or ""
            if self.env.context.get("show_day") and session.date:
                name = f"{name}, {session._say_date()}"
            if self.env.context.get("show_shortage") and session.helper_shortage:
                name = self.env._(
                    "%(count)s missing · %(session)s", session=name, count=session.helper_shortage
                )
            session.display_name = name

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_times(vals.get("start"), vals.get("stop"))
        return super().create(vals_list)

    def write(self, vals):
        if CONTENT.intersection(vals):
            for session in self:
                if session.state in ("done", "cancelled"):
                    raise UserError(
                        self.env._("%s is over: it can't be moved or changed any more.", session._say())
                    )
        if {"start", "stop"}.intersection(vals):
            for session in self:
                self._check_times(vals.get("start", session.start), vals.get("stop", session.stop))
        if vals.get("capacity"):
            for session in self:
                if session.taken_count > vals["capacity"]:
                    raise UserError(
                        self.env._(
                            "%(count)s places of %(session)s are taken: it can't have fewer.",
                            count=session.taken_count,
                            session=session._say(),
                        )
                    )
        result = super().write(vals)
        if "activity_id" in vals:
            self._check_same_bank()
        if {"start", "stop"}.intersection(vals):
            self.attendance_ids._check_minutes()
        if {"capacity", "start"}.intersection(vals):
            self._offer_free_places()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        for session in self:
            if session.attendance_ids:
                raise UserError(
                    self.env._("People signed up for %s: cancel it instead of deleting it.", session._say())
                )

    def _check_same_bank(self):
        for session in self:
            if session.attendance_ids and session.attendance_ids.scheme_id != session.scheme_id:
                raise UserError(
                    self.env._("%s has people signed up: it stays in its time bank.", session._say())
                )

    def _check_times(self, start, stop):
        """:raises UserError: where one of them is missing, or they are the wrong way round or far apart"""
        start, stop = fields.Datetime.to_datetime(start), fields.Datetime.to_datetime(stop)
        if not start or not stop:
            raise UserError(self.env._("Say when the session begins and ends."))
        if stop <= start:
            raise UserError(self.env._("A session ends after it begins."))
        if stop - start > timedelta(minutes=DAY):
            raise UserError(self.env._("A session lasts 24 hours at most: make one for each day."))

    # Saying
    def _local(self, moment):
        """A moment as the clocks of the session's place show it."""
        self.ensure_one()
        return pytz.utc.localize(moment).astimezone(pytz.timezone(self.tz or "UTC"))

    def _say_date(self):
        self.ensure_one()
        return self.env["ir.qweb.field.date"].value_to_html(self.date, {})

    def _say(self):
        """The session in a sentence: its title and day."""
        self.ensure_one()
        return self.env._("“%(session)s” on %(day)s", session=self.name, day=self._say_date())

    def _say_when(self):
        """Day and time, for mails and the pages behind links."""
        self.ensure_one()
        start, stop = self._local(self.start), self._local(self.stop)
        day = self.env["ir.qweb.field.date"].value_to_html(self.date, {"format": "EEEE d MMMM y"})
        return f"{day}, {start:%H:%M}–{stop:%H:%M}"

    def _start_minute(self):
        """Minutes after midnight at which it begins, where it takes place."""
        self.ensure_one()
        start = self._local(self.start)
        return start.hour * 60 + start.minute

    def _say_length(self):
        return clock(self.minutes)
