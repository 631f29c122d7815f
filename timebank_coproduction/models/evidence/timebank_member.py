from markupsafe import Markup, escape

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.minutes import clock
from ...tools.self_audit import KEYS
from ..common.acting import acting_in
from ..common.words import say_day, say_months
from .timebank_story import LONGEST_LINE, LONGEST_STORY
from .timebank_story_consent import USES

#: What a member writes of a story on their own pages.
WRITTEN = ("name", "text", "shown_as", "photo", "photo_alt")


class TimebankMember(models.Model):
    """Members are asked what they would like and how they are, tell stories, and get statements by mail."""

    _inherit = "timebank.member"

    spend_asked_on = fields.Date(
        "Asked to spend",
        readonly=True,
        copy=False,
        help="When coordinators last got a to-do about the credits that they don't use.",
    )
    wellbeing_mails = fields.Boolean(
        "Mails that ask how you are", default=True, help="A few questions on well-being, now and then."
    )

    statement_mails = fields.Boolean(
        "My statement by mail", help="What came in and went out, once a month or once a quarter."
    )
    statement_pace = fields.Selection(
        [("month", "Each month"), ("quarter", "Each quarter")],
        "Statement by mail",
        required=True,
        default="month",
    )

    def _get_mail_switches(self):
        return ["wellbeing_mails", "statement_mails", *super()._get_mail_switches()]

    def _get_own_fields(self):
        return ["statement_pace", *super()._get_own_fields()]

    def _ask_to_spend(self, months):
        """Give the user a to-do for each of these members, with what their credits buy.

        :param int months: for how long they have spent nothing
        """
        for member in self:
            member.activity_schedule(
                "timebank_coproduction.mail_activity_spend",
                summary=self.env._(
                    "%(hours)s hours, none spent for %(months)s: what would they like?",
                    hours=clock(member.account_id.balance_minutes),
                    months=say_months(self.env, months),
                ),
                note=member._say_what_credits_buy(),
                user_id=self.env.uid,
            )
        for scheme, theirs in self.grouped("scheme_id").items():
            theirs._in_verb().write({"spend_asked_on": scheme._today()})

    def _say_what_credits_buy(self):
        """HTML: rewards within the member's reach, and help that they wish for."""
        self.ensure_one()
        within = self._get_affordable(self.account_id.balance_minutes)
        named = ", ".join(f"{reward['name']} ({reward['price']})" for reward in within["named"])
        more = within["count"] - len(within["named"])
        if more:
            named = self.env._("%(rewards)s and %(count)s more", rewards=named, count=more)
        lines = [
            self.env._("Could have: %s", named)
            if named
            else self.env._("No reward is to be had for that: ask what they would like there to be.")
        ]
        wished = self._get_listed_words()["request"]
        lines.append(
            self.env._("Has asked for: %s", wished)
            if wished
            else self.env._("Has asked for no help on the board: is there something that would be welcome?")
        )
        if self.interest_ids:
            lines.append(self.env._("Likes: %s", ", ".join(self.interest_ids.mapped("name"))))
        lines.append(self.env._("Credits can be given to others or to a pot as well."))
        return Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % escape(line) for line in lines)

    def _get_own_stories(self):
        """The stories that the member is among the tellers of, as superuser."""
        self.ensure_one()
        self._check_own_pages()
        # sudo: the member's own stories; what may be done with them each method says
        stories = self.env["timebank.story"].sudo()
        return stories.search(
            [("scheme_id", "=", self.scheme_id.id), ("partner_ids", "in", self.partner_id.ids)]
        )

    def _check_own_pages(self):
        """:raises AccessError: for whoever is neither the member nor runs the bank"""
        if not self._is_for_pages():
            raise AccessError(self.env._("That is for the member to say, or for a coordinator of the bank."))

    def _find_own_story(self, story_id):
        """:raises AccessError: the same for what isn't there and for what isn't theirs"""
        story = self._get_own_stories().filtered(lambda one: one.id == story_id)
        if not story:
            raise AccessError(self.env._("There is no such story among those that are yours."))
        return story

    def _can_change_story(self, story):
        """Whether it is for the member alone to say how the story goes."""
        return story.partner_ids.ids == self.partner_id.ids

    def _write_story(self, story, vals):
        """Make or change a story of the member's own.

        :param story: one that :meth:`_find_own_story` has found, or none for a new one
        :param dict vals: of :data:`WRITTEN`
        :return: the story
        :raises UserError: for a story without words, or one that isn't the member's alone
        """
        self.ensure_one()
        self._check_own_pages()
        if vals.keys() - set(WRITTEN):
            raise AccessError(self.env._("There is no such story among those that are yours."))
        if story and not self._can_change_story(story):
            raise UserError(
                self.env._("Others tell that story with you: ask your coordinator to change its words.")
            )
        if not story:
            # sudo: a story of the member's own, which nobody is shown before they agree
            stories = self.env["timebank.story"].sudo()
            story = (
                stories._in_verb()
                .create(
                    {
                        **stories._clean(vals),
                        "scheme_id": self.scheme_id.id,
                        "partner_ids": self.partner_id.ids,
                        "way": "own" if self._is_on_own_page() else "with",
                        "told_on": self.scheme_id._today(),
                    }
                )
                ._out_of_verb()
            )
        else:
            story.write(vals)
        self._note_acting(story)
        return story

    def _is_on_own_page(self):
        """Whether it is the member who is on the page, or who acts for that organisation, and not a
        coordinator for them."""
        theirs = self.partner_id == self.env.user.partner_id
        return theirs and (not acting_in(self.env) or self._is_with_deputy())

    def _agree_to_story(self, story, uses, until, photo, version):
        """Keep what the member agrees to on their pages; nothing is all taken back.

        :param str version: of the story as the page showed it
        :raises UserError: where nobody could agree to that
        """
        self.ensure_one()
        if not uses:
            self._withdraw_story(story)
            return
        self._check_own_pages()
        way = "page" if self._is_on_own_page() else "person"
        today = self.scheme_id._today()
        photo = photo and story._has_photo()
        story._agree(self.partner_id, uses, until, way, today, photo, version)
        self._note_acting(story)

    def _withdraw_story(self, story):
        """Take back all that the member agreed to; from now on the story isn't told any more."""
        self.ensure_one()
        self._check_own_pages()
        story._withdraw(self.partner_id, "page" if self._is_on_own_page() else "person")
        self._note_acting(story)

    def _tell_story(self, story):
        """What the member's page says of one of their stories: dict of plain words."""
        consents = story.consent_ids.filtered(lambda one: one.partner_id.id == self.partner_id.id)
        labels = dict(consents._fields["use"]._description_selection(self.env))
        ways = dict(consents._fields["way"]._description_selection(self.env))
        own = consents.filtered(lambda one: one.state == "valid")
        told = story._get_ends()[story.id]
        return {
            "id": story.id,
            "version": story._get_version(),
            "title": story.name,
            "paragraphs": [part for part in (story.text or "").split("\n") if part.strip()],
            "shown_as": story.shown_as or self.env._("A member"),
            "has_photo": story._has_photo(),
            "photo_alt": story.photo_alt or "",
            "state": story.state,
            "can_change": self._can_change_story(story),
            "others": len(story.partner_ids) - 1,
            "agreed": [
                {
                    "use": labels[use],
                    "until": say_day(self.env, max(rows.mapped("until"))),
                    "photo": "photo" in rows.mapped("part"),
                    "how": ways[rows[0].way],
                    "noted": rows[0].noted_by_id.name if rows[0].way != "page" else "",
                    "told": (use, "text") in told,
                }
                for use, rows in own.grouped("use").items()
            ],
            "uses": own.mapped("use"),
            "with_photo": "photo" in own.mapped("part"),
            "asks_again": story.state == "told" and not own,
            "is_sent": bool(story._find_sent()),
            "used": [
                {"where": used.used_where, "day": say_day(self.env, used.used_on)} for used in story.used_ids
            ],
        }

    # ------------------------------------------------------------
    # Words and choices of the forms
    # ------------------------------------------------------------

    def _read_title(self, typed):
        """:raises UserError: for no title, or one that is too long"""
        title = self._read_byline(typed)
        if not title:
            raise UserError(self.env._("Give your story a title, such as what it is about."))
        return title

    def _read_byline(self, typed):
        """:raises UserError: for a line that is too long"""
        line = " ".join((typed or "").split())
        if len(line) > LONGEST_LINE:
            raise UserError(self.env._("That is too long: use up to %s letters.", LONGEST_LINE))
        return line

    def _read_story(self, typed):
        """:raises UserError: for no story, or one that is too long"""
        words = (typed or "").replace("\r\n", "\n").strip()
        if not words:
            raise UserError(self.env._("Write what you would like to tell."))
        if len(words) > LONGEST_STORY:
            raise UserError(self.env._("That is too long: use up to %s letters.", LONGEST_STORY))
        return words

    def _get_story_uses(self):
        """Pairs of a use and its words, in the member's language."""
        labels = dict(self.env["timebank.story.consent"]._fields["use"]._description_selection(self.env))
        return [(use, labels[use]) for use, _label in USES]

    # ------------------------------------------------------------
    # The self-audits that a member scores
    # ------------------------------------------------------------

    def _get_self_audits(self):
        """The audits that the member is asked to score, those first that they haven't; as superuser."""
        self.ensure_one()
        audits = self.env["timebank.self.audit"]._get_asked(self.scheme_id)
        return audits.sorted(lambda audit: bool(self._get_own_voice(audit)))

    def _get_own_voice(self, audit):
        """How the member scored, as superuser; none where they haven't."""
        self.ensure_one()
        # sudo: the member's own
        return (
            audit.with_env(self.env)
            .sudo()
            .voice_ids.filtered(lambda one: one.partner_id.id == self.partner_id.id)
        )

    def _say_waiting_self_audit(self):
        """Whether the member is asked to score a self-audit and hasn't: for their first page, or None."""
        self.ensure_one()
        if self.state != "active" or not self.env["timebank.self.audit"]._asks(self):
            return None
        return {
            "text": self.env._("How well do we do things together? Say what you think before the meeting."),
            "path": "/self-audit",
            "words": self.env._("Say what I think"),
        }

    def _score_self_audit(self, audit, levels, words):
        """Keep how the member scored.

        :param audit: one that the bank's members are asked to score now
        :param dict levels: element → one of the scale, or nothing where they can't say
        :param str words: whatever they would like to add
        :raises AccessError: for whoever is neither the member nor runs the bank, and for who runs it where
            the member has scored on their own pages
        :raises UserError: for an audit that isn't asked about any more, or without any score
        """
        self.ensure_one()
        self._check_own_pages()
        if audit not in self.env["timebank.self.audit"]._get_asked(self.scheme_id):
            raise UserError(self.env._("That isn’t asked about any more."))
        given = {key: levels.get(key) or False for key in KEYS}
        if not any(given.values()):
            raise UserError(self.env._("Score at least one of them."))
        # sudo: the member's own scores, of an audit that asks for them
        voices = self.env["timebank.self.audit.voice"].sudo()
        voice = self._get_own_voice(audit)
        voice._refuse_theirs_alone()
        on_page = self._is_on_own_page() or voice.way == "page"
        vals = {**given, "words": words or False, "way": "page" if on_page else "meeting"}
        if voice:
            voice._in_verb().write({**vals, "noted_by_id": self.env.uid})
        else:
            voices._in_verb().create(
                {**vals, "audit_id": audit.id, "partner_id": self.partner_id.id, "noted_by_id": self.env.uid}
            )
        self._note_acting(audit)

    # ------------------------------------------------------------
    # Leaving
    # ------------------------------------------------------------

    def _get_open_matters(self, day):
        matters = super()._get_open_matters(day)
        told = self._get_told_stories().filtered("consent_uses")
        if told:
            matters.append(
                (
                    self.env._("Stories that may be told: %s", "; ".join(told.mapped("name"))),
                    self.env._("They aren’t told any more, unless you ask again."),
                )
            )
        return matters

    def _get_told_stories(self):
        # sudo: what these members told; the user may write the memberships
        stories = self.env["timebank.story"].sudo()
        return stories.union(
            *(
                stories.search(
                    [
                        ("scheme_id", "=", member.scheme_id.id),
                        ("partner_ids", "in", member.partner_id.ids),
                        ("state", "=", "told"),
                    ]
                )
                for member in self
            )
        )

    def _settle(self, day, reason):
        """Whoever has left can't take a story back on their pages: it ends, until they are asked anew."""
        for member in self:
            member._get_told_stories()._withdraw(member.partner_id)
        return super()._settle(day, reason)
