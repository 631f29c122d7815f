from datetime import datetime, time, timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.paging import number_in
from ..common.words import from_place, say_day, say_span, say_spoken

#: How far back sessions and people are looked for, and how many of each are named.
LATELY_DAYS = 31
MOST_SESSIONS, MOST_PEOPLE, MOST_ACTIVITIES = 5, 6, 3
#: From so many of the newest entries it is told with whom somebody exchanges.
NEWEST = 60
#: How many of what waits, and of the rewards within reach, are named on the first page.
MOST_NAMED = 3
#: How many open introductions are looked at for those.
MOST_OPEN = 100

#: Introductions that are not over.
UNDER_WAY = ("introduced", "agreed")


class TimebankMember(models.Model):
    """What the member's own pages tell and offer: on the first page, and where time is logged.

    All of it is plain words and numbers, and of others as much as each shows of themselves.
    """

    _inherit = "timebank.member"

    # ------------------------------------------------------------
    # The first page
    # ------------------------------------------------------------

    def _get_home(self):
        """What the first page says.

        :return: dict of ``state`` (a sentence, where the member can't take part), ``next`` (sentences, for
            who has applied), ``can_log``, ``rewards``, ``session`` and ``waiting``
        """
        self.ensure_one()
        standing, ahead = self._say_standing(), self._get_lines_ahead()
        return {
            "state": standing,
            "next": self._say_next(),
            "can_log": not standing,
            "rewards": self._get_affordable(),
            "session": self._say_next_session(ahead),
            "waiting": self._get_waiting(ahead),
        }

    def _say_standing(self):
        """Why the member can't take part at present, to themselves; nothing where they can."""
        self.ensure_one()
        bank = self.scheme_id.name
        # sudo: whether the bank is open, for its member
        if self.scheme_id.sudo()._why_closed():
            return self.env._(
                "%s is closed. You can look at what you gave and received, and record nothing more.", bank
            )
        if self.state == "applicant":
            return self.env._(
                "You have applied to %s. Its coordinator gets in touch with you before you can begin.", bank
            )
        if self.state == "paused":
            return self.env._(
                "You are taking a break from %s. Your credits are kept. Ask its coordinator when you would"
                " like to go on.",
                bank,
            )
        if self._why_not_taking_part():
            return self.env._("Your account in %s is held at present. Ask its coordinator.", bank)
        return ""

    def _say_next(self):
        """What happens next with somebody who has applied: sentences, in order."""
        self.ensure_one()
        # sudo: whether the bank is open, and how the organisation is reached
        scheme = self.scheme_id.sudo()
        if self.state != "applicant" or scheme._why_closed():
            return []
        said = [
            self.env._("A coordinator reads what you wrote, and rings or writes to you."),
            self.env._(
                "When you are accepted, this page has sessions, rewards and what others offer, and you can"
                " log your time."
            ),
            self.env._("Until then you can say what you can do, and when, under “About me”."),
        ]
        if scheme.company_id.phone:
            said.append(self.env._("You have a question? Ring %s.", scheme.company_id.phone))
        return said

    def _say_next_session(self, ahead):
        """The first of the member's lines with a place: dict, or None."""
        session = ahead.filtered(lambda line: line.state == "signed_up")[:1].session_id
        return session and {
            "id": session.id,
            "name": session.activity_id.sudo().name,  # sudo: the name of what they have a place in
            "when": say_span(self.env, session.start, session.stop, session.tz),
            "where": session.location or "",
        }

    def _get_waiting(self, ahead):
        """What waits for the member: a list of dicts of a sentence, the page it leads to, and its words.

        Each kind is told once, whatever there is of it; each model is asked once.

        :param ahead: the member's lines in sessions to come
        """
        hours, introductions = self._count_waiting_hours(), self._get_open_introductions()
        return [
            one
            for one in (
                self._say_waiting_place(ahead),
                self._say_waiting_answer(hours.get("submitted")),
                self._say_waiting_refused(hours.get("refused")),
                self._say_waiting_draft(hours.get("draft")),
                self._get_waiting_ready(),
                self._say_waiting_asked(introductions.filtered(lambda one: one.state == "asked")),
                self._say_waiting_introduced(introductions.filtered(lambda one: one.state == "introduced")),
                self._say_waiting_self_audit(),
            )
            if one
        ]

    def _say_waiting_place(self, ahead):
        now = fields.Datetime.now()
        kept = ahead.filtered(
            lambda line: line.state == "waiting" and line.offered_until and line.offered_until > now
        )
        line = kept.sorted("offered_until")[:1]
        return line and {
            "text": self.env._(
                "A place in %(session)s is kept for you until %(moment)s.",
                session=line.activity_id.sudo().name,  # sudo: the name of what they wait for
                moment=line._say_offered_until(),
            ),
            "path": f"/sessions/{line.session_id.id}",
            "words": self.env._("Take the place"),
        }

    def _count_waiting_hours(self):
        """How many entries wait for the member, by their state: dict of their own that were sent back or
        aren't handed in, and of those handed in that say they received time.
        """
        given = Domain(self._own_hours()) & Domain("state", "in", ("refused", "draft"))
        # sudo: how many of the member's own there are, which whoever is on their pages may read
        entries = self.env["timebank.hours"].sudo()
        return dict(entries._read_group(given | Domain(self._to_answer()), ["state"], ["__count"]))

    def _say_waiting_answer(self, count):
        if not count:
            return None
        entries = self._get_to_answer()
        text = self.env._("%s entries say that you were given time. Is that so?", count)
        if count == 1:
            text = self.env._(
                "%(person)s says they gave you %(time)s on %(day)s. Is that so?",
                person=entries.partner_id._say_name(),
                time=say_spoken(self.env, entries.minutes),
                day=say_day(self.env, entries.date),
            )
        return {"text": text, "path": "/hours#received", "words": self.env._("Answer")}

    def _say_waiting_refused(self, count):
        if not count:
            return None
        text = self.env._("One of your entries was sent back to correct.")
        if count > 1:
            text = self.env._("%s of your entries were sent back to correct.", count)
        return {"text": text, "path": "/hours?state=refused", "words": self.env._("Look at it")}

    def _say_waiting_draft(self, count):
        if not count:
            return None
        text = self.env._("One of your entries isn't handed in yet, so it doesn't count.")
        if count > 1:
            text = self.env._("%s of your entries aren't handed in yet, so they don't count.", count)
        return {"text": text, "path": "/hours?state=draft", "words": self.env._("Look at it")}

    def _get_waiting_ready(self):
        """What they claimed and can have now."""
        # sudo: the member's own, which are named to them after they have left the catalogue
        claims = (
            self.env["timebank.redemption"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.partner_id.id),
                    ("scheme_id", "=", self.scheme_id.id),
                    ("state", "=", "approved"),
                ],
                order="id desc",
                limit=MOST_NAMED,
            )
        )
        if not claims:
            return None
        names = ", ".join(dict.fromkeys(claims.reward_id.mapped("name")))
        return {
            "text": self.env._("Ready for you: %s.", names),
            "path": f"/rewards/claims/{claims.id}" if len(claims) == 1 else "/rewards/claims",
            "words": self.env._("See how you get it"),
        }

    def _get_open_introductions(self):
        """Introductions that wait for the member: asked for, or made and without a time to meet."""
        introductions = self.env["timebank.introduction"]
        made = [*introductions._get_own_domain(self), ("state", "=", "introduced")]
        # sudo: what is said of each is for whom it asks, and for whom it was made
        return introductions.sudo().search(
            Domain(introductions._get_to_answer_domain(self)) | Domain(made), limit=MOST_OPEN
        )

    def _say_waiting_asked(self, asking):
        """Who asks to be introduced to the member, as far as each shows themselves until then."""
        asking = asking.sorted("id")[:MOST_NAMED]
        if not asking:
            return None
        who = [f"{said['who']} ({said['what']})" for said in (one._say_to(self) for one in asking)]
        return {
            "text": self.env._("Would you like to be introduced? It is asked by %s.", ", ".join(who)),
            "path": f"/board/introduction/{asking.id}" if len(asking) == 1 else "/board/introductions",
            "words": self.env._("Say yes or no"),
        }

    def _say_waiting_introduced(self, found):
        """Introductions whose two people have not agreed yet when they meet."""
        found = found.with_env(self.env)[:MOST_NAMED]
        if not found:
            return None
        return {
            "text": self.env._("You were introduced to %s.", ", ".join(map(self._say_other, found))),
            "path": f"/board/introduction/{found.id}" if len(found) == 1 else "/board/introductions",
            "words": self.env._("Say when you meet"),
        }

    # ------------------------------------------------------------
    # Their own entries
    # ------------------------------------------------------------

    def _own_hours(self):
        """The domain of time that the member gave in this bank."""
        return [("partner_id", "=", self.partner_id.id), ("scheme_id", "=", self.scheme_id.id)]

    def _get_to_answer(self):
        """Entries that say that this member received time, and to which they have not said anything yet."""
        return self.env["timebank.hours"].search(self._to_answer(), limit=20)

    def _to_answer(self):
        """The domain of those."""
        return [
            ("receiver_id", "=", self.partner_id.id),
            ("scheme_id", "=", self.scheme_id.id),
            ("state", "=", "submitted"),
            ("receiver_says", "=", False),
        ]

    # ------------------------------------------------------------
    # For whom time is logged
    # ------------------------------------------------------------

    def _get_log_choices(self):
        """For whom, or where, the member is likely to have given time.

        :return: a list of (title, choices), each choice a dict of ``key`` for the address and ``words``
        """
        self.ensure_one()
        introductions = self._find_introductions(
            [("giver_id", "=", self.partner_id.id), ("state", "in", UNDER_WAY)], limit=MOST_PEOPLE
        )
        sessions = self._get_lately_helped().session_id[:MOST_SESSIONS]
        # sudo: the member's own, which whoever is on their pages may read
        entries = self.env["timebank.hours"].sudo()
        newest = entries.search_fetch(
            [
                ("scheme_id", "=", self.scheme_id.id),
                ("state", "in", ("submitted", "approved")),
                "|",
                ("partner_id", "=", self.partner_id.id),
                ("receiver_id", "=", self.partner_id.id),
            ],
            ["partner_id", "receiver_id", "activity_id"],
            limit=NEWEST,
        ).with_env(self.env)
        people = self._get_nameable_people(newest.partner_id | newest.receiver_id)[:MOST_PEOPLE]
        activities = (newest.filtered(lambda entry: entry.partner_id == self.partner_id)).activity_id
        # sudo: whether what they helped with goes on
        running = activities.sudo().filtered(lambda activity: activity.state == "running")[:MOST_ACTIVITIES]
        return [
            (title, [self._say_choice(one) for one in records])
            for title, records in (
                (self.env._("You were introduced"), introductions),
                (self.env._("Where you helped"), list(sessions) + list(running)),
                (self.env._("People you know"), people),
                (self.env._("Nobody in particular"), self.scheme_id),
            )
            if records
        ]

    def _find_whom(self, key):
        """What a choice in an address stands for, as far as it is this member's to choose.

        :return: a record: the bank, a contact, an introduction, a session or an activity; or None
        """
        self.ensure_one()
        if key == "bank":
            return self.scheme_id
        kind, number = (key or "")[:1], (key or "")[1:]
        if kind not in ("p", "i", "s", "a") or not number_in(number):
            return None
        return getattr(self, f"_find_whom_{kind}")(number_in(number)) or None

    def _find_whom_p(self, number):
        return self._get_nameable_people(self.env["res.partner"].browse(number))

    def _find_whom_i(self, number):
        return self._find_introductions(
            [("id", "=", number), ("giver_id", "=", self.partner_id.id), ("state", "in", UNDER_WAY)], limit=1
        )

    def _find_whom_s(self, number):
        return self._get_lately_helped([("session_id", "=", number)]).session_id

    def _find_whom_a(self, number):
        mine = [*self._own_hours(), ("activity_id", "=", number)]
        activity = self.env["timebank.hours"].search(mine, limit=1).activity_id
        # sudo: whether what they helped with goes on
        return activity if activity.sudo().state == "running" else activity.browse()

    def _get_key(self, record):
        """What stands for a record in an address, as :meth:`_find_whom` reads it."""
        keys = {
            "res.partner": "p",
            "timebank.introduction": "i",
            "timebank.session": "s",
            "timebank.activity": "a",
        }
        kind = keys.get(record._name)
        return f"{kind}{record.id}" if kind else "bank"

    def _say_choice(self, record):
        return {"key": self._get_key(record), "words": self._say_whom(record)}

    def _say_whom(self, record):
        """For whom or where, in words."""
        if record._name == "res.partner":
            return record._say_name()
        if record._name == "timebank.introduction":
            return self._say_other(record)
        if record._name == "timebank.session":
            return f"{record.activity_id.sudo().name}, {say_day(self.env, record.date)}"  # sudo: its name
        if record._name == "timebank.activity":
            return record.sudo().name  # sudo: the name of what they helped with
        return self.env._("%s as a whole", record.name)

    def _get_nameable_people(self, people):
        """Those of ``people`` whom the member may name: who takes part in the bank, and shows a name or
        knows the member.
        """
        # sudo: only whether they take part, and show their name, is asked
        members = self.sudo().search_fetch(
            [("partner_id", "in", people.ids)], ["partner_id", "scheme_id", "state", "name_shown"]
        )
        there = members.filtered(lambda one: one.scheme_id.id == self.scheme_id.id and one.state == "active")
        people = people.browse(there.partner_id.ids) - self.partner_id
        if self.scheme_id.is_run_by_user:  # who knows its members
            return people
        return self.env["timebank.hours"]._get_shown(people, members)

    def _get_lately_helped(self, domain=()):
        """The member's lines of helpers in sessions of the last weeks that no register has logged yet."""
        now = fields.Datetime.now()
        return self._get_own_lines(
            [
                *domain,
                ("role", "in", ("helper", "professional")),
                ("state", "in", ("signed_up", "attended")),
                # past the rules: only what state the session of their own line is in
                Domain("session_id", "any!", [("state", "in", ("open", "done"))]),
                ("start", "<=", now),
                ("start", ">=", fields.Datetime.subtract(now, days=LATELY_DAYS)),
                ("hours_id", "=", False),
            ],
            order="start desc, id",
            limit=MOST_SESSIONS,
        )

    def _find_introductions(self, domain, limit):
        me = self.partner_id.id
        return self.env["timebank.introduction"].search(
            [
                ("scheme_id", "=", self.scheme_id.id),
                *domain,
                "|",
                ("giver_id", "=", me),
                ("receiver_id", "=", me),
            ],
            limit=limit,
        )

    def _say_other(self, introduction):
        """The other person of an introduction, and over what."""
        mine = introduction.giver_id == self.partner_id
        other = introduction.receiver_id if mine else introduction.giver_id
        # sudo: the list of skills is everybody's
        return f"{other._say_name()} ({introduction.skill_id.sudo().name})"

    # ------------------------------------------------------------
    # Logging it
    # ------------------------------------------------------------

    def _log_time(self, whom, vals):
        """Hand in time that the member gave.

        :param whom: a record as :meth:`_find_whom` returns it
        :param dict vals: of ``date, minutes, start_time`` and what it was
        :return: the entries that were made
        :raises UserError: naming what can't be; nothing is kept then if the caller goes back
        """
        self.ensure_one()
        if whom._name == "timebank.introduction":
            return self._log_meeting(whom, vals)
        me = self.env.user.partner_id == self.partner_id
        place = {
            "res.partner": {"receiver_id": whom.id},
            "timebank.session": {"session_id": whom.id},
            "timebank.activity": {"activity_id": whom.id},
        }.get(whom._name, {})
        entry = self.env["timebank.hours"].create(
            {
                **vals,
                **place,
                **self._prepare_place(whom),
                "scheme_id": self.scheme_id.id,
                "partner_id": self.partner_id.id,
                **({"source": "portal"} if me else {}),
            }
        )
        entry.action_submit()
        return entry

    def _prepare_place(self, whom):
        """What a session or an activity says of time that is given there."""
        # sudo: its category and its project, as its register would say
        activity = {
            "timebank.session": lambda: whom.sudo().activity_id,
            "timebank.activity": whom.sudo,
        }.get(whom._name, self.env["timebank.activity"].sudo)()
        project = activity.project_id & self.scheme_id.sudo().project_ids
        return {
            **({"category_id": activity.category_id.id} if activity.category_id else {}),
            **({"project_id": project.id} if project else {}),
        }

    def _log_meeting(self, introduction, vals):
        """Say that the two have met, when and how long: its own verb hands in the time."""
        if not vals.get("start_time"):
            raise UserError(self.env._("Say when you began: the two of you are introduced for one meeting."))
        minute = self.env["timebank.hours"]._parse_start_time(vals["start_time"])
        began = datetime.combine(vals["date"], time()) + timedelta(minutes=minute)
        introduction.action_agree(meet_at=from_place(began, self.scheme_id.tz), minutes=vals["minutes"])
        introduction.action_done()
        entries = introduction.hours_ids.filtered(lambda entry: entry.partner_id == self.partner_id)
        if vals.get("evidence"):
            entries.write({name: vals[name] for name in ("evidence", "evidence_name")})
        return entries

    def _correct_time(self, entry, vals):
        """Change an entry of the member's that is not approved, and hand it in where it isn't.

        :raises UserError: as :meth:`_log_time`
        """
        if entry.state == "refused":
            entry.action_draft()
        entry.write(vals)
        if entry.state == "draft":
            entry.action_submit()
