"""A grant with all that a report to its funder tells of: a year of it, in one bank of its own.

Sessions with registers, help from neighbour to neighbour, activities of several forms and kinds, two rounds
of well-being, two self-audits, a story with consent, a budget with headings, bills, a reconciliation that two
have signed, and questions of the funder's own.
"""

from datetime import date, datetime, timedelta

from odoo.fields import Command

TODAY = date.today()
DAYS = 350
FIRST, LAST = TODAY - timedelta(days=DAYS), TODAY
#: Every seventh entry was given in a session, of as many helpers, and of attendees.
SESSION_SHARE, HELPERS, ATTENDEES = 7, 20, 25
#: How many days ago meetings agreed on a self-audit, and how far the elements were then.
MEETINGS = {300: "1102131230", 20: "2213130212"}
#: How many of each side scored for themselves.
STAFF, SPEAKERS = 6, 12
#: What the funder asks besides, and the answers.
QUESTIONS_OF_FUNDER = (
    ("Who keeps people safe?", "Whoever helps alone at a home has been checked. "),
    ("Who else was asked?", "The people who come on Fridays, and the neighbours of the hall. "),
)
GROUP = "timebank_coproduction.group_timebank_"
ROLES = ("beneficiary", "volunteer", "volunteer", "beneficiary", "professional")
#: Answers at the beginning and at the end.
QUESTIONS = ("satisfied", "worthwhile", "happy", "anxious")
ACTIVITIES = (
    ("Café", "jointly", False),
    ("Garden", "community", False),
    ("Lessons", "professionals", "jointly"),
    ("Choir", "jointly", False),
    ("Repairs", False, False),
)


