from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.moving_in.plan import ANSWERS
from ..common.personal import WORDS
from .reasons import CHOICES, QUESTIONS


class TimebankMigrationQuestion(models.Model):
    """What a move asks once for all rows alike."""

    _name = "timebank.migration.question"
    _description = "Question of a Move"
    _inherit = ["timebank.of.bank", "timebank.protected"]
    _order = "id"
    _allow_sudo_commands = False
    _personal_fields = {
        "example": WORDS,
    }

    migration_id = fields.Many2one(
        "timebank.migration", "Move", required=True, readonly=True, ondelete="cascade", index=True
    )
    scheme_id = fields.Many2one(related="migration_id.scheme_id", store=True)
    company_id = fields.Many2one(related="migration_id.company_id", store=True)
    code = fields.Selection(QUESTIONS, "Question", required=True, readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    example = fields.Char("For example", readonly=True)
    possible_answers = fields.Char(compute="_compute_possible_answers")
    proposal = fields.Selection(CHOICES, compute="_compute_possible_answers")
    given_answer = fields.Selection(CHOICES, "Answer")

    _once = models.UniqueIndex("(migration_id, code)", "That is asked already.")

    @api.depends("code")
    def _compute_possible_answers(self):
        for question in self:
            answers = ANSWERS.get(question.code, ())
            question.possible_answers = ",".join(answers)
            question.proposal = answers[0] if answers else False

    @api.constrains("given_answer")
    def _check_answer(self):
        for question in self:
            if question.given_answer and question.given_answer not in ANSWERS[question.code]:
                choices = dict(self._fields["given_answer"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "That is no answer to “%(question)s”: choose %(answers)s.",
                        question=question._say(),
                        answers=", ".join(choices[one] for one in ANSWERS[question.code]),
                    )
                )

    def write(self, vals):
        if "given_answer" in vals and not self._is_in_verb():
            self.migration_id._take_answer()
        return super().write(vals)

    def _say(self):
        return dict(self._fields["code"]._description_selection(self.env))[self.code]
