import base64
import io
import re
import subprocess
import unicodedata
from datetime import date, timedelta
from functools import cached_property

from lxml import etree
from PIL import Image
from pypdf import PdfReader

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY
from ..grants_common import GrantCase

ADDON = "timebank_coproduction."
LETTERS_34 = "Wilhelmina Featherstonehaugh-Smith"
LETTERS_110 = (
    "The Incorporated Society of Neighbours, Friends and Helpers of River Street, "
    "Harbour Row and the Old Canal Dox"
)
NAMES = [LETTERS_34, LETTERS_110, "李小龙", "Łukasz Żółć", "Ngozi Ọkọ́njọ"]
POINTS_PER_MM = 72 / 25.4


def poppler(program, content, *options):
    """What one of poppler's programs says of a PDF."""
    done = subprocess.run([program, *options, "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode()


def about(content):
    """`pdfinfo` as a dict."""
    done = subprocess.run(["pdfinfo", "-"], input=content, capture_output=True, check=True)
    return dict(re.findall(r"^(.+?): +(.*)$", done.stdout.decode(), re.MULTILINE))


def fonts(content):
    """The rows of `pdffonts`: for each font (embedded, has a map to Unicode)."""
    done = subprocess.run(["pdffonts", "-"], input=content, capture_output=True, check=True)
    rows = done.stdout.decode().splitlines()[2:]
    return [tuple(re.search(r"(yes|no) +(?:yes|no) +(yes|no) +\d+ +\d+$", row).groups()) for row in rows]


def squeeze(text):
    """Without white space and hyphens, which a line's end may bring or take."""
    return re.sub(r"[\s\-\u00ad]", "", unicodedata.normalize("NFC", text))


class Paper:
    """A printed paper, and what a reader finds in it."""

    def __init__(self, content):
        self.content = content

    @cached_property
    def about(self):
        return about(self.content)

    @cached_property
    def pages(self):
        """The text of each page."""
        return poppler("pdftotext", self.content, "-layout").split("\f")[:-1]

    @cached_property
    def text(self):
        return squeeze(poppler("pdftotext", self.content))

    @cached_property
    def catalog(self):
        """What the PDF says of itself as a whole."""
        return PdfReader(io.BytesIO(self.content)).trailer["/Root"]

    @cached_property
    def words(self):
        """For each page, its words as (text, left, top, right, bottom) in millimetres."""
        root = etree.fromstring(
            poppler("pdftotext", self.content, "-bbox").encode(), etree.XMLParser(recover=True)
        )
        return [
            [
                (
                    word.text,
                    *(float(word.get(side)) / POINTS_PER_MM for side in ("xMin", "yMin", "xMax", "yMax")),
                )
                for word in page.iterfind("{*}word")
            ]
            for page in root.iterfind(".//{*}page")
        ]


@tagged("post_install", "-at_install")
class TestPapers(GrantCase):
    """Every PDF of the addon: text that can be searched and read aloud, and on each page what it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        picture = io.BytesIO()
        Image.new("RGB", (400, 160), (28, 124, 125)).save(picture, "PNG")
        cls.scheme.logo = base64.b64encode(picture.getvalue())
        cls.people = cls.ann
        for name in NAMES:
            cls.people |= cls._make_member(name)
        for member in cls.people:
            cls._make_hours(member, 600, "approved", date=date(2026, 3, 2), description="Walked the dog")
        for number in range(60):
            cls._make_hours(
                cls.people[1],
                30,
                "approved",
                date=date(2026, 1, 2) + timedelta(days=number),
                description=f"Visit number {number}, with tea and a long talk about the allotment",
            )
        cls.people.action_new_card()
        cls.batch = cls.env["timebank.voucher.batch"].create(
            {"scheme_id": cls.scheme.id, "quantity": 10, "minutes": 60}
        )
        cls.batch.action_issue()
        cls.lesson.fulfilment = "code"
        cls.slips = cls.env["timebank.redemption"]
        for member in cls.people:
            cls.slips |= cls._make_claim(member, cls.lesson, "approved")
        cls.scheme.allow_goods_rewards = True
        cls.swim.kind = "goods"
        cls.swims = cls._claims(8)
        cls.swims[0].action_fulfil()
        for number in range(40):
            cls._bill((f"Towels {number}", 2))
        cls.reconciliation = (
            cls.env["timebank.reconciliation"]
            .with_user(cls.finance)
            .create({"grant_id": cls.grant.id, "date_from": date(2026, 1, 1), "date_to": date(2026, 3, 31)})
        )
        cls.reconciliation.action_refresh()
        cls.reconciliation.line_ids.note = "Bought for the party of the year; Cora has the receipts"
        cls.reconciliation.action_prepare()
        cls.certificate = (
            cls.env["timebank.certificate"]
            .with_user(cls.coordinator)
            .create(
                {
                    "member_ids": [Command.set(cls.people.ids)],
                    "date_from": date(2026, 1, 1),
                    "date_to": TODAY,
                }
            )
        )
        cls.self_audit = cls._make_self_audit()
        cls.report = (
            cls.env["timebank.funder.report"]
            .with_user(cls.coordinator)
            .create(
                {
                    "kind": "bid",
                    "scheme_ids": [Command.set(cls.scheme.ids)],
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 3, 18),
                    "learned_text": "A wall of pictures brings people in",
                }
            )
        )
        cls.disclosure = (
            cls.env["timebank.disclosure"]
            .with_user(cls.manager)
            .create(
                {
                    "scheme_ids": [Command.set(cls.scheme.ids)],
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 3, 18),
                }
            )
        )
        wave = (
            cls.env["timebank.wellbeing.wave"].with_user(cls.coordinator).create({"scheme_id": cls.scheme.id})
        )
        wave.action_invite()
        cls.asked = wave.invitation_ids.filtered(lambda one: one.partner_id in cls.people.partner_id)
        cls.move = cls._make_move()
        period = {"date_from": "2026-01-01", "date_to": "2026-03-18"}
        names = cls.people.mapped("name")
        #: report → (who prints, records, data, what each page is called, words that are somewhere)
        cls.papers = {
            "report_timebank_statement": (
                cls.coordinator,
                cls.env["timebank.account"],
                {**period, "account_ids": cls.people.account_id.ids},
                "Time credit statement",
                [*names, "Walked the dog", "Visit number 59", "River Street"],
            ),
            "report_certificate": (
                cls.coordinator,
                cls.certificate,
                {},
                "Certificate of hours given",
                [*names, "To whom it may concern", "Cora Hart", "River Street"],
            ),
            "member_card": (
                cls.coordinator,
                cls.people,
                {},
                "Member cards",
                [*names, *cls.people.mapped("card_code"), "River Street"],
            ),
            "report_vouchers": (
                cls.coordinator,
                cls.batch,
                {},
                "Time vouchers",
                [*cls.batch.voucher_ids.mapped("code"), "River Street", "1 hour"],
            ),
            "report_claim_slip": (
                cls.coordinator,
                cls.slips,
                {},
                "Slips for rewards",
                [*cls.slips.filtered("code").mapped("code"), "Driving lesson", LETTERS_110],
            ),
            "report_pick_list": (
                cls.coordinator,
                cls.slips | cls.swims,
                {},
                "Pick-list",
                [*names, "Swim pass", "Leisure Centre", "Driving lesson"],
            ),
            "report_reconciliation": (
                cls.finance,
                cls.reconciliation,
                {},
                "Grant reconciliation",
                [
                    "Neighbours Together",
                    "Harbour Foundation",
                    "Finn Ward",
                    "Prepared by",
                    "Billed this period",
                ],
            ),
            "wellbeing_sheet": (
                cls.coordinator,
                cls.asked,
                {},
                "How are you?",
                [*names, *cls.asked.mapped("sheet_code"), "how satisfied are you with your life nowadays?"],
            ),
            "report_funder_report": (
                cls.coordinator,
                cls.report,
                {},
                "River Street",
                ["A wall of pictures brings people in", "How these figures are made"],
            ),
            "report_timebank_benefits": (
                cls.coordinator,
                cls.env["timebank.member"],
                {**period, "member_ids": cls.ann.ids},
                cls.ann.name,
                ["What you have had", "Swim pass", "River Street"],
            ),
            "report_timebank_disclosure": (
                cls.manager,
                cls.disclosure,
                {},
                "River Street",
                ["volunteers gave", "Figure", "As many full-time members of staff, at 1,650 hours a year"],
            ),
            "report_timebank_self_audit": (
                cls.coordinator,
                cls.self_audit,
                {},
                "Self-audit of co-production",
                ["River Street", "Shared roles", "A wall of what people can do", "Hold one in the evening"],
            ),
            "report_timebank_migration": (
                cls.coordinator,
                cls.move,
                {},
                "Proof of moving in",
                [*NAMES, "River Street", "members.csv", "This move is not done yet"],
            ),
        }

    @classmethod
    def _make_move(cls):
        table = "\n".join(["Name,Balance", *(f'"{name}",1:30' for name in NAMES)])
        files = cls.env["ir.attachment"].with_user(cls.coordinator)
        move = (
            cls.env["timebank.migration"]
            .with_user(cls.coordinator)
            .create(
                {
                    "scheme_id": cls.scheme.id,
                    "file_ids": [
                        Command.set(files.create({"name": "members.csv", "raw": table.encode()}).ids)
                    ],
                }
            )
        )
        move.action_rehearse()
        return move

    @classmethod
    def _make_self_audit(cls):
        audits = cls.env["timebank.self.audit"].with_user(cls.coordinator)
        audit = audits.create({"scheme_id": cls.scheme.id, "met_on": TODAY, "present_others": "Trustees"})
        audit.line_ids.agreed_level = "2"
        audit.line_ids[0].evidence = "A wall of what people can do"
        audit.line_ids[1].write(
            {
                "action": "Hold one in the evening",
                "action_user_id": cls.coordinator.id,
                "action_until": date(2026, 6, 1),
            }
        )
        audit.action_agree()
        return audit

    def _print(self, name, engine="weasyprint", records=None, data=None, user=None):
        who, own, own_data, _title, _words = self.papers[name]
        # sudo: an administrator's setting
        self.env["ir.config_parameter"].sudo().set_param(ADDON + "paper_engine", engine)
        content, kind = (
            self.env["ir.actions.report"]
            .with_user(user or who)
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(
                ADDON + name,
                (own if records is None else records).ids or None,
                data=dict(own_data if data is None else data),
            )
        )
        self.assertEqual(kind, "pdf")
        return Paper(content)

    def _reports(self):
        return self.env["ir.actions.report"].search(
            [("report_name", "=like", ADDON + "%"), ("report_type", "=", "qweb-pdf")]
        )

    def test_none_is_left_out(self):
        self.assertEqual(set(self._reports().mapped("report_name")), {ADDON + name for name in self.papers})

    def test_text_on_every_page(self):
        for name, (_who, _records, _data, title, words) in self.papers.items():
            with self.subTest(name):
                paper = self._print(name)
                found = fonts(paper.content)
                self.assertTrue(found)
                self.assertEqual(set(found), {("yes", "yes")}, "embedded, and known letters")
                for word in words:
                    self.assertIn(squeeze(word), paper.text)
                for page in paper.pages:
                    self.assertIn(title, page)
                    self.assertRegex(page, r"Page \d+ of \d+")

    def test_can_be_read_aloud(self):
        for name, (_who, _records, _data, _title, _words) in self.papers.items():
            with self.subTest(name):
                paper = self._print(name)
                self.assertEqual(paper.about["Tagged"], "yes")
                self.assertTrue(paper.about["Title"])
                self.assertRegex(paper.catalog["/Metadata"].get_data(), rb"pdfuaid:part\W+1\b")
                self.assertTrue(paper.catalog["/Lang"].startswith("en"))
                self.assertTrue(paper.catalog["/MarkInfo"]["/Marked"])

    def test_small_enough_to_mail(self):
        for name in self.papers:
            with self.subTest(name):
                paper = self._print(name)
                self.assertLess(len(paper.content), 150_000 + 20_000 * len(paper.pages))

    def test_pages_are_counted_for_each_person(self):
        paper = self._print("report_timebank_statement")
        numbers = [re.search(r"Page (\d+) of (\d+)", page).groups() for page in paper.pages]
        several = [number for number in numbers if number[1] != "1"]
        self.assertEqual(several, [("1", several[0][1]), *several[1:]])
        self.assertGreaterEqual(len(several), 2)
        self.assertEqual(len(numbers) - len(several), len(self.people) - 1)
        self.assertTrue(all(LETTERS_34 in page for page in paper.pages if "of 1" not in page))

    def test_logo_and_a_line_to_sign(self):
        bank = squeeze(self.scheme.name)
        for name, signs in (
            ("report_timebank_statement", (f"For{bank}", "Date")),
            ("report_certificate", (bank, "Date")),
            ("report_reconciliation", ("Preparedby", "Reviewedby")),
        ):
            text = self._print(name).text
            for line in signs:
                self.assertIn(line, text)
        for name in set(self.papers) - {"report_reconciliation"}:
            with self.subTest(name):
                done = subprocess.run(
                    ["pdfimages", "-list", "-"],
                    input=self._print(name).content,
                    capture_output=True,
                    check=True,
                )
                self.assertRegex(done.stdout.decode(), r" 400 +160 ")

    def test_the_company_lends_its_logo(self):
        self.scheme.logo = False
        picture = io.BytesIO()
        Image.new("RGB", (300, 100), (90, 20, 20)).save(picture, "PNG")
        self.assertFalse(self.scheme._get_logo(), "not the one that Odoo gives everybody")
        self.scheme.company_id.logo = base64.b64encode(picture.getvalue())
        self.assertTrue(self.scheme.with_user(self.portal)._get_logo())
        self.assertTrue(self.scheme.company_id.with_user(self.finance)._get_timebank_logo())

    def test_long_names_leave_room_on_cards(self):
        paper = self._print("member_card")
        (words,) = paper.words
        hints = [word for word in words if word[0] == "Hold"]
        self.assertEqual(len(hints), len(self.people))
        self.assertEqual(len([word for word in words if word[0] == "volunteer."]), len(self.people))
        codes = [word for word in words if re.fullmatch(r"(\w{4}-){3}\w{4}", word[0])]
        self.assertEqual(len({round(code[2]) for code in codes}), len({round(hint[2]) for hint in hints}))
        for hint in hints:
            column = hint[1] - 1
            card = [
                word
                for word in words
                if column <= word[1] <= column + 46 and hint[2] - 44 < word[2] < hint[2] - 0.5
            ]
            self.assertTrue(card)
            self.assertLessEqual(max(word[4] for word in card), hint[2], "the name ends above the hint")
            self.assertLessEqual(max(word[3] for word in card), column + 48, "and beside the code")

    def test_slips_of_long_names_keep_their_code(self):
        paper = self._print("report_claim_slip")
        for words in paper.words:
            codes = [word for word in words if re.fullmatch(r"(\w{4}-){2}\w{4}", word[0])]
            self.assertTrue(codes)
            for _code, left, top, _right, _bottom in codes:
                above = [
                    word
                    for word in words
                    if left - 1 <= word[1] <= left + 44 and top - 42 < word[2] < top - 0.5
                ]
                self.assertLessEqual(max(word[4] for word in above), top + 0.5)
                self.assertLessEqual(max(word[3] for word in above), left + 48)

    def test_signatures_stand_with_the_name_of_the_grant(self):
        paper = self._print("report_reconciliation")
        self.assertGreater(len(paper.pages), 1)
        (page,) = [page for page in paper.pages if "Prepared by" in page]
        self.assertIn("Reviewed by", page)
        self.assertIn("Signatures for Neighbours Together", page)
        self.assertTrue(all("Neighbours Together" in page for page in paper.pages))

    def test_in_two_languages(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.people[4].partner_id.lang = "pl_PL"
        data = {"date_from": "2026-03-01", "date_to": "2026-03-18"}
        paper = self._print(
            "report_timebank_statement", data={**data, "account_ids": self.people[4].account_id.ids}
        )
        self.assertEqual(paper.catalog["/Lang"], "pl-PL")
        self.assertIn("18 mar 2026", paper.pages[0])

    def test_titled_by_what_it_is(self):
        data = {"date_from": "2026-03-01", "date_to": "2026-03-18"}
        paper = self._print(
            "report_timebank_statement",
            data={**data, "account_ids": self.ann.account_id.ids},
            user=self.portal,
        )
        self.assertIn("Time credit statement · Ann Lee", paper.about["Title"])
        self.assertEqual(len(paper.pages), 1)

    def test_kept_as_attachments(self):
        report = self.env.ref(ADDON + "timebank_statement_report")
        report.attachment = "'statement-%s.pdf' % object.id"
        accounts = (self.ann | self.people[3]).account_id
        paper = self._print("report_timebank_statement", records=accounts, data={}, user=self.env.user)
        self.assertEqual(len(paper.pages), 2)
        kept = self.env["ir.attachment"].search(
            [("res_model", "=", "timebank.account"), ("res_id", "in", accounts.ids)]
        )
        self.assertEqual(len(kept), 2)

    def test_printed_by_wkhtmltopdf_too(self):
        for name, (_who, _records, _data, title, words) in self.papers.items():
            with self.subTest(name):
                paper = self._print(name, "wkhtmltopdf")
                self.assertTrue(fonts(paper.content), "letters, not shapes")
                for word in [title, *words]:
                    self.assertIn(squeeze(word), paper.text)

    def test_nothing_is_fetched(self):
        self.scheme.name = "Bank <img src='file:///etc/passwd'>"
        paper = self._print("member_card")
        self.assertIn(squeeze("Bank <img src='file:///etc/passwd'>"), paper.text)

    def test_chosen_by_an_administrator(self):
        settings = self.env["res.config.settings"].create({"timebank_paper_engine": "wkhtmltopdf"})
        settings.execute()
        report = self.env["ir.actions.report"]
        self.assertEqual(report.with_user(self.coordinator)._get_timebank_engine(), "wkhtmltopdf")
        self.env["res.config.settings"].create({"timebank_paper_engine": "weasyprint"}).execute()
        self.assertEqual(report.with_user(self.coordinator)._get_timebank_engine(), "weasyprint")
