from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.wellbeing import QUESTIONS
from ..common.personal import OURS
from ..common.verb import verb
from ..common.windows import ask, open_dialog, open_form, open_list, tell
from ..common.words import say_day
from .timebank_wellbeing_invitation import REMINDABLE

#: For how many days a wave takes answers, unless it says otherwise.
USUAL_DAYS = 28
#: Who joined or left up to so many days before such a wave began is asked in it, unless one before did.
JUST_BEFORE = 30
PURPOSES = [
    ("joining", "When people join"),
    ("regular", "Everybody, every so often"),
    ("leaving", "When people leave"),
    ("course", "Around a course"),
]
#: What a round asks, and whom: it stays so once people have been asked.
ASKED = frozenset("scheme_id purpose activity_id audience scale_id before_id date_from".split())
#: What stays as well once it is closed.
CLOSED = ASKED | {"grant_id", "date_to"}


class TimebankWellbeingWave(models.Model):
    """One round of asking people how they are: who is asked, until when, and what it is for."""

    _name = "timebank.wellbeing.wave"
    _description = "Round of Well-being Questions"
    _inherit = [
        "timebank.in.bank",
        "timebank.protected",
        "timebank.reasoned",
        "timebank.wellbeing.results",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _protected_fields = frozenset({"state"})
    _verbs_to_confirm = frozenset({"action_invite"})
    _check_company_auto = True
    _personal_fields = {"name": OURS}

    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, precompute=True, required=True, tracking=True
    )
    purpose = fields.Selection(PURPOSES, required=True, default="regular", tracking=True)
    grant_id = fields.Many2one(
        "timebank.grant",
        index="btree_not_null",
        ondelete="restrict",
        domain="['|', ('scheme_ids', '=', False), ('scheme_ids', '=?', scheme_id)]",
        check_company=True,
        tracking=True,
        help="The grant whose report tells of it; without one it is the bank's own.",
    )
    activity_id = fields.Many2one(
        "timebank.activity",
        string="Course",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('scheme_id', '=', scheme_id)]",
        help="Who signed up for its sessions is asked.",
    )
    audience = fields.Selection(
        [("all", "All members"), ("supported", "People we support")],
        string="Asks",
        required=True,
        default="all",
        help="Organisations are never asked.",
    )
    plans_calls = fields.Boolean(
        "Calls for whom no mail reaches",
        default=True,
        help="A to-do for each of them who has a telephone, to ring and read the questions out; the others"
        " get a sheet.",
    )
    scale_id = fields.Many2one(
        "timebank.wellbeing.scale",
        string="Asks besides",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('is_on', '=', True)]",
        check_company=True,
        help="A licensed scale, one to a round, once a manager has entered it and its licence.",
    )
    before_id = fields.Many2one(
        "timebank.wellbeing.wave",
        string="Compared with",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('scheme_id', '=', scheme_id), ('id', '!=', id)]",
        help="Who answered in that round is asked again, and compared with what they said then. Without one,"
        " everybody is compared with their first answer.",
    )
    date_from = fields.Date(
        "From",
        required=True,
        compute="_compute_date_from",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    date_to = fields.Date(
        "Until",
        required=True,
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="The last day on which answers are taken; links end with it.",
    )
    state = fields.Selection(
        [("draft", "Being prepared"), ("running", "Asking"), ("done", "Closed")],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
        copy=False,
    )
    invitation_ids = fields.One2many(
        "timebank.wellbeing.invitation", "wave_id", string="Asked", readonly=True
    )
    response_ids = fields.One2many("timebank.wellbeing.response", "wave_id", string="Answers")
    due_count = fields.Integer("Would be asked", compute="_compute_due_count")
    due_text = fields.Char("How they would be asked", compute="_compute_due_count")
    begins_later = fields.Boolean(compute="_compute_begins_later")
    asked_count = fields.Integer("People asked", compute="_compute_counts")
    answered_count = fields.Integer("People who answered", compute="_compute_counts")
    waiting_count = fields.Integer("Not answered yet", compute="_compute_counts")
    remindable_count = fields.Integer("Not reminded yet", compute="_compute_counts")
    results = fields.Json(compute="_compute_results")

    _days_in_order = models.Constraint("CHECK (date_to >= date_from)", "A round can't end before it begins.")

    # ------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------

    @api.depends("purpose", "date_from")
    def _compute_name(self):
        purposes = {
            "joining": self.env._("Well-being on joining"),
            "regular": self.env._("Well-being of all"),
            "leaving": self.env._("Well-being on leaving"),
            "course": self.env._("Well-being around a course"),
        }
        for wave in self:
            if wave.purpose and wave.date_from:
                month = say_day(self.env, wave.date_from, "MMMM y")
                wave.name = self.env._("%(what)s, %(month)s", what=purposes[wave.purpose], month=month)

    @api.depends("scheme_id")
    def _compute_date_from(self):
        """Today, by the bank's clocks."""
        for wave in self.filtered(lambda one: not one.date_from):
            scheme = wave.scheme_id
            wave.date_from = scheme._today() if scheme else fields.Date.context_today(wave)

    @api.depends("date_from")
    def _compute_date_to(self):
        for wave in self:
            if wave.date_from and (not wave.date_to or wave.date_to < wave.date_from):
                wave.date_to = wave.date_from + timedelta(days=USUAL_DAYS)

    @api.depends(
        "scheme_id",
        "purpose",
        "activity_id",
        "audience",
        "before_id",
        "date_from",
        "date_to",
        "state",
        "plans_calls",
    )
    @api.depends_context("lang")
    def _compute_due_count(self):
        for wave in self:
            asks = wave.scheme_id and wave.date_from and wave.date_to and wave.state != "done"
            people = wave._find_people() if asks else self.env["res.partner"]
            wave.due_count = len(people)
            wave.due_text = wave._say_ways(people)

    @api.depends("date_from", "scheme_id")
    def _compute_begins_later(self):
        for wave in self:
            wave.begins_later = bool(
                wave.scheme_id and wave.date_from and wave.date_from > wave.scheme_id._today()
            )

    @api.depends("invitation_ids.state", "invitation_ids.told_by", "invitation_ids.reminded_on")
    def _compute_counts(self):
        invitations = self.env["timebank.wellbeing.invitation"]
        own = Domain("wave_id", "in", self.ids)
        counts = {
            (wave.id, state): count
            for wave, state, count in invitations._read_group(own, ["wave_id", "state"], ["__count"])
        }
        remindable = dict(invitations._read_group(own & REMINDABLE, ["wave_id"], ["__count"]))
        for wave in self:
            wave.asked_count = sum(
                counts.get((wave.id, state), 0) for state in ("asked", "answered", "declined")
            )
            wave.answered_count = counts.get((wave.id, "answered"), 0)
            wave.waiting_count = counts.get((wave.id, "asked"), 0)
            wave.remindable_count = remindable.get(wave._origin, 0)

    @api.depends(*(f"response_ids.{question}" for question in QUESTIONS))
    @api.depends_context("lang", "uid")
    def _compute_results(self):
        for wave in self:
            wave.results = wave._origin and wave._origin._make_section() or False

    @api.constrains("grant_id", "scheme_id", "before_id", "activity_id")
    def _check_bank(self):
        for wave in self:
            # sudo: whether they go together; the sentence tells nothing of them
            grant = wave.sudo().grant_id
            if grant and grant.scheme_ids and wave.scheme_id not in grant.scheme_ids.sudo(self.env.su):
                raise ValidationError(
                    self.env._("That grant doesn’t serve this time bank: choose one that does.")
                )
            beside = wave.sudo().before_id.scheme_id | wave.sudo().activity_id.scheme_id
            if beside - wave.scheme_id.sudo():
                raise ValidationError(
                    self.env._("The course, and the round before, are of the same time bank.")
                )

    @api.constrains("scale_id")
    def _check_scale(self):
        for wave in self:
            if wave.scale_id and not wave.scale_id.is_on:
                raise ValidationError(
                    self.env._("“%s” isn’t in use: a manager switches it on.", wave.scale_id.name)
                )

    def write(self, vals):
        if not (self.env.su or self._is_in_verb()):
            for wave in self:
                wave._refuse_asked(vals)
        return super().write(vals)

    def _refuse_asked(self, vals):
        """:raises UserError: for what stays as people were asked"""
        if self.state == "done" and CLOSED.intersection(vals):
            raise UserError(
                self.env._("“%s” is closed, and stays as it was asked: begin a new round.", self.name)
            )
        if self.state == "running" and ASKED.intersection(vals):
            raise UserError(
                self.env._("“%s” has begun, and stays as people were asked: begin a new round.", self.name)
            )
        other = "grant_id" in vals and (vals["grant_id"] or False) != self.grant_id.id
        if other and self.sudo().response_ids:  # sudo: whether anybody has answered
            raise UserError(
                self.env._("People have answered “%s” already: whose grant it is about stays.", self.name)
            )

    @api.ondelete(at_uninstall=True)
    def _unlink_only_unasked(self):
        # sudo: whether there is anything to keep
        waves = self.sudo()
        if waves.response_ids:
            raise UserError(self.env._("People have answered: the round is closed, not deleted."))
        if waves.invitation_ids:
            raise UserError(
                self.env._("People have been asked: the round is closed, not deleted, so that it counts.")
            )

    # ------------------------------------------------------------
    # Whom it asks
    # ------------------------------------------------------------

    def _find_people(self):
        """The contacts who are to be asked, and haven't been yet."""
        self.ensure_one()
        members = self.env["timebank.member"].search(self._get_members_domain())
        people = members.partner_id
        if self.before_id:
            # sudo: who answered there, of the same bank
            people &= self.before_id.sudo().response_ids.partner_id.with_env(self.env)
        return people - self._get_asked_before()

    def _get_members_domain(self):
        domain = Domain(
            [
                ("scheme_id", "=", self.scheme_id.id),
                ("role", "!=", "organisation"),
                ("partner_id.is_company", "=", False),
                ("forgotten_on", "=", False),
            ]
        )
        if self.audience == "supported":
            domain &= Domain("role", "=", "beneficiary")
        if self.before_id:
            return domain & Domain("state", "!=", "applicant")
        begun = self.date_from - timedelta(days=JUST_BEFORE)
        if self.purpose == "leaving":
            return domain & Domain(
                [("state", "=", "left"), ("left_on", ">=", begun), ("left_on", "<=", self.date_to)]
            )
        domain &= Domain("state", "=", "active")
        domain &= Domain("joined_on", "=", False) | Domain("joined_on", "<=", self.date_to)
        if self.purpose == "joining":
            domain &= Domain("joined_on", ">=", begun)
        elif self.purpose == "course" and not self.activity_id:
            return Domain.FALSE
        elif self.purpose == "course":
            # sudo: who signed up, of an activity of the same bank
            lines = (
                self.env["timebank.attendance"]
                .sudo()
                .search(
                    [
                        ("session_id.activity_id", "=", self.activity_id.id),
                        ("scheme_id", "=", self.scheme_id.id),
                        ("state", "in", ("signed_up", "attended")),
                    ]
                )
            )
            domain &= Domain("partner_id", "in", lines.partner_id.ids)
        return domain

    def _get_asked_before(self):
        """Who has been asked in this round; of those who join or leave, in any such round of the bank."""
        domain = Domain("wave_id", "=", self._origin.id)
        if self.purpose in ("joining", "leaving") and not self.before_id:
            domain |= Domain([("wave_id.purpose", "=", self.purpose), ("scheme_id", "=", self.scheme_id.id)])
        # sudo: whom the bank has asked, so that nobody is asked twice
        invitations = self.env["timebank.wellbeing.invitation"].sudo().search(domain)
        return invitations.partner_id.with_env(self.env)

    # ------------------------------------------------------------
    # What is done with it
    # ------------------------------------------------------------

    def _why_not_ask(self):
        """Why nobody can be asked or answer any more, or an empty string."""
        self.ensure_one()
        if self.state == "done":
            return self.env._("“%s” is closed: begin a new round.", self.name)
        if self.date_to < self.scheme_id._today():
            return self.env._("“%s” is over: give it a later last day first.", self.name)
        if self.purpose == "course" and not self.activity_id and not self.before_id:
            return self.env._("Say which course “%s” is around.", self.name)
        if self.begins_later:
            return self.env._(
                "“%(round)s” begins on %(day)s: ask people then.",
                round=self.name,
                day=say_day(self.env, self.date_from),
            )
        return ""

    def _say_ways(self, people):
        """How many of these contacts would be asked in which way; an empty string for nobody."""
        if not people:
            return ""
        domain = [("scheme_id", "=", self.scheme_id.id), ("partner_id", "in", people.ids)]
        unwanted = self.env["timebank.member"].search([*domain, ("wellbeing_mails", "=", False)]).partner_id
        wanting = people - unwanted
        mailed = wanting._get_mailable()
        silent = wanting - mailed
        rung = silent.filtered("phone") if self.plans_calls else silent.browse()
        parts = [self.env._("%s by mail", len(mailed))]
        if rung:
            parts.append(self.env._("%s to ring, by to-dos of yours", len(rung)))
        if by_sheet := len(silent - rung):
            without = self.env._("%s by a sheet, as they have no telephone number", by_sheet)
            parts.append(
                without if self.plans_calls else self.env._("%s by a sheet, without a call", by_sheet)
            )
        if unwanted:
            parts.append(self.env._("want no such mails: %s", len(people & unwanted)))
        return ", ".join(parts)

    @verb(single=True)
    def action_ask_invite(self):
        """:return: the dialog that says how many would be asked in which way, and asks whether it is meant
        :raises UserError: as :meth:`action_invite`
        """
        self.check_access("write")
        self._refuse_to_ask()
        return ask(self, "action_invite", self.env._("Ask people"))

    def _explain(self, verb):
        if verb != "action_invite":
            return ""
        lines = [
            self.env._("Asked now: %(ways)s.", ways=wave.due_text) for wave in self if wave.due_text
        ] or [self.env._("Everybody has been asked already.")]
        if any(wave.plans_calls for wave in self):
            lines.append(
                self.env._(
                    "To give sheets instead of ringing, switch off “Calls for whom no mail reaches” first."
                )
            )
        return "\n".join(lines)

    def _refuse_to_ask(self):
        """:raises UserError: for a round that asks nobody any more, or not yet, or has nobody to ask"""
        why = self._why_not_ask()
        if not why and not self.due_count and not self.asked_count:
            why = self.env._("“%s” has nobody to ask: see whom it is for.", self.name)
        if why:
            raise UserError(why)

    @verb()
    def action_invite(self):
        """Ask everybody whom these rounds are for and who hasn't been asked: by mail, a call or a sheet.

        :return: what was done, in the corner of the screen
        :raises UserError: for a round that is over, or has nobody to ask
        """
        self.check_access("write")
        told = []
        for wave in self:
            wave._refuse_to_ask()
            invitations = wave._invite()
            told.append(invitations._say_told())
        return tell(" ".join(told))

    def _invite(self):
        """Ask who is to be asked now.

        :return: the new invitations
        """
        self.ensure_one()
        # sudo: invitations are made by this verb alone; whose wave it is was asked
        invitations = self.env["timebank.wellbeing.invitation"].sudo()
        people = self._find_people()
        invitations = invitations._make(self, people)
        if self.state == "draft":
            self._in_verb().write({"state": "running"})
        invitations._tell_asked()
        return invitations.with_env(self.env)

    @verb()
    def action_remind(self):
        """Remind by mail, once, who was asked by mail and hasn't answered."""
        self.check_access("write")
        for wave in self:
            why = wave._why_not_ask()
            if why:
                raise UserError(why)
        # sudo: invitations change by verbs alone; whose waves they are was asked
        reminded = self.sudo().invitation_ids._remind()
        if not reminded:
            raise UserError(
                self.env._("Nobody is left to remind: each is reminded once, and only who was asked by mail.")
            )
        people = self.env["timebank.wellbeing.invitation"]._say_people(len(reminded))
        return tell(self.env._("Reminded: %s.", people))

    @verb()
    def action_close(self):
        """Take no more answers; links and sheets end."""
        self.check_access("write")
        self._close()
        return True

    def _close(self):
        self._in_verb().write({"state": "done"})
        # sudo: keys and calls end with the wave; whoever closes it was asked
        self.sudo().invitation_ids._end()

    @verb(single=True)
    def action_follow_up(self):
        """A new round that asks the same people again."""
        self.check_access("write")
        return open_form(self._follow_up())

    def _follow_up(self):
        return self.create(
            {
                "scheme_id": self.scheme_id.id,
                "purpose": self.purpose,
                "grant_id": self.grant_id.id,
                "activity_id": self.activity_id.id,
                "audience": self.audience,
                "before_id": self.id,
                "plans_calls": self.plans_calls,
                "scale_id": self.scale_id.filtered("is_on").id,
                "date_from": self.scheme_id._today(),
            }
        )

    @verb(single=True)
    def action_view_asked(self):
        """Who was asked, and what has become of it."""
        return open_list(
            self.env,
            "timebank_wellbeing_invitation_action",
            [("wave_id", "=", self.id)],
            {"search_default_waiting": self.state == "running"},
            display_name=self.env._("Asked: %s", self.name),
        )

    @verb(single=True)
    def action_view_answered(self):
        """Who has answered, and how it came."""
        return open_list(
            self.env,
            "timebank_wellbeing_response_action",
            [("wave_id", "=", self.id)],
            {},
            display_name=self.env._("Answers: %s", self.name),
        )

    @verb(single=True)
    def action_print_sheets(self):
        """A sheet for each who was asked and hasn't answered."""
        self.check_access("write")
        waiting = self.invitation_ids.filtered(lambda one: one.state == "asked")
        if not waiting:
            raise UserError(self.env._("Nobody is left to print a sheet for: ask people first."))
        return self.env.ref("timebank_coproduction.action_report_wellbeing_sheet").report_action(waiting)

    @verb(single=True)
    def action_type_sheets(self):
        """The dialog in which sheets are typed in, one after the other."""
        self.check_access("write")
        why = self._why_not_ask()
        if why:
            raise UserError(why)
        desk = self.env["timebank.wellbeing.answer"].create({"wave_id": self.id, "way": "paper"})
        return open_dialog(desk, self.env._("Type in sheets"))
