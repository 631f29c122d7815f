from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools import bulk
from ..common.hours_field import hours_of, minutes_from_hours
from .timebank_session_counts import TAKES_A_PLACE

#: What the register may set; the other states come and go by sign-up and withdrawal.
ON_THE_REGISTER = ("signed_up", "attended", "absent")


class TimebankAttendance(models.Model):
    """One person at one session, from the sign-up to the credits: a line of the register."""

    _name = "timebank.attendance"
    _description = "Attendance"
    _inherit = ["timebank.protected", "timebank.verbs"]
    _order = "session_id, role, partner_id, id"
    _rec_names_search = ["partner_id", "session_id"]
    _check_company_auto = True

    _protected_fields = frozenset(
        {
            "waiting_since",
            "offered_until",
            "claim_code",
            "clash_reason",
            "settled_on",
            "settle_no",
            "effect",
            "effect_minutes",
            "hours_id",
            "hours_recognised",
            "problem",
            "waived_reason",
            "forgot_check_out",
        }
    )

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
    hours = hours_of("minutes", "Hours", editable=True, store=True, precompute=True, aggregator="sum")
    check_in = fields.Datetime("In")
    check_out = fields.Datetime("Out")
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
    claim_code = fields.Char("Claim code", readonly=True, copy=False, groups="base.group_system")

    clash_reason = fields.Char(
        "Why two at a time",
        readonly=True,
        copy=False,
        help="Why a coordinator let this person sign up for two sessions at a time.",
    )

    _once = models.UniqueIndex("(session_id, partner_id)", "This person is on the register already.")
    _minutes_of_a_day = models.Constraint(
        "CHECK (minutes BETWEEN 0 AND 1440)", "Nobody attends for more than 24 hours."
    )
    _out_after_in = models.Constraint("CHECK (check_out >= check_in)", "Nobody leaves before they came.")
    _attended_some_time = models.Constraint(
        "CHECK (state != 'attended' OR minutes > 0 OR check_in IS NOT NULL)",
        "Who attended did so for at least a minute.",
    )
    _offered_to_waiting = models.Constraint(
        "CHECK (offered_until IS NULL OR state = 'waiting')", "Places are kept for those who wait."
    )
    _claim_unique = models.UniqueIndex(
        "(claim_code) WHERE claim_code IS NOT NULL", "That claim link is taken."
    )
    _of_person = models.Index("(partner_id, start) WHERE state IN ('signed_up', 'attended')")

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
            one.display_name = self.env._(
                "%(person)s at %(session)s",
                person=one.partner_id.name or "?",
                session=one.session_id.name or "?",
            )

    @api.onchange("present")
    def _onchange_present(self):
        if self.present and not self.minutes:
            self.hours = self.session_id.minutes / 60
        if not self.present:
            self.hours = 0

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._prepare_line(vals) for vals in vals_list]
        if not self._is_door_open() and any(
            vals.get("state", "signed_up") not in ON_THE_REGISTER for vals in vals_list
        ):
            raise UserError(self.env._("The waiting list fills by itself: sign people up instead."))
        sessions = self.env["timebank.session"].browse(vals.get("session_id") for vals in vals_list)
        for vals, session in zip(vals_list, sessions, strict=True):
            if vals.get("state") == "attended" and not vals.get("minutes") and not vals.get("check_in"):
                vals["minutes"] = session.minutes
        lines = super().create(vals_list)
        lines._check_minutes()
        if not self._is_door_open():
            lines._check_joining()
            self.flush_model()
        return lines

    def write(self, vals):
        vals = self._prepare_line(vals)
        if not self._is_door_open():
            self._raise_refusals(self._get_refusals_to_edit(vals))
        if vals.get("state") in ("absent", "signed_up", "withdrawn"):
            vals.update(minutes=0, check_in=False, check_out=False)
        joining, result = self._get_joining(vals), True
        if not {"state", "minutes", "check_in"}.intersection(vals):
            result = super().write(vals)
        else:
            for minutes, lines in self.grouped(lambda one: one._minutes_with(vals)).items():
                result = super(TimebankAttendance, lines).write({**vals, "minutes": minutes})
            self._check_minutes()
        if joining and not self._is_door_open():
            joining._check_joining()
        return result

    def _get_joining(self, vals):
        """The lines that ``vals`` give another role, or a place that they don't take yet."""
        if "role" in vals:
            return self.filtered(lambda one: one.role != vals["role"])
        if vals.get("state") in TAKES_A_PLACE:
            return self.filtered(lambda one: one.state not in TAKES_A_PLACE)
        return self.browse()

    @api.ondelete(at_uninstall=False)
    def _unlink_only_undone(self):
        for one in self:
            if one.settled_on or one.session_state == "done":
                raise UserError(
                    self.env._("“%s” has been logged: re-open the session first.", one.display_name)
                )

    def unlink(self):
        sessions = self.session_id
        result = super().unlink()
        sessions._offer_free_places()
        return result

    def _prepare_line(self, vals):
        """Values with times in minutes and the tick as a state."""
        vals = dict(vals)
        minutes_from_hours(self.env, vals, {"hours": "minutes"})
        if "present" in vals:
            present = vals.pop("present")
            vals.setdefault("state", "attended" if present else "signed_up")
        return vals

    def _minutes_with(self, vals):
        """The minutes that a line has with ``vals``: ticked off without a time, all of the session."""
        minutes = vals.get("minutes", self.minutes)
        attended = vals.get("state", self.state) == "attended"
        if attended and not minutes and not vals.get("check_in", self.check_in):
            return self.session_id.minutes
        return minutes

    def _write_each(self, values):
        """Write values that differ from line to line, in one statement. For verbs only.

        :param dict values: line id → a dict of columns, the same for every line
        """
        if not values:
            return
        lines = self.browse(values)
        common = {"write_uid": self.env.uid, "write_date": self.env.cr.now()}
        rows = [{"id": line_id, **vals, **common} for line_id, vals in values.items()]
        columns, source = bulk.source(self._fields, rows)
        line = columns.pop("id")
        lines.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE timebank_attendance line SET %s FROM %s WHERE line.id = %s",
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value) for name, value in columns.items()
                ),
                source,
                line,
            )
        )
        names = list(columns)
        lines.invalidate_recordset(names, flush=False)
        lines.modified(names)

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
