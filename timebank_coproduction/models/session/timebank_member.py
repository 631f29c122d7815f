import secrets

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools.sql import escape_psql

from ...tools import codes, ical, names, qr
from ...tools.minutes import DAY
from ..common.personal import SECRET
from ..common.verb import verb
from ..common.windows import open_dialog, open_list

#: How many sessions to come a member's page looks through, for those that they may take.
MOST_AHEAD = 200
#: Bytes of chance in the address of a member's calendar, and the least length that gives it.
CALENDAR_BYTES, CALENDAR_LENGTH = 32, 40
#: How many days back a member's calendar reaches.
CALENDAR_DAYS = 90

#: How many members are found by a name, among how many that are looked at, by how many words of it.
MOST_FOUND, MOST_LOOKED_AT, MOST_WORDS = 10, 500, 4

#: From so many of the newest movements it is told with whom somebody exchanges, and so many are named.
NEWEST, MOST_USUAL = 60, 6


class TimebankMember(models.Model):
    """What sessions need to know of a member: the card, mails, checks."""

    _inherit = "timebank.member"
    _personal_fields = {
        "card_code": SECRET,
        "calendar_code": SECRET,
        "pin": SECRET,
    }

    card_code = fields.Char(
        "Card code",
        readonly=True,
        copy=False,
        groups="timebank_coproduction.group_timebank_coordinator",
        help="What the QR code on the member card says. Draw a new one if a card was lost.",
    )
    calendar_code = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="What the address of their calendar ends in.",
    )
    session_mails = fields.Boolean(
        "Mails about sessions",
        default=True,
        help="Your places, reminders, what is moved or cancelled, and thanks.",
    )
    check_ids = fields.One2many("timebank.check", compute="_compute_check_ids", string="Checks")

    _calendar_unique = models.UniqueIndex(
        "(calendar_code) WHERE calendar_code IS NOT NULL", "That address is taken."
    )
    _card_unique = models.UniqueIndex("(card_code) WHERE card_code IS NOT NULL", "That card is taken.")

    @api.depends("partner_id.timebank_check_ids")
    @api.depends_context("uid")
    def _compute_check_ids(self):
        """Those that whoever looks may read: checks are their own coordinators' business."""
        checks = self.env["timebank.check"]
        if checks.has_access("read"):
            checks = checks.search([("partner_id", "in", self.partner_id.ids)])
        of_person = checks.grouped("partner_id")
        for member in self:
            member.check_ids = of_person.get(member.partner_id, checks.browse())

    @verb()
    def action_new_card(self):
        """Draw new card codes: a card that was lost signs nobody in any more."""
        self.check_access("write")
        for member in self:
            member._in_verb().write({"card_code": codes.new(codes.VOUCHER_LENGTH)})
        return True

    @verb(single=True)
    def action_view_checks(self):
        self.ensure_one()
        return open_list(
            self.env,
            "timebank_check_action",
            [("partner_id", "=", self.partner_id.id)],
            {"default_partner_id": self.partner_id.id},
        )

    @verb(single=True)
    def action_sign_up(self):
        """The dialog to sign this member up for a session."""
        self.ensure_one()
        return open_dialog(
            self.env["timebank.sign.up"],
            self.env._("Sign %s up", self.name),
            context={"default_scheme_id": self.scheme_id.id, "default_partner_id": self.partner_id.id},
        )

    @verb()
    def action_print_cards(self):
        """The members' cards as a PDF, ten to a page; draws codes for those without one."""
        self.filtered(lambda member: not member.card_code).action_new_card()
        return self.env.ref("timebank_coproduction.report_member_card").report_action(self)

    def _get_card_qr(self):
        """The card's code as a picture."""
        self.ensure_one()
        return Markup(qr.svg(self.card_code))

    # Named by others
    def _find_by_shown_name(self, text):
        """Other members of this member's bank, by as much of a name as each shows to others.

        :return: their contacts, :data:`MOST_FOUND` and one more at most; none where nothing was typed
        """
        self.ensure_one()
        words = names.shown_words(text)[:MOST_WORDS]
        likely = [word for word in words if len(word) > 1 or not word.isascii()]
        if not likely:
            return self.env["res.partner"]
        # sudo: only who shows a name that fits is told
        found = self.sudo().search(
            Domain("scheme_id", "=", self.scheme_id.id)
            & Domain("state", "=", "active")
            & Domain("partner_id", "!=", self.partner_id.id)
            & Domain("name_shown", "!=", "hidden")
            & Domain.OR(Domain("partner_id.timebank_sought", "like", escape_psql(word)) for word in likely),
            limit=MOST_LOOKED_AT,
        )
        fitting = found.filtered(lambda member: member._is_shown_as(" ".join(words)))[: MOST_FOUND + 1]
        return self.env["res.partner"].browse(fitting.partner_id.ids)

    def _is_shown_as(self, text):
        """Whether what was typed finds this member, on members' pages and at the door alike.

        “Ben Okoro” finds who shows “Ben O.”, as it would any Ben with an O: what isn't shown
        can't be found out by guessing.
        """
        self.ensure_one()
        return names.is_shown_as(text, self.shown_name, self.name)

    # Giving credits: to whom, by as much of a name as each shows to others
    def _get_giving_accounts(self):
        """From what the member can give: their own account, and the pots that they hold."""
        self.ensure_one()
        return self.account_id | self._get_held_pots()

    def _find_giving_account(self, number):
        """The one of that number, their own where there is none; empty where it isn't theirs."""
        if not number:
            return self.account_id
        return self._get_giving_accounts().filtered(lambda account: str(account.id) == number)

    def _get_usual_takers(self, source):
        """The bank's own pot, the pots that the member holds, and those with whom they exchanged lately.

        :return: ``timebank.account``; the user may not be able to read them
        """
        self.ensure_one()
        lines = self.env["timebank.statement.line"].search(
            [("account_id", "=", self.account_id.id)], limit=NEWEST
        )
        # sudo: with whom they exchanged, which their statement tells them
        near = lines.sudo().other_account_id.filtered(lambda account: account.kind == "member")
        pots = self.scheme_id.sudo().pot_account_id | self._get_held_pots()  # sudo: the pot of all members
        return pots.sudo(False) | self._keep_takers(source, near.ids, MOST_USUAL)

    def _find_takers(self, source, text):
        """Members and pots of the bank by name: :data:`MOST_FOUND` and one more at most."""
        self.ensure_one()
        people = self._find_by_shown_name(text)
        # sudo: in which accounts these people are members; names of pots are told to their bank's members
        accounts = self.env["timebank.account"].sudo()
        of_people = accounts.search(
            [("scheme_id", "=", self.scheme_id.id), ("kind", "=", "member"), ("partner_id", "in", people.ids)]
        )
        words = text.strip()
        pots = accounts.search(
            Domain("scheme_id", "=", self.scheme_id.id)
            & Domain("kind", "=", "pot")
            & Domain("name", "ilike", escape_psql(words)),
            limit=MOST_FOUND,
        )
        found = of_people | (pots if len(words) > 1 else pots.browse())
        return self._keep_takers(source, found.ids, MOST_FOUND + 1)

    def _keep_takers(self, source, ids, most):
        """Those of these accounts to which ``source`` can give, and which the user may name."""
        # sudo: whether they are open, and in the bank
        accounts = self.env["timebank.account"].sudo().browse(ids)
        able = accounts.filtered(
            lambda one: one.scheme_id == self.scheme_id and one.state == "open" and one != source.sudo()
        )
        return source._get_nameable("to_account_id", able, [])[:most].sudo(False)

    def _find_taker(self, source, number):
        """The account of that number, if ``source`` can give to it and the user may name it; else none."""
        # sudo: only whether there is one; who may name it is asked then
        account = self.env["timebank.account"].sudo().browse(number).exists()
        able = account.filtered(lambda one: one.kind in ("member", "pot"))
        return self._keep_takers(source, able.ids, 1)

    def _say_taker(self, account):
        """A receiver by the name that they show, or a pot by its own."""
        # sudo: the name that its owner shows to others
        return account.sudo().display_name

    def _get_own_fields(self):
        return [*super()._get_own_fields(), "name_shown"]

    # The door
    def _door_name(self):
        """How the door names a member where others may hear it: nobody in full."""
        self.ensure_one()
        words = (self.name or "").split()
        if len(words) < 2 or self._is_organisation() or self.name_shown in ("first", "hidden"):
            return self._first_name()
        return f"{words[0]} {words[-1][0]}."

    # Leaving
    def _get_places(self, day):
        """Their places, and on waiting lists, in sessions after that day."""
        return self.env["timebank.attendance"].search(
            [
                ("scheme_id", "in", self.scheme_id.ids),
                ("partner_id", "in", self.partner_id.ids),
                ("state", "in", ("signed_up", "waiting")),
                ("session_id.state", "in", ("draft", "open")),
                ("session_id.date", ">", day),
            ]
        )

    def _get_open_matters(self, day):
        matters = super()._get_open_matters(day)
        places = self._get_places(day)
        if places:
            sessions = ", ".join(places.session_id.sorted("start").mapped("display_name"))
            matters.append(
                (
                    self.env._("Places in sessions: %s", sessions),
                    self.env._("Given up; whoever is next on the waiting list is told."),
                )
            )
        return matters

    def _get_unsettled(self):
        """Whoever has left may still stand on registers that nobody has closed."""
        # sudo: only which sessions they are
        lines = self.env["timebank.attendance"].sudo()
        waiting = lines.search(
            [
                ("scheme_id", "in", self.scheme_id.ids),
                ("partner_id", "in", self.partner_id.ids),
                ("state", "in", ("signed_up", "attended")),
                ("session_id.state", "=", "open"),
            ]
        )
        sessions = ", ".join(waiting.session_id.sorted("start").mapped("display_name"))
        matters = [self.env._("Registers to close: %s", sessions)] if waiting else []
        return [*super()._get_unsettled(), *matters]

    def _get_matters_in_pause(self):
        matters = super()._get_matters_in_pause()
        places = self._get_places(fields.Date.subtract(fields.Date.context_today(self), days=1))
        if places:
            sessions = ", ".join(places.session_id.sorted("start").mapped("display_name"))
            matters.append(
                self.env._(
                    "Places in sessions are kept: %s. Take them off those they won't come to.", sessions
                )
            )
        return matters

    def _settle(self, day, reason):
        places = self._get_places(day)
        if places:
            places.action_withdraw()
        return super()._settle(day, reason)

    # Mails
    def _get_mail_switches(self):
        return ["session_mails", *super()._get_mail_switches()]

    # ------------------------------------------------------------
    # Sessions on a member's own pages.
    # ------------------------------------------------------------

    def _get_sessions_ahead(self, domain=()):
        """The next open sessions of the bank, those that this member may take first.

        In a constant number of queries.

        :param domain: what else they have to be
        :return: a list of dicts with ``session``, ``line`` (the member's own, which may be empty) and
            ``roles``: in which roles they could come → a sentence that says why not, or nothing
        """
        sessions = self.env["timebank.session"].search_fetch(
            [*self._get_sessions_ahead_domain(), *domain], order="start, id", limit=MOST_AHEAD
        )
        found = self._look_at_sessions(sessions)
        return sorted(found, key=lambda one: not one["line"] and all(one["roles"].values()))

    def _look_at_sessions(self, sessions):
        """Of each session the member's own line, and in which roles they could come, as a dict."""
        mine = self._get_own_lines([("session_id", "in", sessions.ids)], order="id")
        lines = mine.grouped("session_id")
        # sudo: as at sign-up, this member's checks and other sessions are looked at
        attendance = self.env["timebank.attendance"].sudo()
        wishes = attendance.browse()
        for session in sessions:
            for role in self._get_roles_in(session):
                vals = {"session_id": session.id, "partner_id": self.partner_id.id, "role": role}
                wishes |= attendance.new({**vals, "state": "signed_up"})
        members, missing, clashes = wishes._get_members(), wishes._get_missing_checks(), wishes._get_clashes()
        roles = {session.id: {} for session in sessions}
        for wish in wishes:
            roles[wish.session_id.id][wish.role] = (
                wish._why_not_open()
                or wish._why_not_member(members)
                or wish._why_not_checked(missing)
                or wish._why_clash(clashes)
            )
        none = attendance.browse()
        return [
            {"session": session, "line": lines.get(session, none), "roles": roles[session.id]}
            for session in sessions
        ]

    def _get_roles_in(self, session):
        """In which roles this member could come to a session."""
        roles = ["attendee"]
        if session.helpers_wanted:
            roles.append("helper")
        if self.role == "professional":
            roles.append("professional")
        return roles

    def _get_sessions_ahead_domain(self):
        """Those of the bank that are open and aren't over."""
        self.ensure_one()
        now = fields.Datetime.now()
        return [("scheme_id", "=", self.scheme_id.id), ("state", "=", "open"), ("stop", ">", now)]

    def _get_own_lines(self, domain=(), **options):
        """The member's own lines on registers of the bank."""
        return self.env["timebank.attendance"].search([*self._get_own_lines_domain(), *domain], **options)

    def _get_lines_ahead(self, states=("open",)):
        """Their places, and on waiting lists, in sessions that aren't over: the soonest first. One query.

        :param states: of the sessions
        """
        now = fields.Datetime.now()
        lines = self._get_own_lines(
            [
                ("state", "in", ("signed_up", "waiting")),
                ("start", ">", fields.Datetime.subtract(now, minutes=DAY)),  # none lasts longer
            ],
            order="start, id",
        )
        # sudo: when the session of their own line ends, and whether it takes place
        ahead = lines.sudo().filtered(
            lambda line: line.session_id.stop > now and line.session_id.state in states
        )
        return ahead.with_env(self.env)

    def _count_own_lines(self, domain=()):
        return self.env["timebank.attendance"].search_count([*self._get_own_lines_domain(), *domain])

    def _get_own_lines_domain(self):
        self.ensure_one()
        return [("partner_id", "=", self.partner_id.id), ("scheme_id", "=", self.scheme_id.id)]

    @verb(single=True)
    def action_new_calendar(self):
        """Give the member's calendar a new address; whoever knew the one before sees nothing more.

        :raises AccessError: of somebody else's membership
        """
        if self._get_acting_name():
            raise AccessError(self.env._("Only they themselves can have the address of somebody's calendar."))
        # sudo: nobody reads the address but its own member, who asks for it here
        self.sudo()._in_verb().calendar_code = secrets.token_urlsafe(CALENDAR_BYTES)
        return True

    def _get_calendar_path(self):
        """The address of the member's calendar below the site's, or nothing; for themselves alone."""
        self.ensure_one()
        if self._get_acting_name():
            return ""
        code = self.sudo().calendar_code  # sudo: their own
        return code and f"/timebank/calendar/{code}.ics"

    @api.model
    @api.private
    def _find_by_calendar(self, code):
        """The membership whose calendar has that address, or none."""
        if not codes.may_be_link(code, CALENDAR_LENGTH):
            return self.browse()
        return self.search([("calendar_code", "=", code), ("state", "!=", "left")], limit=1)

    def _make_calendar(self):
        """The member's sessions as an iCalendar (RFC 5545), in bytes: nobody else is in it.

        What they gave up stays in it as cancelled, so that a program takes it off where it was.
        """
        self.ensure_one()
        since = fields.Datetime.subtract(fields.Datetime.now(), days=CALENDAR_DAYS)
        taken = [("start", ">=", since), ("state", "in", ("signed_up", "attended", "withdrawn"))]
        # sudo: a number that tells nothing, and stays when the database is named anew
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        events = [
            {
                "uid": f"timebank-session-{session.id}@{database}",
                "changed": max(session.write_date, line.write_date),
                "start": session.start,
                "stop": session.stop,
                "title": session.name,
                "where": session.location,
                "cancelled": line.state == "withdrawn" or session.state in ("cancelled", "draft"),
            }
            for line in self._get_own_lines(taken, order="start, id")
            for session in line.session_id
        ]
        name = self.scheme_id.name
        return ical.serialize(self.env._("Copy: %s", name) if self.scheme_id._is_copy() else name, events)
