from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

#: So long after a grant's end, or the day on which its last report is due, that report is written and looked
#: at: until then nothing goes that it compares, whatever the bank's line says.
REPORTED = relativedelta(months=6)


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
                48,
                self.env._(
                    "A grant of three years compares how people are at its beginning and its end, and its"
                    " last report is written and looked at in the year after."
                ),
                self.env._(
                    "Who was asked and what each answered, once the last report on every grant that it serves"
                    " has had half a year; reports that were sent keep their figures."
                ),
            ),
            "story": (
                12,
                self.env._("Whoever hasn't agreed anew within a year after consent ended doesn't wish to."),
                self.env._("The story with its photo, and who had agreed to what."),
            ),
        }

    def _find_wellbeing(self, before):
        """The invitations with which goes what was answered: all of who was asked in a round on one day
        together, so that no share is left of a part of them, and none that a grant still has to report on."""
        invitations = self.env["timebank.wellbeing.invitation"].search(
            [("scheme_id", "=", self.scheme_id.id), ("asked_on", "<", before)]
        )
        days = invitations._get_last_days()
        unreported = self._find_unreported(invitations.wave_id.grant_id)
        return invitations.filtered(lambda one: days[one] < before and not one._serves(unreported, days[one]))

    def _find_unreported(self, asked_for):
        """The grants that serve the bank, or may, and those for which it asked, whose last report isn't
        written and looked at yet."""
        since = fields.Date.context_today(self) - REPORTED
        over = Domain("date_end", ">=", since) | Domain("deadline_ids.date", ">=", since)
        ours = Domain("scheme_ids", "in", self.scheme_id.ids) | (
            Domain("scheme_ids", "=", False) & Domain("company_id", "=", self.scheme_id.company_id.id)
        )
        return self.env["timebank.grant"].search(over & (ours | Domain("id", "in", asked_for.ids)))

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
        if record._name == "timebank.wellbeing.invitation":
            return record._get_last_days()[record]
        if record._name == "timebank.story" and record.consent_ids:
            return max(
                min(consent.until, consent.withdrawn_on or consent.until) for consent in record.consent_ids
            )
        return super()._get_day(record)

    def _erase(self, records):
        """What was answered goes with who was asked: one without the other would be a share of nobody."""
        if records._name == "timebank.wellbeing.invitation":
            records._get_responses()._erase_personal()
        return super()._erase(records)
