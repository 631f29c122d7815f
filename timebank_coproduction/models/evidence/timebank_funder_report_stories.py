import json
from base64 import b64decode, b64encode

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL
from odoo.tools.image import image_data_uri, image_process

from ..common.personal import NAMED

USE = "funder"
#: How large a photograph is in a report, in dots; it is printed some four centimetres wide.
PHOTO = (480, 480)


class TimebankFunderReportStories(models.AbstractModel):
    """Stories in a report: as long as everybody in them agrees to their telling to funders.

    No story gets in without, and none stays: a draft lets go of it, what was checked isn't sent with it, and
    what was sent shows it no longer.
    """

    _name = "timebank.funder.report.stories"
    _description = "Stories of a Funder's Report"
    _personal_fields = {"story_ids": NAMED}

    story_ids = fields.Many2many(
        "timebank.story",
        "timebank_funder_report_story_rel",
        "report_id",
        "story_id",
        string="Stories",
        domain="[('scheme_id', 'in', scheme_ids), ('may_funder', '=', True),"
        " ('grant_id', 'in', (False, grant_id))]",
        help="Those that may be told to funders today. Who told one sees where it was used.",
    )
    stories_hint = fields.Char(compute="_compute_stories_hint", help="What can be done where none is chosen.")

    @api.depends("story_ids", "scheme_ids", "grant_id")
    @api.depends_context("lang", "uid")
    def _compute_stories_hint(self):
        for report in self:
            report.stories_hint = "" if report.story_ids else report._say_no_story()

    def _say_no_story(self):
        """Why there is no story in it, and what to do next; nothing of banks that the user doesn't run."""
        # sudo: only who coordinates them
        schemes = self.sudo().scheme_ids._origin.with_env(self.env)
        if not schemes:
            return self.env._("Choose what the report is about first: stories come from its time banks.")
        if schemes - schemes._run_by_user():
            return ""
        count = len(self._find_tellable())
        if not count:
            return self.env._(
                "No story of these time banks may be told to funders yet. Write one under “Stories”, and ask"
                " everybody in it whether funders may be told: then it can be chosen here."
            )
        if count == 1:
            return self.env._("No story is in the report yet: one may be told, and can be chosen here.")
        return self.env._("No story is in the report yet: %s may be told, and can be chosen here.", count)

    @api.constrains("story_ids", "scheme_ids", "grant_id")
    def _check_stories(self):
        for report in self:
            # sudo: whether each may be told, whoever may read it
            refused = report.sudo().story_ids - report._get_tellable()
            if refused:
                raise ValidationError(
                    self.env._(
                        "“%s” may not be told in this report: ask everybody in it first, and choose stories"
                        " of its time banks and its grant.",
                        refused[0].name,
                    )
                )

    def _get_tellable(self):
        """The chosen stories that may be told today."""
        # sudo: which are chosen, whoever reads the report
        return self.sudo().story_ids & self._find_tellable()

    def _find_tellable(self):
        """All stories that may be told in it today, chosen or not."""
        # sudo: what may be told to a funder is said by those in it, not by who reads the report
        report = self.sudo()
        stories = report.env["timebank.story"]._get_tellable(USE, report.scheme_ids)
        return stories.filtered(lambda story: not story.grant_id or story.grant_id == report.grant_id._origin)

    def copy_data(self, default=None):
        """Values of a copy, with the stories that may be told today."""
        vals_list = super().copy_data(default)
        for report, vals in zip(self, vals_list, strict=True):
            if "story_ids" not in (default or {}):
                vals["story_ids"] = [Command.set(report._get_tellable().ids)]
        return vals_list

    @api.model
    def _let_go_of_stories(self, stories=None):
        """Take stories that may not be told any more out of all drafts, and say so there.

        :param stories: only these of them
        """
        # sudo: whoever withdraws or changes a story need not read the reports that it is in
        drafts = self.env["timebank.funder.report"].sudo()
        within = ("story_ids", "!=", False) if stories is None else ("story_ids", "in", stories.ids)
        for draft in drafts.search([within, ("state", "=", "draft")]):
            ended = draft.story_ids - draft._get_tellable()
            if not ended:
                continue
            draft._in_verb().write({"story_ids": [Command.unlink(story.id) for story in ended]})
            # which it was isn't said: who told it may have taken it back
            draft._message_log(
                body=self.env._(
                    "A story was taken out: not everybody in it agrees to its telling as it is now."
                )
            )

    def _get_stories_section(self, _scope, _before):
        shown = self._get_tellable().sorted("id")._show(USE)
        if not shown:
            return None
        parts = []
        for story in shown:
            picture = None
            if story["photo"]:
                photo = image_process(b64decode(story["photo"]), size=PHOTO, quality=80)
                picture = {"src": image_data_uri(b64encode(photo)), "alt": story["photo_alt"]}
            parts.append(
                {
                    "title": story["title"],
                    "text": f"{story['text'].strip()}\n– {story['shown_as']}",
                    "picture": picture,
                    "story": story["id"],
                    # consent is of the words and the photo as they are now
                    "words_no": story["words_no"],
                    "photo_no": story["photo_no"],
                }
            )
        return self._make(
            "stories",
            parts=parts,
            definition=self.env._(
                "Told by people of the time bank, or written with them; each of them agreed to their"
                " telling to funders, for a time, and may take that back."
            ),
        )

    # ------------------------------------------------------------
    # What was kept
    # ------------------------------------------------------------

    def _get_kept_stories(self):
        """The parts of what was kept that tell a story."""
        kept = self.sudo().content  # sudo: only which stories, whoever asks
        sections = json.loads(kept)["sections"] if kept else []
        return [part for section in sections for part in section.get("parts") or [] if "story" in part]

    def _get_ended_stories(self):
        """What of them may not be told any more today: since then consent has ended, or something changed.

        :return: set of pairs of a story's id and ``text``, for all of it, or ``photo``
        """
        kept = self._get_kept_stories()
        # sudo: only whether they may be told
        stories = self.env["timebank.story"].sudo().browse(part["story"] for part in kept).exists()
        ends, ended = stories._get_ends(), set()
        for part in kept:
            story = stories.filtered(lambda one, number=part["story"]: one.id == number)
            agreed = ends.get(story.id, {})
            if (USE, "text") not in agreed or story.words_no != part["words_no"]:
                ended.add((part["story"], "text"))
            elif part["picture"] and ((USE, "photo") not in agreed or story.photo_no != part["photo_no"]):
                ended.add((part["story"], "photo"))
        return ended

    def _hold_stories(self):
        """Let nobody take back a story in what was checked while it is sent, nor send one that is being taken
        back: of two at once the second tries again, and sees what the first has done."""
        # sudo: only that nobody changes them meanwhile
        stories = self.env["timebank.story"].sudo().browse(part["story"] for part in self._get_kept_stories())
        stories._touch_rows(SQL("state = state"))

    def _refuse_ended_stories(self):
        """:raises UserError: where a story in what was checked may not be told any more"""
        if self._get_ended_stories():
            raise UserError(
                self.env._(
                    "A story in “%s” may not be told any more: take it back to draft, where it goes by"
                    " itself.",
                    self.display_name,
                )
            )

    def _refuse_ended_files(self):
        """:raises UserError: where the files that were kept tell a story that may not be told any more"""
        if self._get_ended_stories():
            raise UserError(
                self.env._(
                    "A story in “%s” may not be told any more, so the files that were sent aren’t handed out:"
                    " make a new version.",
                    self.display_name,
                )
            )

    def _without_ended(self, content):
        """The content as it may be shown today; ``ended`` in it is whether something had to go."""
        ended = self._get_ended_stories()
        gone = {"title": self.env._("A story"), "text": self.env._("It may not be told any more.")}
        for section in content["sections"] if ended else ():
            if section["key"] == "stories":
                section["parts"] = [
                    gone
                    if (part["story"], "text") in ended
                    else {**part, "picture": None if (part["story"], "photo") in ended else part["picture"]}
                    for part in section["parts"]
                ]
        return {**content, "ended": bool(ended)}

    def _note_stories(self):
        """Note with each story that it was sent in this report."""
        # sudo: the stories that are in it
        stories = self.env["timebank.story"].sudo().browse(part["story"] for part in self._get_kept_stories())
        stories._note_used(USE, self.display_name)
