from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.evidence.timebank_story_consent import USES, WAYS


class TimebankStoryConsenting(models.TransientModel):
    """Ask who agreed to what, how and when."""

    _name = "timebank.story.consenting"
    _description = "Record Consent to a Story"

    story_id = fields.Many2one("timebank.story", required=True, ondelete="cascade")
    told_by_ids = fields.Many2many(related="story_id.partner_ids", string="Those who told it")
    has_photo = fields.Boolean(compute="_compute_has_photo")
    version = fields.Char(
        compute="_compute_version", store=True, readonly=False, help="Of the story, as it is opened with."
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Who agrees",
        required=True,
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', told_by_ids)]",
    )
    for_funder = fields.Boolean(
        "Reports and applications to funders",
        help="To those who pay for the bank's work, or are asked to: such reports may be passed on by them.",
    )
    for_website = fields.Boolean("The bank's page and leaflets")
    for_trustees = fields.Boolean("Reports to trustees")
    with_photo = fields.Boolean("With the photo")
    until = fields.Date(required=True, compute="_compute_days", store=True, precompute=True, readonly=False)
    way = fields.Selection(
        [one for one in WAYS if one[0] != "page"], string="How they said so", required=True
    )
    given_on = fields.Date(
        "On", required=True, compute="_compute_days", store=True, precompute=True, readonly=False
    )

    @api.depends("story_id")
    def _compute_days(self):
        """Said today where the bank is, for a year."""
        for consenting in self:
            today = consenting.story_id.scheme_id._today()
            consenting.given_on = consenting.given_on or today
            consenting.until = consenting.until or today + relativedelta(years=1)

    @api.depends("story_id")
    def _compute_has_photo(self):
        for consenting in self:
            consenting.has_photo = bool(consenting.story_id) and consenting.story_id._has_photo()

    @api.depends("story_id")
    def _compute_version(self):
        """Not of what it depends on in the story: what somebody changes meanwhile nobody has agreed to."""
        for consenting in self:
            consenting.version = consenting.story_id and consenting.story_id._get_version()

    @api.depends("story_id")
    def _compute_partner_id(self):
        """Whoever hasn't agreed to it as it is now."""
        for consenting in self:
            story = consenting.story_id
            agreed = story.consent_ids.filtered(lambda consent: consent.state == "valid").partner_id
            consenting.partner_id = (story.partner_ids - agreed or story.partner_ids)[:1]

    @verb(single=True)
    def action_confirm(self):
        """Keep it with the story."""
        self.ensure_one()
        uses = [use for use, _label in USES if self[f"for_{use}"]]
        if not uses:
            raise UserError(self.env._("Choose at least one use."))
        self.story_id.record_consent(
            self.partner_id,
            uses,
            self.until,
            self.way,
            self.given_on,
            self.with_photo and self.has_photo,
            self.version,
        )
        return {"type": "ir.actions.act_window_close"}
