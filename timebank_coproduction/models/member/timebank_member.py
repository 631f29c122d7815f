from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL

from ..common.hours_field import hours_field
from ..common.personal import ABOUT, HELD, KEPT, NAMED
from ..common.verb import verb
from ..common.windows import open_dialog
from ..common.words import say_day
from ..ledger.words_field import for_coordinators

ROLES = [
    ("beneficiary", "Beneficiary"),
    ("volunteer", "Volunteer"),
    ("professional", "Professional"),
    ("organisation", "Organisation"),
]


class TimebankMember(models.Model):
    _name = "timebank.member"
    _description = "Time Bank Member"
    _inherit = [
        "timebank.in.bank",
        "timebank.protected",
        "timebank.personal.data",
        "timebank.reasoned",
        "timebank.told",
        "timebank.todo",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "name, id"
    _rec_names_search = ["partner_id"]
    _check_company_auto = True
    _protected_fields = frozenset({"state", "account_id", "left_on", "forgotten_on"})
    _own_terms = frozenset({"role", "trusted"})
    _verbs_with_reason = frozenset({"action_forget"})
    _todo_type = "timebank_coproduction.mail_activity_applicant"
    _todo_state = "applicant"
    _personal_fields = {
        "partner_id": ABOUT,
        "name": KEPT,
        "language_ids": HELD,
        "availability_ids": HELD,
        "account_id": NAMED,
    }
    _verbs_to_confirm = frozenset({"action_pause"})

    # Who
    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, ondelete="restrict", index=True, check_company=True
    )
    name = fields.Char(related="partner_id.name", store=True)
    role = fields.Selection(ROLES, required=True, default="volunteer", tracking=True, index=True)
    trusted = fields.Boolean(
        tracking=True, help="In a bank that trusts its members, this person's entries need no approval."
    )
    name_shown = fields.Selection(
        [
            ("full", "Full name"),
            ("initial", "First name and initial"),
            ("first", "First name"),
            ("hidden", "Not at all"),
        ],
        string="Name shown to others",
        required=True,
        default="initial",
        help="To other members, and at the door. Who isn't shown signs in with the member card. An"
        " organisation's name is shown whole.",
    )
    shown_name = fields.Char(compute="_compute_shown_name")
    avatar_128 = fields.Image(related="partner_id.avatar_128")
    email = fields.Char(related="partner_id.email")
    is_mailable = fields.Boolean(compute="_compute_is_mailable")
    phone = fields.Char(related="partner_id.phone")
    address = fields.Char(compute="_compute_address")
    # When
    joined_on = fields.Date("Joined on", tracking=True)
    left_on = fields.Date("Left on", readonly=True, tracking=True)
    supported_from = fields.Date("Supported from", help="When professional support for this person began.")
    supported_until = fields.Date("Supported until", help="When it ended; empty while it goes on.")
    state = fields.Selection(
        [("applicant", "Applicant"), ("active", "Active"), ("paused", "Paused"), ("left", "Left")],
        required=True,
        default="applicant",
        tracking=True,
        index=True,
    )
    applied_on = fields.Datetime(
        "Applied on the web",
        readonly=True,
        copy=False,
        help="When they asked to join on the bank's page, and agreed that it keeps what they wrote there.",
    )
    forgotten_on = fields.Date("Forgotten on", readonly=True, copy=False)
    # What they told the broker
    language_ids = fields.Many2many("timebank.language", string="Languages")
    availability_ids = fields.Many2many("timebank.availability", string="Free on")
    note = for_coordinators(
        fields.Html,
        "note",
        "member_id",
        "Notes",
        groups="timebank_coproduction.group_timebank_coordinator",
        help="For the coordinators of this bank; members don't see it, and nobody their own.",
    )
    # Figures
    account_id = fields.Many2one("timebank.account", readonly=True, copy=False, index="btree_not_null")
    balance_minutes = fields.Integer(related="account_id.balance_minutes")
    balance_hours = hours_field("balance_minutes", "Balance")
    below_warning = fields.Boolean(related="account_id.below_warning")

    _partner_unique = models.UniqueIndex(
        "(scheme_id, partner_id)", "This person is a member of that time bank already."
    )
    _support_in_order = models.Constraint(
        "CHECK (supported_until >= supported_from)", "Support can't end before it began."
    )
    _account_opened = models.Constraint(
        "CHECK (state = 'applicant' OR account_id IS NOT NULL)", "A member who has joined has an account."
    )

    @api.depends("name", "name_shown", "role", "partner_id.is_company")
    def _compute_shown_name(self):
        for member in self:
            words = (member.name or "").split()
            if member.name_shown == "hidden" or not words:
                member.shown_name = ""
            elif member.name_shown == "full" or member._is_organisation():
                member.shown_name = member.name
            elif len(words) == 1:
                member.shown_name = words[0]
            elif member.name_shown == "first":
                member.shown_name = words[0]
            else:
                member.shown_name = f"{words[0]} {words[-1][0]}."

    @api.depends("partner_id.email_normalized", "partner_id.message_bounce", "partner_id.is_blacklisted")
    def _compute_is_mailable(self):
        mailable = self.partner_id._origin._get_mailable()
        for member in self:
            member.is_mailable = member.partner_id._origin in mailable

    @api.depends("partner_id")
    def _compute_display_name(self):
        for member in self:
            member.display_name = member.partner_id.display_name or ""

    @api.depends("partner_id.street", "partner_id.street2", "partner_id.city", "partner_id.zip")
    def _compute_address(self):
        for member in self:
            person = member.partner_id
            parts = (person.street, person.street2, " ".join(filter(None, (person.city, person.zip))))
            member.address = ", ".join(filter(None, parts))

    @api.constrains("joined_on", "left_on")
    def _check_joined_before_leaving(self):
        for member in self:
            if member.joined_on and member.left_on and member.left_on < member.joined_on:
                raise ValidationError(self.env._("%s can't have left before joining.", member.name))

    def _field_to_sql(self, alias, field_expr, query=None):
        """The balance can be sorted and summed in hours too."""
        if field_expr == "balance_hours":
            return SQL("(%s / 60.0)", self._field_to_sql(alias, "balance_minutes", query))
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _find_in_banks(self, schemes, partners):
        """The memberships of ``partners`` in ``schemes``, in one query.

        :return: dict of (bank id, partner id) → member, whom the user may not be able to read
        """
        # sudo: verbs need the role, state and account of people that their user can't look up
        members = self.sudo().search_fetch(
            [("scheme_id", "in", schemes._origin.ids), ("partner_id", "in", partners._origin.ids)],
            self._get_names_to_find(),
            order="id",  # by name would have to be sorted
        )
        return dict(zip(members._get_columns("scheme_id", "partner_id"), members, strict=True))

    def _get_names_to_find(self):
        """The fields of a member that verbs look at, read together."""
        asked = ["scheme_id", "partner_id", "role", "state", "account_id", "trusted", "name", "forgotten_on"]
        return [*asked, *self._get_mail_switches()]

    # CRUD
    def write(self, vals):
        for name in ("partner_id", "scheme_id"):
            if name in vals and any(member.account_id and member[name].id != vals[name] for member in self):
                raise UserError(
                    self.env._("A member with an account stays the same person in the same time bank.")
                )
        result = super().write(vals)
        if "scheme_id" in vals:
            self.check_access("write")  # nobody is moved to where the user has no say
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_only_applicants(self):
        for member in self:
            if member.account_id and not member._is_in_verb():
                raise UserError(
                    self.env._("%s has an account: use “Leave” instead of deleting.", member.name)
                )

    # Actions
    @verb()
    def action_activate(self):
        """Open the account of applicants; welcome back those who paused or left."""
        self.check_access("write")
        for member in self:
            closed = member.scheme_id._why_closed()
            if closed:
                raise UserError(closed)
            if member.forgotten_on:
                raise UserError(self.env._("Nothing is known any more of who this was: add them anew."))
        without = self.filtered(lambda member: not member.account_id)
        without._refuse_taking_oneself_in()
        # sudo: an account is opened by the membership, not by hand; the user may write these members.
        accounts = (
            self.env["timebank.account"]
            .sudo()
            .create(
                [
                    {"scheme_id": member.scheme_id.id, "kind": "member", "partner_id": member.partner_id.id}
                    for member in without
                ]
            )
        )
        for member, account in zip(without, accounts, strict=True):
            joined_on = member.joined_on or member.scheme_id._today()
            member._in_verb().write({"account_id": account.id, "joined_on": joined_on})
        # sudo: the verb was allowed above; the account follows its membership
        (self - without).account_id.sudo().filtered(lambda account: account.state != "open").action_reopen()
        # sudo: who comes back is no archived contact any more; the user may write the membership
        self.partner_id.sudo().filtered(lambda person: not person.active).action_unarchive()
        self._in_verb().write({"state": "active", "left_on": False})
        self._close_todos()
        without._invite()
        return True

    def _refuse_taking_oneself_in(self):
        """:raises AccessError: for an applicant who would decide in which role they earn"""
        me = self.env.user.partner_id
        for member in self.filtered(lambda one: one.partner_id == me and not self.env.su):
            raise AccessError(
                self.env._(
                    "Nobody takes themselves in: who does says in which role you take part. %s",
                    member.scheme_id._say_whom_to_ask(me),
                )
            )

    @verb()
    def action_pause(self):
        """Nothing can be recorded for a paused member; the credits stay."""
        self._leave_active(self.env._("Only an active member can be paused."), {"state": "paused"})
        return True

    def _explain(self, verb):
        """What pausing does, and what goes on for these members unless somebody sees to it."""
        if verb != "action_pause":
            return super()._explain(verb)
        lines = [
            self.env._(
                "Nothing can be recorded for who pauses; the credits stay. A membership that is over ends"
                " with “Leave”."
            )
        ]
        for member in self:
            for matter in member._get_matters_in_pause():
                lines.append(f"{member.name}: {matter}" if len(self) > 1 else matter)
        return "\n".join(lines)

    def _get_matters_in_pause(self):
        """What becomes of what is open for a member who pauses: sentences. A subject adds its own."""
        self.ensure_one()
        return []

    @verb()
    def action_leave(self):
        """Ask what becomes of all that is open for these members, before their memberships end.

        :return: an action opening ``timebank.leaving``, which ends them
        :raises UserError: where somebody has not joined, or has left with nothing open
        """
        self._check_can_leave()
        leaving = self.env["timebank.leaving"].create({"member_ids": [Command.set(self.ids)]})
        return open_dialog(leaving, self.env._("End a membership"))

    @verb()
    def action_view_statement(self):
        return self.account_id.action_view_statement()

    @verb(single=True)
    def action_open_gift(self):
        """Ask how much is given from the member's account, and to whom."""
        return self.account_id.action_open_gift()

    def _check_can_leave(self):
        """:raises UserError: where somebody has not joined, or has left with nothing open"""
        self.check_access("write")
        for member in self:
            if member.state == "applicant" or member.state == "left" and not member.balance_minutes:
                raise UserError(self.env._("Only a member who has joined can leave."))

    def _get_open_matters(self, day):
        """What is open for this member that leaving on ``day`` settles. A subject adds its own.

        :return: list of (what there is, what becomes of it), each a sentence
        """
        self.ensure_one()
        matters = []
        pots = self._get_held_pots()
        if pots:
            matters.append(
                (
                    self.env._("Holds a pot: %s", ", ".join(pots.mapped("name"))),
                    self.env._("No longer; the others who hold it, or you, still do."),
                )
            )
        todos = self.sudo().activity_ids  # sudo: how many, for whoever ends the membership
        if todos:
            matters.append(
                (
                    self.env._("To-dos about them: %s", ", ".join(todos.mapped("display_name"))),
                    self.env._("Taken off the list."),
                )
            )
        return matters

    def _get_minutes_coming_back(self):
        """Minutes that settling what is open puts back on this member's account. A subject adds its own."""
        return 0

    def _get_held_pots(self):
        return self.env["timebank.account"].search_fetch(
            [("scheme_id", "in", self.scheme_id.ids), ("holder_ids", "in", self.partner_id.ids)]
        )

    def _settle(self, day, reason):
        """Settle what is open for these members: a subject adds its own."""
        for member in self:
            # sudo: who has left holds nothing any more, whoever keeps the pot; nobody is put in
            member._get_held_pots().sudo().write({"holder_ids": [Command.unlink(member.partner_id.id)]})
        # sudo: nobody acts for who has left
        self.sudo().deputy_ids.action_take_off()
        # sudo: nobody has to do anything about who has left, whoever was asked to
        self.sudo().activity_ids.unlink()

    def _end(self, day, reason):
        """End these memberships with ``day``, the last on which what they gave or received counts.

        :param str reason: why, for those who read about what was open
        """
        self.check_access("write")
        going = self.filtered(lambda member: member.state != "left")
        going._settle(day, reason)
        going._in_verb().write({"state": "left", "left_on": day})

    def _end_accounts(self):
        # sudo: the account follows the membership
        for member in self.sudo():
            member.account_id._end(member.left_on)

    def _leave_active(self, sentence, vals, states=("active",)):
        self.check_access("write")
        if any(member.state not in states for member in self):
            raise UserError(sentence)
        self._in_verb().write(vals)

    def _touch_rows_of_people(self):
        """Have whoever records or decides something for these people at the same moment try again."""
        self._touch_rows(SQL("state = state"))
        self.account_id._lock_rows()

    def _message_log_batch_same(self, text):
        return self._message_log_batch(bodies={member.id: text for member in self})

    def _say_former(self):
        """That this member has left or is paused, in a few words."""
        self.ensure_one()
        if self.state == "left":
            return self.env._("%(name)s left on %(day)s", name=self.name, day=say_day(self.env, self.left_on))
        return self.env._("%s is paused", self.name)

    def _why_not_taking_part(self, day=None):
        """Why nothing can be recorded for this member, or an empty string.

        :param day: the day of what is to be recorded: what was before they left counts
        """
        self.ensure_one()
        if self.forgotten_on:
            return self.env._("Nothing is known any more of who this was: add them anew.")
        if self.state == "left" and day and day <= self.left_on:
            # sudo: the sentence names the member only
            return self.account_id.sudo()._why_not_movable(day)
        if self.state == "active":
            return self.account_id.sudo()._why_not_movable()  # sudo: the sentence names the member only
        sentences = {
            "applicant": self.env._("%s has not been accepted yet: activate the membership first."),
            "paused": self.env._("%s is paused: activate the membership again first."),
            "left": self.env._("%s has left the time bank."),
        }
        return sentences[self.state] % self.name
