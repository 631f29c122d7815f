import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from ...tools import codes, names
from ..common.jobs import job
from ..common.said_aloud import SaidAloud
from ..common.verb import choice, record, text, verb, whole
from .timebank_attendance import CALLS, MOST_COMPANIONS, MOST_ON_LINE, PLACE_BYTES

#: How long before a session people can sign in, and after it sign out.
EARLY = timedelta(hours=2)
GRACE = timedelta(minutes=15)

#: A card that is read again so soon was held up once. Moments are kept in whole seconds.
ONE_READING = timedelta(seconds=3)

#: How many people a search at the door shows at most.
MOST_SHOWN = 8

#: How many letters of a name the door's page looks for: as few, and as many.
LEAST_TYPED = 2
MOST_TYPED = 64

#: Bytes of chance in the link of the door's page, and the least length that gives it.
KIOSK_BYTES = 32
KIOSK_LENGTH = 40

#: The longest text that names who is brought along, in letters.
LONGEST_NAMES = 200

#: Whom the door knows by name: those who are expected, or there.
ON_THE_DOOR = ("signed_up", "attended")

#: Characters of a card's code, as it is kept.
CARD_LENGTH = len(codes.new(codes.VOUCHER_LENGTH))


class TimebankSession(models.Model):
    """Who is on the list: signing up and withdrawing, for oneself or by the coordinator for somebody
    offline; the waiting list; and signing in and out, at the door and on its tablet.
    """

    _inherit = "timebank.session"

    # The door: whoever has the link signs people in and out, so nobody reads it; a button opens it
    kiosk_token = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    has_kiosk = fields.Boolean(
        compute="_compute_has_kiosk", groups="timebank_coproduction.group_timebank_coordinator"
    )

    companions_allowed = fields.Integer(
        "May bring along",
        compute="_compute_companions_allowed",
        store=True,
        readonly=False,
        precompute=True,
        help="How many people whoever takes part may bring along when they sign up.",
    )
    has_companions = fields.Boolean(compute="_compute_has_companions")

    _companions_allowed = models.Constraint(
        f"CHECK (companions_allowed BETWEEN 0 AND {MOST_COMPANIONS})",
        f"A member brings up to {MOST_COMPANIONS} people along.",
    )
    _kiosk_unique = models.UniqueIndex("(kiosk_token) WHERE kiosk_token IS NOT NULL", "That link is taken.")

    @api.depends("activity_id")
    def _compute_companions_allowed(self):
        """As its bank says, until it is kept."""
        for session in self:
            # sudo: whoever makes it; only the bank's setting is asked
            usual = session.activity_id.scheme_id.sudo().companions_allowed
            session.companions_allowed = session.companions_allowed if session._origin else usual

    @api.depends("companions_allowed", "attendance_ids.companions")
    def _compute_has_companions(self):
        """Whether anybody may bring people along, or does: a coordinator can sign up more than may."""
        for session in self:
            session.has_companions = session.companions_allowed or any(
                session.attendance_ids.mapped("companions")
            )

    @verb(
        single=True,
        partner=record("res.partner"),
        role=choice(of=("timebank.attendance", "role")),
        clash_reason=text(),
        companions=whole(0),
        companion_names=text(LONGEST_NAMES),
    )
    def sign_up(self, partner, role="attendee", clash_reason=None, companions=0, companion_names=""):
        """Put a person on the register, or on the waiting list when all places are taken.

        Together with those whom they bring along: all get a place, or all wait.

        :param partner: a ``res.partner`` or its id
        :param str role: ``helper``, ``attendee`` or ``professional``
        :param str clash_reason: why this person may be in two places at a time; for
            coordinators only, and kept with the line
        :param int companions: how many people they bring along
        :param str companion_names: who those are, for whoever runs the session
        :return: the ``timebank.attendance``, in state ``signed_up`` or ``waiting``
        :raises UserError: closed, past or cancelled session, no member, a missing check,
            a clash, or signed up already
        :raises AccessError: for somebody else, without being a coordinator
        """
        self.ensure_one()
        partner = self._as_partner(partner)
        session = self._act_for(partner, role, clash_reason)
        if session.stop <= fields.Datetime.now():
            raise UserError(self.env._("%s is over: add who was there to its register.", session._say()))
        session._pass_on_lapsed_offers()
        line = session._get_line(partner)
        if line.state in ("signed_up", "waiting", "attended"):
            raise UserError(
                self.env._(
                    "%(person)s is on the list of %(session)s already.",
                    person=partner.name,
                    session=session._say(),
                )
            )
        most = MOST_ON_LINE if self._is_run_by_user() else session.companions_allowed
        if companions and (why := line._why_not_bring(session, role, companions, most)):
            raise UserError(why)
        full = session._is_full(role, 1 + companions)
        vals = {
            "role": role,
            "companions": companions,
            "companion_names": companions and companion_names.strip() or False,
            "state": "waiting" if full else "signed_up",
            "waiting_since": fields.Datetime.now() if full else False,
            "clash_session_ids": [Command.clear()],
        }
        if clash_reason:
            wish = line.new({**vals, "session_id": session.id, "partner_id": partner.id})
            vals["clash_session_ids"] += wish._accept_clashes()["clash_session_ids"]
        might_clash = bool(line.clash_session_ids)
        line = session._put_on_list(line, partner, vals)
        if clash_reason or might_clash:
            line._keep_words(clash_reason={line.id: clash_reason})
        if clash_reason:
            session._note_clash()
        if not full:
            line._notify("signed_up")
        return line.with_env(self.env)

    def _note_clash(self):
        """Everybody who reads the session reads its notes: who and why stands on the register."""
        body = self.env._("Somebody may be in two places at a time: the register says who, and why.")
        self._message_log_batch(bodies=dict.fromkeys(self.ids, body), author_id=self.env.user.partner_id.id)

    @api.model
    def _queue_beyond_places(self, vals_list):
        """Let those wait who are put on a register by hand without a place left for them.

        :param vals_list: values of new ``timebank.attendance``; their state is changed in place
        """
        sessions = self.browse(vals.get("session_id") for vals in vals_list)
        left = {
            (session, role): session._get_free_places(role)
            for session in set(sessions)
            for role in ("attendee", "helper")
        }
        usual = self.env["timebank.attendance"].default_get(["role", "state"])
        for vals, session in zip(vals_list, sessions, strict=True):
            line = {**usual, **vals}
            place = session, line["role"]
            if left.get(place) is None or line["state"] == "absent":
                continue
            people = 1 + (line.get("companions") or 0)
            if left[place] < people and line["state"] == "signed_up":
                vals["state"] = "waiting"
            else:
                left[place] -= people

    def _check_numbers(self, vals):
        """:raises UserError: where a session would have fewer places than are taken"""
        for session in self:
            limited = vals.get("helpers_limited", session.helpers_limited)
            wanted = vals.get("helpers_wanted", session.helpers_wanted)
            reason = session._why_not_fewer(vals.get("capacity", session.capacity), limited and wanted)
            if reason:
                raise UserError(reason)

    def _why_not_fewer(self, capacity, most_helpers):
        """Why it can't have so few places or helpers, or an empty string; zero is no limit."""
        self.ensure_one()
        if capacity and self.taken_count > capacity:
            return self.env._(
                "%(count)s places of %(session)s are taken: it can't have fewer.",
                count=self.taken_count,
                session=self._say(),
            )
        if most_helpers and self.helper_count > most_helpers:
            return self.env._(
                "%(count)s helpers are signed up for %(session)s: it can't be for fewer.",
                count=self.helper_count,
                session=self._say(),
            )
        return ""

    def _get_most_helpers(self):
        """How many helpers can sign up; zero: as many as like."""
        self.ensure_one()
        return self.helpers_wanted if self.helpers_limited else 0

    def _get_free_places(self, role):
        """How many more can come in that role; ``None``: as many as like."""
        self.ensure_one()
        if role == "attendee" and self.capacity:
            return self.capacity - self.taken_count
        if role == "helper" and self._get_most_helpers():
            return self._get_most_helpers() - self.helper_count
        return None

    def _is_full(self, role, people=1):
        """Whether there is no place for so many in that role."""
        free = self._get_free_places(role)
        return free is not None and free < people

    @verb(single=True, partner=record("res.partner"))
    def withdraw(self, partner):
        """Take a person off the list; the place goes to the first who waits.

        :param partner: a ``res.partner`` or its id
        :raises UserError: when they are not on it, or the session is over
        """
        self.ensure_one()
        partner = self._as_partner(partner)
        line = self._act_for(partner)._get_line(partner)
        if line.state not in ("signed_up", "waiting"):
            # sudo: the sentence names the session that the user chose
            raise UserError(
                self.env._(
                    "%(person)s is not signed up for %(session)s.",
                    person=partner.name,
                    session=self.sudo()._say(),
                )
            )
        line._withdraw()
        return True

    def _forget_companions(self):
        """Nobody needs to know any more who came along, or would have; how many stays."""
        self.attendance_ids._having("companion_names")._in_verb().write({"companion_names": False})

    def _as_partner(self, partner):
        partner = self.env["res.partner"].browse(partner) if isinstance(partner, int) else partner
        partner.ensure_one()
        return partner.sudo()  # sudo: the name, for sentences; who may be named is checked next

    def _act_for(self, partner, role="attendee", clash_reason=None):
        """This session for changing its list in the name of ``partner``.

        :raises AccessError: unless it is the user, or the user runs that bank
        """
        self.check_access("read")
        session = self.sudo()  # sudo: members change their own line alone, which is checked here
        if self._is_run_by_user():
            return session
        if partner != self.env.user.partner_id:
            raise AccessError(self.env._("Only a coordinator can sign up or withdraw somebody else."))
        if clash_reason:
            raise AccessError(self.env._("Only a coordinator can allow two sessions at a time."))
        # sudo: only the user's own role is asked
        if role == "professional" and not self.env["timebank.member"].sudo().search_count(
            [("scheme_id", "=", session.scheme_id.id), ("partner_id", "=", partner.id), ("role", "=", role)]
        ):
            raise AccessError(self.env._("Only those who are members as professionals can sign up as one."))
        return session

    def _is_run_by_user(self):
        """Whether the user coordinates these sessions' banks."""
        # sudo: only whose banks these are is asked of sessions that the user may not read
        schemes = self.sudo().scheme_id.sudo(self.env.su)
        return schemes._run_by_user() == schemes

    def _put_on_list(self, line, partner, vals):
        """Write a person's line or make one, if they can join; nothing is left behind otherwise.

        :return: the line
        """
        with self.env.cr.savepoint():  # flushes: a place that somebody else has just taken shows here
            if line:
                line._in_verb().write(vals)
            else:
                model = self.env["timebank.attendance"]._in_verb()
                line = model.create({**vals, "session_id": self.id, "partner_id": partner.id}).with_env(
                    self.env
                )
            line._check_joining()
        if line.role == "helper":
            self._close_helpers_todo()
        return line

    def _get_line(self, partner):
        """This person's line, or an empty recordset."""
        return self.env["timebank.attendance"].search(
            [("session_id", "=", self.id), ("partner_id", "=", partner.id)], limit=1
        )

    # ------------------------------------------------------------
    # At the door: in and out.
    # ------------------------------------------------------------

    @verb(single=True, partner=record("res.partner"), role=choice(of=("timebank.attendance", "role")))
    def check_in(self, partner, role=None):
        """Sign a person in. Who wasn't signed up is added, while there are places.

        :param partner: a ``res.partner`` or its id
        :param str role: for who wasn't signed up; attendee unless said otherwise
        :return: the ``timebank.attendance``
        :raises UserError: too early or late, no member, no places, logged already
        """
        self.ensure_one()
        partner = self._as_partner(partner)
        session = self._at_the_door()
        now = fields.Datetime.now()
        if not session.start - EARLY <= now <= session.stop + GRACE:
            raise SaidAloud(self.env._("%s is not on now.", session._say()))
        line = session._get_line(partner)
        if line._is_inside():
            return line.with_env(self.env)
        if line.settled_on:
            raise UserError(self.env._("“%s” has been logged already.", line.display_name))
        vals = {"state": "attended"}
        if line:
            vals |= {"offered_until": False, "claim_code": False}
        else:
            vals["role"] = role or "attendee"
        if not line.check_in:
            vals["check_in"] = now
        was_there = bool(line.check_in)
        line = session._put_on_list(line, partner, vals)
        if was_there:
            line._sign_in(now)
        return line.with_env(self.env)

    @verb(single=True, partner=record("res.partner"))
    def check_out(self, partner):
        """Sign a person out; the minutes are those spent within the session's times.

        :return: the ``timebank.attendance``
        :raises UserError: when they didn't sign in
        """
        self.ensure_one()
        partner = self._as_partner(partner)
        session = self._at_the_door()
        line = session._get_line(partner)
        if not line._is_inside() or line.settled_on:
            raise UserError(self.env._("%s has not signed in.", partner.name))
        line._sign_out(fields.Datetime.now())
        return line.with_env(self.env)

    def _at_the_door(self):
        """This session for signing in and out; :raises AccessError: for others than its coordinators."""
        self.check_access("read")
        if not self._is_run_by_user():
            raise AccessError(self.env._("Only a coordinator signs people in."))
        session = self.sudo()  # sudo: who may do it was checked just now
        if session.state != "open":
            raise UserError(
                session.env["timebank.attendance"].new({"session_id": session.id})._why_not_open()
            )
        return session

    @job
    def _cron_sign_out(self):
        """Sign out at the end of the session who forgot to; the coordinator finds them listed."""
        over = fields.Datetime.now() - GRACE
        lines = self.env["timebank.attendance"].search(
            [
                ("state", "=", "attended"),
                ("check_in", "!=", False),
                ("check_out", "=", False),
                ("settled_on", "=", False),
                ("session_id.stop", "<=", over),
            ]
        )
        self.env["timebank.job"]._in_parts([(type(lines)._sign_out_at_end, lines)])

    # ------------------------------------------------------------
    # The waiting list
    # ------------------------------------------------------------

    def _offer_free_places(self):
        """Keep free places for the first who wait, and tell them.

        Who brings people along needs a place for each: where there are fewer, they go to the next.
        """
        now = fields.Datetime.now()
        for session in self.sudo():  # sudo: a member who withdraws moves up another
            if session.state != "open" or session.start <= now or not session.waiting_count:
                continue
            until = min(now + timedelta(hours=session.scheme_id.claim_hours), session.start)
            for role in ("attendee", "helper"):
                if session._is_full(role):
                    continue
                waiting = session.env["timebank.attendance"].search(
                    [
                        ("session_id", "=", session.id),
                        ("role", "=", role),
                        ("state", "=", "waiting"),
                        ("offered_until", "=", False),
                    ],
                    order="waiting_since, id",
                )
                free, lucky = session._get_free_places(role), waiting.browse()
                for one in waiting.filtered(lambda one: not one.obstacle):
                    if free is None or one._get_people() <= free:
                        free = free if free is None else free - one._get_people()
                        lucky |= one
                for one in lucky:
                    one._in_verb().write(
                        {"offered_until": until, "claim_code": secrets.token_urlsafe(PLACE_BYTES)}
                    )
                lucky._notify("place_freed")

    def _pass_on_lapsed_offers(self):
        """Places that were not taken in time go to the next."""
        lapsed = self.env["timebank.attendance"].search(
            [
                ("session_id", "in", self.ids),
                ("state", "=", "waiting"),
                ("offered_until", "<=", fields.Datetime.now()),
            ]
        )
        lapsed._lapse()

    @job
    def _cron_move_waiting_lists(self):
        """Places that were not taken in time go to the next, and nobody is rung about what is over."""
        now, lines = fields.Datetime.now(), self.env["timebank.attendance"]
        lapsed = lines.search([("state", "=", "waiting"), ("offered_until", "<=", now)])
        called = Domain.OR(Domain(name, "!=", False) for name in CALLS)
        over = lines.search(called & Domain("session_id.stop", "<=", now))
        parts = [(type(lines)._lapse, lapsed), (type(lines)._drop_calls, over)]
        self.env["timebank.job"]._in_parts(parts)

    # ------------------------------------------------------------
    # The tablet at the door: a link for one session that ends with it.
    # ------------------------------------------------------------

    @verb(single=True)
    def action_open_kiosk(self):
        """Open the page for the tablet at the door; its link ends with the session.

        :return: an action that opens the page in a tab of its own
        :raises UserError: for a session that is not open, or over
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "open" or fields.Datetime.now() > self.stop + GRACE:
            raise UserError(self.env._("%s is not open: there is nobody to sign in.", self._say()))
        session = self.sudo()  # sudo: the link is for whoever may change the session, as was asked above
        if not session.kiosk_token:
            session._in_verb().write({"kiosk_token": secrets.token_urlsafe(KIOSK_BYTES)})
        address = f"/timebank/kiosk/{session.kiosk_token}"
        return {"type": "ir.actions.act_url", "url": address, "target": "new"}

    @verb()
    def action_end_kiosk(self):
        """Make the link useless at once, such as for a tablet that got lost."""
        self.check_access("write")
        self.sudo()._in_verb().write({"kiosk_token": False})  # sudo: as where it is opened
        return True

    @api.depends("kiosk_token")
    def _compute_has_kiosk(self):
        for session in self:
            # sudo: only whether there is a tablet at the door
            session.has_kiosk = bool(session.sudo().kiosk_token)

    @api.model
    @api.private
    def _find_kiosk(self, token):
        """The open session that a link stands for, or an empty recordset."""
        if not codes.may_be_link(token, KIOSK_LENGTH):
            return self.browse()
        now = fields.Datetime.now()
        return self.search(
            [("kiosk_token", "=", token), ("state", "=", "open"), ("stop", ">=", now - GRACE)], limit=1
        )

    @api.private
    def _kiosk_find(self, text):
        """People on the list who are found by what was typed, or the member whose card was held up.

        Their name in full finds them as well as what is shown of it; a surname that isn't shown does not.

        :param str text: a few letters of a name, or what a card's QR code says
        :return: list of dicts ``key``, ``name``, ``inside``; a card gives one at most
        """
        self.ensure_one()
        text = " ".join(str(text or "").split())[:MOST_TYPED]
        card = codes.normalise(text)
        if len(card) == CARD_LENGTH:
            member = self._kiosk_member(card)
            if member:  # a name can have as many letters
                return [self._kiosk_row(member, self._get_line(member.partner_id), card)]
        if not names.is_enough(text, LEAST_TYPED):
            return []
        lines = self.attendance_ids.filtered(lambda one: one.state in ON_THE_DOOR)
        members = lines._get_members()
        rows = []
        for one in lines:
            member = members.get((one.scheme_id.id, one.partner_id.id))
            if member and member._is_shown_as(text):
                rows.append(self._kiosk_row(member, one, one.id))
        return sorted(rows, key=lambda row: row["name"])[:MOST_SHOWN]

    @api.private
    def _kiosk_move(self, key, way):
        """Sign in or out who was found.

        :param key: as :meth:`_kiosk_find` returned it
        :param str way: ``in`` or ``out``
        :return: a dict ``name`` and ``inside``
        :raises UserError: in words for the person at the door
        """
        self.ensure_one()
        if isinstance(key, int):
            line = self.attendance_ids.filtered(lambda one: one.id == key and one.state in ON_THE_DOOR)
            partner = line.partner_id
            member = line._get_members().get((self.scheme_id.id, partner.id)) if line else None
            if not member or not member.shown_name:
                raise SaidAloud(self.env._("We could not find you. Please ask at the desk."))
        else:
            member = self._kiosk_member(key)
            partner = member.partner_id
            if not member:
                raise SaidAloud(self.env._("We don't know that card. Please ask at the desk."))
        line = self._get_line(partner)
        if not line._moved_within(ONE_READING):
            line = self.check_in(partner) if way == "in" else self.check_out(partner)
        return {"name": member._first_name(), "inside": line._is_inside()}

    @api.private
    def _kiosk_sorry(self, key):
        """Why somebody can't be signed in or out, as far as the door may say it."""
        self.ensure_one()
        if isinstance(key, int):
            line = self.attendance_ids.filtered(lambda one: one.id == key)
            member = line._get_members().get((self.scheme_id.id, line.partner_id.id))
        else:
            member = self._kiosk_member(key)
        if not member:
            return self.env._("That is not possible just now. Please see the coordinator.")
        return self.env._("%s, please see the coordinator.", member._door_name())

    def _kiosk_member(self, card):
        member = self.env["timebank.member"]._find_by_card(self.scheme_id, card)
        return member.filtered(lambda one: one.state == "active")

    def _kiosk_row(self, member, line, key):
        name = member.shown_name or member._first_name()
        return {"key": key, "name": name, "inside": line._is_inside()}
