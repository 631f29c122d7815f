from odoo import fields, models
from odoo.tools import format_date

from ...tools import closeness
from ...tools.minutes import clock

#: How many rows each section shows; its figure counts them all.
ROWS = 8

#: From the top of the desk to its bottom: each a method that returns sections.
SECTIONS = (
    "_desk_matches",
    "_desk_follow_up",
    "_desk_give_back",
    "_desk_unseen",
    "_desk_run_out",
    "_desk_idle",
    "_desk_missing",
)

#: What counts as new, and for how long an offer may lie idle.
NEW_DAYS = 30

IDLE_DAYS = 60

#: For how many days after an introduction silence is all right.
SILENT_DAYS = 14


class TimebankScheme(models.Model):
    """The broker's desk: whom to put together, ask, ring or look for today."""

    _inherit = "timebank.scheme"

    def get_desk(self):
        """Everything on the broker's desk, in one call.

        On an empty recordset, of the banks that the user coordinates; a manager who
        coordinates none has them all on the desk.

        :return: dict of ``banks`` (id and name) and ``sections``, each with ``key``,
            ``title``, ``help``, ``count``, ``action`` (an external id, or false) and
            ``rows``: ``title``, ``text``, ``partner_id`` and ``buttons``, each with
            ``label``, ``model``, ``method``, ``args``
        :raises AccessError: for whoever doesn't coordinate these banks
        """
        schemes = self or self._get_banks_on_desk()
        self.env["timebank.matchmaker"]._check_broker(schemes)
        sections = []
        for name in SECTIONS:
            sections += getattr(schemes, name)()
        return {"banks": [{"id": scheme.id, "name": scheme.name} for scheme in schemes], "sections": sections}

    def _get_banks_on_desk(self):
        banks = self.search([("state", "=", "open")])
        own = banks.filtered(lambda scheme: self.env.user in scheme.coordinator_ids)
        manager = self.env.user.has_group("timebank_coproduction.group_timebank_manager")
        return own or (banks if manager else own)

    def desk_introduce(self, offer_id, request_id):
        """Introduce two people over an offer and a request, with one click on the desk."""
        introductions = self.env["timebank.introduction"]
        pair = [("offer_id", "=", offer_id), ("request_id", "=", request_id)]
        introduction = introductions.search([*pair, ("state", "=", "suggested")])
        introduction = introduction or introductions.create({"offer_id": offer_id, "request_id": request_id})
        return introduction.action_introduce()

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
    def _desk_section(self, key, title, text, count, rows, action=False):
        return {"key": key, "title": title, "help": text, "count": count, "rows": rows, "action": action}

    def _desk_row(self, record, text, buttons=()):
        """A row about an offer or a request."""
        return {
            "id": record.id,
            "model": record._name,
            "title": record.display_name,
            "text": text or "",
            "partner_id": record.partner_id.id,
            "buttons": list(buttons),
        }

    def _desk_member_row(self, member, text, primary=False):
        """A row about a member, to be asked or to have hours logged."""
        return self._desk_row(member, text, self._desk_buttons_to_ask(member, primary))

    def _desk_buttons_to_ask(self, member, primary=False):
        return [
            self._desk_button(
                self.env._("Ask"), member._name, "action_ask_to_give_back", [member.ids], primary=primary
            ),
            self._desk_button(
                self.env._("Log"), member._name, "action_log_hours", [member.ids], primary=False
            ),
        ]

    def _desk_buttons_to_add(self, record):
        """For a request, or a skill, that nobody has offered to meet."""
        return [
            self._desk_button(
                self.env._("Add an offer"), record._name, "action_add_offer", [record.ids], primary=False
            )
        ]

    def _desk_button(self, label, model, method, args, primary=True):
        return {"label": label, "model": model, "method": method, "args": args, "primary": primary}

    # ------------------------------------------------------------
    # On the desk: what fits, what is liked, what nobody asks for, what is missing.
    # ------------------------------------------------------------

    def _desk_matches(self):
        """Pairs that fit, newest side first; interests that an offer wakes; requests without any."""
        today = fields.Date.context_today(self)
        new_since = fields.Date.subtract(today, days=NEW_DAYS)
        matchmaker = self.env["timebank.matchmaker"]
        pairs, alone, liked = [], self.env["timebank.request"], []
        for scheme in self:
            requests, offers = scheme._get_requests_to_plan(), scheme._get_offers_to_plan()
            liked += scheme._get_liked_offers(
                offers.filtered(lambda offer: (offer.published_on or today) >= new_since)
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
        return [
            self._desk_section(
                "matches",
                self.env._("They would suit each other"),
                self.env._("Open requests and the offer that fits best, the newest first."),
                len(pairs),
                [
                    self._desk_match(request, offer, row["reasons"])
                    for (request, offer, _score), row in zip(shown, matchmaker._describe(shown), strict=True)
                ],
                "timebank_coproduction.timebank_request_action",
            ),
            self._desk_section(
                "interests",
                self.env._("They would like that"),
                self.env._("New offers of what somebody once said they would enjoy."),
                len(liked),
                [self._desk_interest(*pair) for pair in liked[:ROWS]],
            ),
            self._desk_section(
                "unmet",
                self.env._("Nobody for it yet"),
                self.env._("Open requests that no offer fits: ask around."),
                len(alone),
                [
                    self._desk_row(request, request.description, self._desk_buttons_to_add(request))
                    for request in alone.sorted(lambda request: request.needed_by or today.max)[:ROWS]
                ],
                "timebank_coproduction.timebank_request_action",
            ),
        ]

    def _get_liked_offers(self, offers):
        """Pairs of an offer and a member who named its skill as an interest and hasn't asked."""
        if not offers:
            return []
        members = self._get_active_members([("interest_ids", "in", offers.skill_id.ids)])
        asked = self.env["timebank.request"].search_fetch(
            [("scheme_id", "=", self.id), ("member_id", "in", members.ids)], ["member_id", "skill_id"]
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

    def _desk_match(self, request, offer, reasons):
        row = self._desk_row(request, ", ".join(reasons))
        row["title"] = self.env._(
            "%(giver)s for %(receiver)s: %(skill)s",
            giver=offer.partner_id.name,
            receiver=request._get_whom(),
            skill=request.skill_id.name,
        )
        row["partner_id"] = offer.partner_id.id
        row["buttons"] = [
            self._desk_button(
                self.env._("Introduce"), "timebank.scheme", "desk_introduce", [[], offer.id, request.id]
            ),
            self._desk_button(
                self.env._("Others"), request._name, "action_suggest", [request.ids], primary=False
            ),
        ]
        return row

    def _desk_interest(self, offer, member):
        row = self._desk_row(offer, self.env._("%s once said they would like it", member.partner_id.name))
        args = [[], offer.id, member.id]
        row["buttons"] = [
            self._desk_button(self.env._("Introduce"), "timebank.scheme", "desk_introduce_interest", args)
        ]
        return row

    def _desk_idle(self):
        """Published offers that nobody has asked for."""
        old = fields.Date.subtract(fields.Date.context_today(self), days=IDLE_DAYS)
        domain = [
            ("scheme_id", "in", self.ids),
            ("state", "=", "published"),
            ("published_on", "<=", old),
            ("introduction_ids", "not any", [("state", "!=", "suggested")]),
        ]
        offers = self.env["timebank.offer"]
        return [
            self._desk_section(
                "idle",
                self.env._("Nobody has asked for it"),
                self.env._("Offers of two months and more that led to nothing. Tell people about them."),
                offers.search_count(domain),
                [
                    self._desk_row(offer, offer.description, self._desk_buttons_to_ask(offer.member_id))
                    for offer in offers.search(domain, limit=ROWS, order="published_on")
                ],
                "timebank_coproduction.timebank_offer_action",
            )
        ]

    def _desk_run_out(self):
        """Offers and requests that ran out of late, although their people are still there."""
        today = fields.Date.context_today(self)
        domain = [
            ("scheme_id", "in", self.ids),
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
            self._desk_section(
                "run_out",
                self.env._("Run out"),
                self.env._("Ask whether it is still good: one click keeps it for another term."),
                count,
                [self._desk_expired(record) for record in records[:ROWS]],
            )
        ]

    def _desk_expired(self, record):
        what = self.env._("Offer") if record._name == "timebank.offer" else self.env._("Request")
        text = self.env._("%(what)s until %(day)s", what=what, day=format_date(self.env, record.expires_on))
        button = self._desk_button(self.env._("Renew"), record._name, "action_renew", [record.ids])
        return self._desk_row(record, text, [button])

    def _desk_missing(self):
        """Skills that are asked for and that nobody offers."""
        live = [("scheme_id", "in", self.ids), ("state", "=", "published")]
        wanted = self.env["timebank.request"]._read_group(live, ["skill_id"], ["__count"])
        offered = {skill.id for (skill,) in self.env["timebank.offer"]._read_group(live, ["skill_id"])}
        missing = sorted(
            ((skill, count) for skill, count in wanted if skill.id not in offered),
            key=lambda pair: -pair[1],
        )
        return [
            self._desk_section(
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
                        "buttons": self._desk_buttons_to_add(skill),
                    }
                    for skill, count in missing[:ROWS]
                ],
            )
        ]

    # ------------------------------------------------------------
    # On the desk: whom to ring.
    # ------------------------------------------------------------

    def _desk_follow_up(self):
        """Introductions of which nothing was heard, and meetings that should have been."""
        silent = fields.Date.subtract(fields.Date.context_today(self), days=SILENT_DAYS)
        introductions = self.env["timebank.introduction"].search(
            [
                ("scheme_id", "in", self.ids),
                "|",
                "&",
                ("state", "=", "introduced"),
                ("introduced_on", "<=", silent),
                "&",
                ("state", "=", "agreed"),
                ("meet_at", "<", fields.Datetime.now()),
            ],
            order="meet_at, introduced_on",
        )
        rows = []
        for introduction in introductions[:ROWS]:
            met = introduction.state == "agreed"
            when = introduction.meet_at if met else introduction.introduced_on
            row = {
                "id": introduction.id,
                "model": introduction._name,
                "title": introduction.display_name,
                "text": self.env._("meant to meet on %s", format_date(self.env, when))
                if met
                else self.env._("introduced on %s, nothing heard since", format_date(self.env, when)),
                "partner_id": introduction.giver_id.id,
                "buttons": [],
            }
            if met:
                row["buttons"].append(
                    self._desk_button(
                        self.env._("They met"), introduction._name, "action_done", [introduction.ids]
                    )
                )
            rows.append(row)
        return [
            self._desk_section(
                "follow_up",
                self.env._("Ask how it went"),
                self.env._("Introductions of which nothing was heard, and meetings whose day has passed."),
                len(introductions),
                rows,
                "timebank_coproduction.timebank_introduction_action",
            )
        ]

    def _desk_give_back(self):
        members = self.env["timebank.member"].union(
            *(scheme._get_never_gave() | scheme._get_support_ended() for scheme in self)
        )
        rows = []
        for member in members[:ROWS]:
            can = ", ".join(
                member.offer_ids.filtered(lambda offer: offer.state == "published").skill_id.mapped("name")
            )
            text = member._why_ask()
            if can:
                text = self.env._("%(why)s. Said they can: %(can)s", why=text, can=can)
            rows.append(self._desk_member_row(member, text, primary=True))
        return [
            self._desk_section(
                "give_back",
                self.env._("Ask to give back"),
                self.env._("They have received and not yet given, or their support has ended."),
                len(members),
                rows,
            )
        ]

    def _desk_unseen(self):
        """Active members without any movement for the bank's dormant months."""
        today = fields.Date.context_today(self)
        members, last_seen = self.env["timebank.member"], {}
        for scheme in self:
            limit = fields.Date.subtract(today, months=scheme.dormant_months)
            candidates = scheme._get_active_members([("joined_on", "<", limit)])
            seen = scheme._get_last_seen(candidates)
            last_seen |= seen
            members |= candidates.filtered(
                lambda member, seen=seen, limit=limit: seen.get(member.id, limit) <= limit
            )
        rows = []
        for member in members[:ROWS]:
            seen = last_seen.get(member.id)
            text = (
                self.env._("last seen on %s", format_date(self.env, seen))
                if seen
                else self.env._("nothing since joining on %s", format_date(self.env, member.joined_on))
            )
            if member.balance_minutes > 0:
                text = self.env._(
                    "%(seen)s, has %(hours)s hours", seen=text, hours=clock(member.balance_minutes)
                )
            rows.append(self._desk_member_row(member, text))
        return [
            self._desk_section(
                "unseen",
                self.env._("Not seen for a while"),
                self.env._("Ring them: is all well, and what would they enjoy?"),
                len(members),
                rows,
            )
        ]

    def _get_last_seen(self, members):
        """The last day on which these members gave or received: dict of member id → date."""
        seen = {}
        by_partner = {member.partner_id.id: member.id for member in members}
        for name in ("partner_id", "receiver_id"):
            for partner, day in self.env["timebank.hours"]._read_group(
                [
                    ("scheme_id", "=", self.id),
                    (name, "in", list(by_partner)),
                    ("state", "in", ("submitted", "approved")),
                ],
                [name],
                ["date:max"],
            ):
                member_id = by_partner[partner.id]
                seen[member_id] = max(day, seen.get(member_id, day))
        return seen
