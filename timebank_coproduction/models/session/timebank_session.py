from bisect import bisect_right
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.minutes import DAY, clock
from ..common.figures import counts_by, figures_over
from ..common.hours_field import hours_field
from ..common.odoo_private import time_zones
from ..common.personal import NAMED, OURS
from ..common.verb import verb
from ..common.windows import open_list
from ..common.words import at_place, say_day, say_span

#: What can't change any more once a session was closed or cancelled.
CONTENT = frozenset({"activity_id", "start", "stop", "capacity", "tz"})

#: What says how many there can be.
TAKEN_UP_BY = frozenset({"capacity", "helpers_wanted", "helpers_limited"})

#: What makes another time or place of it, which people have to know.
MOVES = frozenset({"start", "stop", "tz", "location"})

#: States of an attendance that take one of the places of a session.
TAKES_A_PLACE = ("signed_up", "attended")

#: How long before it begins a session without its helpers is pressing.
SOON = timedelta(days=7)
#: The hours at which the afternoon and the evening begin.
PARTS = (12, 17)

#: How many people a message names.
MOST_TOLD = 20


class TimebankSession(models.Model):
    """An activity at a time and place."""

    _name = "timebank.session"
    _description = "Session"
    _inherit = [
        "timebank.of.bank",
        "timebank.protected",
        "timebank.verbs",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "start, id"
    _rec_names_search = ["name", "location"]
    _check_company_auto = True
    _counts_time = False
    _protected_fields = frozenset({"state", "closed_on", "closed_by_id", "series_id", "kiosk_token"})
    _verbs_with_reason = frozenset({"action_reopen"})
    _verbs_to_confirm = frozenset({"action_close"})
    _personal_fields = {
        "name": OURS,
        "note": OURS,
        "location": OURS,
        "coordinator_id": NAMED,
        "closed_by_id": NAMED,
        "kiosk_token": OURS,
    }

    # What
    # The session's company is the activity's, so there is nothing to compare.
    activity_id = fields.Many2one(
        "timebank.activity",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('scheme_id.is_run_by_user', '=', True), ('state', 'not in', ('done', 'cancelled'))]",
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
        domain=lambda self: self.env["timebank.scheme"]._get_domain_of_deciders(),
    )
    color = fields.Integer(related="activity_id.color")
    note = fields.Html(help="What people should know: what to bring, where to ring the bell.")
    # When and where
    start = fields.Datetime(required=True, tracking=True, index=True)
    stop = fields.Datetime(required=True, tracking=True)
    tz = fields.Selection(
        time_zones,
        string="Time zone",
        required=True,
        compute="_compute_tz",
        store=True,
        readonly=False,
        precompute=True,
        help="Where the session takes place: its day, and the times in mails, are of that zone. Its bank's,"
        " unless said otherwise.",
    )
    local_time = fields.Char(
        "There",
        compute="_compute_local_time",
        help="When it is by the clocks of its place, where they differ from those of who reads this.",
    )
    date = fields.Date(compute="_compute_date", store=True, precompute=True, index=True)
    minutes = fields.Integer("Length", compute="_compute_minutes", store=True, precompute=True)
    hours = hours_field("minutes", "Length in hours")
    location = fields.Char(tracking=True)
    # How many
    capacity = fields.Integer("Places", default=0, help="For attendees. 0: as many as like.")
    helpers_wanted = fields.Integer("Helpers wanted", default=0)
    helpers_limited = fields.Boolean(
        "No more than wanted",
        compute="_compute_helpers_limited",
        store=True,
        readonly=False,
        precompute=True,
        help="Helpers beyond the number wanted wait for a place, as attendees do.",
    )
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

    # How many are coming, and how many could
    taken_count = fields.Integer(
        "Places taken",
        compute="_compute_counts",
        store=True,
        help="Attendees signed up or there, and places offered to the first on the waiting list.",
    )
    helper_count = fields.Integer("Helpers", compute="_compute_counts", store=True)
    professional_count = fields.Integer("Professionals", compute="_compute_counts", store=True)
    waiting_count = fields.Integer("Waiting", compute="_compute_counts", store=True)
    register_count = fields.Integer("On the register", compute="_compute_register_count")
    helper_shortage = fields.Integer(
        "Helpers missing", compute="_compute_helper_shortage", store=True, aggregator="sum"
    )
    places_left = fields.Integer("Places left", compute="_compute_places_left", help="Below zero: no limit.")

    needs_helpers_soon = fields.Boolean(compute="_compute_needs_helpers_soon")
    has_begun = fields.Boolean(compute="_compute_time_passed")
    is_over = fields.Boolean(compute="_compute_time_passed")

    problem_count = fields.Integer("To decide", compute="_compute_problem_count")

    _stops_after_start = models.Constraint("CHECK (stop > start)", "A session ends after it begins.")
    _lasts_a_day = models.Constraint(
        "CHECK (stop <= start + interval '24 hours')", "A session lasts 24 hours at most: make several of it."
    )
    _counts_positive = models.Constraint(
        "CHECK (capacity >= 0 AND helpers_wanted >= 0)", "Places and helpers wanted are zero or more."
    )
    _capacity_held = models.Constraint(
        "CHECK (capacity = 0 OR taken_count IS NULL OR taken_count <= capacity)",
        "There are no places left in this session.",
    )

    _helpers_held = models.Constraint(
        """CHECK (helpers_limited IS NOT TRUE OR helpers_wanted = 0 OR helper_count IS NULL
                  OR helper_count <= helpers_wanted)""",
        "There are as many helpers as are wanted in this session.",
    )

    @api.depends("activity_id")
    def _compute_tz(self):
        """Its bank's, until it is kept; a place of its own stays."""
        for session in self:
            # sudo: whoever makes it; only the time zone is asked
            bank_zone = session.activity_id.scheme_id.sudo().tz
            session.tz = (session._origin and session.tz) or bank_zone or session.tz

    @api.depends("activity_id")
    def _compute_name(self):
        for session in self:
            session.name = session.name or session.activity_id.name

    @api.depends("activity_id")
    def _compute_coordinator_id(self):
        for session in self:
            session.coordinator_id = session.coordinator_id or session.activity_id.coordinator_id

    @api.depends("activity_id")
    def _compute_helpers_limited(self):
        for session in self:
            session.helpers_limited = session.helpers_limited or session.activity_id.helpers_limited

    @api.depends("start", "tz")
    def _compute_date(self):
        for session in self:
            session.date = session._local(session.start).date() if session.start else False

    @api.depends("start", "stop")
    def _compute_minutes(self):
        for session in self:
            both = session.start and session.stop
            session.minutes = (session.stop - session.start).total_seconds() // 60 if both else 0

    @api.depends("name", "start")
    @api.depends_context("timebank_show_day")
    def _compute_display_name(self):
        for session in self:
            name = session.name or ""
            if self.env.context.get("timebank_show_day") and session.date:
                name = f"{name}, {session._say_date()}"
            session.display_name = name

    @api.depends(
        "attendance_ids.state",
        "attendance_ids.role",
        "attendance_ids.offered_until",
        "attendance_ids.companions",
    )
    def _compute_counts(self):
        """Stored, so that a sign-up updates the session: of two at the same moment for the
        last place, PostgreSQL lets one through, and Odoo tries the other one again."""
        attendance = self.env["timebank.attendance"].sudo()  # sudo: figures, not names
        waiting = fields.Domain("state", "=", "waiting")
        offered = waiting & fields.Domain("offered_until", "!=", False)
        kept = fields.Domain("state", "in", TAKES_A_PLACE) | offered
        taken = counts_by(self, attendance, "session_id", "role", kept, more="companions")
        figures = figures_over(self, attendance, "session_id", waiting, "__count", "companions:sum")
        queue = {session: lines + more for session, lines, more in figures}
        for session, count in taken:
            session.taken_count = count.get("attendee", 0)
            session.helper_count = count.get("helper", 0)
            session.professional_count = count.get("professional", 0)
            session.waiting_count = queue[session]

    @api.depends("taken_count", "helper_count", "professional_count")
    def _compute_register_count(self):
        for session in self:
            session.register_count = session.taken_count + session.helper_count + session.professional_count

    @api.depends("helpers_wanted", "helper_count", "state")
    def _compute_helper_shortage(self):
        for session in self:
            wanted = session.state in ("draft", "open")
            session.helper_shortage = wanted * max(session.helpers_wanted - session.helper_count, 0)

    @api.depends("helper_shortage", "state", "start")
    def _compute_needs_helpers_soon(self):
        soon = fields.Datetime.now() + SOON
        for session in self:
            session.needs_helpers_soon = bool(
                session.state == "open"
                and session.helper_shortage
                and session.start
                and session.start <= soon
            )

    @api.depends("capacity", "taken_count")
    def _compute_places_left(self):
        for session in self:
            session.places_left = session.capacity - session.taken_count if session.capacity else -1

    def _compute_time_passed(self):
        now = fields.Datetime.now()
        for session in self:
            session.has_begun = bool(session.start) and session.start <= now
            session.is_over = bool(session.stop) and session.stop <= now

    def _compute_problem_count(self):
        undecided = [("to_decide", "=", True)]
        for session, count in figures_over(self, self.env["timebank.attendance"], "session_id", undecided):
            session.problem_count = count

    @api.onchange("start")
    def _onchange_start(self):
        """Two hours, until somebody says how long it takes."""
        if self.start and not self.stop:
            self.stop = self.start + timedelta(hours=2)

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
        if TAKEN_UP_BY.intersection(vals):
            self._check_numbers(vals)
        moving = MOVES.intersection(vals)
        before = self._get_times_and_places() if moving else {}
        if "attendance_ids" in vals:
            self = self.with_context(timebank_register=True)  # one who can't come keeps nobody off it
        result = super().write(vals)
        if "activity_id" in vals:
            self._check_same_bank()
        if {"start", "stop"}.intersection(vals):
            self.attendance_ids._check_minutes()
        if moving:
            self._after_moving(before)
        if TAKEN_UP_BY.union({"start"}).intersection(vals):
            self._offer_free_places()
        return result

    @api.ondelete(at_uninstall=True)
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
        return at_place(moment, self.tz)

    def _say_date(self):
        self.ensure_one()
        return say_day(self.env, self.date)

    def _say(self):
        """The session in a sentence: its title and day."""
        self.ensure_one()
        return self.env._("“%(session)s” on %(day)s", session=self.name, day=self._say_date())

    def _say_when(self):
        """Day and time, for mails and the pages behind links."""
        self.ensure_one()
        return say_span(self.env, self.start, self.stop, self.tz)

    @api.depends("start", "stop", "tz")
    @api.depends_context("tz")
    def _compute_local_time(self):
        for session in self:
            session.local_time = False
            if session.start and session.stop:
                here = fields.Datetime.context_timestamp(session, session.start)
                if here.utcoffset() != session._local(session.start).utcoffset():
                    session.local_time = f"{session._say_when()} ({session.tz})"

    def _wall_minute(self, moment):
        """Minutes after the beginning of its day that the clocks of its place show at ``moment``."""
        self.ensure_one()
        local = self._local(moment)
        return (local.date() - self.date).days * DAY + local.hour * 60 + local.minute

    def _say_length(self):
        return clock(self.minutes)

    # ------------------------------------------------------------
    # Opening, cancelling, and what stands in their way.
    # ------------------------------------------------------------

    @verb()
    def action_open(self):
        """Let people sign up.

        :return: ``True``, or an action listing what could not be opened, and why
        """
        self.check_access("write")
        refusals = self._get_refusals_to_open()
        sessions = self._raise_or_list(refusals)
        sessions._in_verb().write({"state": "open"})
        # An activity with open sessions is under way.
        sessions.activity_id.filtered(
            lambda activity: activity.state in ("idea", "planned")
        ).state = "running"
        return self._tell(refusals, self.env._("opened"))

    @verb()
    def action_cancel(self):
        """Call sessions off; those signed up or waiting get a mail, or a call where none reaches them.

        :return: ``True``, or an action listing what could not be cancelled, and why
        """
        self.check_access("write")
        refusals = self._get_refusals_by_session_state(
            ("draft", "open"), self.env._("%s is over: it can be re-opened, not cancelled.")
        )
        refusals.update(self.filtered(lambda session: session.id not in refusals)._get_refusals_if_logged())
        sessions = self._raise_or_list(refusals)
        sessions._in_verb().write({"state": "cancelled"})
        concerned = sessions.attendance_ids.filtered(lambda one: one.state in ("signed_up", "waiting"))
        concerned._in_verb().write({"offered_until": False})
        sessions._forget_companions()
        sessions._drop_todos()
        # who was about to hear that it is on again still takes it for called off
        (concerned - sessions.attendance_ids._drop_notices("on_again"))._notify("cancelled")
        return self._tell(refusals, self.env._("cancelled"))

    @verb()
    def action_draft(self):
        """Take a cancelled session up again; those who had signed up still are.

        Whoever was told that it was called off, by mail or by telephone, is told that it takes place after
        all; nobody is told any more that it doesn't.

        :return: ``True``, or an action listing what could not be taken up, and why
        """
        self.check_access("write")
        refusals = self._get_refusals_by_session_state(("cancelled",), self.env._("%s is not cancelled."))
        sessions = self._raise_or_list(refusals)
        sessions._in_verb().write({"state": "draft"})
        lines = sessions.attendance_ids
        untold = lines._drop_notices("cancelled") | lines._get_to_ring()
        lines._drop_calls()
        now = fields.Datetime.now()
        ahead = sessions.filtered(lambda session: session.stop > now)
        expected = ahead.attendance_ids.filtered(lambda one: one.state in ("signed_up", "waiting"))
        (expected - untold)._notify("on_again")
        return self._tell(refusals, self.env._("taken up again"))

    @verb(single=True)
    def action_view_register(self):
        """The register as a list of its own: tick, type minutes, save once."""
        self.ensure_one()
        return open_list(
            self.env,
            "timebank_attendance_register_action",
            [("session_id", "=", self.id)],
            {"default_session_id": self.id, "timebank_register": True},
            display_name=self.with_context(timebank_show_day=True).display_name,
        )

    @verb(single=True)
    def action_view_free(self):
        """Active members of its bank who are free in the part of the week in which it begins, and aren't on
        its register.
        """
        self.ensure_one()
        begin = self._local(self.start)
        part = bisect_right(PARTS, begin.hour) + 1
        slots = self.env["timebank.availability"].search(
            [("weekday", "=", str(begin.weekday())), ("part", "=", str(part))]
        )
        here = self.attendance_ids.filtered(lambda line: line.state != "withdrawn").partner_id
        return open_list(
            self.env,
            "timebank_member_action",
            [("scheme_id", "=", self.scheme_id.id), ("partner_id", "not in", here.ids)],
            {"search_default_active": True, "search_default_availability_ids": slots.ids},
            display_name=self.env._("Who is free then"),
            help=Markup('<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>')
            % (
                self.env._("Nobody who isn't on its register has said that they are free then"),
                self.env._("Take “Free on” away above to see everybody."),
            ),
        )

    def _get_refusals_to_open(self):
        refusals = self._get_refusals_by_session_state(("draft",), self.env._("%s is not a draft."))
        for session in self:
            if session.id in refusals:
                continue
            # sudo: the bank's state and lock date are asked, whoever may read them
            closed = session.scheme_id.sudo()._why_closed(session.date)
            if closed:
                refusals[session.id] = closed
            elif session.activity_id.state in ("done", "cancelled"):
                refusals[session.id] = self.env._(
                    "“%s” has ended: start the activity again first.", session.activity_id.name
                )
        return refusals

    def _get_refusals_by_session_state(self, states, sentence):
        return {session.id: sentence % session._say() for session in self if session.state not in states}

    def _get_refusals_if_logged(self):
        logged = self.attendance_ids.filtered("settled_on").session_id
        return {
            session.id: self.env._("Some of %s has been logged already: close it instead.", session._say())
            for session in self & logged
        }
