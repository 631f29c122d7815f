"""Every button that is shown works, or says in plain words why it doesn't: to each role, in each bank."""

from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import JARGON, TODAY
from ..journeys.world import WorldCase
from .buttons import BUTTONS, WITH_BUTTONS, Presser

ADDON = "timebank_coproduction"
#: Shown on screens alone that aren't opened from a menu: figures at a date, the settings of the whole.
BEHIND = {("timebank.grant", "action_view_now"), ("res.config.settings", "action_timebank_grant_plan")}
#: Windows opened from the page of what is watched, whose lines are made as it opens: a journey presses them.
FROM_HEALTH = ("timebank_job_action", "timebank_seal_action", "timebank_code_attempt_action")
#: Fields by which one record has other buttons than another.
STEPS = (
    *("state", "kind", "role", "active", "is_run_by_user", "has_pin", "is_pin_locked"),
    *("takes_answer", "is_on", "problem_count"),
)


@tagged("post_install", "-at_install")
class TestButtons(WorldCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(mute_logger("odoo.addons.base.models.ir_rule"))
        for scheme in (cls.scheme, cls.harbour):
            cls._make_steps(scheme)
        cls.finance.group_ids |= cls.env.ref("account.group_account_invoice")
        cls.manager.group_ids |= cls.env.ref("base.group_partner_manager")
        cls._make_grants()
        cls._make_accrual()
        cls._make_doors()
        cls._make_deputy()
        cls._make_doubles()
        abe = new_test_user(
            cls.env, "tb_abe", groups="timebank_coproduction.group_timebank_coordinator", name="Abe Able"
        )  # whom the dialog of roles chooses first: there they are taken, elsewhere given
        old = cls.env["timebank.scheme"].create({"name": "Old Mill", "coordinator_ids": abe.ids})
        old.with_user(cls.manager).action_close()
        cls.env.flush_all()

    @classmethod
    def _make_doors(cls):
        """At the café that is on: Ann's card, Ben is inside, and a place has become free for who waits."""
        (cls.ann + cls.ben).action_new_card()
        cls.scheme.card_sign_in = True
        cls.ben._set_pin("4071")
        cls.ben._in_verb().pin_locked_until = fields.Datetime.now() + timedelta(hours=1)
        cafe = cls.env["timebank.session"].search(
            [("activity_id", "=", cls.activity.id)], order="id", limit=1
        )
        cafe.sign_up(cls.ann.partner_id)
        cafe.check_in(cls.ben.partner_id)
        cafe.with_user(cls.coordinator).action_open_kiosk()
        full = cls._make_session(capacity=1, start=datetime(2026, 3, 27, 10), stop=datetime(2026, 3, 27, 12))
        full.sign_up(cls.ann.partner_id)
        full.sign_up(cls.ben.partner_id)
        full.withdraw(cls.ann.partner_id)

    @classmethod
    def _make_deputy(cls):
        """Somebody acts for the agency."""
        lea = new_test_user(cls.env, "tb_lea", groups="base.group_portal", name="Lea Marsh")
        cls.env["timebank.deputy"].with_user(cls.coordinator).create(
            {"member_id": cls.agency.id, "partner_id": lea.partner_id.id}
        )

    @classmethod
    def _make_steps(cls, scheme):
        """In a bank, a record at each step of its way, as far as `WorldCase` has none."""
        env = cls.env(user=cls.manager)
        giver, receiver, pausing, leaving = (
            cls._make_member(f"{name} {scheme.name}", scheme=scheme) for name in ("Ada", "Bea", "Cy", "Di")
        )
        applicant = cls.env["res.partner"].create({"name": f"Ed {scheme.name}"})
        env["timebank.member"].create({"partner_id": applicant.id, "scheme_id": scheme.id})
        pausing.with_env(env).action_pause()
        cls._leave(leaving)
        entries = [
            cls._make_hours(giver, 60, state, date=TODAY - timedelta(days=day))
            for day, state in enumerate(["draft", *["submitted"] * 5], start=3)
        ]
        refused, reversed_, *approved = (entry.with_env(env) for entry in entries[2:])
        refused.action_refuse("No")
        for entry in (reversed_, *approved):
            entry.action_approve()
        reversed_.action_reverse("No")
        cls._make_offers(env, giver, receiver)
        cls._make_shop(env, scheme, giver)
        cls._make_pots(env, scheme, giver)
        cls._make_calendar(env, scheme, giver, receiver)
        cls._make_rounds(scheme, giver, receiver)
        cls._make_voices(env, scheme, giver)
        cls._make_moves(env, scheme)
        cls._make_reports(scheme)
        first = TODAY.replace(day=1)
        cls.env["timebank.time.audit"]._count(scheme, first, TODAY)
        cls.env["timebank.time.audit"]._count(
            scheme, first - relativedelta(months=1), first - timedelta(days=1)
        )

    @classmethod
    def _make_reports(cls, scheme):
        """Reports of a bank for an application: a draft, checked, agreed and sent."""
        about = {"kind": "bid", "scheme_ids": scheme.ids}
        reports = (
            cls.env["timebank.funder.report"].with_user(cls.env.ref("base.user_admin")).create([about] * 4)
        )
        reports[1:].with_user(cls.finance).action_check()
        reports[2:].with_user(cls.manager).action_agree()
        reports[3].with_user(cls.manager).action_send("ann@example.org")
        reports[3].with_user(cls.manager).action_new_version()
        grant = cls.env["timebank.grant"].search(
            [("scheme_ids", "in", scheme.ids), ("state", "=", "open")], limit=1
        )
        if grant:
            reports.create({"grant_id": grant.id})

    @classmethod
    def _make_rounds(cls, scheme, giver, receiver):
        """Rounds of well-being questions: being prepared, asking, and closed."""
        waves = cls.env["timebank.wellbeing.wave"].create([{"scheme_id": scheme.id}] * 3)
        (waves[1] + waves[2]).action_invite()
        for wave in waves[1:]:
            for member in (giver, receiver):
                cls.env["timebank.wellbeing.response"].create(
                    {"wave_id": wave.id, "partner_id": member.partner_id.id, "way": "read_out", "happy": 7}
                )
        waves[2].action_close()
        scale = {"wording": "Made up", "answer_words": "never\nalways", "scores": "1 1\n2 2"}
        scales = cls.env["timebank.wellbeing.scale"].create(
            [{**scale, "name": f"{name} {scheme.name}", "licence_reference": "L1"} for name in ("On", "Off")]
        )
        scales[0].action_switch_on()

    @classmethod
    def _make_voices(cls, env, scheme, member):
        """Stories that are being written, agreed to and taken back; self-audits scored and agreed."""
        told = {"scheme_id": scheme.id, "partner_ids": member.partner_id.ids, "text": "Twelve of us"}
        _draft, agreed, back = env["timebank.story"].create(
            [{**told, "name": name} for name in ("Soup", "Bread", "Tea")]
        )
        for story in (agreed, back):
            story.record_consent(member.partner_id.id, ["funder"], date(2026, 12, 31), "person")
        back.action_withdraw()
        scored, met = env["timebank.self.audit"].create(
            [
                {"scheme_id": scheme.id, "met_on": day, "present_others": "Trustees"}
                for day in (TODAY, TODAY - timedelta(days=300))
            ]
        )
        met.line_ids.agreed_level = "2"
        voice = {"partner_id": member.partner_id.id, "assets": "2"}
        env["timebank.self.audit.voice"].create([{**voice, "audit_id": audit.id} for audit in scored + met])
        met.action_agree()

    @classmethod
    def _make_moves(cls, env, scheme):
        """Moves at each step of theirs."""
        content = b"Name,Email,Date,Hours\nMay Moss,may@example.org,2026-03-02,1\n"
        for steps, more in enumerate(
            (
                b"",
                b"May Moss,may@example.org,2026-03-03,90\nAnn and Ben,,2026-03-04,1\n",
                b"",
                b"May Moss,may@example.org,2026-03-04,0.33\n",
            )
        ):
            files = env["ir.attachment"].create({"name": "hours.csv", "raw": content + more})
            move = env["timebank.migration"].create(
                {"scheme_id": scheme.id, "file_ids": [Command.set(files.ids)]}
            )
            for action in ("action_rehearse", "action_rehearse", "action_carry_out")[:steps]:
                getattr(move, action)(*([True] if action == "action_carry_out" else []))
        move.row_ids[:1]._in_verb().problem = "Hours on a day that is closed"

    @classmethod
    def _make_offers(cls, env, giver, receiver):
        skills = cls.env["timebank.skill"].search([("parent_id", "!=", False)], limit=9)
        for make, member in ((cls._make_offer, giver), (cls._make_request, receiver)):
            make(member, skills[0], publish=False)
            published, paused, closed, expired = (make(member, skill).with_env(env) for skill in skills[1:5])
            paused.action_pause()
            closed.action_close()
            expired._in_verb().write({"state": "expired", "expires_on": TODAY - timedelta(days=1)})
        cls._make_request(receiver, skills[5]).with_env(env).action_meet()
        suggested, introduced, agreed, done, declined = env["timebank.introduction"].create(
            [
                {
                    "offer_id": cls._make_offer(giver, skill).id,
                    "request_id": cls._make_request(receiver, skill).id,
                }
                for skill in skills[4:9]
            ]
        )
        (introduced + agreed + done + declined).action_introduce()
        (agreed + done).action_agree(datetime(2026, 3, 2, 9), "Hall", 30)
        done.action_done()
        declined.action_decline("No")

    @classmethod
    def _make_shop(cls, env, scheme, member):
        lift, draft, archived = (
            cls._make_reward(name, "draft", scheme_id=scheme.id, minutes=5, approval="manual").with_env(env)
            for name in ("Lift", "Lunch", "Lamp")
        )
        (lift + archived).action_publish()
        claims = [cls._make_claim(member, lift).with_env(env) for _step in range(6)]
        for claim in claims[1:]:
            claim.action_request()
        claims[2].action_refuse("No")
        claims[3].action_cancel("No")
        for claim in claims[4:]:
            claim.action_approve()
        claims[5].action_fulfil()
        archived.action_archive()
        club = cls._make_reward("Club", scheme_id=scheme.id, minutes=5, approval="auto")
        repeating = {"reward_id": club.id, "partner_id": member.partner_id.id, "date_start": TODAY}
        env["timebank.dues"].create(repeating).action_stop("No")
        env["timebank.dues"].create(repeating)
        env["timebank.voucher.batch"].create({"scheme_id": scheme.id, "quantity": 2})
        batches = env["timebank.voucher.batch"].create([{"scheme_id": scheme.id, "quantity": 1}] * 2)
        batches.action_issue()
        batches[1].action_cancel("No")

    @classmethod
    def _make_pots(cls, env, scheme, member):
        pots = env["timebank.account"].create(
            [
                {
                    "name": name,
                    "kind": "pot",
                    "scheme_id": scheme.id,
                    "holder_ids": member.partner_id.ids,
                    "goal_minutes": 600,
                }
                for name in ("Tea", "Ice", "End")
            ]
        )
        pots[1].action_freeze()
        pots[2].action_close()

    @classmethod
    def _make_calendar(cls, env, scheme, member, other):
        idea, planned, running, done, cancelled = activities = env["timebank.activity"].create(
            [{"name": name, "scheme_id": scheme.id} for name in ("Idea", "Plan", "Run", "Did", "Not")]
        )
        (activities - idea).action_plan()
        (running + done).action_start()
        done.action_finish()
        cancelled.action_cancel()
        at = {"activity_id": running.id, "tz": "UTC"}
        coming = {"start": datetime(2026, 3, 25, 14), "stop": datetime(2026, 3, 25, 16)}
        gone = {"start": datetime(2026, 3, 11, 14), "stop": datetime(2026, 3, 11, 16)}
        cls._make_session("draft", **at, **coming)
        cls._make_session(capacity=1, helpers_wanted=1, **at, **coming).sign_up(member.partner_id)
        now, over, called_off = (cls._make_session(**at, **gone).with_env(env) for _step in range(3))
        for session in (now, over):
            cls._make_line(member, session)
        over.action_close()
        called_off.action_cancel()

    @classmethod
    def _make_grants(cls):
        cls._make_grant("Later", "draft")
        cls._make_grant("Before").action_close()
        grant = cls._make_grant("Signed")
        reviewed = cls._reconcile(grant_id=grant.id)
        reviewed.action_prepare()
        reviewed.with_user(cls.finance2).action_review()
        following = {"date_from": date(2026, 4, 1), "date_to": date(2026, 6, 30)}
        cls._reconcile(grant_id=grant.id, **following).action_prepare()
        cls._claims(1).with_user(cls.finance).action_billing_done()
        cls.scheme.cash_method = "invoice"
        cls.env["account.journal"].create({"name": "Sales", "code": "TBS", "type": "sale"})
        ticket = cls._make_reward("Ticket", minutes=5, cash_price=2, product_id=cls.product.id)
        cls._make_claim(cls.ann, ticket, "approved")

    @classmethod
    def _make_doubles(cls):
        """Two who may be one, two who were said not to be, and two who became one."""
        cls._make_double(cls.ann.partner_id, cls.ben.partner_id)
        people = cls.env["res.partner"].create([{"name": name} for name in ("Eva Grey", "Eva Gray")])
        cls._make_double(cls.ann.partner_id, people[0]).with_user(cls.manager).action_not_the_same()
        kept, gone = cls._make_member("Una Ray").partner_id, cls._make_member("Una Rae").partner_id
        merging = cls.env["base.partner.merge.automatic.wizard"].with_user(cls.manager)
        chosen = {"partner_ids": (kept + gone).ids, "dst_partner_id": kept.id, "state": "selection"}
        merging.create(chosen).action_merge()

    @classmethod
    def _make_accrual(cls):
        cls._make_grant("Year before", date_start=date(2025, 1, 1), date_end=date(2025, 12, 31))
        with freeze_time("2025-12-20"):
            cls._claims(1)
        cls._claims(1)
        account = {"name": "Accrued", "code": "TB2200", "account_type": "liability_current"}
        journal = {"name": "Year end", "code": "TBG", "type": "general"}
        dialog = (
            cls.env["timebank.accrue"]
            .with_user(cls.finance)
            .with_context(active_model="timebank.grant", active_ids=cls.grant.ids)
            .create(
                {
                    "date": TODAY,
                    "journal_id": cls.env["account.journal"].create(journal).id,
                    "liability_account_id": cls.env["account.account"].create(account).id,
                }
            )
        )
        dialog.line_ids.account_id = cls.expense
        dialog.action_confirm()
        lines = cls.env["timebank.bill.line"].with_user(cls.finance)
        lines._get_charged_line(cls.grant, cls._bill(("Tickets", 12)).invoice_line_ids).action_prepaid(
            cls._make_reward("Tickets", minutes=5, expected_cost=6).id, 2
        )

    def test_every_button(self):
        codes = [
            self.batch.voucher_ids[0].code,
            self.env["timebank.redemption"].search([("code", "!=", False)], limit=1).code,
            *(self.ann + self.ben).mapped("card_code"),
        ]
        ours, shown = self._get_all_buttons(), set()
        others = Presser(self, self.manager, ADDON, codes)
        for user in (self.coordinator, self.several, self.manager, self.finance, self.staff):
            presser = others if user == self.manager else Presser(self, user, ADDON, codes)
            foreign = {model for model, _name in ours if not model.startswith("timebank.")}
            for screen, button in self._buttons(presser, foreign):
                if not button.model.startswith("timebank.") and (button.model, button.name) not in ours:
                    continue
                with self._trying(user=user.name, screen=screen, button=button.label or button.name):
                    self._check_press(presser, others, button)
            shown |= presser.shown
        from_health = {("timebank.health", str(self.env.ref(f"{ADDON}.{name}").id)) for name in FROM_HEALTH}
        self.assertEqual(ours - shown, BEHIND | from_health)

    def test_whoever_looks_runs_the_bank_or_not(self):
        """Of each model of a bank's: found as it is shown, and asked of all records at once."""
        tried = 0
        for name in sorted(self.env.registry):
            model = self.env[name]
            if "can_change" not in model._fields or model._abstract:
                continue
            for user in (self.coordinator, self.finance, self.manager):
                records = self.env[name].with_user(user).with_context(active_test=False)
                if not records.has_access("read"):
                    continue
                with self.subTest(model=name, user=user.name):
                    found = records.search([])
                    self.env.invalidate_all()
                    with self.assertQueryCount(8):
                        run = found.filtered("is_run_by_user")
                    self.assertEqual(run, records.search([("is_run_by_user", "=", True)]))
                    self.assertEqual(found - run, records.search([("is_run_by_user", "=", False)]))
                    self.assertEqual(found.filtered("can_change"), found._filtered_access("write"))
                    tried += 1
        self.assertGreater(tried, 30)

    def _check_press(self, presser, others, button):
        """It works, or is refused in plain words. Over a list somebody may have ticked too much; a record's
        own button isn't shown to whom it is refused for who they are.
        """
        refusal = presser.press(button)
        if isinstance(refusal, AccessError) and button.ticked:
            refusal = str(refusal)
        if isinstance(refusal, Exception):
            raise refusal
        for word in JARGON:
            self.assertNotIn(word, refusal)
        if refusal and not button.ticked and presser != others and not self._is_own(presser, button):
            self.assertTrue(others.press(button), f"{refusal} Whoever runs the bank isn't refused.")

    def _is_own(self, presser, button):
        """Whether it is about what the presser decides on: there a sentence may say who has a say as well."""
        records = presser.env[button.model].browse(button.ids)
        return "is_run_by_user" in records._fields and all(records.mapped("is_run_by_user"))

    def _get_all_buttons(self):
        """Model and method or action of each button in a view of ours, those in others' models included."""
        data = self.env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", "ir.ui.view")])
        views, found = self.env["ir.ui.view"].browse(data.mapped("res_id")).filtered("model"), set()
        for view in views.filtered(lambda view: view.type in WITH_BUTTONS):
            for node in etree.fromstring(view.arch).xpath(BUTTONS):
                model = self.env[view.model]
                for around in node.xpath("ancestor::field[not(@position)]"):
                    model = self.env[model._fields[around.get("name")].comodel_name]
                found.add((model._name, node.get("name") or node.get("action")))
        return found

    def _buttons(self, presser, foreign):
        """Each button of each screen, on a record of each step; those over a list with all of these ticked,
        and with those of one's own banks.
        """
        yield from (("menu", button) for button in presser.dialogs())
        for model, context, domain, views in presser.screens(foreign):
            records = presser.env[model].with_context(**context).search(domain, limit=200)
            for view, kind in views:
                if kind not in WITH_BUTTONS or not records:
                    continue
                screen, about = f"{kind} of {model}", (model, view, kind, context)
                steps = [name for name in STEPS if name in records._fields]
                shown = {}
                try:
                    on_each = presser.on_records(*about, records.ids)
                except AccessError:
                    self.assertIn(
                        model, foreign
                    )  # a form of Odoo's own that shows them more than they may read
                    continue
                for record, buttons in on_each.items():
                    step = [str(one) for name in steps for one in [records.browse(record)[name]]]
                    shown.setdefault((*step, *{button.name for button in buttons}), (record, buttons))
                ticked = records.browse(record for record, _buttons in shown.values())
                own = ticked.filtered("is_run_by_user") if "is_run_by_user" in ticked._fields else ticked
                if kind == "form":
                    for some in filter(None, {ticked[:1], own[:1]}):
                        yield from ((screen, one) for one in presser.in_menu(*about, some.ids))
                if kind == "list":
                    for some in filter(None, {ticked, own}):
                        yield from (
                            (screen, one) for one in presser.over_list(model, view, context, some.ids)
                        )
                        yield from ((screen, one) for one in presser.in_menu(*about, some.ids))
                for _record, buttons in shown.values():
                    yield from ((screen, button) for button in buttons)
