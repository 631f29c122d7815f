"""What every page of members has in common: whose it is, its shell, and what was typed.

All addresses name the membership: ``/timebank/<number>/…``. It is the reader's own, or that of
somebody for whom they may act, as ``timebank.member._find_for_pages`` says. Nothing else in an
address or a form decides whose records are meant.
"""

import inspect
import secrets
from contextlib import contextmanager, nullcontext
from functools import partial, wraps

from markupsafe import Markup
from werkzeug.datastructures import FileStorage

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from ..models.common.acting import acting_in
from ..models.common.hours_field import say_examples
from ..models.common.odoo_private import script_addresses
from ..models.common.said_aloud import SaidAloud
from ..tools.minutes import LARGEST

#: What the pages are made of: key, path below the membership, and the words, which the layout translates.
SECTIONS = (
    ("home", ""),
    ("log", "/log"),
    ("board", "/board"),
    ("sessions", "/sessions"),
    ("rewards", "/rewards"),
    ("credits", "/credits"),
    ("me", "/me"),
)
#: Those of them that are there on the tablet in the hall, and for who has not been accepted yet.
ON_TABLET = ("home", "log", "sessions", "rewards", "credits")
FOR_APPLICANTS = ("home", "me")

#: What a page may load, and from where: nothing foreign, and nothing that stands in the page itself.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self' 'nonce-%s'",
        "img-src 'self' data:",
        "font-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class Form:
    """What was typed into a form, and what is wrong with it.

    ``errors`` are pairs of a field's name, or None for the whole, and a sentence; the layout
    lists them at the top, with links, and :meth:`error` gives them beside their fields.
    """

    def __init__(self, typed=None, **defaults):
        self.typed = {name: _readable(words) for name, words in {**defaults, **(typed or {})}.items()}
        self.errors = []

    def __bool__(self):
        """Whether nothing is wrong."""
        return not self.errors

    def shows(self, name):
        return self.typed.get(name) or ""

    def error(self, name):
        return next((sentence for field, sentence in self.errors if field == name), "")

    def refuse(self, name, sentence):
        self.errors.append((name, str(sentence)))

    def take(self, name, reader):
        """What ``reader`` makes of the words in a field; a refusal is kept, and nothing returned."""
        try:
            return reader(self.shows(name))
        except UserError as refusal:
            self.refuse(name, refusal)
            return None

    def carry_out(self, deed, name=None):
        """Do something whole or not at all.

        :return: whether it was done; a refusal is kept beside the field ``name``
        """
        acting = acting_in(request.env)
        mark = acting and acting.mark()
        try:
            with request.env.cr.savepoint():
                deed()
                request.env.flush_all()
        except (SaidAloud, UserError) as refusal:
            if acting:
                acting.go_back(mark)
            self.refuse(name, refusal)
            return False
        return True


def shown(path, **routing):
    """A page that is only read: on a read-only cursor, and on a replica where there is one.

    :param bool on_tablet: whether it is also for who came with card and PIN on the tablet in the hall
    :param bool for_applicants: whether it is also for who has not been accepted yet
    """
    return _page(path, methods=["GET"], readonly=True, **routing)


def sent(path, **routing):
    """What a form is sent to; it answers with a redirection, or with the page and what is wrong.

    What comes next is a page of its own also where nothing is done yet: a browser goes back to what is shown,
    and not to the answer of what was sent.

    :param files: names of the fields in which files are handed in

    ``readonly=True`` for one that only looks at what was typed, before it is done.
    """
    return _page(path, methods=["POST"], **routing)


def shown_to_all(path):
    """A page that is only read, for whoever comes, also without a login."""
    return http.route(path, type="http", auth="public", methods=["GET"], readonly=True, sitemap=False)


def sent_by_all(path):
    """What the form of such a page is sent to."""
    route = http.route(path, type="http", auth="public", methods=["POST"], sitemap=False)
    return lambda method: route(reads_form()(method))