class Grant:
    """Makes it all in an environment, and drafts the report; nothing is kept by itself.

    :param int people: how many take part
    :param int hours: how many hours they give, as so many ``entries``
    """

    def __init__(self, env, people, hours, entries):
        self.env = env(context={**env.context, "no_reset_password": True, "mail_create_nosubscribe": True})
        self.people, self.minutes, self.entries = people, hours * 60 // entries, entries
        self.users = {name: self._make_user(name) for name in ("coordinator", "finance", "second")}

    def _make_user(self, name):
        group = self.env.ref(GROUP + ("coordinator" if name == "coordinator" else "finance"))
        login = f"bench_report_{name}"
        return self.env["res.users"].create(
            {"name": login, "login": login, "group_ids": [Command.set(group.ids)]}
        )

    def draft(self):
        """The draft of a report about the whole year."""
        self._open()
        self._join()
        self._meet()
        self._help()
        self._ask_how_they_are()
        self._look_at_themselves()
        story = self._tell()
        self._spend()
        self._sign()
        report = self.env["timebank.funder.report"].create(
            {
                "grant_id": self.grant.id,
                "date_from": FIRST,
                "date_to": LAST,
                "learned_text": "Begin earlier in the year.",
                "hour_value": 12,
                "hour_value_source": "the living wage",
                "story_ids": [Command.set(story.ids)],
                "plan_line_ids": [
                    Command.create(
                        {"kind": "plan", "name": f"Step {number}", "planned_text": "12", "done_text": "11"}
                    )
                    for number in range(4)
                ],
                "beside_line_ids": [
                    Command.create({"kind": "beside", "name": "The council", "amount": 500, "reason": "Hall"})
                ],
                "section_ids": [
                    Command.create({"key": "question", "title": title, "text": answer * 5})
                    for title, answer in QUESTIONS_OF_FUNDER
                ],
            }
        )
        report.section_ids.is_in = True  # that which is left out until somebody wants it, too
        report.budget_line_ids.reason = "The same in the next year."
        self.env.flush_all()
        return report

    # The bank, its people, and what they do

    def _open(self):
        env, account = self.env, self.env["account.account"]
        self.categories = env["timebank.category"].search([])[:4]
        self.scheme = env["timebank.scheme"].create(
            {
                "name": "Report bank",
                "code": "REPORT",
                "credit_limit_minutes": 1_000_000,
                "approve_at_closing": True,
                "tz": "UTC",
                "coordinator_ids": [Command.set(self.users["coordinator"].ids)],
            }
        )
        self.projects = env["project.project"].create([{"name": name} for name in ("Kitchen", "Outdoors")])
        self.expense = account.create({"name": "Rewards", "code": "TBR6000", "account_type": "expense"})
        self.payable = account.create(
            {"name": "Creditors", "code": "TBR2100", "account_type": "liability_payable", "reconcile": True}
        )
        self.product = env["product.product"].create([{"name": "Swim pass"}, {"name": "Film ticket"}])
        self.grant = env["timebank.grant"].create(
            {
                "name": "A year together",
                "purpose": "Neighbours who run a café and a garden.",
                "funder_id": env["res.partner"].create({"name": "A funder"}).id,
                "amount": 100_000,
                "reward_percentage": 10,
                "date_start": FIRST,
                "date_end": LAST + timedelta(days=15),
                "scheme_ids": [Command.set(self.scheme.ids)],
                "reward_account_ids": [Command.set(self.expense.ids)],
                "budget_line_ids": [
                    Command.create(
                        {"name": product.name, "amount": 4_000, "product_ids": [Command.set(product.ids)]}
                    )
                    for product in self.product
                ],
            }
        )
        self.grant.action_open()
        self.activities = env["timebank.activity"].create(
            [
                {
                    "name": name,
                    "scheme_id": self.scheme.id,
                    "project_id": self.projects[number % 2].id,
                    "category_id": self.categories[number % 4].id,
                    "planned_by": planned,
                    "delivered_by": declared,
                }
                for number, (name, planned, declared) in enumerate(ACTIVITIES)
            ]
        )

    def _join(self):
        self.partners = self.env["res.partner"].create(
            [{"name": f"Person {number}"} for number in range(self.people)]
        )
        vals = []
        for number, person in enumerate(self.partners):
            role = ROLES[number % len(ROLES)]
            ended = role == "beneficiary" and number % 3 == 0
            vals.append(
                {
                    "partner_id": person.id,
                    "scheme_id": self.scheme.id,
                    "role": role,
                    "joined_on": FIRST - timedelta(days=30),
                    "supported_from": FIRST - timedelta(days=30) if role == "beneficiary" else False,
                    "supported_until": FIRST + timedelta(days=number % 100) if ended else False,
                }
            )
        self.members = self.env["timebank.member"].create(vals)
        self.members.action_activate()

    def _pick(self, number):
        return self.members[number % self.people]

    def _meet(self):
        """Sessions that are over, their registers closed."""
        count = self.entries // SESSION_SHARE // HELPERS
        vals = []
        for number in range(count):
            day = FIRST + timedelta(days=number * (DAYS - 1) // max(count, 1))
            start = datetime.combine(day, datetime.min.time()) + timedelta(hours=9 + number % 5)
            vals.append(
                {
                    "activity_id": self.activities[number % len(ACTIVITIES)].id,
                    "start": start,
                    "stop": start + timedelta(hours=3),
                    "grant_id": self.grant.id,
                }
            )
        sessions = self.env["timebank.session"].create(vals)
        sessions.action_open()
        lines = []
        for number, session in enumerate(sessions):
            for place in range(HELPERS + ATTENDEES):
                member = self._pick(number * 31 + place)
                role = "professional" if member.role == "professional" else "helper"
                lines.append(
                    {
                        "session_id": session.id,
                        "partner_id": member.partner_id.id,
                        "role": role if place < HELPERS else "attendee",
                        "minutes": self.minutes,
                        "state": "attended",
                    }
                )
        self.env["timebank.attendance"].create(lines)
        sessions.action_close()

    def _help(self):
        """From one to another, every third of it for an activity."""
        count = self.entries - self.entries // SESSION_SHARE // HELPERS * HELPERS
        vals = []
        for number in range(count):
            giver = self._pick(number)
            receiver = self._pick(number * 7 + number // self.people + 1)
            activity = self.activities[number % len(ACTIVITIES)] if number % 3 == 0 else None
            vals.append(
                {
                    "scheme_id": self.scheme.id,
                    "partner_id": giver.partner_id.id,
                    "receiver_id": receiver.partner_id.id if receiver != giver else False,
                    "date": FIRST + timedelta(days=number // 8 % DAYS),
                    "minutes": self.minutes,
                    "description": "Together",
                    "grant_id": self.grant.id,
                    "activity_id": activity.id if activity else False,
                    "project_id": self.projects[number % 2].id if not activity else activity.project_id.id,
                    "category_id": self.categories[number % 4].id,
                }
            )
        made = self.env["timebank.hours"].create(vals)
        made.action_submit()
        made.filtered(lambda entry: entry.state == "submitted").action_approve()

    # How they are, and what they tell

    def _ask_how_they_are(self):
        """Two rounds, in which three of four answer."""
        wave = {"scheme_id": self.scheme.id, "grant_id": self.grant.id}
        waves = self.env["timebank.wellbeing.wave"].create(
            [{**wave, "date_from": LAST - timedelta(days=days)} for days in (300, 20)]
        )
        answered = self.partners[: self.people * 3 // 4]
        self.env["timebank.wellbeing.response"].with_user(self.users["coordinator"]).create(
            [
                {
                    "wave_id": one.id,
                    "partner_id": person.id,
                    "way": "paper",
                    "answered_on": one.date_from,
                    "age_and_consent": True,
                    **{key: (number * 7 + place * 3 + turn) % 11 for place, key in enumerate(QUESTIONS)},
                }
                for turn, one in enumerate(waves)
                for number, person in enumerate(answered)
            ]
        )

    def _look_at_themselves(self):
        """Meetings of staff and members, who had scored for themselves, about what the grant pays for."""
        by_role = self.members.grouped("role")
        sides = (by_role["professional"][:STAFF], by_role["volunteer"][:SPEAKERS])
        for days, agreed in MEETINGS.items():
            audit = self.env["timebank.self.audit"].with_user(self.users["coordinator"])
            audit = audit.create(
                {
                    "scheme_id": self.scheme.id,
                    "grant_id": self.grant.id,
                    "met_on": LAST - timedelta(days=days),
                    "present_others": "Everybody",
                }
            )
            elements = audit.line_ids.mapped("element")
            audit.voice_ids.create(
                [
                    {
                        "audit_id": audit.id,
                        "partner_id": member.partner_id.id,
                        **{key: str((number + place) % 5) for place, key in enumerate(elements)},
                    }
                    for members in sides
                    for number, member in enumerate(members)
                ]
            )
            for line, level in zip(audit.line_ids, agreed, strict=True):
                line.write({"agreed_level": level, "note": "Looked at from both sides"})
            audit.action_agree()

    def _tell(self):
        person = self.partners[0]
        story = (
            self.env["timebank.story"]
            .with_user(self.users["coordinator"])
            .create(
                {
                    "name": "The first soup",
                    "scheme_id": self.scheme.id,
                    "partner_ids": [Command.set(person.ids)],
                    "text": "I had nobody to cook for. Now there are twelve of us. " * 10,
                    "shown_as": "Rosa",
                }
            )
        )
        story.record_consent(person.id, ["funder"], LAST + timedelta(days=300), "person")
        return story

    # The money

    def _spend(self):
        """Bills of two suppliers, month by month."""
        env, number = self.env, self.grant.analytic_account_id.id
        journal = env["account.journal"].create(
            {"name": "Bills", "code": "TBRB", "type": "purchase", "default_account_id": self.expense.id}
        )
        supplier = env["res.partner"].create(
            {"name": "Leisure Centre", "property_account_payable_id": self.payable.id}
        )
        bills = env["account.move"].create(
            [
                {
                    "move_type": "in_invoice",
                    "partner_id": supplier.id,
                    "journal_id": journal.id,
                    "invoice_date": FIRST + timedelta(days=28 * month + 3),
                    "date": FIRST + timedelta(days=28 * month + 3),
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": product.name,
                                "product_id": product.id,
                                "price_unit": 100 + month,
                                "quantity": 2,
                                "account_id": self.expense.id,
                                "tax_ids": [Command.clear()],
                                "analytic_distribution": {str(number): 100},
                            }
                        )
                        for product in self.product
                    ],
                }
                for month in range(12)
            ]
        )
        bills.action_post()

    def _sign(self):
        made = self.env["timebank.reconciliation"].with_user(self.users["finance"])
        made = made.create({"grant_id": self.grant.id, "date_from": FIRST, "date_to": LAST})
        made.action_refresh()
        made.line_ids.filtered(lambda line: line.status != "matched").note = "Looked at"
        made.action_prepare()
        made.with_user(self.users["second"]).action_review()
