from collections import Counter

from odoo import api, fields, models

from ...tools import closeness
from ...tools.minutes import clock
from ..common.verb import record_id, verb
from ..common.words import at_place, say_day

#: How many rows each section shows; its figure counts them all.
ROWS = 8

#: From the top of the desk to its bottom: each a method that returns sections.
SECTIONS = (
    "_get_calls",
    "_get_matches",
    "_get_follow_up",
    "_get_give_back",
    "_get_unseen",
    "_get_run_out",
    "_get_idle",
    "_get_missing",
)

#: So many banks are on the desk together; of more, one at a time.
BANKS = 8

#: What counts as new, and for how long an offer may lie idle.
NEW_DAYS = 30

IDLE_DAYS = 60

#: For how many days after an introduction silence is all right.
SILENT_DAYS = 14


class TimebankDesk(models.AbstractModel):
    """The broker's desk: whom to put together, ask, ring or look for today.

    Each section is a method that takes the banks on the desk, and returns what
    :meth:`_section` makes.
    """

    _name = "timebank.desk"
    _description = "Broker's Desk"

    @api.private
    def _get_desk(self, schemes):
        """The banks and the sections, as :meth:`timebank.scheme.get_desk` describes them."""
        choice = self._get_choice()
        banks = schemes or self._get_own(choice)
        self.env["timebank.matchmaker"]._check_broker(banks)
        shown = banks if len(banks) <= BANKS else self._get_busiest(banks)
        choice = banks | choice
        return {
            "banks": [{"id": scheme.id, "name": scheme.name} for scheme in choice],
            "bank": shown.id if len(shown) == 1 and shown != choice else False,
            "shown": shown.ids,
            "sections": [section for name in SECTIONS for section in getattr(self, name)(shown)],
        }

    def _get_busiest(self, banks):
        """The one of these banks with the most open requests."""
        groups = self.env["timebank.request"]._read_group(
            [("scheme_id", "in", banks.ids), ("state", "=", "published")],
            ["scheme_id"],
            order="__count desc, scheme_id",
            limit=1,
        )
        return groups[0][0] if groups else banks[0]

    def _get_banks(self):
        """The open banks that the user coordinates; all of them for a manager who coordinates none."""
        return self._get_own(self._get_choice())

    def _get_own(self, banks):
        return banks._coordinated_by_user() or banks

    def _get_choice(self):
        """The open banks that the user decides for: their own first, by name."""
        banks = self.env["timebank.scheme"].search([("state", "=", "open"), ("is_run_by_user", "=", True)])
        own = banks._coordinated_by_user()
        return own | banks

    # Actions
    @verb(offer_id=record_id("timebank.offer"), request_id=record_id("timebank.request"))
    def desk_introduce(self, offer_id, request_id):
        """Introduce two people over an offer and a request, with one click on the desk."""
        introductions = self.env["timebank.introduction"]
        pair = [("offer_id", "=", offer_id), ("request_id", "=", request_id)]
        introduction = introductions.search([*pair, ("state", "=", "suggested")])
        introduction = introduction or introductions.create({"offer_id": offer_id, "request_id": request_id})
        return introduction.with_context(timebank_told=True).action_introduce()

    @verb(offer_id=record_id("timebank.offer"), member_id=record_id("timebank.member"))
    def desk_introduce_interest(self, offer_id, member_id):
        """Somebody likes what is offered: make it a request of theirs, and introduce them."""
        offer = self.env["timebank.offer"].browse(offer_id)
        member = self.env["timebank.member"].browse(member_id)
        request = self.env["timebank.request"].create(
            {
                "partner_id": member.partner_id.id,
                "scheme_id": member.scheme_id.id,
                "kind": offer.kind,
                "skill_id": offer.skill_id.id,
                "description": self.env._("Said that they would like this"),
            }
        )
        request.action_publish()
        return self.desk_introduce(offer.id, request.id)

    # Rows
    def _section(self, key, title, text, count, rows, action=False):
        """A section; each row has a ``key`` by which the browser knows it again once it is dealt with."""
        for row in rows:
            row.setdefault("key", f"{row['model']},{row['id']}")
        return {"key": key, "title": title, "help": text, "count": count, "rows": rows, "action": action}

    def _row(self, record, text, buttons=()):
        """A row about a record, such as an offer or a request."""
        return {
            "id": record.id,
            "model": record._name,
            "title": record.display_name,
            "text": text or "",
            "partner_id": record.partner_id.id if "partner_id" in record._fields else False,
            "buttons": list(buttons),
        }

    def _member_row(self, member, text, primary=False):
        """A row about a member, to be asked or to have hours logged."""
        return self._row(member, text, self._buttons_to_ask(member, primary))

    def _buttons_to_ask(self, member, primary=False):
        return [
            self._button(
                self.env._("Ask"),
                member._name,
                "action_ask_to_give_back",
                [member.ids],
                primary=primary,
                said=self.env._("To ask %s is among your to-dos.", member.partner_id.name),
                done=self.env._("Among your to-dos"),
            ),
            self._button(
                self.env._("Record hours"), member._name, "action_log_hours", [member.ids], primary=False
            ),
        ]

    def _buttons_to_add(self, record):
        """For a request, or a skill, that nobody has offered to meet."""
        return [
            self._button(
                self.env._("Add an offer"), record._name, "action_add_offer", [record.ids], primary=False
            )
        ]

    def _button(self, label, model, method, args, primary=True, said=False, done=False, undo=False):
        """What a row offers to do.

        :param said: what is said once it is done, where the verb itself says nothing
        :param done: what then stands in the row, in a word or two
        :param undo: the button that then stands there, with which it is as before
        """
        return {
            "label": label,
            "model": model,
            "method": method,
            "args": args,
            "primary": primary,
            "said": said,
            "done": done or self.env._("Done"),
            "undo": undo,
        }

    # ------------------------------------------------------------
    # What fits, what is liked, what nobody asks for, what is missing
    # ------------------------------------------------------------

    def _get_matches(self, schemes):
        """Pairs that fit, newest side first; interests that an offer wakes; requests without any."""
        today = fields.Date.context_today(self)
        new_since = fields.Date.subtract(today, days=NEW_DAYS)
        matchmaker = self.env["timebank.matchmaker"]
        pairs, alone, liked = [], self.env["timebank.request"], []
        for scheme in schemes:
            requests, offers = scheme._get_requests_to_plan(), scheme._get_offers_to_plan()
            liked += self._get_liked_offers(
                scheme, offers.filtered(lambda offer: (offer.published_on or today) >= new_since)
            )
            if not requests:
                continue
            points = matchmaker._score(requests, offers, closeness.WHOLE) if offers else None
            for row, request in enumerate(requests):
                column = int(points[row].argmax()) if offers else 0
                if offers and points[row, column] > 0:
                    newest = max(request.published_on, offers[column].published_on)
                    pairs.append((newest, float(points[row, column]), request, offers[column]))
                else:
                    alone |= request
        pairs.sort(key=lambda pair: (pair[0], pair[1]), reverse=True)
        shown = [(request, offer, score) for _newest, score, request, offer in pairs[:ROWS]]
        people = (one.partner_id for request, offer, _score in shown for one in (request, offer))
        self.env["res.partner"].union(*people).fetch(["name"])  # all at once
        return [
            self._section(
                "matches",
                self.env._("They would suit each other"),
                self.env._("Open requests and the offer that fits best, the newest first."),
                len(pairs),
                [
                    self._match_row(request, offer, row["reasons"])
                    for (request, offer, _score), row in zip(shown, matchmaker._describe(shown), strict=True)
                ],
                "timebank_coproduction.timebank_request_action",
            ),
            self._section(
                "interests",
                self.env._("They would like that"),
                self.env._("New offers of what somebody once said they would enjoy."),
                len(liked),
                [self._interest_row(*pair) for pair in liked[:ROWS]],
            ),
            self._section(
                "unmet",
                self.env._("Nobody for it yet"),
                self.env._("Open requests that no offer fits: ask around."),
                len(alone),
                [
                    self._row(request, request.description, self._buttons_to_add(request))
                    for request in alone.sorted(lambda request: request.needed_by or today.max)[:ROWS]
                ],
                "timebank_coproduction.timebank_request_action",
            ),
        ]

    def _get_liked_offers(self, scheme, offers):
        """Pairs of an offer and a member who named its skill as an interest and hasn't asked."""
        if not offers:
            return []
        members = scheme._get_active_members([("interest_ids", "in", offers.skill_id.ids)])
        asked = self.env["timebank.request"].search_fetch(
            [("scheme_id", "=", scheme.id), ("member_id", "in", members.ids)], ["member_id", "skill_id"]
        )
        known = {(request.member_id, request.skill_id) for request in asked}
        return [
            (offer, member)
            for offer in offers
            for member in members
            if offer.skill_id in member.interest_ids
            and member.partner_id != offer.partner_id
            and (member, offer.skill_id) not in known
        ]

    def _match_row(self, request, offer, reasons):
        row = self._row(request, ", ".join(reasons))
        row["key"] = f"{request},{offer}"
        row["title"] = self.env._(
            "%(giver)s for %(receiver)s: %(skill)s",
            giver=offer.partner_id.name,
            receiver=request._get_whom(),
            skill=request.skill_id.name,
        )
        row["partner_id"] = offer.partner_id.id
        row["buttons"] = [
            self._button(
                self.env._("Introduce"),
                self._name,
                "desk_introduce",
                [[], offer.id, request.id],
                done=self.env._("Introduced"),
            ),
            self._button(self.env._("Others"), request._name, "action_suggest", [request.ids], primary=False),
        ]
        return row

    def _interest_row(self, offer, member):
        row = self._row(offer, self.env._("%s once said they would like it", member.partner_id.name))
        row["key"] = f"{offer},{member}"
        args = [[], offer.id, member.id]
        row["buttons"] = [
            self._button(
                self.env._("Introduce"),
                self._name,
                "desk_introduce_interest",
                args,
                done=self.env._("Introduced"),
            )
        ]
        return row

    def _get_idle(self, schemes):
        """Published offers that nobody has asked for."""
        old = fields.Date.subtract(fields.Date.context_today(self), days=IDLE_DAYS)
        domain = [
            ("scheme_id", "in", schemes.ids),
            ("state", "=", "published"),
            ("published_on", "<=", old),
            ("introduction_ids", "not any", [("state", "!=", "suggested")]),
        ]
        offers = self.env["timebank.offer"]
        return [
            self._section(
                "idle",
                self.env._("Nobody has asked for it"),
                self.env._("Offers of two months and more that led to nothing. Tell people about them."),
                offers.search_count(domain),
                [
                    self._row(offer, offer.description, self._buttons_to_ask(offer.member_id))
                    for offer in offers.search(domain, limit=ROWS, order="published_on")
                ],
                "timebank_coproduction.timebank_offer_action",
            )
        ]

    def _get_run_out(self, schemes):
        """Offers and requests that ran out of late, although their people are still there."""
        today = fields.Date.context_today(self)
        domain = [
            ("scheme_id", "in", schemes.ids),
            ("state", "=", "expired"),
            ("expires_on", ">=", fields.Date.subtract(today, days=IDLE_DAYS)),
            ("member_id.state", "=", "active"),
        ]
        count, records = 0, []
        for name in ("timebank.offer", "timebank.request"):
            count += self.env[name].search_count(domain)
            records += self.env[name].search(domain, limit=ROWS, order="expires_on desc, id desc")
        records.sort(key=lambda record: record.expires_on, reverse=True)
        return [
            self._section(
                "run_out",
                self.env._("Run out"),
                self.env._("Ask whether it is still good: one click keeps it for another term."),
                count,
                [self._expired_row(record) for record in records[:ROWS]],
            )
        ]

    def _expired_row(self, record):
        what = self.env._("Offer") if record._name == "timebank.offer" else self.env._("Request")
        text = self.env._("%(what)s until %(day)s", what=what, day=say_day(self.env, record.expires_on))
        button = self._button(
            self.env._("Renew"), record._name, "action_renew", [record.ids], done=self.env._("Renewed")
        )
        return self._row(record, text, [button])

    def _get_missing(self, schemes):
        """Skills that are asked for and that nobody offers."""
        waiting = Counter()
        for _scheme, skill, count in self.env["timebank.skill"]._get_missing_in(schemes):
            waiting[skill] += count
        missing = waiting.most_common()
        return [
            self._section(
                "missing",
                self.env._("Wanted and missing"),
                self.env._("Skills that people ask for and nobody offers yet."),
                len(missing),
                [
                    {
                        "id": skill.id,
                        "model": skill._name,
                        "title": skill.complete_name,
                        "text": self.env._("%s waiting", count),
                        "partner_id": False,
                        "buttons": self._buttons_to_add(skill),
                    }
                    for skill, count in missing[:ROWS]
                ],
            )
        ]

    # ------------------------------------------------------------
    # Whom to ring
    # ------------------------------------------------------------

    def _get_silent_domain(self):
        """Introductions of which nothing was heard, and meetings that should have been."""
        silent = fields.Date.subtract(fields.Date.context_today(self), days=SILENT_DAYS)
        return [
            "|",
            "&",
            ("state", "=", "introduced"),
            ("introduced_on", "<=", silent),
            "&",
            ("state", "=", "agreed"),
            ("meet_at", "<", fields.Datetime.now()),
        ]

    def _get_follow_up(self, schemes):
        """Introductions of which nothing was heard, and meetings that should have been."""
        introductions = self.env["timebank.introduction"].search(
            [("scheme_id", "in", schemes.ids), *self._get_silent_domain()], order="meet_at, introduced_on"
        )
        rows = []
        for introduction in introductions[:ROWS]:
            met = introduction.state == "agreed"
            zone = introduction.scheme_id.tz
            when = at_place(introduction.meet_at, zone).date() if met else introduction.introduced_on
            row = {
                "id": introduction.id,
                "model": introduction._name,
                "title": introduction.display_name,
                "text": self.env._("meant to meet on %s", say_day(self.env, when))
                if met
                else self.env._("introduced on %s, nothing heard since", say_day(self.env, when)),
                "partner_id": introduction.giver_id.id,
                "buttons": [],
            }
            if met:
                row["buttons"].append(
                    self._button(
                        self.env._("They have met"),
                        introduction._name,
                        "action_done",
                        [introduction.ids],
                        done=self.env._("Met"),
                    )
                )
            rows.append(row)
        return [
            self._section(
                "follow_up",
                self.env._("Ask how it went"),
                self.env._("Introductions of which nothing was heard, and meetings whose day has passed."),
                len(introductions),
                rows,
                "timebank_coproduction.timebank_introduction_action",
            )
        ]

    def _get_give_back(self, schemes):
        members = self.env["timebank.member"].union(
            *(scheme._get_never_gave() | scheme._get_support_ended() for scheme in schemes)
        )
        rows = []
        for member in members[:ROWS]:
            can = ", ".join(
                member.offer_ids.filtered(lambda offer: offer.state == "published").skill_id.mapped("name")
            )
            text = member._why_ask()
            if can:
                text = self.env._("%(why)s. Said they can: %(can)s", why=text, can=can)
            rows.append(self._member_row(member, text, primary=True))
        return [
            self._section(
                "give_back",
                self.env._("Ask to give back"),
                self.env._("They have received and not yet given, or their support has ended."),
                len(members),
                rows,
            )
        ]

    def _get_unseen(self, schemes):
        """Active members without any movement for the bank's dormant months."""
        today = fields.Date.context_today(self)
        members = self.env["timebank.member"]
        for scheme in schemes:
            limit = fields.Date.subtract(today, months=scheme.dormant_months)
            candidates = scheme._get_active_members([("joined_on", "<", limit)])
            seen = self._get_last_seen(scheme, candidates, limit)
            members |= candidates.filtered(lambda member, seen=seen: member.id not in seen)
        last_seen = {}
        for scheme, shown in members[:ROWS].grouped("scheme_id").items():
            last_seen |= self._get_last_seen(scheme, shown)
        rows = []
        for member in members[:ROWS]:
            seen = last_seen.get(member.id)
            text = (
                self.env._("last seen on %s", say_day(self.env, seen))
                if seen
                else self.env._("nothing since joining on %s", say_day(self.env, member.joined_on))
            )
            if member.balance_minutes > 0:
                text = self.env._(
                    "%(seen)s, has %(hours)s hours", seen=text, hours=clock(member.balance_minutes)
                )
            rows.append(self._member_row(member, text))
        return [
            self._section(
                "unseen",
                self.env._("Not seen for a while"),
                self.env._("Ring them: is all well, and what would they enjoy?"),
                len(members),
                rows,
            )
        ]

    def _get_last_seen(self, scheme, members, after=None):
        """The last day on which these members gave or received: dict of member id → date.

        :param date after: look no further back, however long the bank's history
        """
        seen = {}
        since = [("date", ">", after)] if after else []
        members.fetch(["partner_id"])  # of hundreds, nothing else is asked
        by_partner = {member.partner_id.id: member.id for member in members}
        for name in ("partner_id", "receiver_id"):
            for partner, day in self.env["timebank.hours"]._read_group(
                [
                    ("scheme_id", "=", scheme.id),
                    (name, "in", list(by_partner)),
                    ("state", "in", ("submitted", "approved")),
                    *since,
                ],
                [name],
                ["date:max"],
            ):
                member_id = by_partner[partner.id]
                seen[member_id] = max(day, seen.get(member_id, day))
        return seen
