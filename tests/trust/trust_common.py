"""The same small bank twice, in two companies, with a record of everything, and a user in every role."""

from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import TODAY, TimebankCase, call_as
from .reachable import models_of_ours

GROUP = "timebank_coproduction.group_timebank_"
#: Stands in each name of a record of the first company, and in no sentence of the addon's.
SECRET = "Quillfeather"


class TrustCase(TimebankCase):
    """``world`` holds what each of the two companies has of each model."""

    #: How a sentence begins that a call was refused with before it touched anything.
    early = ("You are not allowed", "Uh-oh!", "There is no such record", "Give “")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(f"{TODAY} 10:30:00"))
        cls.here = cls.env.company
        cls.there = cls.env["res.company"].create({"name": "Far Away"})
        cls.world = {}
        cls.owners = {}
        for company, word in ((cls.here, SECRET), (cls.there, "Sandhurst")):
            cls.world[company] = cls._make_world(company, word)
        cls.roles = cls._make_roles()

    @classmethod
    def _make_roles(cls):
        """Role → user. Those of the first company have no say over its second bank."""

        def user(login, groups, company=cls.here, **vals):
            return new_test_user(
                cls.env,
                f"trust_{login}",
                groups=groups,
                name=f"Trusted {login}",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
                **vals,
            )

        roles = {
            "public": cls.env.ref("base.public_user"),
            "member": cls.portal,
            "member elsewhere": user("member", "base.group_portal"),
            "no role": user("staff", "base.group_user"),
            "coordinator": user("coordinator", GROUP + "coordinator"),
            "coordinator elsewhere": user("coordinator_e", GROUP + "coordinator"),
            "finance": user("finance", GROUP + "finance"),
            "manager": user("manager", GROUP + "manager"),
            "coordinator of another company": user("coordinator_c", GROUP + "coordinator", cls.there),
            "finance of another company": user("finance_c", GROUP + "finance", cls.there),
            "manager of another company": user("manager_c", GROUP + "manager", cls.there),
        }
        elsewhere = cls._make_scheme(
            "Hill Top", coordinator_ids=[Command.set(roles["coordinator elsewhere"].ids)]
        )
        cls._make_member(roles["member elsewhere"].partner_id, scheme=elsewhere)
        for company, name in ((cls.here, "coordinator"), (cls.there, "coordinator of another company")):
            cls.world[company]["timebank.scheme"].coordinator_ids |= roles[name]
        return roles

    @classmethod
    def _make_world(cls, company, word):
        """One record of each model, in ``company``; each name holds ``word``."""
        env = cls.env(
            user=cls.env.ref("base.user_admin"),
            context=dict(cls.env.context, allowed_company_ids=company.ids),
            su=True,
        )
        env.user.company_ids |= company
        made = {}

        def make(model, **vals):
            made[model] = env[model].create(vals)
            return made[model]

        people = env["res.partner"].create(
            [{"name": f"{name} {word}", "company_id": company.id} for name in ("Ida", "Jon", "Kit")]
        )
        trust = env["res.partner"].create({"name": f"Harbour {word}", "company_id": company.id})
        project = make("project.project", name=f"Café {word}", company_id=company.id)
        task = make("project.task", name=f"Tea {word}", project_id=project.id)
        scheme = make("timebank.scheme", name=f"{word} Street", company_id=company.id)
        members = env["timebank.member"].create(
            [{"partner_id": person.id, "scheme_id": scheme.id} for person in people]
        )
        members.action_activate()
        made["timebank.member"], made["res.partner"] = members[0], people[0]
        env["timebank.account"].create(
            {"name": f"Pot {word}", "scheme_id": scheme.id, "kind": "pot", "holder_ids": people[1].ids}
        )
        made["timebank.account"] = members[0].account_id
        person = {"scheme_id": scheme.id, "partner_id": people[0].id}
        for day in (1, 2):
            hours = make("timebank.hours", **person, date=TODAY.replace(day=day), minutes=600)
            hours.action_submit()
            hours.action_approve()
        make("timebank.hours", **person, date=TODAY, minutes=30, description=f"Reading {word}")
        made["timebank.transfer"] = env["timebank.transfer"].search([("scheme_id", "=", scheme.id)], limit=1)
        scheme.action_seal()
        made["timebank.seal"] = scheme.last_seal_id
        made["timebank.seal.line"] = scheme.last_seal_id.line_ids[:1]
        organisation = env["timebank.member"].create(
            {"partner_id": trust.id, "scheme_id": scheme.id, "role": "organisation"}
        )
        organisation.action_activate()
        helper = new_test_user(
            env, f"trust_deputy_{word}", groups="base.group_portal", name=f"Lea {word}",
            company_id=company.id, company_ids=[Command.set(company.ids)],
        )  # fmt: skip
        make("timebank.deputy", member_id=organisation.id, partner_id=helper.partner_id.id)
        made["res.users"] = helper
        # people and skills
        made["timebank.double"] = cls._make_double(people[0], people[1])
        made["timebank.merge"] = (
            env["timebank.merge"]
            ._in_verb()
            .create(
                {
                    "partner_id": people[0].id,
                    "joined_names": f"Ido {word}",
                    "scheme_ids": [Command.set(scheme.ids)],
                    "undo_until": TODAY,
                    "photograph": {"rows": [], "links": [], "altered": [], "accounts": []},
                }
            )
        )
        check_type = make("timebank.check.type", name=f"Check {word}")
        make("timebank.check", partner_id=people[0].id, type_id=check_type.id, reference=f"No {word}")
        skill = make("timebank.skill", name=f"Juggling {word}")
        offer = make("timebank.offer", **{**person, "partner_id": people[1].id}, skill_id=skill.id)
        request = make("timebank.request", **person, skill_id=skill.id)
        offer.action_publish()
        request.action_publish()
        make("timebank.introduction", offer_id=offer.id, request_id=request.id)
        # what people do together
        activity = make(
            "timebank.activity", name=f"Shift {word}", scheme_id=scheme.id, project_id=project.id,
            task_id=task.id, state="running", proposer_id=people[0].id,
        )  # fmt: skip
        session = make(
            "timebank.session",
            activity_id=activity.id,
            start=datetime(2026, 3, 18, 10),
            stop=datetime(2026, 3, 18, 12),
            tz="UTC",
        )
        session.action_open()
        made["timebank.attendance"] = session.sign_up(people[0])
        make(
            "timebank.attendance.stretch",
            attendance_id=made["timebank.attendance"].id,
            check_in=session.start,
            check_out=session.stop,
        )
        # rewards
        supplier, funder = env["res.partner"].create(
            [{"name": f"Baths {word}"}, {"name": f"Foundation {word}"}]
        )
        product = env["product.product"].create({"name": f"Swim {word}"})
        reward = make(
            "timebank.reward",
            name=f"Pass {word}",
            scheme_id=scheme.id,
            minutes=30,
            expected_cost=12,
            supplier_id=supplier.id,
            product_id=product.id,
            approval="manual",
        )
        reward.action_publish()
        make("timebank.dues", reward_id=reward.id, partner_id=people[0].id)
        batch = make("timebank.voucher.batch", scheme_id=scheme.id, quantity=2)
        batch.action_issue()
        made["timebank.voucher"] = batch.voucher_ids[:1]
        # grants and their bills
        expense = env["account.account"].create(
            {"name": "Rewards", "code": f"TT{company.id}00", "account_type": "expense"}
        )
        payable = env["account.account"].create(
            {
                "name": "Due",
                "code": f"TT{company.id}01",
                "account_type": "liability_payable",
                "reconcile": True,
            }
        )
        supplier.with_company(company).property_account_payable_id = payable
        journal = env["account.journal"].create(
            {
                "name": "Bills",
                "code": "TTB",
                "type": "purchase",
                "default_account_id": expense.id,
                "company_id": company.id,
            }
        )
        grant = make(
            "timebank.grant",
            name=f"Together {word}",
            funder_id=funder.id,
            company_id=company.id,
            amount=1000,
            reward_percentage=10,
            date_start=date(2026, 1, 1),
            date_end=date(2026, 12, 31),
            scheme_ids=[Command.set(scheme.ids)],
            reward_account_ids=[Command.set(expense.ids)],
            budget_line_ids=[Command.create({"name": f"Swims {word}", "amount": 5})],
            deadline_ids=[Command.create({"name": f"Report {word}", "date": date(2026, 6, 1)})],
        )
        grant.action_open()
        grant.action_amend({"amount": 1100}, f"Letter {word}")
        made["timebank.grant.line"] = grant.budget_line_ids
        made["timebank.grant.deadline"] = grant.deadline_ids
        made["timebank.grant.amendment"] = grant.amendment_ids
        claim = make("timebank.redemption", reward_id=reward.id, partner_id=people[0].id)
        claim.action_request()
        claim.action_approve()
        owed = env["account.account"].create(
            {"name": "Accrued", "code": f"TT{company.id}02", "account_type": "liability_current"}
        )
        general = env["account.journal"].create(
            {"name": "Year end", "code": "TTY", "type": "general", "company_id": company.id}
        )
        grant.accrual_account_id = expense
        made["timebank.grant.accrual"] = grant._accrue(TODAY, general, owed)
        shared = make("timebank.redemption", reward_id=reward.id, partner_id=people[0].id)
        shared.action_request()
        shared.action_approve()
        second = grant.copy(
            {"name": f"Beside {word}", "analytic_account_id": False, "scheme_ids": [Command.clear()]}
        )
        second.action_open()
        shared.action_share([{"grant": grant.id, "percent": 50}, {"grant": second.id}], f"Both {word}")
        made["timebank.claim.share"] = shared.share_ids[:1]
        move = make(
            "account.move",
            move_type="in_invoice",
            partner_id=supplier.id,
            journal_id=journal.id,
            invoice_date=TODAY,
            date=TODAY,
            ref=f"Ref {word}",
            invoice_line_ids=[
                Command.create(
                    {
                        "name": f"Line {word}",
                        "quantity": 1,
                        "price_unit": 12,
                        "account_id": expense.id,
                        "tax_ids": [],
                        "analytic_distribution": {str(grant.analytic_account_id.id): 100},
                    }
                )
            ],
        )
        move.action_post()
        made["account.move.line"] = move.invoice_line_ids
        made["timebank.reward.match"] = env["timebank.reward.match"].match(
            claim.id, move.invoice_line_ids.id, 12
        )
        made["timebank.bill.line"] = made["timebank.reward.match"].bill_line_id
        tickets = move.copy({"invoice_date": TODAY, "date": TODAY, "ref": f"Tickets {word}"})
        tickets.action_post()
        line = env["timebank.bill.line"]._get_charged_line(grant, tickets.invoice_line_ids)
        made["timebank.prepayment"] = line.action_prepaid(reward.id, 3)
        reconciliation = make(
            "timebank.reconciliation",
            grant_id=grant.id,
            date_from=date(2026, 1, 1),
            date_to=date(2026, 3, 31),
            note=f"Note {word}",
        )
        reconciliation.action_refresh()
        made["timebank.reconciliation.line"] = reconciliation.line_ids[:1]
        reconciliation.action_prepare()
        # what is looked at each month
        env["timebank.time.audit"]._count(scheme, TODAY.replace(day=1), TODAY)
        made["timebank.time.audit"] = scheme.audit_ids
        made["timebank.time.audit.warning"] = scheme.audit_ids.warning_ids[:1]
        made["timebank.time.audit.warning"].step = f"Step {word}"
        # what people tell, and how they score their bank
        story = make(
            "timebank.story",
            name=f"Story {word}",
            scheme_id=scheme.id,
            partner_ids=people[0].ids,
            text=f"Told {word}",
            shown_as=f"Rosa {word}",
        )
        story.record_consent(people[0].id, ["funder"], date(2026, 12, 31), "person")
        made["timebank.story.consent"] = story.consent_ids
        make(
            "timebank.story.used", story_id=story.id, use="funder", used_where=f"Report {word}", used_on=TODAY
        )
        self_audit = make("timebank.self.audit", scheme_id=scheme.id, note=f"Meeting {word}", met_on=TODAY)
        made["timebank.self.audit.line"] = self_audit.line_ids[:1]
        made["timebank.self.audit.line"].evidence = f"Evidence {word}"
        make(
            "timebank.self.audit.voice",
            audit_id=self_audit.id,
            partner_id=people[0].id,
            assets="2",
            words=f"Said {word}",
        )
        # how people are
        make("timebank.wellbeing.scale", name=f"Scale {word}", company_id=company.id, licence_reference="L1")
        wave = make("timebank.wellbeing.wave", name=f"Round {word}", scheme_id=scheme.id)
        wave.action_invite()
        made["timebank.wellbeing.invitation"] = wave.invitation_ids[:1]
        make(
            "timebank.wellbeing.response",
            wave_id=wave.id,
            partner_id=people[0].id,
            way="paper",
            happy=7,
        )
        # who moves in from elsewhere
        lines = (
            "Name,Email,Date,Hours,Notes",
            f"Movable {word},m@{word.lower()}.example,2026-03-02,1,Gardening {word}",
        )
        content = "\n".join(
            (
                *lines,
                f"Movable {word},m@{word.lower()}.example,2026-03-03,90,",
                f"Ann and {word},,2026-03-04,1,",
            )
        ).encode()
        files = env["ir.attachment"].create({"name": f"{word}.csv", "raw": content})
        move = make("timebank.migration", scheme_id=scheme.id, file_ids=[Command.set(files.ids)])
        move.action_rehearse()
        made["timebank.migration.row"] = move.row_ids[:1]
        made["timebank.migration.name"] = move.name_ids[:1]
        unknown = env["ir.attachment"].create(
            {"name": f"{word}-2.csv", "raw": f"Who,Mark\n{word},3\n".encode()}
        )
        odd = env["timebank.migration"].create(
            {"scheme_id": scheme.id, "file_ids": [Command.set(unknown.ids)]}
        )
        odd.action_rehearse()
        made["timebank.migration.sheet"] = odd.sheet_ids
        made["timebank.migration.column"] = odd.sheet_ids.column_ids[:1]
        made["timebank.migration.person"] = move.person_ids[:1]
        made["timebank.migration.question"] = move.question_ids[:1]
        # what a funder is told
        report = make(
            "timebank.funder.report",
            grant_id=grant.id,
            date_from=date(2026, 1, 1),
            date_to=date(2026, 3, 31),
            learned_text=f"Learned {word}",
            plan_line_ids=[Command.create({"kind": "plan", "name": f"Plan {word}"})],
        )
        made["timebank.funder.report.section"] = report.section_ids[0]
        report.section_ids[0].title = f"Heading {word}"
        made["timebank.funder.report.line"] = report.plan_line_ids
        make("timebank.funder.report.template", funder_id=grant.funder_id.id, company_id=company.id)
        made["timebank.funder.report.link"] = (
            env["timebank.funder.report.link"]
            ._in_verb()
            .create({"report_id": report.id, "sent_to": word, "until": TODAY, "token": word})
        )
        # what is noted by the way
        made["timebank.member"].note = f"Note {word}"
        made["timebank.words"] = env["timebank.words"].search([("scheme_id", "=", scheme.id)])
        env["timebank.code.attempt"]._note_attempt("voucher", word, "unknown", scheme)
        made["timebank.code.attempt"] = env["timebank.code.attempt"].search([("source", "=", word)])
        env["timebank.pace"]._count("apply", word, 60)
        made["timebank.pace"] = env["timebank.pace"].search([], order="id desc", limit=1)
        env["timebank.sign.in"]._ask(f"ida@{word.lower()}.example", word)
        made["timebank.sign.in"] = env["timebank.sign.in"].search([], order="id desc", limit=1)
        made["timebank.tablet.visit"] = (
            env["timebank.tablet.visit"]
            ._in_verb()
            .create(
                {
                    "member_id": made["timebank.member"].id,
                    "session_id": made["timebank.session"].id,
                    "tablet": word,
                    "token": word,
                    "until": TODAY,
                }
            )
        )
        made["timebank.pin.lock"] = (
            env["timebank.pin.lock"]
            ._in_verb()
            .create({"member_id": made["timebank.member"].id, "place": word, "wrong": 1})
        )
        made["timebank.account.tail"] = env["timebank.account.tail"].search(
            [("account_id", "in", scheme.account_ids.ids)], limit=1
        )
        make("timebank.session.notice", attendance_id=made["timebank.attendance"].id, kind="reminder")
        made["timebank.mailing"] = (
            env["timebank.mailing"]
            ._in_verb()
            .create(
                {
                    "kind": "statement",
                    "scheme_id": scheme.id,
                    "partner_id": made["timebank.attendance"].partner_id.id,
                    "date_from": TODAY.replace(month=2, day=1),
                    "date_to": TODAY.replace(month=2, day=28),
                }
            )
        )
        made["timebank.retention"] = env["timebank.retention"].search(
            [("scheme_id", "=", scheme.id)], limit=1
        )
        made["timebank.retention"].reason = f"Reason {word}"
        env["timebank.erasure"]._note_erased(scheme, f"Letter {word}", {"files": 1}, True, by_rule=False)
        made["timebank.erasure"] = env["timebank.erasure"].search([("scheme_id", "=", scheme.id)])
        for model in ("timebank.category", "timebank.language"):
            make(model, name=f"Kind {word}")
        for model in ("timebank.availability", "timebank.job"):
            made[model] = env[model].search([], limit=1)
        env.flush_all()
        return {model: cls.env[model].browse(records.ids) for model, records in made.items()}

    @classmethod
    def _stored(cls):
        """The addon's own models that keep rows, whatever they are called."""
        return {
            name: model
            for name, model in models_of_ours(cls.env).items()
            if name.startswith("timebank.") and model._auto and not model._abstract and not model._transient
        }

    @classmethod
    def _dialogs(cls):
        return {
            name: model
            for name, model in models_of_ours(cls.env).items()
            if name.startswith("timebank.") and model._transient
        }

    def _some(self, field, company):
        """A value that a field would take, other than its usual one."""
        usual = field.default(self.env[field.model_name]) if field.default else False
        if field.type == "selection":
            words = [word for word in field.get_values(self.env) if word != usual]
            return words[-1] if words else usual
        if field.relational:
            found = self.world[company].get(field.comodel_name) or self.env[field.comodel_name].search(
                [], limit=1
            )
            return found.id if field.type == "many2one" else [Command.link(found.id)]
        return {
            "boolean": not usual,
            "integer": 600,
            "float": 6.5,
            "monetary": 66,
            "date": "2026-02-03",
            "datetime": "2026-02-03 10:00:00",
        }.get(field.type, "FREE")

    def _rpc(self, user, model, method, /, *args, context=None, **kwargs):
        """Call as the web client and the external API do."""
        env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids}, su=False)
        return call_as(env, model, method, *args, **kwargs, context=context or {})

    def _refusal(self, call):
        """Make a call, undo it, and return the sentence it was refused with, or None."""
        savepoint, sentence = self.env.cr.savepoint(flush=False), None
        try:
            call()
            self.env.flush_all()
        except UserError as refusal:
            sentence = str(refusal) or type(refusal).__name__
        finally:
            savepoint.close(rollback=True)
            transaction = self.env.transaction
            early = sentence and (sentence.startswith(self.early) or "can't be typed in" in sentence)
            if not early or transaction.field_dirty or transaction.tocompute:
                transaction.clear()
        return sentence
