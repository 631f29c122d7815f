from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import register_ddl
from ...tools.minutes import DAY, to_hours
from ..common.hours_field import hours_field
from ..common.jobs import job
from ..common.marks import Mark
from ..common.personal import ABOUT, NAMED, OURS, SECRET, WORDS
from ..common.verb import verb
from ..common.words import say_span
from .timebank_session import TAKES_A_PLACE

#: What the register may set; the other states come and go by sign-up and withdrawal.
ON_THE_REGISTER = ("signed_up", "attended", "absent")

#: Whoever does the work is asked for the activity's checks; attendees are not.
CHECKED_ROLES = ("helper", "professional")

#: How many people a member may be let bring along, and how many a coordinator may put on a line.
MOST_COMPANIONS, MOST_ON_LINE = 9, 99

#: Bytes of chance in a link that takes a place kept for somebody, and the least length that gives it.
PLACE_BYTES = 24
PLACE_LENGTH = 20

#: How many days before it begins people are reminded of a session,
REMIND_DAYS = 2
#: and for how many hours after they signed up they need no reminder.
JUST_TOLD_HOURS = 12

#: Mails that people wait for, who are rung where no mail reaches them: kind → the field with the call.
RUNG = {
    "place_freed": "place_todo_id",
    "cancelled": "news_todo_id",
    "moved": "news_todo_id",
    "on_again": "news_todo_id",
}
CALLS = tuple(dict.fromkeys(RUNG.values()))
#: On lines whose first and last moment are taken from their stretches, which stay as they are.
FROM_STRETCHES = Mark("timebank_from_stretches")


