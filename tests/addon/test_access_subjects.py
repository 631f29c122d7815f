"""Who may do what to what people do together, exchange and are rewarded with."""

from datetime import datetime

from odoo.fields import Command

from ..common import TODAY
from .access_common import AccessCase

COORDINATED = {
    "portal": "----/----",
    "staff": "----/----",
    "coordinator": "rwcu/----",
    "finance": "r---/r---",
    "manager": "rwcu/rwcu",
}
#: Announced to all of the organisation, and to the members of that bank.
ANNOUNCED = {
    **COORDINATED,
    "portal": "r---/----",
    "staff": "r---/r---",
    "coordinator": "rwcu/r---",
}
#: Made at night; those who run the bank note what they did about it.
AUDITED = {
    **COORDINATED,
    "coordinator": "rw--/----",
    "finance": "----/----",
    "manager": "rw--/rw--",
}
TABLE = {
    "timebank.activity": ANNOUNCED,
    "timebank.session": ANNOUNCED,
    "timebank.attendance": COORDINATED,
    "timebank.offer": COORDINATED,
    "timebank.request": COORDINATED,
    "timebank.introduction": {**COORDINATED, "finance": "----/----"},
    "timebank.check": {**COORDINATED, "finance": "----/----"},
    "timebank.double": {
        **COORDINATED,
        "coordinator": "rw--/----",
        "finance": "----/----",
        "manager": "rw--/rw--",
    },
    "timebank.reward": {**ANNOUNCED, "finance": "rw--/rw--"},
    "timebank.redemption": {**COORDINATED, "finance": "rw--/rw--"},
    "timebank.dues": COORDINATED,
    "timebank.voucher.batch": COORDINATED,
    "timebank.voucher": {
        **COORDINATED,
        "coordinator": "r---/----",
        "finance": "----/----",
        "manager": "r---/r---",
    },
    "timebank.grant": {
        **COORDINATED,
        "coordinator": "r---/----",
        "finance": "rwcu/rwcu",
        "manager": "r---/r---",
    },
    "timebank.time.audit": AUDITED,
    "timebank.time.audit.warning": AUDITED,
    "timebank.migration": {**COORDINATED, "finance": "----/----"},
    "timebank.migration.row": AUDITED,
    "timebank.migration.question": AUDITED,
    "timebank.migration.person": {
        **COORDINATED,
        "coordinator": "r---/----",
        "finance": "----/----",
        "manager": "r---/r---",
    },
}


class TestAccessOfSubjects(AccessCase):
    table = TABLE

    @classmethod
    def _make_records(cls, scheme, member, coordinator):
        make = {"scheme_id": scheme.id, "partner_id": member.partner_id.id}
        archery = {**make, "skill_id": cls.env.ref("timebank_coproduction.skill_archery").id}
        env, partner = cls.env, member.partner_id
        activity = env["timebank.activity"].create(
            {"name": "Café shift", "scheme_id": scheme.id, "state": "running", "project_id": False}
        )
        session = env["timebank.session"].create(
            {
                "activity_id": activity.id,
                "start": datetime(2026, 3, 20, 10),
                "stop": datetime(2026, 3, 20, 12),
                "tz": "UTC",
            }
        )
        session.action_open()
        other = cls._make_member("Tom Long", scheme=scheme)
        offer = env["timebank.offer"].create({**archery, "partner_id": other.partner_id.id})
        request = env["timebank.request"].create(archery)
        check_type = env["timebank.check.type"].create({"name": f"First aid in {scheme.name}"})
        reward = env["timebank.reward"].create({"name": "Thank you", "scheme_id": scheme.id, "is_free": True})
        reward.action_publish()
        batch = env["timebank.voucher.batch"].create({"scheme_id": scheme.id, "quantity": 1})
        batch.action_issue()
        claim = {"reward_id": reward.id, "partner_id": partner.id}
        env["timebank.time.audit"]._count(scheme, TODAY.replace(day=1), TODAY)
        content = b"Name,Date,Hours\nMay Moss,2026-03-02,1\nMay Moss,2026-03-03,90\n"
        files = env["ir.attachment"].create({"name": "hours.csv", "raw": content})
        move = env["timebank.migration"].create(
            {"scheme_id": scheme.id, "file_ids": [Command.set(files.ids)]}
        )
        move.action_rehearse()
        return {
            "timebank.activity": activity,
            "timebank.session": session,
            "timebank.attendance": session.sign_up(partner),
            "timebank.offer": offer,
            "timebank.request": request,
            "timebank.introduction": env["timebank.introduction"].create(
                {"offer_id": offer.id, "request_id": request.id}
            ),
            "timebank.check": env["timebank.check"].create(
                {"partner_id": partner.id, "type_id": check_type.id, "reference": "1"}
            ),
            "timebank.double": cls._make_double(partner, other.partner_id),
            "timebank.reward": reward,
            "timebank.redemption": env["timebank.redemption"].create(claim),
            "timebank.dues": env["timebank.dues"].create(claim),
            "timebank.voucher.batch": batch,
            "timebank.voucher": batch.voucher_ids,
            "timebank.migration": move,
            "timebank.migration.row": move.row_ids[:1],
            "timebank.migration.question": move.question_ids[:1],
            "timebank.migration.person": move.person_ids[:1],
            "timebank.time.audit": scheme.audit_ids,
            "timebank.time.audit.warning": scheme.audit_ids.warning_ids[:1],
            "timebank.grant": env["timebank.grant"].create(
                {
                    "name": f"A grant for {scheme.name}",
                    "funder_id": other.partner_id.id,
                    "amount": 100,
                    "date_end": "2026-12-31",
                    "scheme_ids": [Command.set(scheme.ids)],
                }
            ),
        }

    def test_table(self):
        self.check_table()

    def test_search_shows_what_may_be_read(self):
        self.check_searches()
