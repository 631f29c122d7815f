import base64
from datetime import date

from odoo import http
from odoo.http import request

from ..models.common.words import say_day
from ..tools import accessibility
from ..tools.minutes import LARGEST
from .member_page import Form, MemberPage, sent_by_all, shown_to_all
from .member_stories import show_photo

#: How many sessions the page of a bank shows.
MOST_SESSIONS = 10
#: And how many stories.
MOST_STORIES = 3


class MemberJoin(MemberPage, http.Controller):
    """What everybody may know of a bank, and how somebody without a login asks to join."""

    @shown_to_all("/timebank/bank/<string:bank>")
    def bank(self, bank, **_other):
        scheme = self._find(bank)
        if not scheme:
            return self._not_found()
        values = {
            "bank": self._tell(scheme),
            "paragraphs": scheme._get_web_paragraphs(),
            "sessions": scheme._get_web_sessions(MOST_SESSIONS),
            "figures": scheme._get_web_figures(),
            "stories": self._find_stories(scheme)[:MOST_STORIES]._show("website"),
            "entrance": "/timebank/sign-in" if scheme.mail_sign_in else "/timebank",
        }
        return self._render("member_bank", values, company=scheme.company_id)

    @shown_to_all(f"/timebank/bank/<string:bank>/story/<int(max={LARGEST}):story_id>")
    def story_photo(self, bank, story_id, **_other):
        """The photo of a story that may be on the bank's page today; gone as soon as it is taken back."""
        scheme = self._find(bank)
        if not scheme:
            return self._not_found()
        story = self._find_stories(scheme).filtered(lambda one: one.id == story_id)
        photo = "".join(one["photo"] or "" for one in story._show("website"))
        return show_photo(self, base64.b64decode(photo)) if photo else self._not_found()

    def _find_stories(self, scheme):
        return request.env["timebank.story"]._find_web(scheme)

    @shown_to_all("/timebank/join/<string:bank>")
    def form(self, bank, **_other):
        scheme = self._find_taking(bank)
        return self._show(scheme, Form()) if scheme else self._not_found()

    @sent_by_all("/timebank/join/<string:bank>")
    def apply(self, bank, **typed):
        """The answer is the same whoever applies, and however often."""
        scheme = self._find_taking(bank)
        if not scheme:
            return self._not_found()
        form = Form(typed)
        details, words = self._read(form)
        if form.shows("website"):  # people don't see that field
            return self._thank(scheme)
        if not form:
            return self._show(scheme, form)
        members = request.env["timebank.member"]
        if reason := members._why_not_apply(scheme, request.httprequest.remote_addr):
            form.refuse(None, reason)
            return self._show(scheme, form, status=429)
        members._apply(scheme, details, words)
        return self._thank(scheme)

    @shown_to_all("/timebank/join/<string:bank>/thanks")
    def thanks(self, bank, **_other):
        scheme = self._find_taking(bank)
        if not scheme:
            return self._not_found()
        return self._render("member_applied", {"bank": self._tell(scheme)}, company=scheme.company_id)

    @shown_to_all("/timebank/accessibility")
    def accessibility(self, **_other):
        # sudo: how the organisation is reached is on everything that it sends
        company = request.env.company.sudo()
        facts = accessibility.facts()
        values = {
            "contact": {"mail": company.email, "phone": company.phone},
            "day": say_day(request.env, date.fromisoformat(facts["date"]), "long"),
            "axe": facts["axe"],
            "pages": len(facts["pages"]),
            "states": facts["states"],
            "widths": ", ".join(map(str, facts["widths"])),
            "findings": facts["findings"],
        }
        return self._render("member_accessibility", values)

    def _find(self, bank):
        return request.env["timebank.scheme"]._find_on_web(bank)

    def _find_taking(self, bank):
        return request.env["timebank.scheme"]._find_on_web(bank, [("web_apply", "=", True)])

    def _tell(self, scheme):
        return {"name": scheme.name, "code": scheme.code, "takes": scheme.web_apply}

    def _read(self, form):
        """What was typed, as far as it is right: the contact's details, and their own words."""
        members = request.env["timebank.member"]
        details = {
            "name": form.take("name", members._read_name),
            "email": form.take("email", members._read_email),
            "phone": form.take("phone", members._read_phone),
            "zip": form.take("zip", members._read_zip),
        }
        words = {name: form.take(name, members._read_words) for name in ("own_words", "own_wishes")}
        if not (form.error("email") or form.error("phone") or details["email"] or details["phone"]):
            form.refuse("email", request.env._("Give a mail address or a telephone number, to be answered."))
        if not form.shows("agreed"):
            form.refuse(
                "agreed", request.env._("Tick that what you wrote may be kept, or nobody can answer.")
            )
        return details, words

    def _show(self, scheme, form, status=None):
        values = {"bank": self._tell(scheme), "form": form}
        return self._render("member_join", values, company=scheme.company_id, status=status)

    def _thank(self, scheme):
        return request.redirect(f"/timebank/join/{scheme.id}/thanks", code=303)
