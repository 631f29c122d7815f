from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...tools.wellbeing import LEAST, MOST, QUESTIONS
from ..common.personal import ABOUT, HELD, NAMED
from ..common.words import say_day
from ..ledger.timebank_scheme import usual_day

#: How answers come that somebody else writes down.
TYPED = ("paper", "read_out")


class Answer(fields.Integer):
    """A whole number that may be left unsaid, which isn't 0: it is read as ``False`` and kept as nothing."""

    falsy_value = None

    def convert_to_column(self, value, record, values=None, validate=True):
        return self.convert_to_cache(value, record, validate)

    def convert_to_cache(self, value, record, validate=True):
        if value is None or value is False or value == "":
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value

    def convert_to_read(self, value, record, use_display_name=True):
        return False if value is None else value


class TimebankWellbeingResponse(models.Model):
    """What somebody answered in a round. Rather not say is nothing, which is not 0."""

    _name = "timebank.wellbeing.response"
    _description = "Answer about Well-being"
    _inherit = ["timebank.of.bank", "timebank.protected"]
    _order = "answered_on desc, id desc"
    _rec_name = "partner_id"
    _allow_sudo_commands = False
    _personal_fields = {"partner_id": ABOUT, "typed_by_id": NAMED, "scale_points": HELD}
    _goes_with_person = True

    wave_id = fields.Many2one(
        "timebank.wellbeing.wave", string="Round", required=True, ondelete="restrict", index=True
    )
    scheme_id = fields.Many2one(related="wave_id.scheme_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, ondelete="restrict", index=True
    )
    satisfied = Answer("Satisfied with life", aggregator="avg")
    worthwhile = Answer("Things are worthwhile", aggregator="avg")
    happy = Answer("Happy yesterday", aggregator="avg")
    anxious = Answer("Anxious yesterday", aggregator="avg")
    scale_points = fields.Json(
        "Points of the licensed scale",
        readonly=True,
        copy=False,
        help="One for each of its statements, in order.",
    )
    age_and_consent = fields.Boolean(
        "16 or over, and agreed",
        store=False,
        help="Both are asked before the questions; without, nothing is kept.",
    )
    answered_on = fields.Date("Answered on", required=True, default=usual_day)
    way = fields.Selection(
        [("link", "By their own link"), ("paper", "On paper"), ("read_out", "Read out to them")],
        string="How it came",
        required=True,
    )
    typed_by_id = fields.Many2one("res.users", string="Written down by", readonly=True, ondelete="restrict")

    _once = models.UniqueIndex("(wave_id, partner_id)", "This person has answered in that round.")
    _within = models.Constraint(
        f"""CHECK (satisfied BETWEEN {LEAST} AND {MOST} AND worthwhile BETWEEN {LEAST} AND {MOST}
               AND happy BETWEEN {LEAST} AND {MOST} AND anxious BETWEEN {LEAST} AND {MOST})""",
        "Answers are whole numbers from 0 to 10.",
    )

    @api.model
    def _get_questions(self):
        """The four questions as published: dict of field → (question, what 0 means, what 10 means)."""
        ends = (self.env._("not at all"), self.env._("completely"))
        return dict(
            zip(
                QUESTIONS,
                (
                    (self.env._("Overall, how satisfied are you with your life nowadays?"), *ends),
                    (
                        self.env._(
                            "Overall, to what extent do you feel that the things you do in your life are"
                            " worthwhile?"
                        ),
                        *ends,
                    ),
                    (self.env._("Overall, how happy did you feel yesterday?"), *ends),
                    (self.env._("Overall, how anxious did you feel yesterday?"), *ends),
                ),
                strict=True,
            )
        )

    # ------------------------------------------------------------
    # Who writes them down
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """By hand only what came on paper or was read out; who wrote it down is kept with it."""
        if self._is_in_verb():
            return super().create(vals_list)
        for vals in vals_list:
            if not self.env.su:
                # a program that doesn't name it answers for it; forms always say yes or no, files have to
                silent = not self.env.context.get("import_file")
                self._require_consent(vals.get("age_and_consent", silent))
            if vals.get("way") not in TYPED and not self.env.su:
                self._refuse_own_link()
        responses = super().create(vals_list)
        responses._check_typed()
        responses.filtered(lambda one: one.way in TYPED)._in_verb().write({"typed_by_id": self.env.uid})
        responses._note_answered()
        return responses

    def write(self, vals):
        if self._is_in_verb() or self.env.su:
            return super().write(vals)
        if {"wave_id", "partner_id"} & vals.keys():
            raise AccessError(self.env._("Whose answer it is, and to what, stays: write down another one."))
        if any(one.way not in TYPED for one in self) or vals.get("way", "paper") not in TYPED:
            self._refuse_own_link()
        result = super().write(vals)
        self._check_typed()
        self._in_verb().write({"typed_by_id": self.env.uid})
        return result

    def _require_consent(self, given):
        """:raises UserError: where nobody says that they are old enough and have agreed"""
        if given is not True:
            raise UserError(
                self.env._("Say that they are 16 or over and have agreed: without that nothing is kept.")
            )

    def _refuse_own_link(self):
        raise AccessError(
            self.env._(
                "Only the person’s own link gives such an answer: say whether it was on paper or read out."
            )
        )

    def _check_typed(self):
        """:raises UserError: for who is no member of the bank, is under 16 or would rather not, and a round
        that is closed"""
        # sudo: whether somebody is a member of the bank whose answers the user may write
        for response in self.sudo():
            if response.wave_id.state == "done":
                raise UserError(
                    self.env._("“%s” is closed: it takes no more answers.", response.wave_id.name)
                )
            said = response.wave_id.invitation_ids.filtered(
                lambda one, who=response.partner_id: one.partner_id == who
            )
            if said.state == "young":
                raise UserError(said._why_not_write_down())
            if said.state == "declined":
                raise UserError(
                    self.env._(
                        "%s would rather not answer. If they have changed their mind, read the questions out"
                        " to them, from the list of those asked.",
                        response.partner_id.name,
                    )
                )
            members = self.env["timebank.member"].sudo()
            if not members._find_in_banks(response.scheme_id, response.partner_id):
                raise ValidationError(
                    self.env._(
                        "%(person)s is no member of %(bank)s.",
                        person=response.partner_id.name,
                        bank=response.scheme_id.name,
                    )
                )

    def _note_answered(self):
        """Who has answered was asked, however it came."""
        # sudo: invitations follow from answers that the user was allowed to write
        for wave, responses in self.sudo().grouped("wave_id").items():
            asked = wave.invitation_ids.partner_id
            wave.invitation_ids._make(wave, responses.partner_id - asked)
            wave.invalidate_recordset(["invitation_ids"])
            wave.invitation_ids.filtered(lambda one, who=responses.partner_id: one.partner_id in who)._settle(
                "answered"
            )

    @api.constrains("answered_on")
    def _check_day(self):
        for response in self:
            if response.answered_on > max(response.scheme_id._today(), fields.Date.context_today(self)):
                raise ValidationError(self.env._("Nobody has answered on a day that is still to come."))
            if response.answered_on < response.wave_id.date_from:
                raise ValidationError(
                    self.env._(
                        "“%(round)s” began on %(day)s: nobody had been asked before.",
                        round=response.wave_id.display_name,
                        day=say_day(self.env, response.wave_id.date_from),
                    )
                )