class TimebankAttendance(models.Model):
    """One person at one session, from the sign-up to the credits: a line of the register."""

    _name = "timebank.attendance"
    _description = "Attendance"
    _inherit = [
        "timebank.of.bank",
        "timebank.prepared",
        "timebank.protected",
        "timebank.verbs",
        "timebank.told",
    ]
    _typed_hours = {"hours": "minutes"}
    _order = "start desc, session_id.id, role, partner_id, id"
    _rec_names_search = ["partner_id", "session_id"]
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "waiting_since",
            "offered_until",
            "claim_code",
            "clash_reason",
            "clash_session_ids",
            "settled_on",
            "settle_no",
            "effect",
            "effect_minutes",
            "hours_id",
            "hours_recognised",
            "problem",
            "waived_reason",
            "forgot_check_out",
            "place_todo_id",
            "news_todo_id",
        }
    )
    _verbs_with_reason = frozenset({"action_reverse", "action_waive", "action_sign_up_anyway"})
    _personal_fields = {
        "partner_id": ABOUT,
        "companion_names": WORDS,
        "claim_code": SECRET,
        "hours_id": NAMED,
        "place_todo_id": OURS,
        "news_todo_id": OURS,
    }

    # Who, where
    session_id = fields.Many2one(
        "timebank.session", required=True, ondelete="restrict", index=True, check_company=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, ondelete="restrict", index=True, check_company=True
    )
    role = fields.Selection(
        [("helper", "Helper"), ("attendee", "Attendee"), ("professional", "Professional")],
        required=True,
        default="attendee",
    )
    companions = fields.Integer(
        "Brings",
        default=0,
        aggregator="sum",
        help="How many people come along. Each takes a place; they earn and pay no credits.",
    )
    companion_names = fields.Char(
        "Who comes along",
        groups="timebank_coproduction.group_timebank_coordinator",
        help="For whoever runs the session. Erased when the register is closed, or the session cancelled.",
    )
    activity_id = fields.Many2one(related="session_id.activity_id", store=True, precompute=True, index=True)
    scheme_id = fields.Many2one(related="session_id.scheme_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="session_id.company_id", store=True, precompute=True)
    start = fields.Datetime(related="session_id.start", store=True, precompute=True)
    session_state = fields.Selection(related="session_id.state", string="Session's state")
    avatar_128 = fields.Image(related="partner_id.avatar_128")
    # The register
    state = fields.Selection(
        [
            ("signed_up", "Signed up"),
            ("waiting", "Waiting"),
            ("attended", "Attended"),
            ("absent", "Absent"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="signed_up",
        index=True,
    )
    present = fields.Boolean("Here", compute="_compute_present", inverse="_inverse_present")
    minutes = fields.Integer(default=0, aggregator="sum", help="0: until attended.")
    hours = hours_field("minutes", "Hours", editable=True, store=True, precompute=True, aggregator="sum")
    check_in = fields.Datetime("In", help="When the first stretch began.")
    check_out = fields.Datetime("Out", help="When the last stretch ended.")
    forgot_check_out = fields.Boolean(
        "Forgot to sign out", readonly=True, help="Signed out at the end of the session by the system."
    )
    # The waiting list
    waiting_since = fields.Datetime(readonly=True, copy=False)
    offered_until = fields.Datetime(
        "Place kept until",
        readonly=True,
        copy=False,
        help="A place has become free and is kept for this person.",
    )
    claim_code = fields.Char("Code of the place", readonly=True, copy=False, groups="base.group_system")

    # Mails and calls
    reminded = fields.Boolean(readonly=True, copy=False)
    place_todo_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_system",
        help="The call about the place that is kept for them, or the to-do that nobody made it in time.",
    )
    news_todo_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_system",
        help="The call about what was moved, or called off.",
    )

    _once = models.UniqueIndex("(session_id, partner_id)", "This person is on the register already.")
    _minutes_of_a_day = models.Constraint(
        f"CHECK (minutes BETWEEN 0 AND {DAY})", "Nobody attends for more than 24 hours."
    )
    _out_after_in = models.Constraint("CHECK (check_out >= check_in)", "Nobody leaves before they came.")
    _attended_some_time = models.Constraint(
        "CHECK (state != 'attended' OR minutes > 0 OR check_in IS NOT NULL)",
        "Who attended did so for at least a minute.",
    )
    _companions_of_attendees = models.Constraint(
        f"CHECK (companions BETWEEN 0 AND {MOST_ON_LINE} AND (companions = 0 OR role = 'attendee'))",
        f"Who takes part can bring up to {MOST_ON_LINE} people; helpers and professionals bring nobody.",
    )
    _offered_to_waiting = models.Constraint(
        "CHECK (offered_until IS NULL OR state = 'waiting')", "Places are kept for those who wait."
    )
    _claim_unique = models.UniqueIndex(
        "(claim_code) WHERE claim_code IS NOT NULL", "That link to a place is taken."
    )
    _newest = models.Index("(start DESC)")
    _of_person = models.Index("(partner_id, start) WHERE state IN ('signed_up', 'attended')")
    # who had met whom before a period is read of all the history: from here, without the rows themselves
    _of_links = models.Index(
        "(session_id) INCLUDE (partner_id) WHERE role = 'attendee' AND state = 'attended'"
    )

    @verb()
    def init(self):
        self.env.registry.post_init(self.env.cr.execute, register_ddl.CREATE)

    @api.depends("state")
    def _compute_present(self):
        for one in self:
            one.present = one.state == "attended"

    def _inverse_present(self):
        for one in self:
            if one.present != (one.state == "attended"):
                one.state = "attended" if one.present else "signed_up"

    @api.depends("partner_id", "session_id")
    def _compute_display_name(self):
        for one in self:
            person, session = one.partner_id.name, one.session_id.name
            one.display_name = (
                self.env._("%(person)s at %(session)s", person=person, session=session)
                if person and session
                else person or session
            )

    @api.onchange("present")
    def _onchange_present(self):
        if self.present and not self.minutes:
            self.hours = to_hours(self.session_id.minutes)
        if not self.present:
            self.hours = 0

    def _get_people(self):
        """How many places this line takes, or waits for."""
        return 1 + self.companions

    @api.onchange("role", "partner_id", "companions")
    def _onchange_place(self):
        """Somebody new for whom there is no place will wait, whatever was proposed."""
        if not self._origin and self.session_id._origin:
            full = self.session_id._origin._is_full(self.role, self._get_people())
            if full:
                self.hours = 0
            if full or self.state == "waiting":
                self.state = "waiting" if full else "signed_up"

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self.browse()._prepare_vals(vals) for vals in vals_list]
        reasons = [vals.pop("why_anyway", "") for vals in vals_list]
        if not self._is_in_verb() and any(
            vals.get("state", "signed_up") not in ON_THE_REGISTER for vals in vals_list
        ):
            raise UserError(self.env._("The waiting list fills by itself: sign people up instead."))
        if not self._is_in_verb():
            self.env["timebank.session"]._queue_beyond_places(vals_list)
        sessions = self.env["timebank.session"].browse(vals.get("session_id") for vals in vals_list)
        for vals, session in zip(vals_list, sessions, strict=True):
            if vals.get("state") == "attended" and not vals.get("minutes") and not vals.get("check_in"):
                vals["minutes"] = session.minutes
        lines = super().create(vals_list)
        for line, vals in zip(lines, vals_list, strict=True):
            if vals.get("check_in") and not line.stretch_ids:
                line._put_stretch(line.check_in, line.check_out)
                if line.check_out and not vals.get("minutes"):
                    line._in_verb().write({"minutes": line._sum_stretches()})
        if not self._is_in_verb():
            queued = lines.filtered(lambda one: one.state == "waiting")
            queued._in_verb().write({"waiting_since": fields.Datetime.now()})
        lines._check_minutes()
        lines._look_at_places()
        if not self._is_in_verb():
            lines._keep_reasons(reasons)
            (lines - lines._hold_back())._check_joining()
            self.flush_model()
            lines._close_helpers_todo()
        return lines

    def write(self, vals):
        vals = self._prepare_vals(vals)
        reason = vals.pop("why_anyway", "")
        if reason and not self._is_in_verb():
            changed = self.filtered(lambda one: one.may_waive or one.clash_reason != reason)
            changed.action_sign_up_anyway(reason)
        if not self._is_in_verb():
            self._raise_refusals(self._get_refusals_to_edit(vals))
        if vals.get("state") in ("absent", "signed_up", "withdrawn"):
            vals.update(minutes=0, check_in=False, check_out=False)
        if vals.get("state") == "withdrawn":
            vals.update(companions=0, companion_names=False)
        joining, result = self._get_joining(vals), True
        if vals.get("state") in TAKES_A_PLACE:
            # sudo: nobody may read the link to a place, whoever uses it up
            kept = self.sudo().filtered("offered_until")
            kept._in_verb().write({"offered_until": False, "claim_code": False})
        from_stretches = self._is_in_verb() and FROM_STRETCHES.is_on(self)
        if joining or vals.get("offered_until"):
            self._look_at_places()
        if not {"state", "minutes", "check_in"}.intersection(vals):
            result = super().write(vals)
        else:
            for minutes, lines in self.grouped(lambda one: one._minutes_with(vals)).items():
                result = super(TimebankAttendance, lines).write({**vals, "minutes": minutes})
            self._check_minutes()
        if {"check_in", "check_out"}.intersection(vals) and not from_stretches:
            self._take_times(vals)
        if "state" in vals or not vals.get("offered_until", True):
            self._drop_calls(*CALLS if vals.get("state") == "withdrawn" else ["place_todo_id"])
        if joining and not self._is_in_verb():
            joining._check_joining()
            joining._close_helpers_todo()
        if "role" in vals or ("companions" in vals and vals.get("state") != "withdrawn"):
            self.session_id._offer_free_places()
        return result

    def _close_helpers_todo(self):
        """Whoever was asked to find helpers has them, once as many of these lines come as are wanted."""
        helping = self.filtered(lambda one: one.role == "helper" and one.state in TAKES_A_PLACE)
        helping.session_id._close_helpers_todo()

    def _get_joining(self, vals):
        """The lines that ``vals`` give another role, or places that they don't take yet."""
        joining = self.browse()
        if "role" in vals:
            joining |= self.filtered(lambda one: one.role != vals["role"])
        if vals.get("state") in TAKES_A_PLACE:
            joining |= self.filtered(lambda one: one.state not in TAKES_A_PLACE)
        if vals.get("companions"):
            joining |= self.filtered(
                lambda one: (
                    one.companions < vals["companions"] and (one.state in TAKES_A_PLACE or one.offered_until)
                )
            )
        return joining

    @api.ondelete(at_uninstall=True)
    def _unlink_only_undone(self):
        for one in self:
            if one.settled_on or one.session_state == "done":
                raise UserError(
                    self.env._("“%s” has been logged: re-open the session first.", one.display_name)
                )
        self._refuse_words_kept()

    def _refuse_words_kept(self):
        """Why somebody was let off, or in two places, isn't removed with the line by who wrote it.

        :raises AccessError: for others than managers, who may remove such words
        """
        if self.env.su or self.env.user.has_group("timebank_coproduction.group_timebank_manager"):
            return
        # sudo: whether there are such words, also former ones, and none of them
        words = self.env["timebank.words"].sudo().with_context(active_test=False)
        kept = words.search([("attendance_id", "in", self.ids)], limit=1).attendance_id
        if kept:
            raise AccessError(
                self.env._(
                    "What was written about “%s” is kept: take them off the session instead; a manager can"
                    " delete the line.",
                    kept.display_name,
                )
            )

    def unlink(self):
        sessions = self.session_id
        self._drop_calls()
        result = super().unlink()
        sessions._offer_free_places()
        return result

    def _prepare_vals(self, vals):
        """The tick is a state. Where a screen sends both, a tick makes somebody signed up attended.

        Taken away again before it was saved, it changes nothing.
        """
        vals = super()._prepare_vals(vals)
        if "present" in vals:
            present = vals.pop("present")
            if not present and self and "attended" not in self.mapped("state"):
                return vals
            vals.setdefault("state", "signed_up")
            if present and vals["state"] == "signed_up":
                vals["state"] = "attended"
        return vals

    def _minutes_with(self, vals):
        """The minutes that a line has with ``vals``: ticked off without a time, all of the session."""
        minutes = vals.get("minutes", self.minutes)
        attended = vals.get("state", self.state) == "attended"
        if attended and not minutes and not vals.get("check_in", self.check_in):
            return self.session_id.minutes
        return minutes

    def _check_minutes(self):
        """:raises UserError: naming the first line with more minutes than its session has"""
        for one in self:
            if one.minutes > one.session_id.minutes:
                raise UserError(
                    self.env._(
                        "%(person)s can't have been there for longer than the session, %(length)s hours.",
                        person=one.partner_id.name,
                        length=one.session_id._say_length(),
                    )
                )

    def _raise_refusals(self, refusals):
        if refusals:
            raise UserError("\n".join(dict.fromkeys(refusals.values())))

    def _look_at_places(self):
        """Have PostgreSQL compare places with the register while the request can still be tried again.

        Left alone, it would do so at the commit (``tools/register_ddl.py``).
        """
        precommit, cr = self.env.cr.precommit, self.env.cr
        if not precommit.data.get("timebank_places"):
            precommit.data["timebank_places"] = True
            precommit.add(lambda: register_ddl.look_now(cr))

    # ------------------------------------------------------------
    # Mails
    # ------------------------------------------------------------

    def _notify(self, kind, **what):
        """Have the mail ``kind`` sent to those who want such mails; whoever it can't reach is rung
        about what they wait for.

        :param what: further values of the ``timebank.session.notice``
        """
        if not self:
            return
        lines = self.sudo()  # sudo: mails are the bank's, whoever caused them
        readers = lines.env["timebank.member"]._read_group(
            [
                ("scheme_id", "in", lines.scheme_id.ids),
                ("partner_id", "in", lines.partner_id.ids),
                ("session_mails", "=", True),
            ],
            ["scheme_id", "partner_id"],
        )
        if not readers:
            return
        readers = {(scheme.id, partner.id) for scheme, partner in readers}
        keys = zip(lines.ids, lines._get_columns("scheme_id", "partner_id"), strict=True)
        wanting = lines.browse(line_id for line_id, key in keys if key in readers)
        mailable = wanting.partner_id._get_mailable()
        to_ring = wanting.filtered(lambda one: one.partner_id not in mailable)
        wanting -= to_ring
        if kind in RUNG:
            to_ring._ring(kind)
        if not wanting:
            return
        # sudo: mails that the verb owes; its user has no right of their own to them
        notices = self.env["timebank.session.notice"].sudo()
        waiting = notices.search([("attendance_id", "in", wanting.ids), ("kind", "=", kind)]).attendance_id
        notices.create([{"attendance_id": one.id, "kind": kind, **what} for one in wanting - waiting])
        # sudo: the job sends what is waiting; starting it early tells nothing
        self.env.ref("timebank_coproduction.cron_session_notices").sudo()._trigger()

    def _ring(self, kind):
        """A call to each of these people about what the mail ``kind`` would have told them.

        It takes the place of an earlier one of that sort, which tells what isn't so any more.
        """
        self._drop_calls(RUNG[kind])
        for one, call in self._plan_calls(lambda one: one._say_call(kind)).items():
            one._in_verb().write({RUNG[kind]: call.id})

    def _drop_calls(self, *names):
        """Nobody has to be rung any more about these lines.

        :param names: the fields with the calls; all of them, unless said otherwise
        """
        # sudo: nobody reads which to-dos there are through a line, whoever settled it
        lines = self.sudo()
        for name in names or CALLS:
            called = lines._having(name)
            called[name].filtered("active").unlink()  # what was done stays
            called._in_verb().write({name: False})

    def _get_to_ring(self):
        """Those of these lines whose people are still to be rung about news of their session."""
        # sudo: nobody reads which to-dos there are through a line
        called = self.sudo()._having("news_todo_id").filtered(lambda one: one.news_todo_id.active)
        return called.with_env(self.env)

    def _drop_notices(self, kind):
        """Have mails of that kind that haven't gone out yet never go out.

        :return: the lines that they were about
        """
        # sudo: the verb's own mails; its user has no right of their own to them
        notices = self.env["timebank.session.notice"].sudo()
        waiting = notices.search([("attendance_id", "in", self.ids), ("kind", "=", kind)])
        lines = waiting.attendance_id.with_env(self.env)
        waiting.unlink()
        return lines

    def _say_call(self, kind):
        """What somebody is rung about, whom the mail ``kind`` can't reach."""
        session = self.session_id._say()
        return {
            "place_freed": self.env._("a place that is free for them: %s", session),
            "cancelled": self.env._("what doesn't take place: %s", session),
            "moved": self.env._("what has moved: %s", session),
            "on_again": self.env._("what takes place after all: %s", session),
        }[kind]

    def _get_call_place(self):
        """The session's, where whoever runs it looks."""
        return self.session_id

    def _get_broker(self):
        return self.session_id._get_own_runner() or super()._get_broker()

    @job
    def _cron_remind(self):
        """Remind those signed up of what begins soon."""
        now = fields.Datetime.now()
        lines = self.search(
            [
                ("state", "=", "signed_up"),
                ("reminded", "=", False),
                ("session_id.state", "=", "open"),
                ("start", ">", now),
                ("start", "<=", fields.Datetime.add(now, days=REMIND_DAYS)),
            ]
        )
        self.env["timebank.job"]._in_parts([(type(self)._remind, lines)])

    def _remind(self):
        # Who has signed up within the last hours was told everything just then.
        recent = fields.Datetime.subtract(fields.Datetime.now(), hours=JUST_TOLD_HOURS)
        self.filtered(lambda one: one.create_date < recent)._notify("reminder")
        self._in_verb().write({"reminded": True})

    def _get_mail_button(self, mail, member):
        if mail == "mail_session_place_freed":
            return self.env._("Take the place"), self._get_place_url()
        if mail == "mail_session_thanks":
            return self.env._("My hours"), "/hours"
        if self.session_id.state == "draft":
            return None  # its page comes with its opening
        return self.env._("Open the session"), f"/sessions/{self.session_id.id}"

    def _get_place_url(self):
        self.ensure_one()
        # sudo: for the mail to the person whose place it is
        return f"{self.get_base_url()}/timebank/place/{self.sudo().claim_code}"

    # ------------------------------------------------------------
    # That their session has moved
    # ------------------------------------------------------------

    def _tell_move(self, before):
        """Have those on these lines of one session told that it was moved.

        Who waits for the news of an earlier move is told once, of both; who was told
        nothing of a move that has been undone is told nothing at all.

        :param dict before: the session's time and place until now
        """
        # sudo: the verb's own mails; its user has no right of their own to them
        pending = (
            self.env["timebank.session.notice"]
            .sudo()
            .search([("attendance_id", "in", self.ids), ("kind", "=", "moved")])
        )
        undone = pending.filtered(lambda notice: notice._is_undone())
        untouched = undone.attendance_id
        undone.unlink()
        if before["start"] != self.session_id.start:
            self._in_verb().write({"reminded": False})
        (self - untouched)._notify("moved", **before)

    def _get_move(self):
        """The news of a move that this line's person is being told."""
        self.ensure_one()
        # sudo: for the mail to the person whose line it is
        return (
            self.env["timebank.session.notice"]
            .sudo()
            .search([("attendance_id", "=", self.id), ("kind", "=", "moved")], limit=1)
        )

    def _say_when_before(self):
        """Day and time at which the session was to be, for the mail that says that it was moved."""
        move = self._get_move()
        return say_span(self.env, move.start, move.stop, move.tz) if move else ""

    def _say_where_before(self):
        return self._get_move().location or ""
