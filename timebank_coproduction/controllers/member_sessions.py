from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import MissingError
from odoo.http import request

from ..models.common.days import read_day
from ..models.common.words import say_day
from ..models.session.timebank_member import MOST_AHEAD
from ..models.session.timebank_session_list import LONGEST_NAMES
from ..tools.minutes import LARGEST
from ..tools.paging import PAGE, number_in, page_of, paging_of
from .guessing import TakesCodes
from .member_page import Form, MemberPage, sent, shown

#: In which states of their lines somebody's sessions are to come.
COMING = ("signed_up", "waiting")
SESSION = f"/sessions/<int(max={LARGEST}):session_id>"


class MemberSessions(TakesCodes, MemberPage, http.Controller):
    """What there is to go to, what a member goes to and went to, and their calendar."""

    # ------------------------------------------------------------
    # To choose from
    # ------------------------------------------------------------

    @shown("/sessions", on_tablet=True)
    def sessions(self, member, day="", activity="", where="", page="1", done=None):
        form = Form(day=day, activity=activity, where=where)
        domain = self._read_filters(member, form)
        ahead = member._get_sessions_ahead(domain)
        found = [row for row in ahead if row["line"].state not in COMING]  # those stand above
        rows, paging = page_of(found, page)
        narrowed = {name: form.shows(name) for name in ("day", "activity", "where") if form.shows(name)}
        values = {
            "form": form,
            "rows": [self._say(row) for row in rows],
            "mine": [self._say_line(line) for line in self._get_coming(member)],
            **self._get_choices(member, None if domain else [row["session"] for row in ahead]),
            "narrowed": bool(narrowed),
            "count": len(found),
            "paging": paging,
            "asked": urlencode(narrowed),
        }
        return self._show("member_sessions", values, member, done)

    def _read_filters(self, member, form):
        domain = []
        if form.shows("day"):
            day = form.take("day", lambda words: read_day(request.env, request.env._("day"), words))
            domain += [("date", "=", day)] if day else []
        if activity := number_in(form.shows("activity")):
            domain.append(("activity_id", "=", activity))
        if form.shows("where"):
            domain.append(("location", "=", form.shows("where")))
        return domain

    def _get_choices(self, member, ahead):
        """The activities and places to choose from.

        :param ahead: all sessions to come, where they have been looked for already
        """
        if ahead is None or len(ahead) == MOST_AHEAD:
            groups = request.env["timebank.session"]._read_group(
                member._get_sessions_ahead_domain(), ["activity_id", "location"], limit=MOST_AHEAD
            )
        else:
            groups = [(session.activity_id, session.location) for session in ahead]
        activities = {activity.id: activity.name for activity, _place in groups}
        places = {place for _activity, place in groups if place}
        return {
            "activities": sorted(activities.items(), key=lambda pair: pair[1]),
            "places": [(place, place) for place in sorted(places)],
        }

    def _say(self, row):
        """A session as its card says it."""
        session = row["session"]
        return {
            "id": session.id,
            "name": session.name,
            "when": session._say_when(),
            "where": session.location,
            "free": self._say_free(session, "attendee"),
            "helpers": session.helper_shortage,
            "why": all(row["roles"].values()) and next(iter(row["roles"].values())),
        }

    def _say_free(self, session, role):
        free = session._get_free_places(role)
        if free is None:
            return ""
        if free <= 0:
            return request.env._("Full: you can join the waiting list")
        return request.env._("1 place left") if free == 1 else request.env._("%s places left", free)

    # ------------------------------------------------------------
    # One's own
    # ------------------------------------------------------------

    def _get_coming(self, member):
        return member._get_lines_ahead(("open", "cancelled"))[:PAGE]

    def _say_line(self, line):
        session = line.session_id
        return {
            "id": session.id,
            "name": session.name,
            "when": session._say_when(),
            "where": session.location,
            "state": self._say_state(line),
        }

    def _is_kept(self, line):
        """Whether a place is kept for whoever waits."""
        return bool(
            line.state == "waiting" and line.offered_until and line.offered_until > request.env.cr.now()
        )

    def _say_state(self, line):
        if line.session_id.state == "cancelled":
            return request.env._("Cancelled")
        if self._is_kept(line):
            return request.env._("A place is kept for you until %s", line._say_offered_until())
        if line.state == "waiting" and line.companions:
            return request.env._("You are on the waiting list, with %s whom you bring", line.companions)
        if line.state == "waiting":
            return request.env._("You are on the waiting list")
        if line.state == "signed_up":
            if line.role == "helper":
                return request.env._("You are coming to help")
            if line.companions:
                return request.env._("You are coming, and bring %s", line.companions)
            return request.env._("You are coming")
        return dict(line._fields["state"]._description_selection(line.env))[line.state]

    @shown("/sessions/past", on_tablet=True)
    def past(self, member, page="1"):
        over = ("session_id.stop", "<=", request.env.cr.now())
        domain = [over, ("session_id.state", "!=", "draft"), ("state", "!=", "withdrawn")]
        paging = paging_of(member._count_own_lines(domain), page)
        lines = member._get_own_lines(
            domain, order="start desc, id desc", offset=paging["skipped"], limit=PAGE
        )
        rows = [
            {
                "name": line.session_id.name,
                "day": say_day(line.env, line.session_id.date),
                "state": self._say_state(line),
            }
            for line in lines
        ]
        return self._show("member_sessions_past", {"rows": rows, "paging": paging}, member)

    # ------------------------------------------------------------
    # One session
    # ------------------------------------------------------------

    @shown(SESSION, on_tablet=True)
    def session(self, member, session_id, done=None):
        return self._show_session(member, self._find(member, session_id), Form(), done)

    @sent(f"{SESSION}/sign-up", on_tablet=True)
    def sign_up(self, member, session_id, role="", companions="", names=""):
        session = self._find(member, session_id)
        form = Form(role=role, companions=companions, names=names[:LONGEST_NAMES])
        roles = member._get_roles_in(session)
        if len(roles) > 1 and role not in roles:
            form.refuse("role", request.env._("Choose how you would like to come."))
        elif form.carry_out(
            lambda: session.sign_up(
                member.partner_id.id,
                role if role in roles else roles[0],
                companions=number_in(companions) or 0,
                companion_names=form.shows("names"),
            ),
            "companions" if number_in(companions) else None,
        ):
            (line,) = member._get_own_lines([("session_id", "=", session.id)])
            return self._go(
                member, f"/sessions/{session.id}", "waits" if line.state == "waiting" else "comes"
            )
        return self._show_session(member, session, form)

    @sent(f"{SESSION}/take", on_tablet=True)
    def take(self, member, session_id):
        """Take the place that is kept."""
        session, form = self._find(member, session_id), Form()
        (line,) = member._get_own_lines([("session_id", "=", session.id)]) or (None,)
        if line is None:
            raise MissingError(request.env._("You are not on the list of this session."))
        # sudo: the line is the member's own, whose place the verb gives
        if form.carry_out(line.sudo().action_claim):
            return self._go(member, f"/sessions/{session.id}", "comes")
        return self._show_session(member, session, form)

    @sent(f"{SESSION}/withdraw", on_tablet=True)
    def withdraw(self, member, session_id):
        session, form = self._find(member, session_id), Form()
        if form.carry_out(lambda: session.withdraw(member.partner_id.id)):
            return self._go(member, f"/sessions/{session.id}", "withdrew")
        return self._show_session(member, session, form)

    def _find(self, member, session_id):
        """A session of the member's bank that members may see.

        :raises MissingError: when there is none
        """
        domain = [("id", "=", session_id), ("scheme_id", "=", member.scheme_id.id), ("state", "!=", "draft")]
        session = request.env["timebank.session"].search(domain)
        if not session:
            raise MissingError(request.env._("There is no such session."))
        return session

    def _show_session(self, member, session, form, done=None):
        (row,) = member._look_at_sessions(session)
        line, roles = row["line"], row["roles"]
        may_come = session.state == "open" and not session.is_over
        possible = [role for role, why in roles.items() if not why]
        words = {
            "attendee": request.env._("To take part"),
            "helper": request.env._("To help"),
            "professional": request.env._("As a professional"),
        }
        values = {
            "form": form,
            "session": session,
            "when": session._say_when(),
            "state": line.state in ("signed_up", "waiting", "attended")
            and session.state != "cancelled"  # which the page says itself
            and self._say_state(line),
            "kept": self._is_kept(line),
            "may_withdraw": line.state in COMING and may_come,
            "may_sign_up": may_come and line.state not in (*COMING, "attended") and possible,
            "whys": sorted(set(filter(None, roles.values()))) if line.state not in COMING else [],
            "options": [
                (
                    role,
                    request.env._("%s (full: you would wait)", words[role])
                    if session._is_full(role)
                    else words[role],
                )
                for role in possible
            ],
            "companions": [(str(count), str(count)) for count in range(1, session.companions_allowed + 1)],
            "free": self._say_free(session, "attendee"),
            "waiting": session.waiting_count,
            "helpers": session.helper_shortage,
            "full": all(session._is_full(role) for role in possible) if possible else False,
        }
        return self._show("member_session", values, member, done)

    # ------------------------------------------------------------
    # The calendar
    # ------------------------------------------------------------

    @shown("/sessions/calendar")
    def calendar(self, member, done=None):
        path = member._get_calendar_path()
        address = path and request.httprequest.url_root.rstrip("/") + path
        return self._show("member_calendar", {"address": address}, member, done)

    @sent("/sessions/calendar")
    def new_calendar(self, member):
        member.action_new_calendar()
        return self._go(member, "/sessions/calendar", "calendar")

    @http.route(
        "/timebank/calendar/<string:code>.ics", type="http", auth="public", methods=["GET"], sitemap=False
    )
    def ics(self, code):
        # sudo: the code in the address, which only its member was shown, is the permission
        member = request.env["timebank.member"].sudo()._find_by_calendar(code)
        if not member:
            return self._keep_private(request.make_response("", status=self._turn_down("link")))
        headers = [("Content-Type", "text/calendar; charset=utf-8")]
        return self._keep_private(request.make_response(member._make_calendar(), headers))

    def _show(self, template, values, member, done=None):
        words = {
            "comes": request.env._("You are signed up."),
            "waits": request.env._("You are on the waiting list. You will hear when there is a place."),
            "withdrew": request.env._("You are off the list."),
            "calendar": request.env._("Your calendar has a new address."),
        }
        return self._render(template, {**values, "said": words.get(done)}, member, "sessions")
