import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import codes
from ..common.personal import ABOUT, KEPT, SECRET
from ..common.verb import verb
from ..common.windows import ask, open_dialog
from ..common.words import say_day
from ..ledger.timebank_scheme import usual_day

MAIL, REMINDER = "timebank_coproduction.mail_wellbeing_asked", "timebank_coproduction.mail_wellbeing_reminder"
#: Whom a mail reminds, once.
REMINDABLE = Domain([("state", "=", "asked"), ("told_by", "=", "mail"), ("reminded_on", "=", False)])
#: In the context: the links of the mails that are being made, by invitation.
LINKS = "timebank_wellbeing_links"
TOKEN_BYTES = 24
#: Signs of a link's last part, and of the code on a sheet.
TOKEN_LENGTH, SHEET_LENGTH = 32, 6


class TimebankWellbeingInvitation(models.Model):
    """That somebody was asked in a round, how, and what became of it. It never says what they answered."""

    _name = "timebank.wellbeing.invitation"
    _description = "Asked about Well-being"
    _inherit = [
        "timebank.of.bank",
        "timebank.protected",
        "timebank.reasoned",
        "timebank.told",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "wave_id, id"
    _rec_name = "partner_id"
    _allow_sudo_commands = False
    _verbs_to_confirm = frozenset({"action_take_back"})
    _personal_fields = {
        "partner_id": ABOUT,
        "token": SECRET,
        "earlier_token": SECRET,
        "sheet_code": KEPT,
    }
    _goes_with_person = True

    wave_id = fields.Many2one(
        "timebank.wellbeing.wave",
        string="Round",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    wave_state = fields.Selection(related="wave_id.state", string="Round is")
    scheme_id = fields.Many2one(related="wave_id.scheme_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, readonly=True, ondelete="restrict", index=True
    )
    phone = fields.Char(related="partner_id.phone")
    state = fields.Selection(
        [
            ("asked", "Not answered yet"),
            ("answered", "Answered"),
            ("declined", "Would rather not"),
            ("young", "Under 16"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="asked",
        index=True,
    )
    told_by = fields.Selection(
        [("mail", "Mail"), ("call", "To ring"), ("none", "Wants no such mails"), ("hand", "By hand")],
        string="Asked by",
        required=True,
        readonly=True,
        default="hand",
    )
    asked_on = fields.Date(
        "Asked on",
        required=True,
        readonly=True,
        default=usual_day,
    )
    reminded_on = fields.Date("Reminded on", readonly=True)
    sheet_code = fields.Char("Code of the sheet", required=True, readonly=True, copy=False)
    takes_answer = fields.Boolean(compute="_compute_takes_answer")
    takes_back = fields.Boolean("Can take back", compute="_compute_takes_answer")
    token = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    earlier_token = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)

    _once = models.UniqueIndex("(wave_id, partner_id)", "This person has been asked in that round.")
    _sheet_once = models.UniqueIndex("(sheet_code)", "That sheet is somebody else’s.")
    _token_index = models.Index("(token) WHERE token IS NOT NULL")
    _earlier_index = models.Index("(earlier_token) WHERE earlier_token IS NOT NULL")

    @api.depends("state", "wave_id.state")
    @api.depends_context("uid")
    def _compute_takes_answer(self):
        """Whether the user may write down what this person says, or note that they take it back."""
        linked = self._origin._get_linked()
        for invitation in self:
            own = invitation._origin in linked
            invitation.takes_answer = invitation.can_change and not own and not invitation._why_not_be_asked()
            invitation.takes_back = invitation.can_change and invitation.state == "answered"

    def _make(self, wave, people):
        """Invitations of these contacts to a round; nobody has been told yet."""
        return self._in_verb().create(
            [
                {
                    "wave_id": wave.id,
                    "partner_id": partner.id,
                    "sheet_code": self._new_sheet_code(),
                    "asked_on": wave.scheme_id._today(),
                }
                for partner in people
            ]
        )

    def _new_sheet_code(self):
        return "".join(secrets.choice(codes.ALPHABET) for _place in range(SHEET_LENGTH))

    def _invalidate_keys(self):
        self._in_verb().write({"token": False, "earlier_token": False})

    # ------------------------------------------------------------
    # Telling people
    # ------------------------------------------------------------

    def _make_link(self):
        """A new private link; of the one before, and of it, the digests are kept."""
        self.ensure_one()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._in_verb().write({"earlier_token": self.token, "token": codes.digest(token)})
        return f"{self.get_base_url()}/timebank/wellbeing/{token}"

    def _mail_link(self, template):
        """Mail each of these people whom a mail reaches a link of their own.

        :return: the invitations of whom a mail went to, and of whom no mail reaches
        """
        wanting = self - self._get_unwanted(template, {one: one.partner_id for one in self})
        unreached = wanting._mail_people(template)
        return wanting - unreached, unreached

    def _send_mails(self, template, people):
        """Each with a link of their own."""
        links = {one.id: one._make_link() for one in self}
        linked = self.with_context(**{LINKS: links})
        return super(TimebankWellbeingInvitation, linked)._send_mails(template, people)

    def _tell_asked(self):
        """A mail to each whom it reaches; the coordinator rings the others, or hands them a sheet."""
        mailed, unreached = self._mail_link(MAIL)
        mailed._in_verb().write({"told_by": "mail"})
        # who has no number is given a sheet
        rung = unreached.filtered(lambda one: one.wave_id.plans_calls and one.partner_id.phone)
        rung._in_verb().write({"told_by": "call"})
        (unreached - rung)._in_verb().write({"told_by": "hand"})
        (self - mailed - unreached)._in_verb().write({"told_by": "none"})
        rung._plan_calls(
            lambda _one: self.env._("how they are"),
            note=lambda one: self.env._(
                "No mail reaches them. Open this to read the questions out, or give them a sheet: %s.",
                one.sheet_code,
            ),
        )

    def _remind(self, asked_before=None):
        """Mail once again, with a new link, who hasn't answered.

        :param asked_before: only who was asked on that day or earlier
        :return: the invitations of whom that was
        """
        waiting = self.filtered_domain(REMINDABLE)
        if asked_before:
            waiting = waiting.filtered(lambda one: one.asked_on <= asked_before)
        mailed, _unreached = waiting._mail_link(REMINDER)
        for scheme, own in waiting.grouped("scheme_id").items():
            own._in_verb().write({"reminded_on": scheme._today()})
        return mailed

    def _get_mail_button(self, mail, member):
        link = (self.env.context.get(LINKS) or {}).get(self.id)
        return (self.env._("Say how I am"), link) if link else None

    def _say_told(self):
        """How these people have been told, in a sentence or two."""
        if not self:
            return self.env._("Everybody has been asked already.")
        ways = self.grouped("told_by")
        sentences = []
        if "mail" in ways:
            sentences.append(self.env._("Asked by mail: %s.", self._say_people(len(ways["mail"]))))
        if "call" in ways:
            sentences.append(
                self.env._("To ring: %s; they are among your calls.", self._say_people(len(ways["call"])))
            )
        if "hand" in ways:
            sentences.append(self.env._("To be given a sheet: %s.", self._say_people(len(ways["hand"]))))
        if "none" in ways:
            sentences.append(self.env._("Want no such mails: %s.", self._say_people(len(ways["none"]))))
        return " ".join(sentences)

    def _say_people(self, count):
        return self.env._("1 person") if count == 1 else self.env._("%s people", count)

    def _say_until(self):
        """The last day, for mails, sheets and pages."""
        return say_day(self.env, self.wave_id.date_to, "d MMMM y")

    # ------------------------------------------------------------
    # Answering
    # ------------------------------------------------------------

    @api.model
    def _find_by_token(self, token):
        """The invitation whose link it is, as long as it can be answered; as superuser."""
        # sudo: the link, which only its person was sent, is the permission
        invitations = self.sudo()
        if not codes.may_be_link(token, TOKEN_LENGTH):
            return invitations
        key = codes.digest(token)
        found = invitations.search(["|", ("token", "=", key), ("earlier_token", "=", key)], limit=1)
        return found if found and not found._why_not_answer() else invitations

    def _why_not_answer(self):
        """Why no answer of this person's is taken, or an empty string."""
        self.ensure_one()
        if self.state == "withdrawn":
            return self.env._("%s isn’t asked any more.", self.partner_id.name)
        if self.wave_id.state != "running":
            return self.env._("“%s” is closed: it takes no more answers.", self.wave_id.name)
        return self.wave_id._why_not_ask()

    def _why_not_be_asked(self):
        """Why nobody asks this person the questions, or an empty string; their own link may still."""
        if self.state == "young":
            return self.env._("%s is under 16: nothing of theirs is kept.", self.partner_id.name)
        return self._why_not_answer()

    def _why_not_write_down(self):
        """Why nobody writes down what this person says, or an empty string."""
        self.ensure_one()
        if self._get_linked():
            return self.env._(
                "%s has answered by their own link: they alone change it, with that link. If they take it"
                " back, open them in the list of those asked and choose “They take it back”.",
                self.partner_id.name,
            )
        return self._why_not_be_asked()

    def _get_responses(self):
        """What these people have answered in their rounds."""
        if not self:
            return self.env["timebank.wellbeing.response"]
        answers = self.env["timebank.wellbeing.response"].search(
            [("wave_id", "in", self.wave_id.ids), ("partner_id", "in", self.partner_id.ids)]
        )
        keys = {(one.wave_id, one.partner_id) for one in self}
        return answers.filtered(lambda one: (one.wave_id, one.partner_id) in keys)

    def _get_linked(self):
        """Those of these people who have answered by their own link."""
        # sudo: only how an answer came, of who was asked in a round that the user may read
        answers = self.sudo().filtered(lambda one: one.state == "answered")._get_responses()
        own = {(one.wave_id.id, one.partner_id.id) for one in answers if one.way == "link"}
        return self.filtered(lambda one: (one.wave_id.id, one.partner_id.id) in own)

    def _get_last_days(self):
        """Invitation → the last day on which anybody was asked, or answered, who was asked in that round on
        the same day."""
        everybody = self.search(
            [("wave_id", "in", self.wave_id.ids), ("asked_on", "in", list(set(self.mapped("asked_on"))))]
        )
        answers = {(one.wave_id, one.partner_id): one.answered_on for one in everybody._get_responses()}
        days = {}
        for one in everybody:
            together = one.wave_id, one.asked_on
            answered = answers.get((one.wave_id, one.partner_id), one.asked_on)
            days[together] = max(days.get(together, one.asked_on), answered)
        return {one: days[one.wave_id, one.asked_on] for one in self}

    def _serves(self, grants, day):
        """Whether what was asked, and answered until a day, is told in the report on one of these grants."""
        if self.wave_id.grant_id:
            return self.wave_id.grant_id in grants
        return any(grant.date_start <= day and grant.date_end >= self.asked_on for grant in grants)

    def _answer(self, answers, way, points=None):
        """Take an answer, or change it, as superuser; who may was asked before.

        :param dict answers: question → 0 to 10, or ``None`` for whoever would rather not say
        :param str way: how it came
        :param points: of the round's licensed scale, one for each statement
        :raises UserError: when no answer is taken any more
        """
        self.ensure_one()
        why = self._why_not_answer()
        if why:
            raise UserError(why)
        self._touch_rows(SQL("state = state"))  # of two answers at once the second changes the first
        response = self._get_responses()
        vals = {**answers, "way": way, "scale_points": points, "answered_on": self.scheme_id._today()}
        vals["typed_by_id"] = False if way == "link" else self.env.uid
        if response:
            response._in_verb().write(vals)
        else:
            response = response._in_verb().create(
                {**vals, "wave_id": self.wave_id.id, "partner_id": self.partner_id.id}
            )
        self._settle("answered")
        return response

    def _settle(self, state):
        """What became of it; what was answered goes where somebody would rather not after all."""
        self._in_verb().write({"state": state})
        if state != "answered":
            self._get_responses()._in_verb().unlink()
        self._forget_calls()

    def _end(self):
        """The round is over: keys and calls end."""
        self._invalidate_keys()
        self._forget_calls()

    @verb(single=True)
    def action_read_out(self):
        """The dialog to read the questions out to somebody and write down what they say.

        :raises UserError: for who isn't asked any more, or has answered by their own link
        """
        self.check_access("write")
        why = self._why_not_write_down()
        if why:
            raise UserError(why)
        desk = self.env["timebank.wellbeing.answer"].create(
            {"wave_id": self.wave_id.id, "invitation_id": self.id, "way": "read_out"}
        )
        return open_dialog(desk, self.env._("Read out to %s", self.partner_id.name))

    @verb(single=True)
    def action_ask_take_back(self):
        """:return: the dialog that says what goes, and asks whether it is meant
        :raises UserError: as :meth:`action_take_back`
        """
        self.check_access("write")
        self._refuse_unanswered()
        return ask(self, "action_take_back", self.env._("They take it back"))

    @verb()
    def action_take_back(self):
        """These people take back that they agreed: what they answered goes, however it came, and it is noted
        who said so. They count as asked, and nobody asks them again in the round.

        :raises UserError: for who hasn't answered
        """
        self.check_access("write")
        self._refuse_unanswered()
        # sudo: invitations change by verbs alone; that the user may change these was asked
        asked = self.sudo()
        asked._settle("declined")
        for one in asked:
            one._message_log(
                author_id=self.env.user.partner_id.id,
                body=self.env._("%s has taken back what they answered: it is erased.", one.partner_id.name),
            )
        return True

    def _refuse_unanswered(self):
        """:raises UserError: where somebody has said nothing that they could take back"""
        silent = self.filtered(lambda one: one.state != "answered")
        if silent:
            raise UserError(
                self.env._("%s hasn’t answered: there is nothing to take back.", silent[0].partner_id.name)
            )

    def _explain(self, verb):
        if verb != "action_take_back":
            return super()._explain(verb)
        return self.env._(
            "What %s answered is erased, and can’t be brought back. They count as asked in this round, and"
            " as having said that they would rather not. It is noted that you wrote this down.",
            ", ".join(self.partner_id.mapped("name")),
        )

    @verb()
    def action_withdraw(self):
        """These people aren't asked any more: their links and sheets end. What was answered stays.

        :raises UserError: where nobody is left to be asked, and of a round that is closed
        """
        self.check_access("write")
        closed = self.wave_id.filtered(lambda wave: wave.state == "done")
        if closed:
            raise UserError(
                self.env._("“%s” is closed: who was asked in it stays as it was.", closed[0].name)
            )
        waiting = self.filtered(lambda one: one.state == "asked")
        if not waiting:
            raise UserError(self.env._("Only who hasn’t answered yet can be taken off the round."))
        # sudo: keys are nobody's to write; that the user may change these was asked
        waiting = waiting.sudo()
        waiting._in_verb().write({"state": "withdrawn"})
        waiting._end()
        return True
