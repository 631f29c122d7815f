from odoo import api, fields, models

from ..common.verb import verb
from ..common.windows import tell
from ..common.words import say_day


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Odoo's *Merge*, where a time bank knows one of the contacts."""

    _inherit = "base.partner.merge.automatic.wizard"

    timebank_matters = fields.Html(compute="_compute_timebank_matters", sanitize=False)
    timebank_refused = fields.Boolean(compute="_compute_timebank_matters")

    @api.depends("partner_ids", "dst_partner_id")
    def _compute_timebank_matters(self):
        merges = self.env["timebank.merge"]
        for dialog in self:
            people, kept = dialog.partner_ids._origin, dialog.dst_partner_id._origin
            dialog.timebank_matters, dialog.timebank_refused = False, False
            if len(people) > 1 and kept in people and merges._concerns(people):
                told = merges._say_for_dialog(people - kept, kept)
                dialog.timebank_matters, dialog.timebank_refused = told

    @verb(single=True)
    def action_merge(self):
        """Where that was all there is to merge, the dialog closes and says what was done."""
        people, kept = self.partner_ids, self.dst_partner_id
        names = ", ".join((people - kept).mapped("name"))
        concerned = len(people) > 1 and kept in people and self.env["timebank.merge"]._concerns(people)
        result = super().action_merge()
        if not concerned or self.state != "finished":
            return result
        # sudo: until when what the user has just done can be undone
        merge = self.env["timebank.merge"].sudo().search([("partner_id", "=", kept.id)], limit=1)
        sentence = self.env._("Merged: %(gone)s and %(kept)s are one contact.", gone=names, kept=kept.name)
        way_back = merge.state == "done" and self.env._(
            "It can be undone until %s, under Members ‣ Perhaps the same person ‣ Merged contacts.",
            say_day(self.env, merge.undo_until),
        )
        return tell(" ".join(filter(None, [sentence, way_back])))

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        people = self.env["res.partner"].browse(partner_ids).exists()
        merges = self.env["timebank.merge"]
        if len(people) < 2 or not merges._concerns(people):
            return super()._merge(partner_ids, dst_partner, extra_checks)
        kept = (
            dst_partner
            if dst_partner and dst_partner in people
            else self._get_ordered_partner(people.ids)[-1]
        )
        with merges._joining(people - kept, kept, extra_checks), merges._seats_aside(people, kept):
            return super()._merge(partner_ids, kept, extra_checks)
