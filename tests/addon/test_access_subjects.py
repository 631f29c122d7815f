"""Who may do what to what people do together, exchange and are rewarded with."""

from datetime import date, datetime

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
#: How people are: nobody but who runs the bank; the person reads their own answers.
WELLBEING = {
    **COORDINATED,
    "portal": "----/----",
    "staff": "----/----",
    "finance": "----/----",
}

#: People's own words, and how each scored: for those who run the bank.
TOLD = {**COORDINATED, "finance": "----/----"}
#: Kept by a verb alone.
KEPT = {**TOLD, "coordinator": "r---/----", "manager": "r---/r---"}
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
    "timebank.wellbeing.wave": WELLBEING,
    "timebank.wellbeing.invitation": {**WELLBEING, "coordinator": "rw--/----", "manager": "rw--/rw--"},
    "timebank.wellbeing.response": {
        **WELLBEING,
        "coordinator": "rwc-/----",
        "manager": "rwc-/rwc-",
    },
    "timebank.story": TOLD,
    "timebank.story.consent": KEPT,
    "timebank.story.used": {**TOLD, "coordinator": "r-c-/----", "manager": "r-c-/r-c-"},
    "timebank.self.audit": TOLD,
    "timebank.self.audit.line": {**TOLD, "coordinator": "rwc-/----", "manager": "rwc-/rwc-"},
    "timebank.self.audit.voice": TOLD,
    "timebank.funder.report": COORDINATED,
    "timebank.funder.report.section": COORDINATED,
    "timebank.funder.report.line": COORDINATED,
    "timebank.migration": {**COORDINATED, "finance": "----/----"},
    "timebank.migration.row": AUDITED,
    "timebank.migration.question": AUDITED,
    "timebank.migration.name": AUDITED,
    "timebank.migration.sheet": AUDITED,
    "timebank.migration.column": AUDITED,
    "timebank.migration.person": AUDITED,
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
        wave = env["timebank.wellbeing.wave"].create({"scheme_id": scheme.id})
        answer = {"wave_id": wave.id, "partner_id": partner.id, "way": "paper", "happy": 7}
        told = {"name": "Soup", "scheme_id": scheme.id, "partner_ids": other.partner_id.ids, "text": "Twelve"}
        story = env["timebank.story"].create(told)
        story.record_consent(other.partner_id.id, ["funder"], date(2026, 12, 31), "person")
        self_audit = env["timebank.self.audit"].create({"scheme_id": scheme.id})
        voice = {"audit_id": self_audit.id, "partner_id": other.partner_id.id, "assets": "2"}
        report = env["timebank.funder.report"].create(
            {"kind": "bid", "scheme_ids": [Command.set(scheme.ids)]}
        )
        content = (
            b"Name,Date,Hours\nMay Moss,2026-03-02,1\nMay Moss,2026-03-03,90\nAnn and Ben,2026-03-03,1\n"
        )
        files = env["ir.attachment"].create({"name": "hours.csv", "raw": content})
        move = env["timebank.migration"].create(
            {"scheme_id": scheme.id, "file_ids": [Command.set(files.ids)]}
        )
        move.action_rehearse()
        unknown = env["ir.attachment"].create({"name": "marks.csv", "raw": b"Who,Mark\nMay Moss,3\n"})
        odd = env["timebank.migration"].create(
            {"scheme_id": scheme.id, "file_ids": [Command.set(unknown.ids)]}
        )
        odd.action_rehearse()
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
            "timebank.funder.report": report,
            "timebank.funder.report.section": report.section_ids[0],
            "timebank.funder.report.line": env["timebank.funder.report.line"].create(
                {"report_id": report.id, "name": "Forty sessions"}
            ),
            "timebank.migration": move,
            "timebank.migration.row": move.row_ids[:1],
            "timebank.migration.question": move.question_ids[:1],
            "timebank.migration.name": move.name_ids[:1],
            "timebank.migration.sheet": odd.sheet_ids,
            "timebank.migration.column": odd.sheet_ids.column_ids[:1],
            "timebank.migration.person": move.person_ids[:1],
            "timebank.time.audit": scheme.audit_ids,
            "timebank.time.audit.warning": scheme.audit_ids.warning_ids[:1],
            "timebank.wellbeing.wave": wave,
            "timebank.wellbeing.response": env["timebank.wellbeing.response"].create(answer),
            "timebank.wellbeing.invitation": wave.invitation_ids,
            "timebank.story": story,
            "timebank.story.consent": story.consent_ids,
            "timebank.story.used": env["timebank.story.used"].create(
                {"story_id": story.id, "use": "funder", "used_where": "Report", "used_on": TODAY}
            ),
            "timebank.self.audit": self_audit,
            "timebank.self.audit.line": self_audit.line_ids[0],
            "timebank.self.audit.voice": env["timebank.self.audit.voice"].create(voice),
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
