"""Something behind every entry of every role's menu, made by what the product offers for it."""

from odoo.fields import Command

from ..common import TODAY
from .common import JourneyCase

#: A charity's own table, whose headings are known.
TABLE = b"Name,Email,Date,Hours\nMay Moss,may@example.org,2026-03-02,1\nBob Lee,,2026-03-04,0.5\n"


class WalkWorld(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.coordinator, cls.manager, cls.finance, cls.staff):
            member = cls._make_member(user.partner_id)
            setattr(cls, f"{user.login}_member", member)
            cls._give(member)
        cls._give(cls.sally)
        cls._give(cls.jose, receiver_id=cls.mary.partner_id.id)
        cls._give(cls.hannah, receiver_id=cls.hill.partner_id.id)
        for bank in cls.scheme | cls.hillside:
            cls._tell(bank)
            cls._move_in(bank)
            cls._become_one(bank)
        cls._exchange()
        cls._work_at_hillside()
        cls._keep_books()
        cls._configure()

    @classmethod
    def _give(cls, member, minutes=15, **vals):
        """Time that was given and approved, by somebody else."""
        hours = cls._make_hours(member, minutes, "submitted", **vals)
        own = member.partner_id == cls.manager.partner_id
        hours.with_user(cls.coordinator if own else cls.manager).action_approve()

    @classmethod
    def _tell(cls, bank):
        """A report, a self-audit, a story and a round of questions."""
        cls.env["timebank.funder.report"].create({"kind": "bid", "scheme_ids": [Command.set(bank.ids)]})
        cls.env["timebank.self.audit"].create({"scheme_id": bank.id})
        teller = bank.member_ids.filtered(lambda member: member.state == "active").partner_id[:1]
        cls.env["timebank.story"].create(
            {
                "name": "Soup",
                "scheme_id": bank.id,
                "partner_ids": [Command.set(teller.ids)],
                "text": "Twelve bowls",
            }
        )
        cls.env["timebank.wellbeing.wave"].create({"scheme_id": bank.id})

    @classmethod
    def _move_in(cls, bank):
        """Files of a move, and what was recognised in them."""
        files = cls.env["ir.attachment"].create({"name": "hours.csv", "raw": TABLE})
        move = cls.env["timebank.migration"].create(
            {"scheme_id": bank.id, "file_ids": [Command.set(files.ids)]}
        )
        move.action_rehearse()

    @classmethod
    def _become_one(cls, bank):
        """Two who became one, and two who may be: the list is made anew as it is opened."""
        kept, gone, *_others = (
            cls._make_member(
                cls.env["res.partner"].create({"name": name, "phone": phone}), scheme=bank
            ).partner_id
            for name, phone in (
                (f"Una Ray of {bank.name}", False),
                (f"Una Rae of {bank.name}", False),
                (f"Eva Grey of {bank.name}", "0113 496 0077"),
                (f"Eva Gray of {bank.name}", "0113 496 0077"),
            )
        )
        cls._merge(kept, gone)

    @classmethod
    def _merge(cls, kept, gone, user=None):
        merging = cls.env["base.partner.merge.automatic.wizard"].with_user(user or cls.manager)
        chosen = {"partner_ids": [Command.set((kept | gone).ids)], "dst_partner_id": kept.id}
        merging.create({**chosen, "state": "selection"}).action_merge()

    @classmethod
    def _exchange(cls):
        """Those without a role at the bank, or with finance's, are members: of it they see what is theirs."""
        staff, finance = (getattr(cls, f"{user.login}_member") for user in (cls.staff, cls.finance))
        cls._introduce(cls._make_offer(staff), cls._make_request(finance))
        cls._introduce(cls._make_offer(finance, cls.baking), cls._make_request(staff, cls.baking))
        cls.env["timebank.account"].create(
            {
                "name": "Tea for all",
                "kind": "pot",
                "scheme_id": cls.scheme.id,
                "holder_ids": [Command.set(cls.staff.partner_id.ids)],
            }
        )
        cls._make_claim(staff, cls._make_reward("Lift", minutes=10, approval="manual"), "requested")

    @classmethod
    def _work_at_hillside(cls):
        """What Sally has there, who coordinates that bank alone."""
        cls._introduce(cls._make_offer(cls.hill), cls._make_request(cls.hannah))
        batch = cls.env["timebank.voucher.batch"].create({"scheme_id": cls.hillside.id, "quantity": 2})
        batch.with_user(cls.coordinator).action_issue()
        cls.env["timebank.check"].create(
            {
                "partner_id": cls.hill.partner_id.id,
                "type_id": cls.env.ref("timebank_coproduction.check_type_food").id,
                "issued_on": TODAY,
            }
        )

    @classmethod
    def _keep_books(cls):
        """Tickets bought in advance, claims accrued, a funder's own headings; and two contacts of a funder,
        who is no bank's, so that finance is told of it."""
        keeper = cls.finance2  # of contacts and of the books, beside what finance does here
        for name in ("base.group_partner_manager", "account.group_account_invoice"):
            keeper.group_ids += cls.env.ref(name)
        cls._merge(cls.funder, cls.env["res.partner"].create({"name": "Harbour Foundation Ltd"}), keeper)
        lines = cls.env["timebank.bill.line"].with_user(cls.finance)
        bill = cls._bill(("Tickets", 24))
        lines._get_charged_line(cls.grant, bill.invoice_line_ids).action_prepaid(cls.swim.id, 2)
        cls._claims(3)  # of which two use them up
        account = {"name": "Accrued", "code": "TB2200", "account_type": "liability_current"}
        journal = {"name": "Year end", "code": "TBG", "type": "general"}
        accruing = cls.env["timebank.accrue"].with_user(keeper)
        accruing = accruing.with_context(active_model="timebank.grant", active_ids=cls.grant.ids)
        dialog = accruing.create(
            {
                "date": TODAY,
                "journal_id": cls.env["account.journal"].create(journal).id,
                "liability_account_id": cls.env["account.account"].create(account).id,
            }
        )
        dialog.line_ids.account_id = cls.expense
        dialog.action_confirm()
        report = cls.env["timebank.funder.report"].with_user(cls.coordinator)
        report.create({"grant_id": cls.grant.id}).action_keep_headings()

    @classmethod
    def _configure(cls):
        """A licensed scale, and somebody whose data were erased."""
        scale = (
            cls.env["timebank.wellbeing.scale"]
            .with_user(cls.manager)
            .create(
                {
                    "name": "Two statements",
                    "licence_reference": "L-1",
                    "wording": "One is made up\nTwo is made up",
                    "answer_words": "never\nalways",
                    "scores": "2 2\n3 3.5\n4 4",
                }
            )
        )
        scale.action_switch_on()
        gone = cls._make_member("Ute Gone")
        cls._leave(gone)
        gone.with_user(cls.manager).action_forget("She asked for it")
