from odoo import http
from odoo.fields import Command
from odoo.http import request

from ..models.common.words import say_hours
from ..tools.paging import number_in
from .member_page import Form, MemberPage, sent, shown

CHOSEN = ("name_shown", "statement_pace")
TICKED = ("share_phone", "share_email")
TYPED = ("own_words", "own_wishes")
#: What a member may wish to become of the credits that are left.
CREDITS = ("pot", "person", "keep", "ask")


class MemberMe(MemberPage, http.Controller):
    """What members say of themselves, what others see of it, and how they leave."""

    @shown("/me", for_applicants=True)
    def me(self, member, done=None):
        words = [*member.availability_ids.mapped("display_name")]
        values = {
            "said": self._say_done(done),
            "who": self._tell(member),
            "own": {name: member[name] or "" for name in TYPED},
            "listed": member._get_listed_words(),
            "times": ", ".join(words),
            "languages": ", ".join(member.language_ids.mapped("name")),
            "seen": self._say_seen(member),
            "mails": [mails["label"] for mails in self._get_mails(member) if member[mails["name"]]],
            "leaving": bool(member._get_wish_to_leave()),
        }
        return self._render("member_me", values, member, "me")

    @shown("/me/can", for_applicants=True)
    def can(self, member):
        form = Form(**{name: member[name] for name in TYPED})
        return self._show_can(member, form, member.availability_ids.ids, member.language_ids.ids)

    @sent("/me/can", for_applicants=True)
    def change_can(self, member, **typed):
        form = Form({name: typed.get(name) for name in TYPED})
        times = self._read_chosen("time", "timebank.availability")
        languages = self._read_chosen("language", "timebank.language")
        vals = {
            "availability_ids": [Command.set(times)],
            "language_ids": [Command.set(languages)],
            **{name: form.take(name, self._read_line) for name in TYPED},
        }
        if form and form.carry_out(lambda: member._change_own(vals)):
            return self._go(member, "/me", done="can")
        return self._show_can(member, form, times, languages)

    @shown("/me/seen", for_applicants=True)
    def seen(self, member):
        names = (*CHOSEN, *TICKED, *member._get_mail_switches())
        return self._show_seen(member, Form(**{name: member[name] for name in names}))

    @sent("/me/seen", for_applicants=True)
    def change_seen(self, member, **typed):
        ticked = (*TICKED, *member._get_mail_switches())
        form = Form({name: typed.get(name) for name in (*CHOSEN, *ticked)})
        form.typed["statement_pace"] = form.shows("statement_pace") or member.statement_pace
        if form.shows("name_shown") not in member._fields["name_shown"].get_values(member.env):
            form.refuse("name_shown", member.env._("Choose how your name is shown."))
        if form.shows("statement_pace") not in member._fields["statement_pace"].get_values(member.env):
            form.refuse("statement_pace", member.env._("Choose how often you get your statement."))
        vals = {name: form.shows(name) for name in CHOSEN}
        vals |= {name: bool(form.shows(name)) for name in ticked}
        if form and form.carry_out(lambda: member._change_own(vals)):
            return self._go(member, "/me", done="seen")
        return self._show_seen(member, form)

    @shown("/me/leave", for_applicants=True)
    def leave(self, member):
        return self._show_leave(member, Form(credits="ask"))

    @sent("/me/leave", for_applicants=True)
    def wish_to_leave(self, member, **typed):
        form = Form({name: typed.get(name) for name in ("credits", "why", "sure")})
        why = form.take("why", request.env["timebank.member"]._read_words)
        has_credits = member.balance_minutes > 0
        if has_credits and form.shows("credits") not in CREDITS:
            form.refuse("credits", member.env._("Choose what is to become of your credits."))
        if not form.shows("sure"):
            form.refuse("sure", member.env._("Tick that you are sure."))
        if form:
            credits = has_credits and dict(self._get_credits(member))[form.shows("credits")]
            words = " · ".join(filter(None, (credits, why)))
            if form.carry_out(lambda: member._wish_to_leave(words)):
                return self._go(member, "/me", done="leave")
        return self._show_leave(member, form)

    @sent("/me/stay", for_applicants=True)
    def wish_to_stay(self, member):
        member._wish_to_stay()
        return self._go(member, "/me", done="stay")

    def _show_can(self, member, form, times, languages):
        slots = request.env["timebank.availability"].search([])
        values = {
            "form": form,
            "days": [
                {
                    "name": dict(slots._fields["weekday"]._description_selection(slots.env))[day],
                    "slots": [
                        {"id": slot.id, "name": slot.display_name, "chosen": slot.id in times}
                        for slot in of_day
                    ],
                }
                for day, of_day in slots.grouped("weekday").items()
            ],
            "parts": [name for _key, name in slots._fields["part"]._description_selection(slots.env)],
            "languages": [
                {"id": one.id, "name": one.name, "chosen": one.id in languages}
                for one in request.env["timebank.language"].search([])
            ],
        }
        return self._render("member_me_can", values, member, "me")

    def _show_seen(self, member, form):
        options = member._fields["name_shown"]._description_selection(member.env)
        values = {
            "form": form,
            "options": options,
            "paces": member._fields["statement_pace"]._description_selection(member.env),
            "who": self._tell(member),
            "mails": self._get_mails(member),
        }
        return self._render("member_me_seen", values, member, "me")

    def _show_leave(self, member, form):
        values = {
            "form": form,
            "balance": say_hours(member.env, abs(member.balance_minutes)),
            "minutes": member.balance_minutes,
            "options": self._get_credits(member),
            "leaving": bool(member._get_wish_to_leave()),
        }
        return self._render("member_me_leave", values, member, "me")

    def _get_mails(self, member):
        """The kinds of mails that a member can switch off."""
        return [
            {
                "name": name,
                "label": member._fields[name]._description_string(member.env),
                "hint": member._fields[name]._description_help(member.env),
            }
            for name in member._get_mail_switches()
        ]

    def _tell(self, member):
        person = member.partner_id
        return {"name": person.name, "phone": person.phone or "", "email": person.email or ""}

    def _say_seen(self, member):
        """What other members see, in a few words."""
        shown = dict(member._fields["name_shown"]._description_selection(member.env))[member.name_shown]
        seen = [shown]
        if member.share_phone:
            seen.append(member.env._("telephone number, when we introduce you"))
        if member.share_email:
            seen.append(member.env._("mail address, when we introduce you"))
        return ", ".join(seen)

    def _say_done(self, done):
        said = {
            "can": request.env._("Saved: what you can do, and when."),
            "seen": request.env._("Saved: what others see, and which mails you get."),
            "leave": request.env._("Your coordinator knows that you would like to leave, and gets in touch."),
            "stay": request.env._("Good that you stay. Your coordinator has nothing to do any more."),
        }
        return said.get(done)

    def _get_credits(self, member):
        say = member.env._
        return [
            ("ask", say("I would like to talk about it")),
            ("pot", say("They go to the community pot, for others")),
            ("person", say("They go to another member: I say below to whom")),
            ("keep", say("They stay, in case I come back")),
        ]

    def _read_chosen(self, name, model):
        """The records ticked, of those that there are; anything else was not sent by the form."""
        typed = {number_in(one) for one in request.httprequest.form.getlist(name)}
        return [number for number in request.env[model].search([]).ids if number in typed]

    def _read_line(self, typed):
        return " ".join(request.env["timebank.member"]._read_words(typed).split())
