from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import open_dialog, tell
from ..models.common.words import say_day
from ..tools import codes
from ..tools.wellbeing import LEAST, MOST, QUESTIONS

#: What somebody may type who would rather not say, or left the line empty on paper.
UNSAID = ("", "-", "–", "x")


class TimebankWellbeingAnswer(models.TransientModel):
    """Write down what somebody said when the questions were read out, or ticked on a sheet of paper.

    Sheets follow each other: the code, four figures, next. Who wrote it down is kept with the answer.
    """

    _name = "timebank.wellbeing.answer"
    _description = "Write Down an Answer"

    wave_id = fields.Many2one("timebank.wellbeing.wave", required=True, readonly=True, ondelete="cascade")
    way = fields.Selection(
        [("paper", "On paper"), ("read_out", "Read out")], required=True, readonly=True, default="paper"
    )
    invitation_id = fields.Many2one(
        "timebank.wellbeing.invitation",
        compute="_compute_invitation_id",
        store=True,
        readonly=False,
        ondelete="cascade",
    )
    sheet_code = fields.Char("Code of the sheet")
    asked_name = fields.Char(compute="_compute_asked_name")
    until = fields.Char(compute="_compute_asked_name")
    refusal = fields.Char(compute="_compute_earlier")
    earlier = fields.Char("Written down before", compute="_compute_earlier")
    replaces = fields.Boolean(
        "What was written down before goes", compute="_compute_questions", store=True, readonly=False
    )
    age_and_consent = fields.Boolean("16 or over, and agreed", help="Both are asked before the questions.")
    satisfied = fields.Char(compute="_compute_questions", store=True, readonly=False)
    worthwhile = fields.Char(compute="_compute_questions", store=True, readonly=False)
    happy = fields.Char(compute="_compute_questions", store=True, readonly=False)
    anxious = fields.Char(compute="_compute_questions", store=True, readonly=False)
    scale_id = fields.Many2one(related="wave_id.scale_id")
    scale_html = fields.Html("Statements of the scale", compute="_compute_scale_html", sanitize=False)
    scale_typed = fields.Char(
        "Points of the scale",
        compute="_compute_questions",
        store=True,
        readonly=False,
        help="A number for each statement, in order, - for one left out; such as 3443254.",
    )
    last_deed = fields.Char(readonly=True, help="What was written down before.")
    typed_count = fields.Integer("Sheets typed in", readonly=True)

    @api.depends("sheet_code", "wave_id")
    def _compute_invitation_id(self):
        for desk in self:
            if desk.way == "read_out":
                desk.invitation_id = desk.invitation_id
                continue
            code = codes.as_meant((desk.sheet_code or "").strip())
            desk.invitation_id = self.env["timebank.wellbeing.invitation"].search(
                [("wave_id", "=", desk.wave_id.id), ("sheet_code", "=", code)], limit=1
            )

    @api.depends("invitation_id")
    def _compute_asked_name(self):
        for desk in self:
            desk.asked_name = desk.invitation_id.partner_id.name or ""
            desk.until = desk.invitation_id._say_until() if desk.invitation_id else ""

    @api.depends("invitation_id")
    @api.depends_context("lang", "uid")
    def _compute_earlier(self):
        """What keeps this person's answer from being written down, or would go with it."""
        for desk in self:
            desk.refusal = desk.invitation_id._why_not_write_down() if desk.invitation_id else ""
            desk.earlier = "" if desk.refusal else desk._say_earlier()

    def _say_earlier(self):
        """That an answer of this person's was written down before, or an empty string."""
        answer = self.invitation_id._get_responses()
        if not answer:
            return ""
        return self.env._("Written down already on %s.", say_day(self.env, answer.answered_on))

    @api.depends("invitation_id")
    def _compute_questions(self):
        """Empty for each sheet: what was typed for the one before says nothing of the next."""
        for desk in self:
            desk.replaces = False
            for name in (*QUESTIONS, "scale_typed"):
                desk[name] = False

    @api.depends("scale_id", "way")
    @api.depends_context("lang")
    def _compute_scale_html(self):
        """What is read out of the scale; on a sheet it has been read."""
        for desk in self:
            desk.scale_html = (
                desk.way == "read_out"
                and desk.scale_id
                and self.env["ir.qweb"]._render(
                    "timebank_coproduction.wellbeing_scale_read_out", {"scale": desk.scale_id}
                )
            )

    @verb(single=True)
    def action_next(self):
        """Write down this sheet, and show an empty one.

        :return: the dialog for the next sheet
        :raises UserError: for a code of no sheet of this round, who has answered already, what is no answer,
            or without consent
        """
        self._write_down()
        return self._open_next(self.env._("Written down: %s.", self.asked_name), self.typed_count + 1)

    def _open_next(self, deed, count):
        """An empty sheet, after what was done with this one.

        :param int count: how many were written down so far
        """
        desk = self.create(
            {
                "wave_id": self.wave_id.id,
                "way": self.way,
                "typed_count": count,
                "last_deed": deed,
            }
        )
        return open_dialog(desk, self.env._("Type in sheets"))

    def _go_on(self, deed):
        """The next sheet of a pile; else what was done, in the corner of the screen."""
        return self._open_next(deed, self.typed_count) if self.way == "paper" else tell(deed)

    @verb(single=True)
    def action_save_last(self):
        """Write down this sheet, and type in no more; an empty one after others is none.

        :return: what was done, in the corner of the screen
        :raises UserError: as :meth:`action_next`
        """
        count, said = self.typed_count, self.last_deed
        if not said or self._is_begun():
            self._write_down()
            count, said = count + 1, self.env._("Written down: %s.", self.asked_name)
        return tell(self.env._("Sheets written down: %s.", count) if count > 1 else said)

    @verb(single=True)
    def action_save(self):
        """Write down what was said.

        :return: what was done, in the corner of the screen
        """
        self._write_down()
        return tell(self.env._("Written down: %s.", self.asked_name))

    @verb(single=True)
    def action_decline(self):
        """They would rather not answer: nobody asks again in this round."""
        invitation = self._get_invitation()
        # sudo: invitations change by verbs alone; that the user may change this one was asked
        invitation.sudo()._settle("declined")
        return self._go_on(self.env._("%s would rather not answer: noted.", invitation.partner_id.name))

    @verb(single=True)
    def action_young(self):
        """They are under 16: no answer is kept."""
        invitation = self._get_invitation()
        # sudo: invitations change by verbs alone; that the user may change this one was asked
        invitation.sudo()._settle("young")
        return self._go_on(self.env._("%s is under 16: nothing is kept.", invitation.partner_id.name))

    def _is_begun(self):
        """Whether anything of this sheet was typed."""
        typed = (self[name] for name in ("sheet_code", "scale_typed", *QUESTIONS))
        return self.age_and_consent or any((text or "").strip() for text in typed)

    def _get_invitation(self):
        """The invitation of whom it is about.

        :raises UserError: for a code of no sheet, of another round, for who has answered by their own link,
            and where something was written down before and nobody said that it goes
        """
        if not self.invitation_id:
            raise UserError(
                self.env._(
                    "There is no sheet “%s” in this round: look at its code again.", self.sheet_code or ""
                )
            )
        self.invitation_id.check_access("write")
        if self.invitation_id.wave_id != self.wave_id:
            raise UserError(
                self.env._(
                    "%(person)s was asked in “%(other)s”, and this is “%(round)s”: begin again from there.",
                    person=self.asked_name,
                    other=self.invitation_id.wave_id.name,
                    round=self.wave_id.name,
                )
            )
        why = self.invitation_id._why_not_write_down()
        if why:
            raise UserError(why)
        earlier = self._say_earlier()
        if earlier and not self.replaces:
            raise UserError(
                self.env._(
                    "%(person)s: %(earlier)s Tick “What was written down before goes” if this takes its"
                    " place.",
                    person=self.asked_name,
                    earlier=earlier,
                )
            )
        return self.invitation_id

    def _write_down(self):
        invitation = self._get_invitation()
        self.env["timebank.wellbeing.response"]._require_consent(self.age_and_consent)
        answers = {name: self._read_answer(name) for name in QUESTIONS}
        points = self.scale_id._read_points(self.scale_typed) if self.scale_id else None
        if points is None and all(answer is None for answer in answers.values()):
            raise UserError(
                self.env._("No question is answered. If they would rather not answer at all, say so below.")
            )
        # sudo: answers are made by verbs alone; that the user may change the invitation was asked
        invitation.sudo()._answer(answers, self.way, points)

    def _read_answer(self, name):
        typed = (self[name] or "").strip()
        if typed.lower() in UNSAID:
            return None
        if not (typed.isascii() and typed.isdecimal() and LEAST <= int(typed) <= MOST):
            raise UserError(
                self.env._(
                    "“%(typed)s” is no answer to “%(question)s”: type 0 to 10, or nothing for who would"
                    " rather not say.",
                    typed=typed,
                    question=self.env["timebank.wellbeing.response"]._get_questions()[name][0],
                )
            )
        return int(typed)
