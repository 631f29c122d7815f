"""Something that Ann may look at on each of the pages of members."""

import base64
from datetime import datetime, time, timedelta

from ..common import TODAY
from ..evidence.story_common import make_photo
from ..page_routes import PART
from .world import WorldCase


class PagesWorld(WorldCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._fund(cls, cls.ann, 150)
        begin, end = (datetime.combine(TODAY, time(hour)) + timedelta(days=9) for hour in (10, 12))
        cls.session_ahead = cls._make_session(start=begin, stop=end, location="Hall", helpers_wanted=2)
        cls.scheme.evidence_policy = "optional"
        file = {"evidence": base64.b64encode(b"%PDF-1.4"), "evidence_name": "tea.pdf"}
        cls.entry = cls._make_hours(cls.ann, 45, "submitted", **file)
        received = {"receiver_id": cls.ann.partner_id.id, "date": TODAY}
        cls.received = cls._make_hours(cls.ben, 30, "submitted", **received)
        cls.scheme.write({"web_page": True, "web_apply": True, "mail_sign_in": True, "card_sign_in": True})
        cls.offered, cls.wish = cls._make_offer(cls.ben), cls._make_request(cls.ann)
        cls.own_offer = cls._make_offer(cls.ann, cls.baking, description="Bread and buns")
        cls.met = cls._introduce(cls.offered, cls.wish)
        asked = cls.jose.ask_to_be_introduced(cls.own_offer.id, cls._make_request(cls.jose, cls.baking).id)
        wave = cls.env["timebank.wellbeing.wave"].create({"scheme_id": cls.scheme.id})
        wave.action_invite()
        cls.invited = wave.invitation_ids.filtered(lambda one: one.partner_id == cls.ann.partner_id)
        cls.asked = cls.env["timebank.introduction"].browse(asked)
        cls.env["timebank.self.audit"].create({"scheme_id": cls.scheme.id})
        cls.story = cls._make_story()

    @classmethod
    def _make_story(cls):
        """One of Ann's, that may be on the bank's page."""
        story = cls.env["timebank.story"].create(
            {
                "name": "The first soup",
                "scheme_id": cls.scheme.id,
                "partner_ids": cls.ann.partner_id.ids,
                "text": "I had nobody to cook for.\nNow there are twelve of us.",
                "shown_as": "Rosa",
                "photo": make_photo((640, 400)),
                "photo_alt": "A pan of soup",
            }
        )
        until = TODAY + timedelta(days=365)
        story.record_consent(cls.ann.partner_id.id, ["website"], until, "person", photo=True)
        return story

    def _send_report(self):
        """A report that was sent, on the bank's last months, with people enough for its pictures.

        :return: the address of a link to it, below the server's
        """
        neighbours = [self._make_member(f"Neighbour {number}") for number in range(12)]
        self._fund(neighbours[-1], 45)
        for giver, taker in zip(neighbours, neighbours[-1:] + neighbours[:-1], strict=True):
            self._make_hours(giver, 45, "approved", receiver_id=taker.partner_id.id)
        report = self.env["timebank.funder.report"].with_user(self.coordinator)
        days = {"date_from": TODAY - timedelta(days=60), "date_to": TODAY - timedelta(days=1)}
        report = report.create({"kind": "bid", "scheme_ids": self.scheme.ids, **days})
        report.with_user(self.finance).action_check()
        report.with_user(self.manager).action_agree()
        report.action_send()
        link = self.env["timebank.funder.report.link"]._make(report)
        return link.env.context["timebank_address"].removeprefix(link.get_base_url())

    def _get_examples(self):
        """For each part of an address, by its name, something that Ann may look at."""
        return {
            "bank": self.scheme.code,
            "member_id": self.ann.id,
            "session_id": self.session_ahead.id,
            "side": "offer",
            "listed_id": self.offered.id,
            "own_id": self.own_offer.id,
            "introduction_id": self.met.id,
            "entry_id": self.entry.id,
            "story_id": self.story.id,
            "reward_id": self.lesson.id,
            "claim_id": self._find_claim().id,
            "pot_id": self.pot.id,
            "taker_id": self.ben.account_id.id,
        }

    def _find_claim(self):
        mine = [
            ("partner_id", "=", self.ann.partner_id.id),
            ("state", "=", "approved"),
            ("reward_id.fulfilment", "=", "code"),
        ]
        return self.env["timebank.redemption"].search(mine, limit=1)

    def _get_states(self):
        """Addresses that say more than their routes: later steps, and what is wrong."""
        pages = f"/timebank/{self.ann.id}"
        return [
            f"{pages}/board?q=nothing",
            f"{pages}/board?side=request",
            f"{pages}/board/new/request",
            f"{pages}/board/introduction/{self.asked.id}",
            self.own_offer._get_renew_url().replace(self.own_offer.get_base_url(), ""),
            f"{pages}/hours/{self.received.id}",
            f"{pages}/log?name=nobody",
            f"{pages}/log/time?whom=bank",
            f"{pages}/log/time?whom=bank&chosen=1",
            f"{pages}/log/what?whom=bank&minutes=60",
            f"{pages}/credits/give?name=ben",
            f"/timebank/claim/{self._find_claim().code}",
            self.ann._get_stop_url("session_mails").removeprefix(self.ann.get_base_url()),
            self.session_ahead.action_open_kiosk()["url"],
            f"/timebank/kiosk/{self.session_ahead.kiosk_token}/mine",
            "/timebank/tablet/over",
            "/timebank/claim",
            self.invited._make_link().removeprefix(self.invited.get_base_url()),
            self._send_report(),
        ]

    def _get_address(self, route):
        """An address of a route; one without an example is an error."""
        examples = self._get_examples()
        missing = set(PART.findall(route)) - examples.keys()
        self.assertFalse(missing, f"{route}: give an example of {missing}")
        return PART.sub(lambda part: str(examples[part[1]]), route)
