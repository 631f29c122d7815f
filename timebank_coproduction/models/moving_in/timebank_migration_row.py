from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.moving_in.plan import ANSWERS, CHOOSABLE
from ..common.hours_field import hours_field
from ..common.personal import KEPT, NAMED, OURS, THROUGH, WORDS
from ..common.verb import verb
from ..common.windows import open_dialog
from .reasons import CHOICES, QUESTIONS


class TimebankMigrationRow(models.Model):
    """A record of a file: what becomes of it and why, and what was made of it."""

    _name = "timebank.migration.row"
    _description = "Row of a Move"
    _inherit = ["timebank.of.bank", "timebank.protected"]
    _order = "id"
    _allow_sudo_commands = False
    _personal_fields = {
        "file_name": OURS,
        "name": WORDS,
        "key": KEPT,
        "reason": WORDS,
        "words": WORDS,
        "category_words": OURS,
        "exact_minutes": OURS,
        "name_in_doubt": WORDS,
        "skill_words": WORDS,
        "problem": WORDS,
        "kind": OURS,
        "post_state": OURS,
        "reversed_row_id": NAMED,
        "person_id": THROUGH,
        "other_id": NAMED,
        "hours_id": NAMED,
        "offer_id": NAMED,
        "request_id": NAMED,
    }

    migration_id = fields.Many2one(
        "timebank.migration", "Move", required=True, readonly=True, ondelete="cascade", index=True
    )
    scheme_id = fields.Many2one(
        "timebank.scheme", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id")
    # Where it stands
    file_name = fields.Char("File", readonly=True)
    number = fields.Integer("Record", readonly=True, aggregator=None, help="Counted without the heading row.")
    what = fields.Selection(
        [("member", "Person"), ("movement", "Time"), ("post", "Offer or request")],
        readonly=True,
        required=True,
    )
    name = fields.Char("What it says", readonly=True)
    key = fields.Char(readonly=True, index=True)
    # What becomes of it
    fate = fields.Selection(
        [
            ("new", "New"),
            ("joined", "Joined"),
            ("present", "Here already"),
            ("ask", "To answer"),
            ("refused", "Refused"),
        ],
        string="What becomes of it",
        required=True,
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    question = fields.Selection(QUESTIONS, readonly=True)
    name_in_doubt = fields.Char(readonly=True, help="The name of which it isn't known whom it means.")
    possible_answers = fields.Char(compute="_compute_possible_answers")
    given_answer = fields.Selection(CHOICES, "Answer for this row")
    # What it brings
    kind = fields.Char(readonly=True)
    person_id = fields.Many2one(
        "timebank.migration.person", "To", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    other_id = fields.Many2one(
        "timebank.migration.person", "From", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    date = fields.Date(readonly=True)
    start_minute = fields.Integer(readonly=True, default=-1, aggregator=None)
    minutes = fields.Integer(readonly=True)
    hours = hours_field("minutes", "Hours")
    exact_minutes = fields.Char(
        "Minutes in the file",
        readonly=True,
        help="Where the file's amount is no whole number of minutes: as it is there.",
    )
    words = fields.Char("What for", readonly=True)
    category_words = fields.Char(readonly=True)
    skill_words = fields.Char(readonly=True)
    post_state = fields.Char(readonly=True)
    is_waiting = fields.Boolean(readonly=True)
    reversed_row_id = fields.Many2one(
        "timebank.migration.row", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    # What was made of it
    is_carried = fields.Boolean("Carried out", readonly=True)
    problem = fields.Char(readonly=True, help="Why it could not be carried out.")
    hours_id = fields.Many2one(
        "timebank.hours", "Entry", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    offer_id = fields.Many2one("timebank.offer", readonly=True, ondelete="set null", index="btree_not_null")
    request_id = fields.Many2one(
        "timebank.request", readonly=True, ondelete="set null", index="btree_not_null"
    )

    # as the ORM asks for what is not carried out
    _to_carry = models.Index("(migration_id, what, date, id) WHERE is_carried IS NOT TRUE")

    @api.depends("question")
    def _compute_possible_answers(self):
        for row in self:
            row.possible_answers = ",".join(ANSWERS.get(row.question, ()))

    @api.depends("file_name", "number", "name")
    def _compute_display_name(self):
        for row in self:
            place = " ".join(filter(None, (row.file_name, row.number and str(row.number))))
            row.display_name = ": ".join(filter(None, (place, row.name)))

    @verb(single=True)
    def action_choose_person(self):
        """Choose whom the name of this row means, whatever other rows with that name mean."""
        self.check_access("write")
        self.migration_id._check_not_begun()
        if self.question not in CHOOSABLE:
            return False
        name = self.env["timebank.migration.name"]._get_of_row(self)
        return open_dialog(name, self.env._("Whom does this row mean?"))

    def write(self, vals):
        if vals.get("given_answer") and not self._is_in_verb():
            for row in self:
                if vals["given_answer"] not in ANSWERS.get(row.question, ()):
                    raise UserError(self.env._("That can't be answered of “%s”.", row.display_name))
        if "given_answer" in vals and not self._is_in_verb():
            self.migration_id._take_answer()
        return super().write(vals)
