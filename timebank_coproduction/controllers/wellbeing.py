from odoo import http
from odoo.http import request

from ..tools.wellbeing import LEAST, MOST, QUESTIONS
from .guessing import TakesCodes
from .member_page import Form, MemberPage, sent_by_all

ADDRESS = "/timebank/wellbeing/<string:token>"
#: What can be chosen for an answer.
NUMBERS = list(map(str, range(LEAST, MOST + 1)))
#: What is chosen by who would rather not answer a question.
UNSAID = "unsaid"


class WellbeingPage(TakesCodes, MemberPage, http.Controller):
    """Four questions behind a private link, without a login: for whom it was sent, until the round ends."""

    @http.route(ADDRESS, type="http", auth="public", methods=["GET"], sitemap=False)
    def show(self, token, done=None, **_query):
        invitation = self._find(token)
        if not invitation:
            return self._link_ended()
        return self._show(invitation, Form(self._get_said(invitation)), done)

    @sent_by_all(ADDRESS)
    def answer(self, token, **typed):
        """Keep what was answered, or that somebody would rather not; both can be changed until the end."""
        invitation = self._find(token)
        if not invitation:
            return self._link_ended()
        form = Form(typed)
        if form.shows("deed") == "decline":
            return self._settle(form, invitation, token, "declined")
        if form.shows("age") == "under":
            return self._settle(form, invitation, token, "young")
        answers = self._read(form)
        points = self._read_points(form, invitation.wave_id.scale_id)
        if form and form.carry_out(lambda: invitation._answer(answers, "link", points)):
            return self._lead_on(token, "answered")
        return self._show(invitation, form)

    def _find(self, token):
        """The invitation whose link it is, in its person's language, or an empty one."""
        # sudo: the link, which only its person was sent, is the permission
        invitation = request.env["timebank.wellbeing.invitation"].sudo()._find_by_token(token)
        lang = invitation.partner_id.lang
        if lang and lang != request.env.lang:
            request.update_context(lang=lang)
        return invitation.with_context(lang=request.env.lang)

    def _settle(self, form, invitation, token, state):
        if form.carry_out(lambda: invitation._settle(state)):
            return self._lead_on(token, state)
        return self._show(invitation, form)

    def _lead_on(self, token, done):
        response = request.redirect(f"/timebank/wellbeing/{token}?done={done}", code=303)
        return self._keep_private(response)

    def _get_said(self, invitation):
        """What this person has answered before, as the form has it."""
        response = invitation._get_responses()
        if not response:
            return {}
        said = {name: UNSAID if response[name] is False else str(response[name]) for name in QUESTIONS}
        for place, points in enumerate(response.scale_points or ()):
            said[f"scale-{place}"] = UNSAID if points is None else str(points)
        return {**said, "age": "over", "agreed": "on"}

    def _read(self, form):
        """What was chosen, each question by itself; what is missing is kept beside its field."""
        if form.shows("age") != "over":
            form.refuse("age", request.env._("Say whether you are 16 or over."))
        if form.shows("agreed") != "on":
            form.refuse(
                "agreed", request.env._("Tick this if you agree; or say below that you’d rather not answer.")
            )
        answers = {}
        for name, wording in request.env["timebank.wellbeing.response"]._get_questions().items():
            chosen = form.shows(name)
            if chosen == UNSAID:
                answers[name] = None
            elif chosen in NUMBERS:
                answers[name] = int(chosen)
            else:
                form.refuse(name, request.env._("Choose a number, or “I’d rather not say”: %s", wording[0]))
        return answers

    def _read_points(self, form, scale):
        """What was chosen of the statements of a licensed scale."""
        points, choices = (
            [],
            {str(number): number for number, _words in scale._get_choices()} if scale else {},
        )
        for place, statement in enumerate(scale._get_statements() if scale else ()):
            chosen = form.shows(f"scale-{place}")
            if chosen != UNSAID and chosen not in choices:
                form.refuse(f"scale-{place}", request.env._("Choose one: %s", statement))
            points.append(choices.get(chosen))
        return points or None

    def _show(self, invitation, form, done=None):
        # sudo: what the page says of the bank, to whom its link was sent
        bank = invitation.scheme_id.sudo()
        questions = request.env["timebank.wellbeing.response"]._get_questions()
        values = {
            "form": form,
            "shell": "lean",
            "base": "/timebank",
            "bank": bank.name,
            "first_name": (invitation.partner_id.name or "").split(" ")[0],
            "until": invitation._say_until(),
            "questions": [
                {"name": name, "label": label, "least": least, "most": most}
                for name, (label, least, most) in questions.items()
            ],
            "numbers": NUMBERS,
            "unsaid": UNSAID,
            "scale": invitation.wave_id.scale_id,
            "done": done if done in ("answered", "declined", "young") and done == invitation.state else None,
            "state": invitation.state,
        }
        return self._keep_private(self._render("wellbeing_page", values, company=bank.company_id))
