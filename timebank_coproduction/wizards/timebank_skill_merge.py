from odoo import fields, models

from ..models.common.verb import verb
from ..models.common.windows import get_chosen


class TimebankSkillMerge(models.TransientModel):
    """Ask into which skill the chosen ones go."""

    _name = "timebank.skill.merge"
    _description = "Merge Skills"

    skill_ids = fields.Many2many(
        "timebank.skill",
        string="These",
        required=True,
        default=lambda self: get_chosen(self.env, "timebank.skill"),
    )
    target_id = fields.Many2one("timebank.skill", string="Become", required=True)

    @verb(single=True)
    def action_confirm(self):
        """:return: the merged skill's form"""
        self.ensure_one()
        return (self.skill_ids - self.target_id).action_merge_into(self.target_id)
