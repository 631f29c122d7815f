from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..common.personal import OURS
from ..ledger.timebank_scheme import usual_day
from .timebank_story import LONGEST_LINE
from .timebank_story_consent import USES


class TimebankStoryUsed(models.Model):
    """Where a story was used: only for what was agreed to on that day."""

    _name = "timebank.story.used"
    _description = "Use of a Story"
    _inherit = ["timebank.protected"]
    _order = "used_on desc, id desc"
    _rec_name = "used_where"
    _personal_fields = {
        "used_where": OURS,
        "story_id": OURS,
    }

    story_id = fields.Many2one("timebank.story", required=True, ondelete="cascade", index=True)
    scheme_id = fields.Many2one(related="story_id.scheme_id", store=True, precompute=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    use = fields.Selection(USES, required=True)
    used_where = fields.Char("Where", required=True, size=LONGEST_LINE)
    used_on = fields.Date("Day", required=True, default=usual_day)

    @api.constrains("story_id", "use", "used_on")
    def _check_agreed(self):
        for used in self:
            ends = used.story_id._get_ends(used.used_on, then=True)
            if (used.use, "text") not in ends[used.story_id.id]:
                raise ValidationError(
                    self.env._("Nobody agreed to that use of “%s” on that day.", used.story_id.name)
                )
