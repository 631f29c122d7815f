from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import minutes as minutes_tool
from ...tools.minutes import DAY, clock
from ..common.hours_field import hours_field, valid_minutes
from ..common.odoo_private import time_zones
from ..common.personal import ABOUT, NAMED, WORDS
from ..common.words import say_day
from ..member.timebank_member import ROLES

#: What an entry says. Once a coordinator has decided, only a reversal can change it.
CONTENT = frozenset(
    {
        "scheme_id",
        "date",
        "minutes",
        "start_minute",
        "partner_id",
        "receiver_id",
        "pot_id",
        "role",
        "project_id",
        "evidence",
    }
)

#: What a member can't say about their own entry.
COORDINATORS_ONLY = frozenset({"role", "source"})

#: After how many days an entry has waited too long for approval.
LATE_DAYS = 14


class TimebankHours(models.Model):
    _name = "timebank.hours"
    _description = "Hours Given"
    _inherit = [
        "timebank.prepared",
        "timebank.in.bank",
        "timebank.bank.followed",
        "timebank.dated",
        "timebank.protected",
        "timebank.verbs",
        "timebank.todo",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _rec_names_search = ["partner_id", "description"]
    _check_company_auto = True
    _protected_fields = frozenset(
        {"state", "approver_id", "approved_on", "refusal_reason", "earns_credit", "todo_id"}
    )
    _verbs_with_reason = frozenset({"action_refuse", "action_reverse"})
    _typed_hours = {"hours": "minutes"}
    _todo_type = "timebank_coproduction.mail_activity_approve"
    _todo_state = "submitted"
    _personal_fields = {
        "partner_id": ABOUT,
        "receiver_id": ABOUT,
        "description": WORDS,
        "approver_id": NAMED,
        "refusal_reason": WORDS,
        "pot_id": NAMED,
        "evidence": WORDS,
        "evidence_name": WORDS,
        "receiver_words": WORDS,
    }

    # indexed with the day
    scheme_id = fields.Many2one(index=False)
    # Who gave what to whom
    partner_id = fields.Many2one(
        "res.partner",
        string="Given by",
        required=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: self.env.user.partner_id if not self._is_coordinating() else False,
    )
    member_id = fields.Many2one("timebank.member", compute="_compute_members")
    role = fields.Selection(ROLES, compute="_compute_role", store=True, precompute=True, readonly=False)
    receiver_id = fields.Many2one(
        "res.partner",
        string="Received by",
        ondelete="restrict",
        check_company=True,
        help="A person or organisation of the time bank, who pays the credits. Empty means the bank itself.",
    )
    receiver_member_id = fields.Many2one("timebank.member", compute="_compute_members")
    # What, when, where
    date = fields.Date(index=True)
    tz = fields.Selection(
        time_zones,
        string="Time zone",
        compute="_compute_tz",
        store=True,
        precompute=True,
        copy=False,
        help="Where the time was given, as its bank or session says: its day is over when it is over there.",
    )
    start_minute = fields.Integer(
        "Began at (minute)", default=-1, help="Minutes after midnight; below zero where not known."
    )
    minutes = fields.Integer(required=True, aggregator="sum")
    hours = hours_field("minutes", "Hours", editable=True, store=True, precompute=True, aggregator="sum")
    category_id = fields.Many2one("timebank.category", ondelete="restrict", index=True)
    category_policy = fields.Selection(related="scheme_id.category_policy")
    description = fields.Char()
    project_id = fields.Many2one(
        "project.project",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain="[('timebank_open_to_ids', '=?', scheme_id)]",
    )
    source = fields.Selection(
        [
            ("portal", "Member"),
            ("coordinator", "Coordinator"),
            ("session", "Session"),
            ("kiosk", "Kiosk"),
            ("import", "Import"),
            ("api", "Other system"),
        ],
        required=True,
        copy=False,
        default=lambda self: "coordinator" if self._is_coordinating() else "portal",
    )
    # The decision
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "To approve"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("reversed", "Reversed"),
        ],
        required=True,
        default="draft",
    )
    approver_id = fields.Many2one("res.users", "Approved by", readonly=True, copy=False)
    approved_on = fields.Datetime("Approved on", readonly=True, copy=False)
    refusal_reason = fields.Char("Reason", readonly=True, copy=False)
    earns_credit = fields.Boolean(
        "Earns credits",
        readonly=True,
        copy=False,
        help="Decided at approval: professionals earn only where the bank says so.",
    )
    revision = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        help="How many times it has been changed: whoever approves says which they have read.",
    )
    transfer_ids = fields.One2many("timebank.transfer", "hours_id", string="Credits")
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")
    is_mine = fields.Boolean(compute="_compute_is_mine", search="_search_is_mine")

    # When it began
    start_time = fields.Char(
        "Began at",
        compute="_compute_start_time",
        readonly=False,
        help="Only needed to tell apart two stretches of the same length on one day.",
    )

    # Paid by a pot
    pot_id = fields.Many2one(
        "timebank.account",
        string="Paid from",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('kind', '=', 'pot'), ('scheme_id', '=', scheme_id), ('state', '=', 'open')]",
        help="A pot that pays for the time. Empty: whoever received it, or the bank itself.",
    )

    _minutes_of_a_day = models.Constraint(
        f"CHECK (minutes BETWEEN 1 AND {DAY})", "An entry lasts between one minute and 24 hours."
    )
    _start_of_a_day = models.Constraint(
        f"CHECK (start_minute BETWEEN -1 AND {DAY - 1})", "A starting time lies between 0:00 and 23:59."
    )
    _not_to_oneself = models.Constraint(
        "CHECK (receiver_id != partner_id)", "Nobody gives time to themselves."
    )
    _decided = models.Constraint(
        "CHECK (state != 'approved' OR approved_on IS NOT NULL)", "An approval says when it was given."
    )
    _no_double = models.UniqueIndex(
        """(scheme_id, partner_id, date, minutes, start_minute, COALESCE(receiver_id, 0),
            COALESCE(project_id, 0))
           WHERE state IN ('submitted', 'approved')""",
        "These hours have been recorded already. If they are different hours, give both a starting time.",
    )
    _newest_of_bank = models.Index("(scheme_id, date DESC, id DESC)")
    _of_giver = models.Index("(partner_id, date)")
    _of_receiver = models.Index("(receiver_id, date) WHERE receiver_id IS NOT NULL")
    _to_approve = models.Index("(scheme_id, date) WHERE state = 'submitted'")
    # who had met whom before a period is read of all the history: from here, without the rows themselves
    _of_links = models.Index(
        "(date) INCLUDE (scheme_id, partner_id, receiver_id, session_id, role)"
        " WHERE state = 'approved' AND (receiver_id IS NOT NULL OR session_id IS NOT NULL)"
    )

    @api.depends("scheme_id", "partner_id", "receiver_id")
    def _compute_members(self):
        members = self._get_members()
        for entry in self:
            entry.member_id = members.get((entry.scheme_id.id, entry.partner_id.id))
            entry.receiver_member_id = members.get((entry.scheme_id.id, entry.receiver_id.id))

    @api.depends("scheme_id", "partner_id")
    def _compute_role(self):
        members = self._get_members()
        for entry in self:
            member = members.get((entry.scheme_id._origin.id, entry.partner_id._origin.id))
            entry.role = member.role if member else entry.role or False

    @api.depends("scheme_id")
    def _compute_tz(self):
        for entry in self:
            entry.tz = entry._get_usual_zone()

    def _get_members(self):
        """The memberships of givers and receivers: dict of (bank id, partner id) → member."""
        people = self.partner_id | self.receiver_id
        return self.env["timebank.member"]._find_in_banks(self.scheme_id, people)

    @api.depends_context("uid")
    @api.depends("partner_id", "date", "minutes")
    def _compute_display_name(self):
        for entry in self:
            if not entry._origin:
                entry.display_name = self.env._("New")
                continue
            entry.display_name = self.env._(
                "%(person)s, %(time)s on %(date)s",
                person=(entry.partner_id and entry.partner_id._say_name()) or "?",
                time=clock(entry.minutes),
                date=say_day(self.env, entry.date) or "?",
            )

    @api.depends("state", "date")
    def _compute_is_late(self):
        limit = self._late_before()
        for entry in self:
            entry.is_late = entry.state == "submitted" and bool(entry.date) and entry.date < limit

    def _search_is_late(self, operator, value):
        if operator != "in" or False in value:
            return NotImplemented
        return [("state", "=", "submitted"), ("date", "<", self._late_before())]

    @api.depends_context("uid")
    @api.depends("partner_id", "receiver_id")
    def _compute_is_mine(self):
        """Whether the user gave or received the time."""
        me = self.env.user.partner_id
        for entry in self:
            entry.is_mine = me in (entry.partner_id | entry.receiver_id)

    def _search_is_mine(self, operator, value):
        if operator != "in" or False in value:
            return NotImplemented
        me = self.env.user.partner_id.id
        return ["|", ("partner_id", "=", me), ("receiver_id", "=", me)]

    @api.depends("start_minute")
    def _compute_start_time(self):
        for entry in self:
            known = entry.start_minute >= 0
            entry.start_time = minutes_tool.clock(entry.start_minute) if known else False

    @api.onchange("partner_id", "receiver_id")
    def _onchange_partner_id(self):
        """The bank is known where giver and receiver have one in common only."""
        self._follow(self.partner_id | self.receiver_id, "active")

    @api.onchange("start_time")
    def _onchange_start_time(self):
        """Show how it was understood, or why not, while it is typed."""
        self.start_minute = self._parse_start_time(self.start_time)

    def _get_usual_zone(self):
        """The time zone of where time is given that nothing else is said of: the bank's."""
        # sudo: whoever gave the time; only its time zone is asked
        return self.scheme_id.sudo().tz

    def _get_zone(self):
        """The time zone that this entry's day is of."""
        return self.tz or self._get_usual_zone()

    def _late_before(self):
        """Entries given before this day have waited too long."""
        return fields.Date.subtract(fields.Date.context_today(self), days=LATE_DAYS)

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        nobody = self.browse()  # self is the original, where an entry is copied
        vals_list = [nobody._prepare_vals(vals) for vals in vals_list]
        for vals in vals_list:
            nobody._check_content(vals)
        entries = super().create(vals_list)
        entries._check_recordable()
        return entries

    def write(self, vals):
        vals = self._prepare_vals(vals)
        if not self._is_in_verb():
            self._check_content(vals)
        if self._is_in_verb() or not CONTENT.intersection(vals):
            return super().write(vals)
        # sudo: what they said until now stays in their history
        waiting = {one: one._say_content() for one in self.sudo() if one.state == "submitted"}
        result = super().write(vals)
        self.check_access("write")  # nobody hands an entry on to where they have no say
        self._check_recordable()
        for entry, said in waiting.items():
            entry._note_change(said)
        # sudo: whoever changed it; the number says nothing else
        for revision, entries in self.sudo().grouped("revision").items():
            # what the receiver said was said of something else
            again = {"revision": revision + 1, "receiver_says": False, "receiver_words": False}
            entries._in_verb().write(again)
        return result

    def _say_content(self):
        """What whoever approves this entry lets through, in words."""
        roles = dict(self._fields["role"]._description_selection(self.env))
        parts = (
            self.partner_id.name,
            clock(self.minutes),
            say_day(self.env, self.date),
            self.start_time,
            roles.get(self.role),
            self.receiver_id and self.env._("for %s", self.receiver_id.name),
            self.pot_id and self.env._("paid from %s", self.pot_id.name),
            self.project_id.name,
            self.evidence_name,
            self.scheme_id.name,
        )
        return ", ".join(filter(None, parts))

    def _note_change(self, said):
        """Keep what an entry said when it was handed in, where that has been changed since: somebody may
        have looked at it before.
        """
        says = self._say_content()
        if says != said:
            self._message_log(
                author_id=self.env.user.partner_id.id,
                body=self.env._(
                    "Changed while it waited for approval. Until now: %(before)s. From now on: %(after)s.",
                    before=said,
                    after=says,
                ),
            )

    def copy_data(self, default=None):
        """The same again, today: made by whoever copies it, and in the role that the giver has."""
        default = default or {}
        vals_list = [
            {**vals, "date": entry.scheme_id._today(), **default}
            for entry, vals in zip(self, super().copy_data(default), strict=True)
        ]
        for vals in vals_list:
            if not self._is_coordinating() or vals.get("partner_id") == self.env.user.partner_id.id:
                vals.pop("role", None)
        return vals_list

    @api.ondelete(at_uninstall=True)
    def _unlink_only_undecided(self):
        for entry in self:
            if entry.state not in ("draft", "refused"):
                raise UserError(
                    self.env._(
                        "“%s” has been handed in: refuse or reverse it instead of deleting it.",
                        entry.display_name,
                    )
                )

    # What the to-do asks of whom
    def _get_todo_summary(self):
        total = clock(sum(self.mapped("minutes")))
        return self.env._("%(count)s to approve, %(time)s hours", count=len(self), time=total)

    def _get_concerned(self):
        return self.partner_id | self.receiver_id

    def _get_deciders(self):
        """The project's manager if they are one, else the bank's coordinators."""
        deciders = super()._get_deciders()
        return (self.project_id.user_id & deciders) or deciders

    def _is_coordinating(self):
        """Whether the user runs banks, and is not only a member of one."""
        return self.env.user.has_group("timebank_coproduction.group_timebank_coordinator")

    # ------------------------------------------------------------
    # Whom a member may name without being able to look them up (models/common/naming.py).
    # ------------------------------------------------------------

    def _get_nameable(self, name, records, vals_list):
        """A member names who takes part in the bank of an entry too, and the projects that it serves."""
        usual = self.scheme_id[:1].id or self.env["timebank.scheme"]._get_usual().id
        wanted = {vals.get("scheme_id") or usual for vals in vals_list}
        # sudo: only whether they take part in the user's own bank is asked
        members = self.env["timebank.member"].sudo()
        mine = members.search(
            [("partner_id", "=", self.env.user.partner_id.id), ("state", "in", ("active", "paused"))]
        ).scheme_id
        if name not in ("receiver_id", "project_id") or wanted - set(mine.ids):
            return records.browse()
        for scheme in mine.browse(wanted):
            if name == "project_id":
                records &= scheme.project_ids
            else:
                records &= members.search(
                    [
                        ("scheme_id", "=", scheme.id),
                        ("state", "=", "active"),
                        ("partner_id", "in", records.ids),
                    ]
                ).partner_id
        return records

    def _get_known(self, people):
        """Those of ``people`` who know the user: time has gone between them."""
        own = self.env.user.partner_id.id
        # sudo: only who they are is asked, by one of the two
        entries = self.sudo()
        given = [("partner_id", "=", own), ("receiver_id", "in", people.ids)]
        received = [("receiver_id", "=", own), ("partner_id", "in", people.ids)]
        pairs = entries._read_group(
            [("state", "=", "approved"), "|", "&", *given, "&", *received], ["partner_id", "receiver_id"]
        )
        return people & people.browse().union(*(giver | receiver for giver, receiver in pairs))

    # ------------------------------------------------------------
    # What anybody may write: well-formed times, undecided entries, a member's own fields.
    # ------------------------------------------------------------

    def _prepare_vals(self, vals):
        """The time of day at which it began is kept in minutes, and a role left empty the membership says."""
        vals = super()._prepare_vals(vals)
        if "start_time" in vals:
            vals["start_minute"] = self._parse_start_time(vals.pop("start_time"))
        if "start_minute" in vals:
            vals["start_minute"] = valid_minutes(self.env, vals["start_minute"] or 0)
        if not vals.get("role", True):
            del vals["role"]
        self._prepare_evidence(vals)
        return vals

    def _check_content(self, vals):
        """:param dict vals: of a create (without records) or a write, in order
        :raises UserError: what can't be
        """
        self._check_times(vals)
        if self._is_to_oneself(vals):
            raise UserError(self.env._("Nobody gives time to themselves: choose who received it."))
        if not self.env.su and COORDINATORS_ONLY.intersection(vals):
            self._check_members_own(vals)
        if CONTENT.intersection(vals):
            for entry in self:
                if entry.state not in ("draft", "submitted"):
                    raise UserError(
                        self.env._(
                            "“%s” has been decided: it can't be changed any more, but it can be reversed.",
                            entry.display_name,
                        )
                    )
        self._check_may_spend(vals)

    def _check_times(self, vals):
        if not 1 <= vals.get("minutes", 1) <= DAY:
            raise UserError(self.env._("An entry lasts between one minute and 24 hours."))
        if not -1 <= vals.get("start_minute", -1) < DAY:
            raise UserError(self.env._("A starting time lies between 0:00 and 23:59."))

    def _is_to_oneself(self, vals):
        """Whether giver and receiver would be the same person."""
        if not self:
            giver = vals.get("partner_id", self.env.user.partner_id.id)
            return bool(giver) and vals.get("receiver_id") == giver
        return any(
            vals.get("partner_id", entry.partner_id.id) == vals.get("receiver_id", entry.receiver_id.id)
            for entry in self
        )

    def _check_members_own(self, vals):
        """What a member can't say of an entry, nor a coordinator of their own: its role lets it earn."""
        me, coordinating = self.env.user.partner_id, self._is_coordinating()
        names = COORDINATORS_ONLY.intersection(vals) - ({"source"} if coordinating else set())
        for entry in self or self.new():
            giver = vals.get("partner_id") or entry.partner_id.id or me.id
            if coordinating and giver != me.id:
                continue
            scheme = (
                vals.get("scheme_id") or entry.scheme_id.id or self.env["timebank.scheme"]._get_usual().id
            )
            usual = self.new({"partner_id": giver, "scheme_id": scheme})
            same = giver == entry.partner_id.id
            for name in names:
                if vals[name] and vals[name] not in (usual[name], same and entry[name]):
                    raise AccessError(self._say_members_own(coordinating))

    def _say_members_own(self, coordinating):
        if coordinating:
            return self.env._(
                "Nobody sets their own terms: another coordinator says in which role you gave it."
            )
        return self.env._("Only a coordinator can say how an entry was made and in which role.")

    # ------------------------------------------------------------
    # The time of day at which an entry began, as people write it.
    # ------------------------------------------------------------

    def _parse_start_time(self, text):
        """:return: minutes after midnight, -1 where nothing was given"""
        text = str(text or "").strip()  # whoever sends a number means the hour
        if not text:
            return -1
        try:
            return minutes_tool.time_of_day(text)
        except ValueError as error:
            raise UserError(
                self.env._("“%s” is not a time of day: write it as 14:30 or 2.30pm.", text)
            ) from error

    # ------------------------------------------------------------
    # Time that a pot pays for, instead of whoever received it.
    # ------------------------------------------------------------

    def _check_may_spend(self, vals):
        """:raises UserError: where a pot is to pay that the user may not spend"""
        pot = self.env["timebank.account"].browse(vals.get("pot_id") or ())
        if pot and not self.env.su:
            reason = pot._why_not_spend()
            if reason:
                raise UserError(reason)
