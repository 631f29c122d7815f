"""Whoever acts for a member leaves their name, whatever they send: every form of their pages is tried."""

import re
from datetime import datetime, timedelta

from odoo import http
from odoo.tests import new_test_user

from ..common import TODAY
from ..exchange_common import ExchangeCase
from ..page_common import PageCase
from ..rewards_common import RewardCase
from ..session_common import SessionCase

#: Forms that only look something up, or print it: nothing is kept that could have a note.
ONLY_ASK = {
    "/credits/certificate",
    "/credits/give/<taker_id>/check",
}
#: What nobody does in a member's stead.
REFUSED = {"/sessions/calendar"}
#: And nobody who may be taken off again.
REFUSED_DEPUTIES = {"/me/pin"}


class TestActing(PageCase, ExchangeCase, RewardCase, SessionCase):
    frozen = False
    now = "2026-03-18 09:00:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.user_admin").tz = "UTC"
        cls.lea = new_test_user(cls.env, "tb_lea", groups="base.group_portal", name="Lea Marsh")
        cls.env["timebank.deputy"].with_user(cls.coordinator).create(
            {"member_id": cls.agency.id, "partner_id": cls.lea.partner_id.id}
        )
        cls.session.capacity = 1
        cls.cafe, cls.session = cls.session, None  # the name is that of the browser's

    def _get_forms(self):
        """Path below a membership, with the names of its numbers → the rule."""
        routing = self.env["ir.http"]
        forms = {}
        for rule, endpoint in routing._generate_routing_rules(
            ["timebank_coproduction"], routing._get_converters()
        ):
            below, plain = "/timebank/<member_id>", re.sub(r"<[^<>]*?:(\w+)>", r"<\1>", rule)
            if "POST" in (endpoint.routing["methods"] or ()) and plain.startswith(below):
                forms[plain.removeprefix(below)] = rule
        return forms

    # ------------------------------------------------------------
    # An example of each: the numbers in the address, and what is typed.
    # ------------------------------------------------------------

    def _prepare(self, member, path):
        """:return: a dict of the numbers of the address, and one of what is typed"""
        part, _slash, deed = path.lstrip("/").partition("/")
        numbers, typed = getattr(self, f"_prepare_{part.replace('-', '_')}")(member, deed)
        return numbers, typed

    def _prepare_log(self, member, deed):
        return {}, {"whom": "bank", "minutes": "60", "date": str(TODAY), "description": "Stalls"}

    def _prepare_hours(self, member, deed):
        if deed.endswith(("/yes", "/no")):
            entry = self._make_hours(self.ben, 45, "submitted", receiver_id=member.partner_id.id)
            return {"entry_id": entry.id}, {"reason": "Never"} if deed.endswith("no") else {}
        entry = self._make_hours(member, 45, "draft" if deed.endswith("delete") else "submitted")
        return {"entry_id": entry.id}, {"time": "0:30", "date": str(TODAY)} if "change" in deed else {}

    def _prepare_board(self, member, deed):
        if deed.startswith("introduction/"):
            return self._prepare_introduction(member, deed)
        typed = {"skill": str(self.archery.id), "words": "Two bows", "hours": "1:00"}
        if deed.endswith("/ask"):
            return {"side": "offer", "listed_id": self._make_offer(self.ben).id}, {**typed, "own": "new"}
        if deed.startswith("new"):
            return {"side": "offer"}, typed
        offer = self._make_offer(member, description="One bow")
        return {"side": "offer", "own_id": offer.id, "deed": "pause"}, typed

    def _prepare_introduction(self, member, deed):
        offer, request = self._make_offer(self.ben), self._make_request(member)
        if deed.endswith("answer"):
            number = self.ben.ask_to_be_introduced(offer=offer.id, request=request.id)
            return {"introduction_id": number}, {"accepts": "1"}
        introduction = self._introduce(offer, request)
        before = TODAY - timedelta(days=1)
        typed = {"day": str(before), "time": "08:00", "hours": "1:00", "place": "Hall", "how": "well"}
        typed["reason"] = "No time"
        if deed.endswith("agree"):
            typed["day"] = str(TODAY + timedelta(days=1))
        return {"introduction_id": introduction.id}, typed

    def _prepare_rewards(self, member, deed):
        if deed.startswith("claims"):
            return {"claim_id": self._make_claim(member, self.computer, "requested").id}, {"reason": "Ill"}
        return {"reward_id": self.lesson.id}, {"quantity": "1", "since": "0"}

    def _prepare_me(self, member, deed):
        if deed == "pin":
            self.scheme.card_sign_in = True
        if deed == "stay":
            member._wish_to_leave("No time")
        return {}, {
            "can": {"own_words": "Carries things"},
            "pin": {"pin": "8305", "again": "8305"},
            "seen": {"name_shown": "full"},
            "leave": {"credits": "pot", "why": "No time", "sure": "on"},
        }.get(deed, {})

    def _prepare_stories(self, member, deed):
        typed = {"title": "Soup", "story": "Twelve of us", "funder": "on", "until": str(TODAY)}
        if deed == "new":
            return {}, typed
        stories = self.env["timebank.story"].with_user(self.coordinator)
        vals = {"name": "Soup", "text": "Two of us", "scheme_id": member.scheme_id.id}
        story = stories.create({**vals, "partner_ids": member.partner_id.ids})
        return {"story_id": story.id}, {**typed, "version": story._get_version()}

    def _prepare_self_audit(self, member, deed):
        audit = self.env["timebank.self.audit"].create({"scheme_id": member.scheme_id.id})
        return {}, {"assets": "2", "audit": str(audit.id)}

    def _prepare_sessions(self, member, deed):
        numbers = {"session_id": self.cafe.id}
        if deed.endswith("withdraw"):
            self.cafe.sign_up(member.partner_id)
        if deed.endswith("take"):
            self.cafe.sign_up(self.ben.partner_id)
            self.cafe.sign_up(member.partner_id)
            self.cafe.withdraw(self.ben.partner_id)
        return numbers, {"role": "attendee"}

    def _prepare_credits(self, member, deed):
        if deed == "certificate":
            self._make_hours(member, 60, "approved")
        return {"taker_id": self.ben.account_id.id}, {
            "time": "0:30",
            "memo": "Thanks",
            "since": "0",
            "from": "2026-01-01",
            "to": str(TODAY),
        }

    # ------------------------------------------------------------

    def _count_notes(self, user, member):
        note = f"Done by {user.name} for {member.name}."
        return self.env["mail.message"].search_count(
            [("model", "=like", "timebank.%"), ("body", "ilike", note)]
        )

    def _send(self, member, path):
        numbers, typed = self._prepare(member, path)
        address = re.sub(r"<(\w+)>", lambda part: str(numbers[part[1]]), path)
        self.env.flush_all()
        self.env.invalidate_all()
        response = self.opener.post(
            f"{self.base_url()}/timebank/{member.id}{address}",
            data={**typed, "csrf_token": http.Request.csrf_token(self)},
            allow_redirects=False,
            timeout=30,
        )
        self.env.invalidate_all()
        return response

    def test_every_form_leaves_who_sent_it(self):
        forms = self._get_forms()
        self.assertGreater(len(forms), 20)
        for user, member in ((self.coordinator, self.cat), (self.lea, self.agency)):
            self._post(self.scheme.operating_account_id, member.account_id, 600)
            self.come(user)
            refused = REFUSED | (REFUSED_DEPUTIES if user == self.lea else set())
            for path in sorted(forms):
                with self.subTest(path=path, user=user.name), self._undone():
                    response = self._send(member, path)
                    if path in refused:
                        self.assertEqual(response.status_code, 404)
                        continue
                    if path in ONLY_ASK:
                        shown = 303 if path.endswith("/check") else 200
                        self.assertEqual(response.status_code, shown, response.text[-2000:])
                        self.assertFalse(self._count_notes(user, member))
                        continue
                    said = re.search(r'role="alert".*?</ul>', response.text, re.S)
                    self.assertEqual(response.status_code, 303, said and said[0])
                    self.assertTrue(self._count_notes(user, member))

    def test_members_themselves_leave_none(self):
        self.come(self.portal2)
        for path in ("/log/what", "/board/new/<side>", "/me/can", "/sessions/<session_id>/sign-up"):
            with self.subTest(path=path), self._undone():
                self.assertEqual(self._send(self.ben, path).status_code, 303)
                self.assertFalse(
                    self.env["mail.message"].search_count(
                        [("model", "=like", "timebank.%"), ("body", "ilike", "Done by")]
                    )
                )

    def test_what_is_refused_leaves_nothing(self):
        self.come(self.coordinator)
        self._make_session(start=datetime(2026, 3, 18, 10, 30), stop=datetime(2026, 3, 18, 11, 30)).sign_up(
            self.cat.partner_id
        )
        response = self._send(self.cat, "/sessions/<session_id>/sign-up")
        self.assertNotEqual(response.status_code, 303)
        self.assertFalse(self._count_notes(self.coordinator, self.cat))
