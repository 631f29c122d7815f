import base64
import binascii
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools import photos
from ..common.jobs import job
from ..common.personal import ABOUT, WORDS
from ..common.verb import choice, day, flag, many, record, verb
from ..common.verb import text as typed_text
from ..common.windows import open_dialog
from ..common.words import say_day
from ..ledger.timebank_scheme import usual_day
from .timebank_story_consent import PARTS, USES, WAYS

#: What people agree to is these as they were then; whoever changes them asks anew.
TOLD_FIELDS = ("name", "text", "shown_as", "partner_ids", "scheme_id")
PHOTO_FIELDS = ("photo", "photo_alt")
#: The longest title, name under it and description of a photo, and the longest story, in letters; the largest
#: photo, in bytes.
LONGEST_LINE, LONGEST_STORY, LARGEST_PHOTO = 120, 8000, 12_000_000
#: So many days before consent ends people are asked again.
ENDS_SOON = 30
#: Nobody agrees for longer, in years.
MOST_YEARS = 3
TODO = "timebank_coproduction.mail_activity_story"


class TimebankStory(models.Model):
    """What somebody tells of their time bank, and for what uses each who is in it has agreed to its telling.

    :meth:`_get_tellable` is the only way to a story for a use, :meth:`_show` the only one to its words
    and photo. Consent is of the words and the photo as they were when it was given: whoever changes them
    afterwards has to ask anew.
    """

    _name = "timebank.story"
    _description = "Story"
    _inherit = [
        "timebank.in.bank",
        "timebank.bank.followed",
        "timebank.protected",
        "timebank.told",
        "timebank.story.sent",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "told_on desc, id desc"
    _personal_fields = {
        "name": WORDS,
        "partner_ids": ABOUT,
        "shown_as": WORDS,
        "text": WORDS,
        "photo": WORDS,
        "photo_alt": WORDS,
    }
    _goes_with_person = True

    name = fields.Char("Title", required=True, size=LONGEST_LINE)
    grant_id = fields.Many2one(
        "timebank.grant",
        ondelete="set null",
        index="btree_not_null",
        domain="[('scheme_ids', '=?', scheme_id)]",
        help="Whose money it is about, if of one grant alone.",
    )
    partner_ids = fields.Many2many(
        "res.partner", string="Told by", help="Everybody whom the story is about: each of them has to agree."
    )
    shown_as = fields.Char(
        "Shown as",
        size=LONGEST_LINE,
        help="The name under the story, as they choose: a first name, or another one.",
    )
    text = fields.Text("Story")
    told_on = fields.Date("Told on", required=True, default=usual_day, copy=False)
    way = fields.Selection(
        [("own", "Written by themselves"), ("with", "Written down with them")],
        string="How it came",
        required=True,
        readonly=True,
        default="with",
    )
    photo = fields.Binary(copy=False)
    photo_alt = fields.Char(
        "What is on the photo",
        size=LONGEST_LINE,
        copy=False,
        help="In a few words, for who can't see it: “Two women potting tomatoes”.",
    )
    state = fields.Selection(
        [("draft", "Being written"), ("told", "Agreed to"), ("withdrawn", "Withdrawn")],
        string="Status",
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    words_no = fields.Integer(readonly=True, default=1, copy=False, help="Rises when the words change.")
    photo_no = fields.Integer(readonly=True, default=1, copy=False, help="Rises when the photo changes.")
    words_on = fields.Date(readonly=True, copy=False, help="The last day on which the words were changed.")
    photo_on = fields.Date(readonly=True, copy=False, help="The last day on which the photo was changed.")
    consent_ids = fields.One2many("timebank.story.consent", "story_id")
    used_ids = fields.One2many("timebank.story.used", "story_id", string="Where it was used")
    # What is agreed to today
    consent_uses = fields.Char("May be told in", compute="_compute_consent", compute_sudo=True)
    consent_until = fields.Date("Until", compute="_compute_consent", compute_sudo=True)
    consent_state = fields.Selection(
        [
            ("none", "Not agreed yet"),
            ("valid", "May be told"),
            ("ending", "Ends soon"),
            ("ended", "To ask again"),
            ("withdrawn", "Withdrawn"),
        ],
        string="Consent today",
        compute="_compute_consent",
        compute_sudo=True,
        search="_search_consent_state",
    )
    photo_uses = fields.Char("With the photo in", compute="_compute_consent", compute_sudo=True)
    may_funder = fields.Boolean(
        "May be told to funders", compute="_compute_consent", compute_sudo=True, search="_search_may_funder"
    )
    may_website = fields.Boolean(
        "May be on the web page", compute="_compute_consent", compute_sudo=True, search="_search_may_website"
    )
    may_trustees = fields.Boolean(
        "May be told to trustees",
        compute="_compute_consent",
        compute_sudo=True,
        search="_search_may_trustees",
    )

    _not_too_long = models.Constraint(
        f"CHECK (length(text) <= {LONGEST_STORY})", f"A story has up to {LONGEST_STORY} letters."
    )

    # ------------------------------------------------------------
    # What is agreed to
    # ------------------------------------------------------------

    def _get_ends(self, day=None, then=False):
        """Until when each use of these stories is agreed to, of those that are on a day.

        Each of the people of a story has to have agreed, to the words and the photo as they are now, and
        nobody of them may have taken it back since: also of a day before that.

        :param date day: today by the clock of each story's bank, if none is given
        :param bool then: whether what somebody has said anew since counts for the days before that, and what
            they said of words or a photo that were changed since
        :return: dict of story id → dict of (use, part) → the last day
        """
        if day is None:
            ends = {}
            # sudo: only which bank a story is of, and what day it is there
            for today, stories in self.sudo().grouped(lambda story: story.scheme_id._today()).items():
                ends.update(stories._get_ends(today))
            return ends
        ends = {story.id: {} for story in self}
        # sudo: what is agreed to decides who may be shown the story, whoever asks
        agreed = self.env["timebank.story.consent"].sudo()._get_last_days(self, day, then)
        for story in self.sudo():  # sudo: as above
            people = story.partner_ids.ids
            if story.state != "told" or not people:
                continue
            for use, _label in USES:
                for part, _words in PARTS:
                    last = [agreed.get((story.id, use, part, person)) for person in people]
                    if all(last):
                        ends[story.id][use, part] = min(last)
        return ends

    @api.model
    def _get_tellable(self, use, schemes=None, day=None):
        """The stories that may be told for a use on a day. Nothing else hands out a story for any use.

        :param str use: ``funder``, ``website`` or ``trustees``
        :param schemes: of these banks only
        :param date day: as for :meth:`_get_ends`
        """
        domain = Domain("state", "=", "told")
        if schemes is not None:
            domain &= Domain("scheme_id", "in", schemes.ids)
        stories = self.search(domain)
        ends = stories._get_ends(day)
        return stories.filtered(lambda story: (use, "text") in ends[story.id])

    def _show(self, use, day=None):
        """The words of those of these stories that may be told for a use on a day, in their order.

        :param date day: as for :meth:`_get_ends`

        :return: list of dicts of ``id``, ``title``, ``text``, ``shown_as``, and ``photo`` in base64 with
            ``photo_alt``, which are empty where the photo isn't agreed to; ``words_no`` and ``photo_no``
            are as of which change these are
        """
        ends = self._get_ends(day)
        shown = []
        for story in self.with_context(bin_size=False):
            if (use, "text") not in ends[story.id]:
                continue
            photo = story.photo if (use, "photo") in ends[story.id] else False
            shown.append(
                {
                    "id": story.id,
                    "title": story.name,
                    "text": story.text or "",
                    "shown_as": story.shown_as or self.env._("A member"),
                    "photo": photo.decode() if photo else "",
                    "photo_alt": (photo and story.photo_alt) or "",
                    "words_no": story.words_no,
                    "photo_no": story.photo_no,
                }
            )
        return shown

    @api.depends(
        "state",
        "partner_ids",
        "words_no",
        "photo_no",
        "consent_ids.withdrawn_on",
        "consent_ids.until",
    )
    @api.depends_context("lang")
    def _compute_consent(self):
        labels = dict(self.env["timebank.story.consent"]._fields["use"]._description_selection(self.env))
        ends = self._origin._get_ends()
        for story in self:
            own = ends.get(story._origin.id, {})
            until = [end for (_use, part), end in own.items() if part == "text"]
            story.consent_until = min(until, default=False)
            for name, wanted in (("consent_uses", "text"), ("photo_uses", "photo")):
                story[name] = ", ".join(labels[use] for use, part in own if part == wanted)
            for use, _label in USES:
                story[f"may_{use}"] = (use, "text") in own
            story.consent_state = story._get_consent_state(story.scheme_id._today(), min(until, default=None))

    def _get_consent_state(self, today, until):
        if self.state == "withdrawn":
            return "withdrawn"
        if until:
            return "ending" if until <= today + timedelta(days=ENDS_SOON) else "valid"
        return "ended" if self.consent_ids else "none"

    def _search_consent_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        stories = self.search([])
        return Domain("id", "in", stories.filtered(lambda story: story.consent_state in value).ids)

    def _search_may(self, use, operator, value):
        if operator != "in":
            return NotImplemented
        stories = self._get_tellable(use)
        found = Domain("id", "in", stories.ids)
        return Domain.OR(found if one else ~found for one in value)

    def _search_may_funder(self, operator, value):
        return self._search_may("funder", operator, value)

    def _search_may_website(self, operator, value):
        return self._search_may("website", operator, value)

    def _search_may_trustees(self, operator, value):
        return self._search_may("trustees", operator, value)

    @api.onchange("partner_ids")
    def _onchange_partner_ids(self):
        """The bank is known where all of them belong to one only."""
        self._follow(self.partner_ids._origin, "active", "paused")

    # Constrains
    @api.constrains("partner_ids", "scheme_id")
    def _check_people(self):
        # sudo: whether they are or were members of the bank, and no word of it
        members = self.env["timebank.member"].sudo()
        for story in self:
            there = members.search(
                [("scheme_id", "=", story.scheme_id.id), ("partner_id", "in", story.partner_ids.ids)]
            )
            strangers = story.partner_ids - there.partner_id
            if strangers:
                raise ValidationError(
                    self.env._(
                        "A story is told by members of its bank: %s is none.",
                        ", ".join(strangers.mapped("name")),
                    )
                )

    @api.constrains("grant_id", "scheme_id")
    def _check_grant(self):
        for story in self:
            story.grant_id._check_serves(story.scheme_id)

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        # the form asks for a title, so there is none to begin with
        return super().create([self._clean({"name": self.env._("A story"), **vals}) for vals in vals_list])

    def write(self, vals):
        told, pictured = vals.keys() & set(TOLD_FIELDS), vals.keys() & set(PHOTO_FIELDS)
        if not told and not pictured:
            return super().write(vals)
        stories = self.with_context(bin_size=False)
        before = {
            story: (story.partner_ids, story._get_values(TOLD_FIELDS), story._get_values(PHOTO_FIELDS))
            for story in stories
        }
        result = super().write(self._clean(vals))
        self.invalidate_recordset(["photo"], flush=False)  # whether there is one is remembered by itself
        for story, (people, words, photo) in before.items():
            story._refuse_to_leave_out(people - story.partner_ids)
            news = {}
            today = story.scheme_id._today()
            if story._get_values(TOLD_FIELDS) != words:
                news.update(words_no=story.words_no + 1, words_on=today)
            if story._get_values(PHOTO_FIELDS) != photo:
                news.update(photo_no=story.photo_no + 1, photo_on=today)
            if news:
                story._in_verb().write(news)
                # sudo: what was agreed to, whoever changed the story, and was let
                story.sudo().consent_ids._note_changed()
                self.env["timebank.funder.report"]._let_go_of_stories(story)
        return result

    def copy(self, default=None):
        """:raises UserError: for what somebody has taken back: a copy would be told without them"""
        for story in self:
            story._refuse_to_leave_out(story.partner_ids)
        return super().copy(default)

    def _refuse_to_leave_out(self, people):
        """:raises UserError: where one of these has taken the story back, which is theirs as well"""
        if not people or self.env.su:
            return
        # sudo: as kept; whether they took it back, and haven't agreed anew since
        consents = self.sudo().consent_ids.grouped("partner_id")
        for person in people:
            said = consents.get(person)
            if said and all(said.mapped("withdrawn_on")):
                raise UserError(
                    self.env._(
                        "%(person)s has taken “%(story)s” back, so the others can’t tell it without them:"
                        " write a new one with those who wish to.",
                        person=person.name,
                        story=self.name,
                    )
                )

    def _get_values(self, names):
        return [self[name].ids if name == "partner_ids" else self[name] or False for name in names]

    def _clean(self, vals):
        """Values with the photo upright, of a usual size, and without where it was taken.

        A verb has seen to it already.

        :raises UserError: for what is no photo
        """
        if not vals.get("photo") or self._is_in_verb():
            return vals
        try:
            content = base64.b64decode(vals["photo"], validate=True)
            if len(content) > LARGEST_PHOTO:
                raise ValueError("too large")
            return {**vals, "photo": base64.b64encode(photos.clean(content))}
        except (ValueError, TypeError, binascii.Error) as error:
            raise UserError(
                self.env._("That is no photo, or too large a one: choose a JPEG or PNG file of up to 12 MB.")
            ) from error

    # ------------------------------------------------------------
    # Agreeing, and withdrawing
    # ------------------------------------------------------------

    @verb(
        single=True,
        partner=record("res.partner"),
        uses=many(choice(*(use for use, _label in USES))),
        until=day(),
        way=choice(*(way for way, _label in WAYS if way != "page")),
        given_on=day(),
        photo=flag(),
        version=typed_text(40),
    )
    def record_consent(self, partner, uses, until, way, given_on=None, photo=False, version=""):
        """Note that one of the people of this story has agreed to its telling, as it is now.

        :param partner: who agreed
        :param uses: to what, of ``funder``, ``website`` and ``trustees``
        :param until: the last day on which it holds
        :param str way: how they said so
        :param given_on: the day on which they did, today where none is given
        :param bool photo: whether they agreed to the photo as well
        :param str version: of the story as it was shown, where it was
        :return: ``True``
        :raises AccessError: for whoever doesn't run the bank
        :raises UserError: where nobody could have agreed to that
        """
        self.check_access("write")
        self._agree(partner, uses, until, way, given_on or self.scheme_id._today(), photo, version)
        return True

    def _has_photo(self):
        """Whether there is a photo, which isn't read for it."""
        return bool(self.with_context(bin_size=True).photo)

    def _get_version(self):
        """Of which words and which photo it is: nobody agrees to others than they were shown."""
        self.ensure_one()
        return f"{self.words_no}.{self.photo_no}"

    def _agree(self, partner, uses, until, way, given_on, photo, version=""):
        """Keep what somebody agreed to, as :meth:`record_consent`. Who may say so was asked."""
        self.ensure_one()
        reason = self._why_not_agree(partner, uses, until, given_on, photo, version)
        if reason:
            raise UserError(reason)
        parts = ["text", "photo"] if photo else ["text"]
        # sudo: consent is kept by this method alone
        consents = self.env["timebank.story.consent"].sudo()
        former = consents.search(
            [("story_id", "=", self.id), ("partner_id", "=", partner.id), ("withdrawn_on", "=", False)]
        )
        former._withdraw()  # what they say now is all that counts
        consents._in_verb().create(
            [
                {**consents._prepare(self, partner, use, given_on, until, way), "part": part}
                for use in dict.fromkeys(uses)
                for part in parts
            ]
        )
        labels = dict(consents._fields["use"]._description_selection(self.env))
        words = {
            "person": partner.name,
            "uses": ", ".join(labels[use] for use in dict.fromkeys(uses)),
            "day": say_day(self.env, until),
        }
        if photo:
            said = self.env._("%(person)s agreed, with the photo: %(uses)s, until %(day)s.", **words)
        else:
            said = self.env._("%(person)s agreed: %(uses)s, until %(day)s.", **words)
        # sudo: of a member on their own pages; the story was looked up as theirs
        story = self.sudo()
        story._in_verb().write({"state": "told"})
        story._message_log(author_id=self.env.user.partner_id.id, body=said)
        story._close_todos()

    def _get_writers(self):
        """Who wrote these stories down, changed them last, or noted what people agreed to; nobody where that
        was the server by itself."""
        writers = self.create_uid | self.write_uid | self.consent_ids.noted_by_id
        return writers - self.env.ref("base.user_root")

    def _why_not_agree(self, partner, uses, until, given_on, photo, version):
        """Why nobody could have agreed to that, or an empty string."""
        today = self.scheme_id._today()
        if version and version != self._get_version():
            return self.env._(
                "“%s” was changed meanwhile: read it as it is now, and agree to that.", self.name
            )
        if partner not in self.sudo().partner_ids:  # sudo: who told it, which is on the story
            return self.env._("%s isn’t among those who told this story.", partner.name)
        if not uses:
            return self.env._("Choose at least one use.")
        if not (self.text or "").strip():
            return self.env._("There is no story to agree to yet: write it first.")
        if photo and not self._has_photo():
            return self.env._("There is no photo to agree to.")
        if photo and not (self.photo_alt or "").strip():
            return self.env._("Say first in a few words what is on the photo, for who can’t see it.")
        if given_on > today:
            return self.env._("Nobody has agreed on a day to come: use today’s.")
        if given_on < min(self.told_on, today):
            return self.env._(
                "The story was told on %s: what was said before was about something else. Ask anew.",
                say_day(self.env, self.told_on),
            )
        changed = max(filter(None, (self.words_on, self.photo_on if photo else None)), default=None)
        if changed and given_on < changed:
            return self.env._(
                "It was changed on %s: what was said before was about something else. Ask anew.",
                say_day(self.env, changed),
            )
        if until < given_on or until < today:
            return self.env._("Consent lasts until a day to come: choose one.")
        if until > given_on + relativedelta(years=MOST_YEARS):
            return self.env._("Nobody is asked for more than %s years at a time.", MOST_YEARS)
        # sudo: as kept; whether they took it back since
        taken_back = self.env["timebank.story.consent"].sudo()._get_last_withdrawals(self)
        withdrawn = taken_back.get((self.id, partner.id))
        if withdrawn and given_on < withdrawn:
            return self.env._(
                "%(person)s withdrew it on %(day)s: what was said before doesn’t count any more.",
                person=partner.name,
                day=say_day(self.env, withdrawn),
            )
        return ""

    @verb(single=True)
    def action_record_consent(self):
        """The dialog that asks who agreed to what."""
        self.check_access("write")
        consenting = self.env["timebank.story.consenting"]
        return open_dialog(
            consenting,
            self.env._("Record consent"),
            context={"default_story_id": self.id, "dialog_size": "medium"},
        )

    @verb()
    def action_withdraw(self):
        """Withdraw these stories for all uses at once, as somebody in them wishes it."""
        self.check_access("write")
        for story in self.filtered(lambda one: one.state != "withdrawn"):
            # of several, nobody knows who said so: only of what was agreed to is it kept
            story._withdraw(story.partner_ids, "person" if len(story.partner_ids) == 1 else None)
        return True

    def _withdraw(self, people, way=None):
        """Take back what these people agreed to; from now on the story isn't told any more.

        :param str way: how they said so, which is kept also of who never agreed to anything; without one
            nobody is known to have said so
        """
        # sudo: consent is kept by these methods alone; who may say so was asked
        consents = self.env["timebank.story.consent"].sudo()
        consents.search(
            [
                ("story_id", "in", self.ids),
                ("partner_id", "in", people.ids),
                ("withdrawn_on", "=", False),
            ]
        )._withdraw(by_person=True)
        stories = self.sudo()  # sudo: as above
        for story in stories if way else ():
            consents._refuse(story, (people & story.partner_ids) - story.consent_ids.partner_id, way)
        told = stories.filtered(lambda story: story.state != "withdrawn")
        stories._in_verb().write({"state": "withdrawn"})
        for story in stories:
            story._message_log(
                author_id=self.env.user.partner_id.id,
                body=self.env._("Withdrawn: it isn’t told any more."),
            )
        stories._close_todos()
        self.env["timebank.funder.report"]._let_go_of_stories(stories)
        told._ask_to_tell_funders()

    # ------------------------------------------------------------
    # Asking again
    # ------------------------------------------------------------

    def _get_todos(self):
        kind = self.env.ref(TODO)
        return self.activity_ids.filtered(lambda todo: todo.activity_type_id.id == kind.id)

    def _close_todos(self):
        self._get_todos().action_feedback()

    @job
    def _cron_ask_again(self):
        """A to-do for each story whose consent ends soon; where it has ended, no draft tells it."""
        self.env["timebank.funder.report"]._let_go_of_stories()
        ending = self.search([("state", "=", "told"), ("consent_state", "=", "ending")])
        self.env["timebank.job"]._in_parts([(type(self)._ask_again, ending)])

    def _ask_again(self):
        for story in self:
            if not story._get_todos():
                story.activity_schedule(
                    TODO,
                    summary=self.env._("Ask again: may “%s” still be told?", story.name),
                    date_deadline=story.consent_until,
                    user_id=story._get_broker().id,
                )

    def _find_web(self, schemes):
        """What a bank's page for everybody tells today: as superuser."""
        # sudo: those who told it agreed to the bank's page
        stories = self.sudo()
        return stories._get_tellable("website", schemes)
