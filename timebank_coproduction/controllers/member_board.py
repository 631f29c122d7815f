from datetime import datetime, time
from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import MissingError, UserError
from odoo.http import request

from ..models.common.days import read_day
from ..models.common.hours_field import read_minutes
from ..models.common.words import at_place, from_place, say_day, say_hours, say_moment
from ..tools.minutes import LARGEST, clock, time_of_day
from ..tools.paging import PAGE, number_in, paging_of
from .member_page import Form, MemberPage, sent, shown

MODELS = {"offer": "timebank.offer", "request": "timebank.request"}
OTHER = {"offer": "request", "request": "offer"}
SIDE = "<any(offer,request):side>"
LISTED, OWN = f"<int(max={LARGEST}):listed_id>", f"<int(max={LARGEST}):own_id>"
INTRODUCTION = f"/board/introduction/<int(max={LARGEST}):introduction_id>"
#: What can be done with one's own, in its states.
DEEDS = {
    "draft": ("publish", "close"),
    "published": ("pause", "renew", "close"),
    "paused": ("renew", "close"),
    "expired": ("renew", "close"),
}
ALL_DEEDS = sorted({deed for deeds in DEEDS.values() for deed in deeds})
#: The value that stands for one's own that isn't there yet.
NEW = "new"


class MemberBoard(MemberPage, http.Controller):
    """What a bank's members offer and ask for, a member's own, and how they are introduced."""

    # ------------------------------------------------------------
    # The board
    # ------------------------------------------------------------

    @shown("/board")
    def board(self, member, q="", side="offer", group="", page="1", done=None, **_more):
        side, group_skill = side if side in MODELS else "offer", self._find_skill(group)
        rows, count = request.env[MODELS[side]]._get_board(member, q, group_skill, page=page, limit=PAGE)
        form = Form(q=q, side=side, group=str(group_skill.id or ""))
        values = {
            "form": form,
            "side": side,
            "rows": [self._say(row) for row in rows],
            "count": count,
            "groups": self._get_groups(member, group_skill),
            "narrowed": bool(q or group_skill),
            "paging": paging_of(count, page),
            "asked": urlencode({"q": q, "side": side, "group": form.shows("group")}),
        }
        return self._show("member_board", values, member, done)

    @shown(f"/board/{SIDE}/{LISTED}")
    def listed(self, member, side, listed_id):
        return self._show_listed(member, side, listed_id, Form(hours="1:00", own=NEW))

    @sent(f"/board/{SIDE}/{LISTED}/ask")
    def ask(self, member, side, listed_id, **typed):
        other, form = self._find_listed(member, side, listed_id), Form(typed)
        minutes = self._read_ask(form, side)
        asked = []

        def deed():
            own = self._get_own_to_ask(member, side, form, other, minutes)
            pair = {side: other.id, OTHER[side]: own.id}
            asked.append(member.ask_to_be_introduced(**pair))

        if form and form.carry_out(deed):
            return self._go(member, f"/board/introduction/{asked[0]}", "asked")
        return self._show_listed(member, side, listed_id, form)

    def _show_listed(self, member, side, listed_id, form):
        found = self._find_listed(member, side, listed_id)
        mine = self._get_own_like(member, side, found)
        alike = mine.filtered(lambda record: record.skill_id == found.skill_id)
        if alike and form.typed.get("own") == NEW and not form.errors:
            form.typed["own"] = str(alike[:1].id)
        env, what = request.env, found.skill_id.name
        new = env._("%s: a new request", what) if side == "offer" else env._("%s: a new offer", what)
        # what goes with it first, and what is about something else last
        options = [
            *((record.id, self._say_own_in_words(record)) for record in alike),
            (NEW, new),
            *((record.id, self._say_own_in_words(record)) for record in mine - alike),
        ]
        values = {
            "form": form,
            "row": self._say(found._say_on_board()),
            "between": request.env["timebank.introduction"]._get_between(member, found).id,
            "options": options if mine else [],
        }
        return self._show("member_board_listed", values, member)

    def _say_own_in_words(self, record):
        return ": ".join(filter(None, (record.skill_id.name, record.description)))

    def _find_listed(self, member, side, listed_id):
        """As superuser: nothing of it is said but what :meth:`_say_on_board` does."""
        found = request.env[MODELS[side]]._find_on_board(member, listed_id)
        if not found:
            raise MissingError(request.env._("That is not on the board any more."))
        return found

    def _get_own_like(self, member, side, other):
        """The member's own that go with what is on the board."""
        same = [("member_id", "=", member.id), ("state", "=", "published"), ("kind", "=", other.kind)]
        found = request.env[MODELS[OTHER[side]]].search(same, limit=PAGE)
        return found.sorted(lambda record: record.skill_id != other.skill_id)

    def _read_ask(self, form, side):
        """How long it would take, where something new is asked for."""
        if form.typed.get("own", NEW) != NEW or side == "request":
            return None
        return form.take("hours", lambda words: read_minutes(request.env, words))

    def _get_own_to_ask(self, member, side, form, other, minutes):
        """What the member chose of their own, or a new one like what is on the board."""
        chosen = form.typed.get("own", NEW)
        if chosen != NEW:
            return self._find_own(member, OTHER[side], number_in(chosen))
        vals = {"skill_id": other.skill_id.id, "kind": other.kind, "description": form.shows("words").strip()}
        if minutes is not None:
            vals["minutes"] = minutes
        return self._make(member, OTHER[side], vals)

    # ------------------------------------------------------------
    # The member's own
    # ------------------------------------------------------------

    @shown("/board/mine")
    def mine(self, member, page="1", done=None, **_more):
        own = [("member_id", "=", member.id), ("state", "!=", "closed")]
        paging = paging_of(max(request.env[model].search_count(own) for model in MODELS.values()), page)
        lists = []
        for side, model in MODELS.items():
            records = request.env[model].search(own, offset=paging["skipped"], limit=PAGE)
            lists.append((side, [self._say_own(record) for record in records]))
        return self._show("member_board_mine", {"lists": lists, "paging": paging}, member, done)

    @shown(f"/board/new/{SIDE}")
    def new_form(self, member, side):
        return self._show_own_form(member, side, Form(hours="1:00"))

    @sent(f"/board/new/{SIDE}")
    def make(self, member, side, **typed):
        form = Form(typed)
        vals = self._read_own(form, side)
        if form and form.carry_out(lambda: self._make(member, side, vals)):
            return self._go(member, "/board/mine", "published")
        return self._show_own_form(member, side, form)

    @shown(f"/board/{SIDE}/{OWN}/edit")
    def edit(self, member, side, own_id):
        own = self._find_own(member, side, own_id)
        form = Form(skill=str(own.skill_id.id), words=own.description or "")
        if side == "request":
            form.typed.update(hours=clock(own.minutes), needed_by=str(own.needed_by or ""))
        return self._show_own_form(member, side, form, own)

    @sent(f"/board/{SIDE}/{OWN}/edit")
    def change(self, member, side, own_id, **typed):
        own, form = self._find_own(member, side, own_id), Form(typed)
        vals = self._read_own(form, side)
        if form and form.carry_out(lambda: own.write(vals)):
            return self._go(member, "/board/mine", "changed")
        return self._show_own_form(member, side, form, own)

    @sent(f"/board/{SIDE}/{OWN}/<any({','.join(ALL_DEEDS)}):deed>")
    def do(self, member, side, own_id, deed, **_typed):
        own = self._find_own(member, side, own_id)
        getattr(own, f"action_{deed}")()
        return self._go(member, "/board/mine", deed)

    def _show_own_form(self, member, side, form, own=None):
        skills = request.env["timebank.skill"].search([])
        values = {
            "form": form,
            "side": side,
            "own": own and self._say_own(own),
            "skills": [(skill.id, skill.complete_name) for skill in skills],
        }
        return self._show("member_board_form", values, member)

    def _find_own(self, member, side, own_id):
        """:raises MissingError: unless it is the member's"""
        found = request.env[MODELS[side]].search([("id", "=", own_id), ("member_id", "=", member.id)])
        if not found:
            raise MissingError(request.env._("That is not yours."))
        return found

    def _read_own(self, form, side):
        """The values that a form about an offer or a request stands for."""
        skill = self._find_skill(form.shows("skill"))
        if not skill:
            form.refuse("skill", request.env._("Choose what it is about."))
        vals = {"skill_id": skill.id, "kind": skill.kind, "description": form.shows("words").strip()}
        if side == "request":
            vals["minutes"] = form.take("hours", lambda words: read_minutes(request.env, words))
            vals["needed_by"] = False
            if form.shows("needed_by"):
                label = request.env._("Needed by")
                vals["needed_by"] = form.take("needed_by", lambda words: read_day(request.env, label, words))
        return vals

    def _make(self, member, side, vals):
        own = request.env[MODELS[side]].create(
            {**vals, "scheme_id": member.scheme_id.id, "partner_id": member.partner_id.id}
        )
        own.action_publish()
        return own

    # ------------------------------------------------------------
    # Introductions
    # ------------------------------------------------------------

    @shown("/board/introductions")
    def introductions(self, member, page="1", done=None, **_more):
        introductions = request.env["timebank.introduction"]
        # sudo: what is said of each is for the two, as _say_to says it
        own, every = introductions._get_own_domain(member), introductions.sudo()
        answer = introductions._get_to_answer_domain(member)
        paging = paging_of(every.search_count(own), page)
        found = every.search(own, order="id desc", offset=paging["skipped"], limit=PAGE)
        first = every.search(answer, order="id", limit=PAGE)
        values = {
            "to_answer_rows": [one._say_to(member) for one in first],
            "rows": [one._say_to(member) for one in found - first],
            "paging": paging,
        }
        return self._show("member_introductions", values, member, done)

    @shown(INTRODUCTION)
    def introduction(self, member, introduction_id, done=None):
        return self._show_introduction("member_introduction", member, introduction_id, Form(), done)

    @sent(f"{INTRODUCTION}/answer")
    def answer(self, member, introduction_id, accepts="", reason="", **_typed):
        form, one = Form(reason=reason), self._find_introduction(member, introduction_id)
        if form.carry_out(lambda: member.answer_introduction(one.id, bool(accepts), reason)):
            done = "introduced" if accepts else "declined"
            return self._go(member, f"/board/introduction/{one.id}", done)
        return self._show_introduction("member_introduction", member, introduction_id, form)

    @shown(f"{INTRODUCTION}/agree")
    def agree_form(self, member, introduction_id):
        return self._show_moment("member_introduction_agree", member, introduction_id)

    @sent(f"{INTRODUCTION}/agree")
    def agree(self, member, introduction_id, **typed):
        one, form = self._find_introduction(member, introduction_id), Form(typed)
        moment, minutes = self._read_moment(form, member)
        place = form.shows("place").strip()
        if form and form.carry_out(lambda: one.action_agree(meet_at=moment, place=place, minutes=minutes)):
            return self._go(member, f"/board/introduction/{one.id}", "agreed")
        return self._show_introduction("member_introduction_agree", member, introduction_id, form)

    @shown(f"{INTRODUCTION}/met")
    def met_form(self, member, introduction_id):
        return self._show_moment("member_introduction_met", member, introduction_id)

    @sent(f"{INTRODUCTION}/met")
    def met(self, member, introduction_id, **typed):
        """They have met: the time is handed in, unless the other one did so, and how it went is kept."""
        one, form = self._find_introduction(member, introduction_id), Form(typed)
        open_still = one.state in ("introduced", "agreed")
        moment, minutes = self._read_moment(form, member) if open_still else (None, None)
        category = self._read_category(form, member, one) if open_still else None
        if form.shows("how") not in ("well", "mixed", "badly"):
            form.refuse("how", request.env._("Choose how it went."))

        def deed():
            if open_still:
                one.action_agree(meet_at=moment, minutes=minutes)
                one.action_done(category)
            member.say_how_it_went(one.id, form.shows("how"), form.shows("words"))

        if form and form.carry_out(deed):
            return self._go(member, f"/board/introduction/{one.id}", "met")
        return self._show_introduction("member_introduction_met", member, introduction_id, form)

    @shown(f"{INTRODUCTION}/decline")
    def decline_form(self, member, introduction_id):
        return self._show_introduction("member_introduction_decline", member, introduction_id, Form())

    @sent(f"{INTRODUCTION}/decline")
    def decline(self, member, introduction_id, **typed):
        one, form = self._find_introduction(member, introduction_id), Form(typed)
        if not form.shows("reason").strip():
            form.refuse("reason", request.env._("Say why in a few words."))
        if form and form.carry_out(lambda: one.action_decline(form.shows("reason"))):
            return self._go(member, f"/board/introduction/{one.id}", "declined")
        return self._show_introduction("member_introduction_decline", member, introduction_id, form)

    def _find_introduction(self, member, introduction_id):
        """The member's, as the user; whoever may not read it yet finds that its verbs refuse."""
        one = request.env["timebank.introduction"].browse(introduction_id)
        return member._find_introduction(one).with_env(request.env)

    def _show_introduction(self, template, member, introduction_id, form, done=None):
        # sudo, by way of _find_introduction: _say_to says what the member may know
        one = member._find_introduction(request.env["timebank.introduction"].browse(introduction_id))
        said = one._say_to(member)
        env, zone = request.env, member.scheme_id.tz
        said["reach"] = one._say_reach(member)
        said["hours"] = say_hours(env, said["minutes"])
        for name in ("asked_on", "introduced_on", "needed_by"):
            said[name] = said[name] and say_day(env, said[name])
        said["meet_at"] = said["meet_at"] and say_moment(env, said["meet_at"], zone)
        hows = env["timebank.introduction"]._fields["giver_went"]._description_selection(env)
        values = {"form": form, "one": said, "hows": hows}
        if said["asks_category"]:
            values |= member.with_env(env).scheme_id._get_category_choices()
        return self._show(template, values, member, done)

    def _show_moment(self, template, member, introduction_id):
        """A form that asks when they meet, filled in with what is known."""
        one = member._find_introduction(request.env["timebank.introduction"].browse(introduction_id))
        form, told = Form(hours=clock(one.minutes), place=one.place), one.meet_at
        if told:
            local = at_place(told, member.scheme_id.tz)
            form.typed.update(day=str(local.date()), time=f"{local:%H:%M}")
        elif template == "member_introduction_met":
            form.typed["day"] = str(member.scheme_id._today())
        return self._show_introduction(template, member, introduction_id, form)

    def _read_moment(self, form, member):
        """When they meet, in UTC, and for how many minutes."""
        env = request.env
        day = form.take("day", lambda words: read_day(env, env._("Day"), words))
        minute = form.take("time", self._read_time)
        minutes = form.take("hours", lambda words: read_minutes(env, words))
        if not form:
            return None, None
        local = datetime.combine(day, time(*divmod(minute, 60)))
        return from_place(local, member.scheme_id.tz), minutes

    def _read_category(self, form, member, one):
        """What their time counts as, where the bank wants it said and nothing says so; else nothing."""
        if not one.sudo()._asks_what_it_counts_as():  # sudo: the bank's policy, which its own forms follow
            return None
        category = form.take("category_id", request.env["timebank.category"]._read_choice)
        if (
            not category
            and member.with_env(request.env).scheme_id._get_category_choices()["category_required"]
        ):
            form.refuse("category_id", request.env._("Choose what it counts as."))
        return category or None

    def _read_time(self, words):
        try:
            return time_of_day(words)
        except ValueError as error:
            raise UserError(request.env._("Give the time of day, such as 14:30.")) from error

    # ------------------------------------------------------------
    # What the pages share
    # ------------------------------------------------------------

    def _show(self, template, values, member, done=None):
        introductions = request.env["timebank.introduction"]
        # sudo: how many wait for the member's answer
        waiting = introductions.sudo().search_count(introductions._get_to_answer_domain(member))
        values = {"said": self._say_done(done), "place": template, "waiting": waiting, **values}
        return self._render(template, values, member, "board")

    def _say_done(self, done):
        env = request.env
        return {
            "asked": env._("They are told. You see here what they answer."),
            "introduced": env._("You are introduced. Both of you are told."),
            "declined": env._("That is noted."),
            "agreed": env._("The day and time are noted."),
            "met": env._("Thank you for telling us how it went."),
            "published": env._("It is on the board now."),
            "publish": env._("It is on the board now."),
            "changed": env._("The changes are kept."),
            "pause": env._("It is paused: nobody sees it until you show it again."),
            "renew": env._("It is on the board, for another term."),
            "close": env._("It is closed."),
        }.get(done)

    def _find_skill(self, words):
        skills, number = request.env["timebank.skill"], number_in(words)
        return skills.search([("id", "=", number)]) if number else skills

    def _get_groups(self, member, chosen):
        """The broadest skills of what the bank's members offer and ask for, and the chosen one's: pairs of
        number and name."""
        used = chosen.union(*(request.env[model]._get_board_skills(member) for model in MODELS.values()))
        groups = request.env["timebank.skill"].search_fetch(
            [("parent_id", "=", False), ("id", "parent_of", used.ids)]
        )
        return [(skill.id, skill.name) for skill in groups | chosen]

    def _say(self, row):
        """What is on the board, with its days and hours in words."""
        env = request.env
        if row["side"] == "request":
            needed_by = row["needed_by"] and say_day(env, row["needed_by"])
            row = {**row, "hours": say_hours(env, row["minutes"]), "needed_by": needed_by}
        return row

    def _say_own(self, record):
        env, side = request.env, record._name.rpartition(".")[2]
        return {
            "id": record.id,
            "side": side,
            "what": record.skill_id.name,
            "words": record.description or "",
            "state": record.state,
            "lasts_until": record.expires_on and say_day(env, record.expires_on),
            "deeds": DEEDS.get(record.state, ()),
            "hours": say_hours(env, record.minutes) if side == "request" else "",
            "needed_by": side == "request" and record.needed_by and say_day(env, record.needed_by),
        }