def _page(path, on_tablet=False, for_applicants=False, files=(), **routing):
    address = f"/timebank/<int(max={LARGEST}):member_id>{path}"

    def mark(method):
        @http.route(
            address,
            type="http",
            auth="timebank_member",
            sitemap=False,
            timebank_on_tablet=on_tablet,
            **routing,
        )
        @reads_form(*files)
        @wraps(method)
        def answering(self, member_id, *args, **kwargs):
            try:
                # an address names no company: those of all that the user works in
                request.update_context(allowed_company_ids=list(request.env.user._get_company_ids()))
                member = request.env["timebank.member"]._find_for_pages(member_id)
                if not member:
                    shut = request.env["timebank.deputy"]._say_shut([("id", "=", member_id)])
                    return self._sorry(*shut, status=403) if shut else self._not_found()
                # whoever acts for an organisation does so with its rights; who acts is in the context
                request.update_env(user=member.env.uid, context=member.env.context)
                if self._is_on_tablet() and not on_tablet:
                    return self._render("member_not_on_tablet", {}, member, status=403)
                if member.state == "applicant" and not for_applicants:
                    return self._render("member_not_yet", {}, member, status=403)
                answer = method(self, member, *args, **kwargs)
                member._note_touched()
                return answer
            except (AccessError, MissingError):
                self._undo()
                return self._not_found()
            except UserError as refusal:
                self._undo()
                return self._sorry(str(refusal))

        # Odoo hands over what the signature names: the membership's number instead of the membership
        signature = inspect.signature(method)
        own, _member, *others = signature.parameters.values()
        number = inspect.Parameter("member_id", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        answering.original_endpoint.__signature__ = signature.replace(parameters=[own, number, *others])
        return answering

    return mark


def reads_form(*files):
    """What answers a form: it is given words that can be kept, and files in these fields alone.

    A file that is sent in place of words is nothing typed.
    """

    def mark(method):
        @wraps(method)
        def reading(self, *args, **kwargs):
            words = {
                name: "" if isinstance(value, FileStorage) and name not in files else _readable(value)
                for name, value in kwargs.items()
            }
            return method(self, *args, **words)

        reading.takes_words = True
        return reading

    return mark


def _readable(words):
    """Without a sign that no database takes, and that nobody typed."""
    return words.replace("\0", "") if isinstance(words, str) else words


@contextmanager
def _as_portal(company):
    """What is rendered in the block has what Odoo's own layout needs, such as the languages to choose from,
    and where there are websites the organisation's own.

    A route with ``website=True`` would set a cookie as well, and send some readers elsewhere first.
    """
    before, env = request.is_frontend, request.env
    request.is_frontend = True
    request.lang = env["res.lang"]._get_data(code=env.lang or "en_US")
    if "website" in env:
        sites = env["website"]
        site = sites.get_current_website()
        if site.company_id != company:
            site = sites.search([("company_id", "=", company.id)], limit=1) or site
        request.update_context(website_id=site.id)
        request.website = site.with_env(request.env)
    try:
        yield
    finally:
        request.is_frontend = before
        request.env = env


class MemberPage:
    """The ways in which a controller of members' pages answers."""

    def _render(self, template, values, member=None, active=None, status=None, company=None):
        """A page in the shell that the company wants.

        :param str template: without the addon's name
        :param str active: the key of the section it belongs to
        :param int status: of the answer; without it 200, or 400 where something is wrong in the form
        :param company: whose page it is, where it isn't a member's
        """
        nonce = secrets.token_urlsafe(16)
        # sudo: how the organisation's pages look is for everybody
        company = (member.company_id if member else company or request.env.company).sudo()
        brand = company._get_timebank_brand()
        only = request.env.context.get("timebank_only_member")
        values = {
            "form": Form(),
            "said": None,
            "time_examples": say_examples(request.env),
            "base": f"/timebank/{member.id}" if member else "/timebank",
            "first_page": f"/timebank/{only}" if only else "/timebank",
            "shell": "plain" if only else company.timebank_page_shell,
            **values,
            "member": member,
            "active": active,
            "acted_for": bool(member and member._get_acting_name()),
            "on_tablet": bool(only),
            "sections": [
                section
                for section in SECTIONS
                if (not only or section[0] in ON_TABLET)
                and (not member or member.state != "applicant" or section[0] in FOR_APPLICANTS)
            ],
            "brand": brand,
            "nonce": nonce,
            # a script could leave something on the tablet
            "scripts_of": (lambda _bundle: []) if only else partial(script_addresses, request.env),
            "doctype": Markup("<!DOCTYPE html>\n"),
            "page_lang": (request.env.lang or "en_GB").replace("_", "-"),
        }
        status = status or (400 if values["form"].errors else 200)
        with _as_portal(company) if values["shell"] == "portal" else nullcontext():
            page = request.render(f"timebank_coproduction.{template}", values, lazy=False)
        response = request.make_response(page, [("Content-Type", "text/html; charset=utf-8")], status=status)
        self._protect(response, None if values["shell"] == "portal" else nonce)
        return response

    def _is_on_tablet(self):
        """Whether somebody came with card and PIN, and has no login."""
        return bool(request.env.context.get("timebank_only_member"))

    def _protect(self, response, nonce):
        """Nobody keeps the page, no other site learns its address, and nothing foreign runs in it.

        :param nonce: of the page's only inline style; None in Odoo's own shell, whose scripts are inline
        """
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if nonce:
            response.headers["Content-Security-Policy"] = POLICY % nonce

    def _go(self, member, path, done=None):
        """Redirect to a page of the member's, after something was done.

        :param str done: the key of what was done, which the page says
        """
        return request.redirect(f"/timebank/{member.id}{path}" + (f"?done={done}" if done else ""), code=303)

    def _undo(self):
        """Keep nothing of what was begun by something sent that is refused."""
        if request.httprequest.method == "POST":
            request.env.cr.rollback()

    def _not_found(self):
        """What isn't there and what isn't theirs look alike."""
        return self._render("member_not_found", {}, status=404)

    def _sorry(self, sentence, status=400):
        return self._render("member_sorry", {"sentence": sentence}, status=status)
