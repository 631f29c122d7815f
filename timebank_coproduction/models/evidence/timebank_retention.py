from odoo import api, fields, models


class TimebankRetention(models.Model):
    _inherit = "timebank.retention"

    kind = fields.Selection(
        selection_add=[
            ("wellbeing", "Answers about well-being"),
            ("story", "Stories that nobody may tell any more"),
        ],
        ondelete={"wellbeing": "cascade", "story": "cascade"},
    )

    @api.model
    def _get_usual_terms(self):
        return {
            **super()._get_usual_terms(),
            "wellbeing": (
                36,
                self.env._("A grant of three years compares how people are at its beginning and its end."),
                self.env._("What each person answered; reports that were sent keep their figures."),
            ),
            "story": (
                12,
                self.env._("Whoever hasn't agreed anew within a year after consent ended doesn't wish to."),
                self.env._("The story with its photo, and who had agreed to what."),
            ),
        }

    def _find_wellbeing(self, before):
        return self.env["timebank.wellbeing.response"].search(
            [("scheme_id", "=", self.scheme_id.id), ("answered_on", "<", before)]
        )

    def _find_story(self, before):
        """Stories of which nothing was agreed to, or written, since that day."""
        stories = self.env["timebank.story"].search(
            [("scheme_id", "=", self.scheme_id.id), ("write_date", "<", before), ("told_on", "<", before)]
        )
        return stories.filtered(
            lambda story: all(
                min(consent.until, consent.withdrawn_on or consent.until) < before
                for consent in story.consent_ids
            )
        )

    def _get_day(self, record):
        if record._name == "timebank.story" and record.consent_ids:
            return max(
                min(consent.until, consent.withdrawn_on or consent.until) for consent in record.consent_ids
            )
        return super()._get_day(record)
