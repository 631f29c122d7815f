from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.personal import ABOUT, NAMED, THROUGH

#: For what a story may be told, and which part of it.
USES = [
    ("funder", "Reports and applications to funders"),
    ("website", "The bank's page and leaflets"),
    ("trustees", "Reports to trustees"),
]
PARTS = [("text", "The words"), ("photo", "The photo")]
WAYS = [
    ("page", "On their own pages"),
    ("person", "In person"),
    ("phone", "By telephone"),
    ("paper", "Signed on paper"),
    ("mail", "By mail"),
]


class TimebankStoryConsent(models.Model):
    """That somebody agreed to one use of their story, as it was then. Kept by the story alone."""

    _name = "timebank.story.consent"
    _description = "Consent to a Story"
    _inherit = ["timebank.protected"]
    _order = "given_on desc, id desc"
    _rec_name = "use"
    _allow_sudo_commands = False
    _personal_fields = {
        "story_id": THROUGH,
        "partner_id": ABOUT,
        "noted_by_id": NAMED,
        "withdrawn_by_id": NAMED,
    }
    _goes_with_person = True

    story_id = fields.Many2one("timebank.story", required=True, readonly=True, ondelete="cascade", index=True)
    scheme_id = fields.Many2one(related="story_id.scheme_id", store=True, precompute=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(
        "res.partner", string="Who", required=True, readonly=True, ondelete="restrict", index=True
    )
    use = fields.Selection(USES, required=True, readonly=True)
    part = fields.Selection(PARTS, string="What", required=True, readonly=True, default="text")
    given_on = fields.Date(required=True, readonly=True)
    until = fields.Date(required=True, readonly=True)
    way = fields.Selection(WAYS, string="How", required=True, readonly=True)
    noted_by_id = fields.Many2one("res.users", string="Noted by", readonly=True)
    words_no = fields.Integer(required=True, readonly=True)
    photo_no = fields.Integer(required=True, readonly=True)
    changed_on = fields.Date(readonly=True, help="The day on which what was agreed to became another.")
    withdrawn_on = fields.Date(readonly=True)
    withdrawn_by_id = fields.Many2one("res.users", string="Taken back by", readonly=True)
    is_replaced = fields.Boolean(readonly=True, help="By what the same person said later.")
    is_refusal = fields.Boolean("Said no", readonly=True, help="Who had agreed to nothing yet.")
    state = fields.Selection(
        [
            ("refused", "Said no"),
            ("valid", "Holds"),
            ("ended", "Over"),
            ("changed", "Of an earlier version"),
            ("replaced", "Said anew since"),
            ("withdrawn", "Withdrawn"),
        ],
        string="Status",
        compute="_compute_state",
    )

    _ends = models.Constraint("CHECK (until >= given_on)", "Consent ends after it was given.")

    @api.depends(
        "withdrawn_on",
        "until",
        "is_replaced",
        "is_refusal",
        "words_no",
        "photo_no",
        "story_id.words_no",
        "story_id.photo_no",
    )
    def _compute_state(self):
        for consent in self:
            if consent.is_refusal:
                consent.state = "refused"
            elif consent.withdrawn_on:
                consent.state = "replaced" if consent.is_replaced else "withdrawn"
            elif not consent._is_of_what_is_there():
                consent.state = "changed"
            else:
                consent.state = "ended" if consent.until < consent.scheme_id._today() else "valid"

    def _is_of_what_is_there(self):
        """Whether it is of the words, and the photo, as the story has them now."""
        self.ensure_one()
        story = self.story_id
        if self.words_no != story.words_no:
            return False
        return self.part == "text" or self.photo_no == story.photo_no and story._has_photo()

    def _note_changed(self):
        """Keep the day from which what these were given for isn't there any more."""
        for scheme, consents in self.grouped("scheme_id").items():
            changed = consents.filtered(lambda one: not one.changed_on and not one._is_of_what_is_there())
            changed._in_verb().write({"changed_on": scheme._today()})

    def _withdraw(self, by_person=False):
        """Let these not count any more, from this moment on.

        :param bool by_person: whether somebody took it back, and didn't only say it anew
        """
        # sudo: nothing of the stories changes; whoever is sending one at this moment sees it, or is seen
        self.story_id.sudo()._touch_rows(SQL("state = state"))
        for scheme, consents in self.grouped("scheme_id").items():
            consents._in_verb().write(
                {
                    "withdrawn_on": scheme._today(),
                    "withdrawn_by_id": self.env.uid,
                    "is_replaced": not by_person,
                }
            )

    def _refuse(self, story, people, way):
        """Keep that these people said no to every use of a story, who had agreed to none."""
        today = story.scheme_id._today()
        refused = {"withdrawn_on": today, "withdrawn_by_id": self.env.uid, "is_refusal": True}
        self._in_verb().create(
            [
                {**self._prepare(story, person, use, today, today, way), **refused}
                for person in people
                for use, _label in USES
            ]
        )

    def _prepare(self, story, person, use, given_on, until, way):
        """Values of what somebody says of one use of a story, as it is now."""
        return {
            "story_id": story.id,
            "partner_id": person.id,
            "use": use,
            "given_on": given_on,
            "until": until,
            "way": way,
            "noted_by_id": self.env.uid,
            "words_no": story.words_no,
            "photo_no": story.photo_no,
        }

    def _get_last_days(self, stories, day, then):
        """Until when what people agreed to of stories holds, of what holds on a day.

        :param bool then: whether what was said anew since counts, until the day before that, and so what
            was said of words that were changed since; what was taken back since never does
        :return: dict of the numbers (story, use, part, person) → the last day
        """
        counts = Domain("withdrawn_on", "=", False)
        if then:
            counts |= Domain([("is_replaced", "=", True), ("withdrawn_on", ">", day)])
        of_day = Domain([("story_id", "in", stories.ids), ("given_on", "<=", day), ("until", ">=", day)])
        given = self.search(of_day & counts)
        taken_back = self._get_last_withdrawals(given.filtered("is_replaced").story_id)
        last_days = {}
        for consent in given:
            ended = consent.withdrawn_on
            taken = taken_back.get((consent.story_id.id, consent.partner_id.id))
            if ended and taken and taken >= ended:
                continue
            changed = None if consent._is_of_what_is_there() else then and consent.changed_on or day
            last = min([consent.until, *(end - timedelta(days=1) for end in (ended, changed) if end)])
            if last < day:
                continue
            key = consent.story_id.id, consent.use, consent.part, consent.partner_id.id
            last_days[key] = max(last, last_days.get(key, last))
        return last_days

    def _get_last_withdrawals(self, stories):
        """The last day on which somebody took back what they had agreed to of these stories.

        :return: dict of the numbers (story, person) → the day
        """
        taken_back = self._read_group(
            [
                ("story_id", "in", stories.ids),
                ("withdrawn_on", "!=", False),
                ("is_replaced", "=", False),
            ],
            ["story_id", "partner_id"],
            ["withdrawn_on:max"],
        )
        return {(story.id, person.id): day for story, person, day in taken_back}
