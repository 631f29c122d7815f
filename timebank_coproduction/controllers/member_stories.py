import base64

from dateutil.relativedelta import relativedelta

from odoo import http
from odoo.http import request

from ..models.common.days import read_day
from ..models.evidence.timebank_story import LARGEST_PHOTO
from ..tools.minutes import LARGEST
from ..tools.self_audit import KEYS, LEVELS
from .member_page import Form, MemberPage, sent, shown

STORY = f"/stories/<int(max={LARGEST}):story_id>"
#: What is typed of a story, and how it is read.
TYPED = ("title", "story", "shown_as", "photo_alt")


class MemberStories(MemberPage, http.Controller):
    """What members tell of their bank, what they agree to, and how they score it."""

    @shown("/stories")
    def stories(self, member, done=None):
        values = {
            "said": self._say_done(done),
            "stories": [member._tell_story(story) for story in member._get_own_stories()],
        }
        return self._render("member_stories", values, member, "me")

    @shown("/stories/new")
    def begin_story(self, member):
        return self._show_writing(member, None, Form(shown_as=member._first_name()))

    @sent("/stories/new", files=("photo",))
    def write_new(self, member, **typed):
        return self._write(member, request.env["timebank.story"], typed)

    @shown(STORY)
    def story(self, member, story_id, done=None):
        story = member._find_own_story(story_id)
        values = {"said": self._say_done(done), "story": member._tell_story(story)}
        return self._render("member_story", values, member, "me")

    @shown(STORY + "/change")
    def change(self, member, story_id):
        story = member._find_own_story(story_id)
        form = Form(title=story.name, story=story.text, shown_as=story.shown_as, photo_alt=story.photo_alt)
        return self._show_writing(member, story, form)

    @sent(STORY + "/change", files=("photo",))
    def write_change(self, member, story_id, **typed):
        return self._write(member, member._find_own_story(story_id), typed)

    @shown(STORY + "/uses")
    def uses(self, member, story_id):
        story = member._find_own_story(story_id)
        own = member._tell_story(story)
        agreed = {use: "on" for use in own["uses"]}
        return self._show_uses(member, story, Form(**agreed, photo="on" if own["with_photo"] else ""))

    @sent(STORY + "/uses")
    def agree(self, member, story_id, **typed):
        story = member._find_own_story(story_id)
        names = [use for use, _label in member._get_story_uses()]
        form = Form({name: typed.get(name) for name in (*names, "photo", "until", "version")})
        version = form.shows("version") or "-"
        uses = [use for use in names if form.shows(use)]
        until = None
        if uses:
            until = form.take("until", lambda words: read_day(request.env, member.env._("Until"), words))
            if form and not until:
                form.refuse("until", member.env._("Say until when it may be told."))
        if form and form.carry_out(
            lambda: member._agree_to_story(story, uses, until, bool(form.shows("photo")), version)
        ):
            return self._go(member, f"/stories/{story.id}", done="agreed" if uses else "withdrawn")
        return self._show_uses(member, story, form)

    @sent(STORY + "/withdraw")
    def withdraw(self, member, story_id):
        story = member._find_own_story(story_id)
        member._withdraw_story(story)
        return self._go(member, f"/stories/{story.id}", done="withdrawn")

    @shown(STORY + "/photo")
    def photo(self, member, story_id):
        story = member._find_own_story(story_id)
        if not story.photo:
            return self._not_found()
        return show_photo(self, base64.b64decode(story.with_context(bin_size=False).photo))

    def _write(self, member, story, typed):
        form = Form({name: typed.get(name) for name in (*TYPED, "no_photo")})
        vals = {
            "name": form.take("title", member._read_title),
            "text": form.take("story", member._read_story),
            "shown_as": form.take("shown_as", member._read_byline),
            "photo_alt": form.take("photo_alt", member._read_byline) or False,
        }
        file = typed.get("photo")
        content = file.read(LARGEST_PHOTO + 1) if hasattr(file, "read") else b""
        if content:
            vals["photo"] = base64.b64encode(content)
        elif form.shows("no_photo"):
            vals.update(photo=False, photo_alt=False)
        has_photo = content or (story and story.photo and not form.shows("no_photo"))
        if has_photo and not vals["photo_alt"]:
            form.refuse("photo_alt", member.env._("Say in a few words what is on the photo."))
        if content and not form:
            # a browser sends a file once
            form.refuse("photo", member.env._("Choose your photo again, after you have put right the rest."))
        kept = []
        if form and form.carry_out(lambda: kept.append(member._write_story(story, vals)), "photo"):
            return self._go(member, f"/stories/{kept[0].id}/uses")
        return self._show_writing(member, story, form)

    def _show_writing(self, member, story, form):
        values = {"form": form, "story": member._tell_story(story) if story else None}
        return self._render("member_story_write", values, member, "me")

    def _show_uses(self, member, story, form):
        today = member.scheme_id._today()
        if not form.shows("until"):
            form.typed["until"] = str(today + relativedelta(years=1))
        values = {"form": form, "story": member._tell_story(story), "uses": member._get_story_uses()}
        return self._render("member_story_uses", values, member, "me")

    def _say_done(self, done):
        said = {
            "agreed": request.env._("Thank you. You can take your story back at any time."),
            "withdrawn": request.env._("Your story is taken back: it isn’t told any more, anywhere."),
            "scored": request.env._("Thank you: your scores are kept. The meeting talks about them."),
        }
        return said.get(done)

    # ------------------------------------------------------------
    # How we work together: the self-audit
    # ------------------------------------------------------------

    @shown("/self-audit")
    def self_audit(self, member, done=None):
        audit = member._get_self_audits()[:1]
        voice = member._get_own_voice(audit)
        form = Form(words=voice.words, **{key: voice[key] for key in KEYS})
        return self._show_scores(member, audit, form, self._say_done(done))

    @sent("/self-audit")
    def score(self, member, **typed):
        audits = member._get_self_audits()
        audit = audits.filtered(lambda one: str(one.id) == typed.get("audit"))
        form = Form({name: typed.get(name) for name in (*KEYS, "words")})
        words = form.take("words", request.env["timebank.member"]._read_words)
        levels = {key: form.shows(key) for key in KEYS}
        if any(level and level not in dict(LEVELS) for level in levels.values()):
            form.refuse(None, member.env._("Choose from the list."))
        if form and form.carry_out(lambda: member._score_self_audit(audit, levels, words)):
            return self._go(member, "/self-audit", done="scored")
        return self._show_scores(member, audit or audits[:1], form)

    def _show_scores(self, member, audit, form, said=None):
        voices = request.env["timebank.self.audit.voice"].with_env(member.env)
        labels = {key: voices._fields[key]._description_string(voices.env) for key in KEYS}
        questions = voices._get_questions()
        values = {
            "said": said,
            "form": form,
            "asked": audit.id,
            "about": audit.display_name,
            "elements": [{"key": key, "label": labels[key], "question": questions[key]} for key in KEYS],
            "levels": voices._fields[KEYS[0]]._description_selection(voices.env),
        }
        return self._render("member_self_audit", values, member, "me")


def show_photo(page, content):
    """A photo of a story, as it was cleaned when it was handed in."""
    response = request.make_response(content, [("Content-Type", "image/jpeg")])
    page._protect(response, None)
    return response
