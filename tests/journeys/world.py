"""The world of the journeys: several banks and companies, and people as they come."""

from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import TODAY
from ..exchange_common import ExchangeCase
from ..grants_common import GrantCase
from ..session_common import SessionCase

GROUP = "timebank_coproduction.group_timebank_"


class WorldCase(SessionCase, ExchangeCase, GrantCase):
    """Four banks in two companies; Cora coordinates two of them, Cole two.

    River Street (Cora), Hillside (Cora and Cole), Harbour (Cole), and Y Bont, which belongs
    to another company. Some names are hard to type, some people share a house or a name,
    can't be mailed, or have left.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        del cls.session  # a name that browser tests use for the visitor's own
        cls._make_users()
        cls._make_banks()
        cls._make_people()
        cls._make_exchange()
        cls._make_sessions()
        cls._make_rewards()
        cls._make_books()

    @classmethod
    def _make_users(cls):
        cls.wales = cls.env["res.company"].create({"name": "Cymru Together"})
        cls.several = new_test_user(
            cls.env, "tb_several", groups=f"{GROUP}coordinator,{GROUP}finance", name="Sally Marsh"
        )
        cls.welsh = new_test_user(
            cls.env,
            "tb_welsh",
            groups=f"{GROUP}coordinator",
            name="Wyn Price",
            company_id=cls.wales.id,
            company_ids=[Command.set(cls.wales.ids)],
        )
        cls.manager.company_ids += cls.wales
        cls.users = cls.coordinator | cls.coordinator2 | cls.several | cls.welsh
        cls.users += cls.manager | cls.finance | cls.staff
        cls.users.tz = "Europe/London"
        cls.users.odoobot_state = "disabled"  # on a phone its greeting covers the screen

    @classmethod
    def _make_banks(cls):
        both = cls.coordinator | cls.coordinator2 | cls.several
        cls.scheme.coordinator_ids = cls.coordinator
        cls.hillside = cls._make_scheme("Hillside", coordinator_ids=[Command.set(both.ids)])
        cls.harbour = cls._make_scheme("Harbour", coordinator_ids=[Command.set(cls.coordinator2.ids)])
        cls.bont = cls._make_scheme(
            "Y Bont", company_id=cls.wales.id, coordinator_ids=[Command.set(cls.welsh.ids)]
        )
        (cls.scheme | cls.hillside | cls.harbour | cls.bont).tz = "Europe/London"

    @classmethod
    def _make_people(cls):
        home = {"street": "4 Mill Lane", "zip": "LS1 4AP", "city": "Leeds"}
        people = {
            "jose": {"name": "José Álvarez", "email": "jose@example.org", "zip": "LS6 2AB"},
            "oneill": {"name": "Síle O’Neill", "phone": "0113 496 0023", "email": "none"},
            "mary": {"name": "Mary-Jane Fox", "email": "mj@example.org", **home},
            "harry": {"name": "Harry Fox", "phone": "0113 496 0032", **home},
            "li": {"name": "李 伟", "email": "li@example.org"},
            "smith": {"name": "John Smith", "zip": "LS2 1AA", "phone": "0113 496 0041"},
            "smith2": {"name": "John Smith", "zip": "LS8 5HT"},
            "gone": {"name": "Gwen Gone"},
            "hill": {"name": "Hal Hill", "email": "hal@example.org"},
        }
        banks = {"hill": cls.hillside}
        for key, vals in people.items():
            partner = cls.env["res.partner"].create(vals)
            setattr(cls, key, cls._make_member(partner, scheme=banks.get(key, cls.scheme)))
        cls._leave(cls.gone)
        cls.hannah = cls._make_member("Hannah Hill", scheme=cls.hillside)
        cls.mari = cls._make_member("Mari Harbour", scheme=cls.harbour)
        cls.dai = cls._make_member("Dai Bont", scheme=cls.bont)
        cls.sally = cls._make_member(cls.several.partner_id)
        earned = {cls.jose: 300, cls.mary: 180, cls.hill: 240, cls.mari: 120, cls.dai: 60}
        for member, minutes in earned.items():
            hours = cls._make_hours(member, minutes, "submitted", date=TODAY - timedelta(days=9))
            hours.with_user(cls.manager).action_approve()
        for member in (cls.jose, cls.mary, cls.li, cls.hannah, cls.mari, cls.sally):
            cls._make_hours(member, 45, "submitted", date=TODAY - timedelta(days=1))

    @classmethod
    def _make_exchange(cls):
        cls.baking = cls.env.ref("timebank_coproduction.skill_baking")
        cls.baking.parent_id.category_id = cls.category
        cls._make_offer(cls.jose, cls.baking)
        cls._make_request(cls.harry, cls.baking)
        cls._introduce(cls._make_offer(cls.mary), cls._make_request(cls.oneill))
        cls._make_offer(cls.hill, cls.baking)
        cls._make_request(cls.hannah, cls.baking)
        cls.pot = cls.env["timebank.account"].create(
            {
                "name": "Trip to the coast",
                "kind": "pot",
                "open_to_all": True,
                "scheme_id": cls.scheme.id,
                "holder_ids": [Command.set((cls.ann | cls.jose).partner_id.ids)],
            }
        )

    @classmethod
    def _make_sessions(cls):
        cls.choir = cls._make_activity("Choir", scheme_id=cls.hillside.id, project_id=False)
        cls.boats = cls._make_activity(
            "Boat repair", scheme_id=cls.harbour.id, project_id=False, coordinator_id=cls.coordinator2.id
        )
        at = {"start": datetime(2026, 3, 20, 14), "stop": datetime(2026, 3, 20, 16)}
        cls.tea = cls._make_session(name="Tea", capacity=2, helpers_wanted=2, location="Mill Hall", **at)
        cls.tea.sign_up(cls.ann.partner_id)
        cls.singing = cls._make_session(activity_id=cls.choir.id, name="Singing", **at)
        cls.caulking = cls._make_session(activity_id=cls.boats.id, name="Caulking", **at)
        past = {"start": datetime(2026, 3, 16, 14), "stop": datetime(2026, 3, 16, 16)}
        cls.supper = cls._make_session(name="Supper", **past)
        cls._make_line(cls.jose, cls.supper, present=False)

    @classmethod
    def _make_rewards(cls):
        cls.lesson.fulfilment = "code"
        cls._make_claim(cls.ann, cls.lesson, "approved")
        cls.computer.approval = "manual"
        cls._make_claim(cls.ben, cls.computer, "requested")
        cls.batch = cls.env["timebank.voucher.batch"].create({"scheme_id": cls.scheme.id, "quantity": 4})
        cls.batch.with_user(cls.coordinator).action_issue()
        club = cls._make_reward("Gardening club", minutes=60, approval="auto")
        cls.env["timebank.dues"].create(
            {"reward_id": club.id, "partner_id": cls.ann.partner_id.id, "date_start": TODAY}
        )
        cls.env["timebank.code.attempt"]._note_attempt("voucher", "192.0.2.7", "unknown", cls.scheme)
        cls.env["timebank.check"].create(
            {
                "partner_id": cls.jose.partner_id.id,
                "type_id": cls.env.ref("timebank_coproduction.check_type_food").id,
                "issued_on": TODAY - timedelta(days=700),
                "expires_on": TODAY + timedelta(days=20),
            }
        )

    @classmethod
    def _make_books(cls):
        claims = cls._claims(2)
        bill = cls._bill(("Swim passes", 24))
        cls._match(claims[0], bill, 12)
        cls._reconcile()
        cls.scheme.with_user(cls.manager).action_seal()
