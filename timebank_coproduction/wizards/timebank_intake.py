from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import email_normalize

from ..models.common.hours_field import Hours, valid_minutes
from ..models.common.verb import verb
from ..models.common.windows import open_form, open_list
from ..models.member.timebank_member import ROLES

STEPS = [
    ("can", "What they can do"),
    ("when", "When and how"),
    ("like", "What they would enjoy"),
    ("need", "What would help them"),
    ("who", "Who they are"),
]

#: How many of those that fit each offer and request are suggested at the end.
BEST_SHOWN = 3

#: How many skills a word may stand for, looked at to find the one that it names.
MOST_MEANINGS = 5

#: Of those whom it may be, as many as can be looked through in a dialog.
MOST_DOUBLES = 8


class TimebankIntake(models.TransientModel):
    """A conversation in five steps that starts from what a person can do.

    It ends with a member, their offers, interests and requests, and with whoever has
    been waiting for just that.
    """

    _name = "timebank.intake"
    _description = "Intake of a Member"

    step = fields.Selection(STEPS, required=True, default="can")
    is_first = fields.Boolean(compute="_compute_place")
    is_last = fields.Boolean(compute="_compute_place")

    # What they can do
    skill_ids = fields.Many2many(
        "timebank.skill",
        "timebank_intake_skill_rel",
        string="Can do or lend",
        help="Everybody can do something: listen, bake, walk a dog, hold a ladder.",
    )
    words = fields.Char(
        "In their own words", help="Words with commas between; those that the list knows are added to it."
    )

    # When and how
    availability_ids = fields.Many2many(
        "timebank.availability", "timebank_intake_availability_rel", string="Free on"
    )
    language_ids = fields.Many2many("timebank.language", "timebank_intake_language_rel", string="Languages")
    radius_km = fields.Integer("How far (km)")

    # What they would enjoy, and what would help
    interest_ids = fields.Many2many(
        "timebank.skill", "timebank_intake_interest_rel", string="Would enjoy or like to learn"
    )
    need_ids = fields.One2many("timebank.intake.need", "intake_id", string="Would help them")

    # Who they are
    scheme_id = fields.Many2one(
        "timebank.scheme",
        string="Time bank",
        required=True,
        domain="[('is_on_screen', '=', True)]",
        default=lambda self: self.env["timebank.scheme"]._get_usual(),
    )
    partner_id = fields.Many2one("res.partner", string="Known contact")
    name = fields.Char("Full name")
    phone = fields.Char()
    email = fields.Char()
    zip = fields.Char("Postcode")
    role = fields.Selection(ROLES, required=True, default="volunteer")
    share_phone = fields.Boolean("May pass on the telephone number")
    share_email = fields.Boolean("May pass on the e-mail address")
    # Whom we may know already
    double_ids = fields.Many2many(
        "res.partner", "timebank_intake_double_rel", readonly=True, context={"active_test": False}
    )
    double_text = fields.Text(compute="_compute_double_text", compute_sudo=False)
    double_id = fields.Many2one("res.partner", string="It is", domain="[('id', 'in', double_ids)]")
    is_somebody_else = fields.Boolean("None of them: somebody new")
    is_silent = fields.Boolean(compute="_compute_is_silent")
    says_later = fields.Boolean("They will say later what they can do")

    @api.depends("step")
    def _compute_place(self):
        for intake in self:
            intake.is_first = intake.step == STEPS[0][0]
            intake.is_last = intake.step == STEPS[-1][0]

    @api.depends("skill_ids", "words", "interest_ids", "need_ids")
    def _compute_is_silent(self):
        for intake in self:
            intake.is_silent = not (
                intake.skill_ids or intake.words or intake.interest_ids or intake.need_ids
            )

    @api.depends("step", "partner_id", "name", "email", "phone", "zip", "role")
    def _compute_double_text(self):
        """While they say who they are: whom they may be, a line each."""
        self.double_text = False
        for intake in self.filtered(lambda one: one.step == "who" and one.name and not one.partner_id):
            intake.double_text = intake.env["timebank.double"]._say_like(intake._find_like())

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """What the bank knows of them already."""
        for name in ("name", "phone", "email", "zip"):
            self[name] = self.partner_id[name] or self[name]
        member = self._get_member()
        if member:
            self.role = member.role
            self.share_phone, self.share_email = member.share_phone, member.share_email

    # Steps
    @verb(single=True)
    def action_next(self):
        """Go on; free words that the list knows become skills."""
        self.ensure_one()
        if self.step == "can":
            self._understand_words()
        return self._move_steps(1)

    @verb(single=True)
    def action_back(self):
        self.ensure_one()
        return self._move_steps(-1)

    def _move_steps(self, by):
        steps = [step for step, _label in STEPS]
        position = min(max(steps.index(self.step) + by, 0), len(steps) - 1)
        self.step = steps[position]
        return open_list(self.env, "timebank_intake_action", res_id=self.id)

    def _understand_words(self):
        """Move the words that name a skill, or one of its synonyms, to the list."""
        left, found = [], self.env["timebank.skill"]
        for word in filter(None, (part.strip() for part in (self.words or "").split(","))):
            matches = found.browse(
                skill_id for skill_id, _name in found.name_search(word, limit=MOST_MEANINGS)
            ).filtered("parent_id")
            exact = matches.filtered(lambda skill, word=word: skill._is_called(word))
            if exact or len(matches) == 1:
                found |= (exact or matches)[:1]
            else:
                left.append(word)
        self.skill_ids |= found
        self.words = ", ".join(left)

    # The end
    @verb(single=True)
    def action_finish(self):
        """Make the member, the offers, interests and requests.

        :return: an action: who has been waiting for what they can do, or the member
        :raises UserError: without a name, or with nothing that they can do or would like,
            unless they will say so later
        """
        self.ensure_one()
        self._understand_words()
        self._check_complete()
        if not self._find_out_who():
            return self._move_steps(0)
        member = self._join()
        offers = self._make_offers(member)
        requests = self._make_requests(member)
        rows = [row for offer in offers for row in offer.suggest(BEST_SHOWN)]
        rows += [row for request in requests for row in request.suggest(BEST_SHOWN)]
        if rows:
            introductions = self.env["timebank.introduction"]._keep_suggestions(rows)
            return introductions._open_suggestions(display_name=self.env._("Waiting for %s", member.name))
        return open_form(member)

    def _check_complete(self):
        if not self.partner_id and not (self.name or "").strip():
            raise UserError(self.env._("What is their name?"))
        self.env["timebank.member"]._refuse_no_number(self.phone)
        if self.email and not email_normalize(self.email):
            raise UserError(
                self.env._("“%s” is no mail address: correct it, or leave it empty to ring them.", self.email)
            )
        if self.is_silent and not self.says_later:
            raise UserError(
                self.env._(
                    "Say at least one thing that they can do, would enjoy, or need, or that they will say it"
                    " later."
                )
            )

    def _find_out_who(self):
        """Say whether it is clear who this is; otherwise keep the people that it may be, to be asked about.

        :raises UserError: where they are asked about and nothing was chosen
        """
        if self.partner_id or self.is_somebody_else:
            return True
        doubles = self.env["res.partner"].union(*self._find_like())
        if self.double_id in doubles:
            self.partner_id = self.double_id
            return True
        if doubles and doubles == self.double_ids:
            raise UserError(self.env._("Choose who it is, or say that it is none of them."))
        self.double_ids, self.double_id = doubles, False
        return not doubles

    def _find_like(self):
        """The contacts whom they may be: dict of contact → reasons."""
        details = {name: self[name] for name in ("name", "email", "phone", "zip")}
        details["is_company"] = self.role == "organisation"
        [like] = self.env["timebank.double"]._find_like([details])
        return dict(list(like.items())[:MOST_DOUBLES])

    def _get_member(self):
        return self.env["timebank.member"].search(
            [("scheme_id", "=", self.scheme_id.id), ("partner_id", "=", self.partner_id.id)], limit=1
        )

    def _join(self):
        """The active member of that person: the one they are, or a new one."""
        details = {name: self[name] for name in ("phone", "email", "zip") if self[name]}
        other = {}
        if self.partner_id:
            other = {
                self._fields[name]._description_string(self.env): value
                for name, value in details.items()
                if self.partner_id[name] and self.partner_id[name].strip() != value.strip()
            }
            self.partner_id._complete_from_time_bank(
                {name: value for name, value in details.items() if not self.partner_id[name]}, self.scheme_id
            )
            partner = self.partner_id
        else:
            organisation = self.role == "organisation"
            # sudo: a coordinator takes people in without the right to make any contact
            partner = (
                self.env["res.partner"]
                .sudo()
                .create({"name": self.name.strip(), "is_company": organisation, **details})
            )
            self.env["timebank.double"]._say_different(partner, self.double_ids)
        member = self.partner_id and self._get_member()
        vals = {
            "interest_ids": [Command.link(skill.id) for skill in self.interest_ids],
            "language_ids": [Command.link(language.id) for language in self.language_ids],
            "availability_ids": [Command.link(slot.id) for slot in self.availability_ids],
            "share_phone": self.share_phone,
            "share_email": self.share_email,
        }
        if self.words:
            vals["own_words"] = self.words
        if member:
            member.write(vals)
        else:
            member = self.env["timebank.member"].create(
                {**vals, "partner_id": partner.id, "scheme_id": self.scheme_id.id, "role": self.role}
            )
        if member.state != "active":
            member.action_activate()
        if other:
            self._leave_todo(member, other)
        return member

    def _leave_todo(self, member, other):
        """What was said of somebody known and isn't what stands there: who took them in looks at it.

        :param dict other: what it is called → what was said
        """
        said = [f"{name}: {value}" for name, value in other.items()]
        lead = self.env._(
            "Something else stands with the contact, and stays. Correct it there if this is new:"
        )
        member.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Said at intake, not taken over"),
            note=Markup("<br/>").join([lead, *said]),
            user_id=self.env.uid,
        )

    def _make_offers(self, member):
        """One published offer for each skill that the member doesn't offer yet."""
        open_offers = member.offer_ids.filtered(lambda offer: offer.state != "closed")
        offers = self.env["timebank.offer"].create(
            [
                {
                    "partner_id": member.partner_id.id,
                    "scheme_id": self.scheme_id.id,
                    "kind": skill.kind,
                    "skill_id": skill.id,
                    "radius_km": self.radius_km,
                }
                for skill in self.skill_ids - open_offers.skill_id
            ]
        )
        if offers:
            offers.action_publish()
        return offers

    def _make_requests(self, member):
        requests = self.env["timebank.request"].create(
            [
                {
                    "partner_id": member.partner_id.id,
                    "scheme_id": self.scheme_id.id,
                    "kind": need.skill_id.kind,
                    "skill_id": need.skill_id.id,
                    "description": need.description,
                    "minutes": valid_minutes(self.env, need.hours, hours=True),
                    "needed_by": need.needed_by,
                    "radius_km": self.radius_km,
                }
                for need in self.need_ids
            ]
        )
        if requests:
            requests.action_publish()
        return requests


class TimebankIntakeNeed(models.TransientModel):
    _name = "timebank.intake.need"
    _description = "What Would Help a New Member"

    intake_id = fields.Many2one("timebank.intake", required=True, ondelete="cascade")
    skill_id = fields.Many2one("timebank.skill", string="What", required=True)
    description = fields.Char("In their own words")
    hours = Hours(default=1)
    needed_by = fields.Date("Needed by")
