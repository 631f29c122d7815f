from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.self_audit import KEYS, LEVELS, mean
from ..common.personal import ABOUT, NAMED, WORDS

#: Whose scores they are, and of what: that stays.
WHOSE = frozenset({"audit_id", "partner_id"})


def level_field(label, question):
    return fields.Selection(list(LEVELS), string=label, help=question)


class TimebankSelfAuditVoice(models.Model):
    """How one person scored, on their own pages or as somebody noted it at the meeting.

    What they scored on their own pages they alone change; what was noted, whoever runs the bank, until the
    meeting has agreed.
    """

    _name = "timebank.self.audit.voice"
    _description = "Scores of One Person"
    _inherit = ["timebank.protected"]
    _order = "audit_id, spoke_as desc, id"
    _rec_name = "partner_id"
    _personal_fields = {
        "partner_id": ABOUT,
        "words": WORDS,
        "noted_by_id": NAMED,
    }
    _goes_with_person = True

    audit_id = fields.Many2one("timebank.self.audit", required=True, ondelete="cascade", index=True)
    scheme_id = fields.Many2one(related="audit_id.scheme_id", store=True, precompute=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one("res.partner", string="Who", required=True, ondelete="restrict", index=True)
    spoke_as = fields.Selection(
        [("staff", "Staff"), ("member", "Members")],
        string="As",
        required=True,
        compute="_compute_spoke_as",
        store=True,
        readonly=False,
        precompute=True,
    )
    way = fields.Selection(
        [("page", "On their own pages"), ("meeting", "At the meeting")],
        string="How",
        required=True,
        readonly=True,
        default="meeting",
    )
    noted_by_id = fields.Many2one(
        "res.users", string="Noted by", readonly=True, default=lambda self: self.env.uid
    )
    is_of_user = fields.Boolean("The user's own", compute="_compute_is_of_user")
    takes_changes = fields.Boolean("Can be changed", compute="_compute_takes_changes")
    words = fields.Text("In their words")
    assets = level_field("Assets", "Are people met for what they can do, and not for what they lack?")
    capacity = level_field("Capacity", "Do people find out what they are good at, and get better at it?")
    mutuality = level_field(
        "Give and take", "Does everybody give and receive, and know what they can count on?"
    )
    networks = level_field("Networks", "Do people get to know each other, and help each other without us?")
    shared_roles = level_field("Shared roles", "Do staff and members plan, do and decide together?")
    catalysts = level_field("Catalysts", "Do staff make things possible, instead of doing them for people?")
    culture = level_field("Culture", "Do we all believe in it, and speak and act that way?")
    structure = level_field("Structure", "Do meetings, money and rules leave room for members’ say?")
    practice = level_field("Practice", "Can everybody take part, in how, when and where we do things?")
    review = level_field("Review", "Do we look together at what came of it, and change it?")

    _once = models.UniqueIndex("(audit_id, partner_id)", "That person has scored already: open their line.")

    @api.depends("partner_id", "audit_id")
    def _compute_spoke_as(self):
        """Staff are those who work here: with a login of the organisation, or as a professional."""
        for voice in self:
            # sudo: whether somebody works for the organisation
            person = voice.partner_id.sudo()
            members = person.timebank_member_ids.filtered(
                lambda member, voice=voice: member.scheme_id.id == voice.audit_id.scheme_id.id
            )
            staff = any(not user.share for user in person.user_ids) or members.role == "professional"
            voice.spoke_as = "staff" if staff else "member"

    @api.depends("partner_id")
    @api.depends_context("uid")
    def _compute_is_of_user(self):
        for voice in self:
            voice.is_of_user = voice.partner_id == self.env.user.partner_id

    @api.depends("audit_id.state", "way", "partner_id")
    @api.depends_context("uid")
    def _compute_takes_changes(self):
        for voice in self:
            voice.takes_changes = voice.audit_id.state != "agreed" and not voice._is_theirs_alone()

    def _is_theirs_alone(self):
        """Whether somebody else scored it, on their own pages."""
        return self.way == "page" and self.partner_id != self.env.user.partner_id

    def _refuse_theirs_alone(self):
        """:raises AccessError: for what others scored on their own pages"""
        for voice in self:
            if voice._is_theirs_alone():
                raise AccessError(
                    self.env._(
                        "%s scored on their own pages: they alone change it, there, until the meeting has"
                        " agreed.",
                        voice.partner_id.name,
                    )
                )

    @api.model
    def _get_questions(self):
        """What each element asks: dict of element → question, in the user's language."""
        return {key: self._fields[key]._description_help(self.env) for key in KEYS}

    def _get_mean(self, element):
        """The mean of what these people scored, and how many did: (0, 0) where nobody did."""
        found, count = mean(self.mapped(element)) if element in KEYS else (None, 0)
        return found or 0, count

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        voices = super().create(vals_list)
        voices._check_open()
        voices._check_there()
        return voices

    def write(self, vals):
        in_verb = self._is_in_verb()
        if not in_verb:
            self._refuse_theirs_alone()
            if WHOSE & vals.keys():
                raise AccessError(self.env._("Whose scores they are, and of what, stays: type in new ones."))
        self._check_open()
        result = super().write(vals)
        self._check_open()
        self._check_there()
        if not in_verb:
            self._in_verb().write({"noted_by_id": self.env.uid})
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_unless_agreed(self):
        if not self._is_in_verb():  # whoever is forgotten goes; the means stay as they were
            self._refuse_theirs_alone()
            self._check_open()

    def _check_open(self):
        self.audit_id._refuse_agreed()

    def _check_there(self):
        """:raises UserError: for who neither belongs to the bank nor works for the organisation"""
        for voice in self:
            # sudo: only whether they belong here
            person = voice.partner_id.sudo()
            works = any(not user.share for user in person.user_ids)
            if not works and voice.scheme_id.id not in person.timebank_member_ids.scheme_id.ids:
                raise UserError(
                    self.env._(
                        "%s neither belongs to this time bank nor works for it.", voice.partner_id.name
                    )
                )
