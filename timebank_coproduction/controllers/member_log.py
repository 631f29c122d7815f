import base64

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..models.common.days import read_day
from ..models.common.hours_field import read_minutes
from ..models.common.words import say_spoken
from ..models.hours.timebank_hours_member import MOST_BYTES
from ..models.session.timebank_member import MOST_FOUND
from ..tools.minutes import DAY
from ..tools.paging import number_in
from .member_page import Form, MemberPage, sent, shown

#: How long most help takes: what can be chosen with one press.
USUAL_MINUTES = (15, 30, 60, 90)
#: How much can be said of an entry.
MOST_LETTERS = 500
#: What is typed about an entry.
TYPED = ("date", "start_time", "category_id", "description")


class EntryForm(Form):
    """What is typed about an entry of hours, whether it is new or corrected."""

    def read_time(self, name="time"):
        """Minutes from an amount of time as people write it; a refusal is kept."""

        def read(words):
            minutes = read_minutes(request.env, words)
            if minutes > DAY and words.strip().isdigit():
                raise UserError(
                    request.env._(
                        "“%(words)s” is taken for hours. For minutes, write “%(words)s min”.",
                        words=words.strip(),
                    )
                )
            if not 1 <= minutes <= DAY:
                raise UserError(request.env._("Say how long it took: between a minute and 24 hours."))
            return minutes

        return self.take(name, read)

    def read_about(self, file):
        """Values of an entry, as far as they can be read; refusals are kept."""
        env = request.env
        return {
            "date": self.take("date", lambda words: read_day(env, env._("Day"), words)),
            "start_time": self.shows("start_time").strip(),
            "category_id": self.take("category_id", self._read_category),
            "description": self.take("description", self._read_words),
            **self._read_file(file),
        }

    def _read_words(self, words):
        if len(words) > MOST_LETTERS:
            raise UserError(request.env._("Say it in fewer words: %s letters at most.", MOST_LETTERS))
        return words.strip()

    def _read_category(self, number):
        return request.env["timebank.category"]._read_choice(number).id

    def _read_file(self, file):
        if not file or not getattr(file, "filename", ""):
            return {}
        # one more than is kept: the model says that it is too large
        return {"evidence": base64.b64encode(file.read(MOST_BYTES + 1)), "evidence_name": file.filename}


def about_entry(member):
    """What the fields about an entry need to know of the bank."""
    # sudo: the bank's policy, which its own forms follow
    scheme = member.scheme_id.sudo()
    return {
        **member.with_env(request.env).scheme_id._get_category_choices(),
        "evidence_policy": scheme.evidence_policy,
        "today": str(scheme._today()),
    }


class MemberLog(MemberPage, http.Controller):
    """Logging time in three steps; what was chosen goes along in the address."""

    @shown("/log", on_tablet=True)
    def log_whom(self, member, name=None):
        """Step 1: who it was for."""
        if sentence := member._say_standing():
            return self._closed(member, sentence)
        name = (name or "").replace("\0", "")[:100]
        people = member._find_by_shown_name(name)
        values = {
            "choices": member._get_log_choices(),
            "form": Form({"name": name}),
            "searched": bool(name),
            "found": [member._say_choice(person) for person in people[:MOST_FOUND]],
            "more": len(people) > MOST_FOUND,
        }
        return self._render("member_log_whom", values, member, "log")

    @shown("/log/time", on_tablet=True)
    def log_time(self, member, whom=None, minutes=None, time=None, chosen=None):
        """Step 2: how long it took."""
        if sentence := member._say_standing():
            return self._closed(member, sentence)
        record = member._find_whom(whom)
        if not record:
            return self._go(member, "/log")
        form = EntryForm({"minutes": minutes, "time": time})
        if chosen:
            taken = self._read_minutes(form)
            if taken:
                return self._go(member, f"/log/what?whom={member._get_key(record)}&minutes={taken}")
        values = {
            "form": form,
            "whom": member._say_choice(record),
            "usual": [(number, say_spoken(member.env, number)) for number in USUAL_MINUTES],
        }
        return self._render("member_log_time", values, member, "log")

    @shown("/log/what", on_tablet=True)
    def log_what(self, member, whom=None, minutes=None):
        """Step 3: what it was, and when."""
        if sentence := member._say_standing():
            return self._closed(member, sentence)
        record, taken = member._find_whom(whom), number_in(minutes, most=DAY)
        if not record or not taken:
            return self._go(member, "/log")
        form = Form(date=str(member.scheme_id._today()))
        if record._name == "timebank.session":
            form.typed["date"] = str(record.date)
        return self._ask_what(member, record, taken, form)

    @sent("/log/what", on_tablet=True, files=("evidence",))
    def log_it(self, member, whom=None, minutes=None, evidence=None, **typed):
        if sentence := member._say_standing():
            return self._closed(member, sentence)
        record, taken = member._find_whom(whom), number_in(minutes, most=DAY)
        if not record or not taken:
            return self._go(member, "/log")
        form = EntryForm({name: typed.get(name) for name in TYPED})
        vals = form.read_about(evidence)
        made = []
        if form and form.carry_out(
            lambda: made.extend(member._log_time(record, {**_filled(vals), "minutes": taken}))
        ):
            counts = all(entry.state == "approved" for entry in made)
            return self._go(member, "/hours", done="counted" if counts else "logged")
        return self._ask_what(member, record, taken, form)

    def _ask_what(self, member, record, minutes, form):
        values = {
            **about_entry(member),
            "form": form,
            "whom": member._say_choice(record),
            "minutes": minutes,
            "how_long": say_spoken(member.env, minutes),
            "whom_kind": record._name,
        }
        return self._render("member_log_what", values, member, "log")

    def _closed(self, member, sentence):
        """Why nothing can be logged, in the member's words."""
        return self._render("member_log_closed", {"sentence": sentence}, member, "log")

    def _read_minutes(self, form):
        """What was chosen, or else typed: what is typed counts, as it takes more trouble."""
        if form.shows("time").strip():
            return form.read_time()
        taken = number_in(form.shows("minutes"), most=DAY)
        if not taken:
            form.refuse("minutes", request.env._("Choose how long it took, or write it below."))
        return taken


def _filled(vals):
    """Without what was left empty, which the entry fills in itself."""
    return {name: value for name, value in vals.items() if value}
