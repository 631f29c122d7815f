import hashlib
import json
from base64 import b64decode, b64encode
from datetime import datetime
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL

from ...tools import canonical
from ..common.marks import Mark
from ..common.verb import day, text, verb
from ..common.windows import ask, open_dialog, open_form, open_list, tell
from ..common.words import at_place, say_day
from .timebank_funder_report import GROUP
from .timebank_funder_report_section import IN_FULL


class Sending(NamedTuple):
    """Who is sending a report, and when: in the context as ``timebank_sending`` while its papers are made."""

    user: models.Model
    moment: datetime


#: On a report while a paper is made, and not handed out.
ANEW = Mark("timebank_anew")
TODO = "timebank_coproduction.mail_activity_report_next"
#: What the last hash is over besides the figures and the earlier signatures.
KEPT = ("sent_by", "sent_on", "pdf_hash", "xlsx_hash")


class TimebankFunderReport(models.Model):
    """A report's way from a draft to what was sent: who signs, who is next, and what is kept."""

    _inherit = "timebank.funder.report"

    # ------------------------------------------------------------
    # From a draft to what was sent
    # ------------------------------------------------------------

    @verb(single=True)
    def action_ask_check(self):
        """Tell finance that the draft is ready: leaves a to-do.

        :raises UserError: once it is no draft, with a question unanswered, or where nobody is finance
        """
        self._require("draft")
        self._check_writer()
        self._refuse_unanswered()
        todo = self._ask_next("finance", self.env._("Check the report to the funder"))
        if not todo:
            raise UserError(
                self.env._(
                    "Nobody who hasn’t written in it is finance for %s: a manager gives that role.",
                    self.company_id.name,
                )
            )
        self._in_verb().write({"asked_on": fields.Datetime.now()})
        told = self.env._("%s has a to-do to check it.", todo.user_id.name)
        return tell(" ".join(filter(None, (told, self._say_missing_days()))))

    @verb()
    def action_check(self):
        """Sign as finance: the money is the signed reconciliation's. The figures are kept from here on.

        :raises AccessError: for who isn't finance
        :raises UserError: by somebody who has written in it; while days of the period are in no signed
            reconciliation, or haven't come
        """
        if not (self.env.su or self.env.user.has_group(GROUP + "finance")):
            raise AccessError(self.env._("Finance checks reports: ask them."))
        for report in self:
            report._require("draft")
            if report._is_bound("finance"):
                raise UserError(
                    self.env._(
                        "You have written in “%s”, or in a story that it tells: somebody else in finance"
                        " checks it.",
                        report.display_name,
                    )
                )
            unready = report._say_missing_days() or report._say_unfinished()
            if unready:
                raise UserError(unready)
            report._refuse_unanswered()
            content = report._make_content()
            report._sign(
                "checked",
                {
                    "content": canonical.write(content),
                    "content_hash": canonical.digest(content),
                    **dict.fromkeys(("asked_on", "back_reason"), False),
                    **report._get_undrifted(),
                    **report._prepare_people_told(),
                    "compared_on": report._today(),
                },
            )
            report._ask_next("manager", self.env._("Agree the report to the funder"))
        return tell(self._say_handed_on(self.env._("Checked, and its figures are kept.")))

    def _say_handed_on(self, done):
        """What was done, and who has the to-do for what comes next."""
        who = self._say_who_is_next()
        return f"{done} {self.env._('%s has the to-do for what comes next.', who)}" if who else done

    def _refuse_unanswered(self):
        """:raises UserError: while a question that is in the report has no answer: it would be left out"""
        if said := self._say_unanswered():
            raise UserError(said)

    def _say_unanswered(self):
        """Which of the questions that are in the report has no answer, or an empty string."""
        for section in self.section_ids:
            if section.key == "question" and section.is_in and not (section.text or "").strip():
                return self.env._("“%s” has no answer yet: answer it, or leave it out.", section.display_name)
        return ""

    @verb()
    def action_agree(self):
        """Sign as manager.

        :return: an action that says so; where figures have changed and nobody was told yet, one that says
            that, and nothing is signed
        :raises AccessError: for who isn't a manager
        :raises UserError: by somebody who has written in it or checked it, or after it was tampered with
        """
        if not (self.env.su or self.env.user.has_group(GROUP + "manager")):
            raise AccessError(self.env._("A manager agrees reports: ask one."))
        self._require("checked")
        if told := self._look_again():
            return told
        for report in self:
            report._require("checked")
            if report._is_bound("manager"):
                raise UserError(
                    self.env._(
                        "You have written in “%s” or a story in it, or checked it: another manager"
                        " agrees it.",
                        report.display_name,
                    )
                )
            report._refuse_altered()
            report._sign("agreed", {})
            report._ask_next("drafter", self.env._("Send the report to the funder"))
        return tell(self._say_handed_on(self.env._("Agreed.")))

    @verb(single=True, email=text(254), until=day())
    def action_send(self, email="", until=None):
        """Keep paper and workbook with what was agreed, for ever; and send a link to it, where asked for.

        :param str email: whom the link is sent to; without one it is handed over in another way
        :param date until: the last day on which the link works
        :raises UserError: before it is agreed, after it was tampered with, or with a story in it whose
            consent has ended
        """
        self.ensure_one()
        self._require("agreed")
        if not self.env.su and not self._is_run_by_user():
            raise AccessError(self.env._("A coordinator of its time banks sends it, or a manager."))
        self._refuse_altered()
        self._hold_stories()
        self._refuse_ended_stories()
        links = self.env["timebank.funder.report.link"]
        address = email and links._read_address(email)
        self._keep_sent()
        self._note_stories()
        if address:
            links._make(self, address, until)._mail(address)
        self._close_todos()
        kept = self.env._("Sent: its paper, its workbook and its figures are kept.")
        mailed = address and self.env._("A link is on its way to %s.", address)
        return tell(" ".join(filter(None, (kept, mailed))))

    @verb(single=True, email=text(254), until=day())
    def action_make_link(self, email="", until=None):
        """Send another link to a report that was sent.

        :param str email: to whom
        :param date until: the last day on which it works
        :raises UserError: without an address, or before the report was sent
        """
        links = self.env["timebank.funder.report.link"]
        address = links._read_address(email)
        self._make_link(address, until)._mail(address)
        return tell(self.env._("A link is on its way to %s.", address))

    def _make_link(self, address, until):
        """A link; whoever asks may send the report."""
        self._require("sent")
        if not self.env.su and not self._is_run_by_user():
            raise AccessError(self.env._("A coordinator of its time banks sends it, or a manager."))
        return self.env["timebank.funder.report.link"]._make(self, address, until)

    def _keep_sent(self):
        """Sign it as sent, with its paper, its workbook and the hash over all: one statement, after which
        the database lets nothing of it change."""
        now = fields.Datetime.now()
        # sudo: whoever may send it has it made whole, in the funder's language
        report = self.sudo().with_context(lang=self._get_lang(), timebank_sending=Sending(self.env.user, now))
        pdf, xlsx = report._make_pdf(), report._make_workbook()
        kept = {
            "state": "sent",
            "sent_by": self.env.uid,
            "sent_on": now,
            "pdf_hash": _sha256(pdf),
            "xlsx_hash": _sha256(xlsx),
        }
        files = {"pdf_file": b64encode(pdf), "xlsx_file": b64encode(xlsx)}
        report._in_verb().write({**kept, **files, "hash": report._digest_with(kept)})

    def _digest_with(self, kept):
        """The hash over all that is sent: what it says, its files, who signed it and when."""
        names = (
            "content_hash",
            "checked_by",
            "checked_on",
            "agreed_by",
            "agreed_on",
            "drafted_by",
            "version",
        )
        signed = {name: self[name].id if name.endswith("_by") else self[name] for name in names}
        return canonical.digest({**signed, **{name: kept[name] for name in KEPT}})

    def _sign(self, state, more):
        """Write a signature."""
        # sudo: who may sign was asked before; finance doesn't write reports otherwise
        self.sudo()._in_verb().write(
            {"state": state, f"{state}_by": self.env.uid, f"{state}_on": fields.Datetime.now(), **more}
        )

    @verb(reason=text())
    def action_back_to_draft(self, reason=""):
        """Take it back to draft, or send back a draft that finance was asked to check, with the reason on it
        and in its history. What was sent stays as it is.

        :raises UserError: without a reason, once it was sent, or for a draft that nobody was asked about
        """
        reason = self._require_reason(reason, self.env._("Say why in a few words: who drafted it reads it."))
        finance = self.env.user.has_group(GROUP + "finance")
        for report in self:
            report._refuse_sent()
            if report.state == "draft" and not report.asked_on:
                raise UserError(self.env._("“%s” is a draft already.", report.display_name))
            if not (self.env.su or finance or report._is_run_by_user()):
                raise AccessError(
                    self.env._("Finance, a manager or a coordinator of its banks takes it back.")
                )
            words = (
                self.env._("Sent back: %s", reason)
                if report.state == "draft"
                else self.env._("Back to draft: %s", reason)
            )
            # sudo: who may was asked just now
            report.sudo()._in_verb().write(
                {
                    "state": "draft",
                    "asked_on": False,
                    "back_reason": reason,
                    **dict.fromkeys(("checked_by", "checked_on", "agreed_by", "agreed_on"), False),
                    **dict.fromkeys(("content", "content_hash"), False),
                    **report._get_undrifted(),
                }
            )
            report._let_go_of_stories(report.sudo().story_ids)  # sudo: those that were taken back meanwhile
            report.sudo()._message_log(body=words, author_id=self.env.user.partner_id.id)
            report._ask_next("drafter", words)
        return tell(self._say_handed_on(self.env._("It is a draft again.")))

    def _refuse_sent(self):
        if self.state == "sent":
            self._refuse_kept()

    @verb(single=True)
    def action_new_version(self):
        """A new draft that takes the place of what was sent, once it is sent itself.

        :return: its form
        """
        self.ensure_one()
        self._require("sent")
        self._check_writer()
        self._check_own_banks()
        if self.later_ids:
            return open_form(self.later_ids)
        # of two who press it at once the second tries again, and finds the first one's
        self._touch_rows(SQL("state = state"))
        copy = self.copy({"scheme_ids": [Command.set(self.sudo().scheme_ids.ids)]})  # sudo: its own banks
        copy._in_verb().write({"version": self.version + 1, "supersedes_id": self.id})
        copy._add_lacking()
        return open_form(copy)

    @verb(single=True)
    def action_keep_headings(self):
        """Keep sections, order, headings and questions for the next report to this funder."""
        self._check_writer()
        template = self.env["timebank.funder.report.template"]._keep(self)
        return tell(self.env._("Kept as “%s”: the next report begins with it.", template.name))

    @verb(single=True)
    def action_keep_short(self):
        """Leave out the sections that show in full what page one tells: a small award needs few pages."""
        self._check_writer()
        self.section_ids.filtered(lambda section: section.key in IN_FULL).is_in = False
        return True

    @verb(single=True)
    def action_preview(self):
        """:return: an action that opens the page as the funder will see it"""
        return {"type": "ir.actions.act_url", "url": f"/timebank/report/preview/{self.id}", "target": "new"}

    @verb(single=True)
    def action_ask_send(self):
        """:return: the dialog that asks to whom it goes; before that, once, that figures have changed"""
        self._require("agreed", "sent")
        if self.state == "agreed" and (told := self._look_again()):
            return told
        dialog = self.env["timebank.funder.report.send"].create({"report_id": self.id})
        name = self.env._("Send a link") if self.state == "sent" else self.env._("Send the report")
        return open_dialog(dialog, name, context={"timebank_sent": self.state == "sent"})

    @verb(single=True)
    def action_ask_back(self):
        """:return: the dialog that asks why it goes back to draft"""
        name = self.env._("Send back") if self.state == "draft" else self.env._("Back to draft")
        return ask(self, "action_back_to_draft", name)

    @verb(single=True)
    def action_view_reconciliations(self):
        """The reconciliations of its grant that are about its days."""
        days = [("date_from", "<=", self.date_to), ("date_to", ">=", self.date_from)]
        return self.grant_id._open_own("timebank_reconciliation_action", days=days)

    @verb(single=True)
    def action_view_bills(self):
        """The bills of its grant, from its days."""
        return self.grant_id._open_bills([("date", ">=", self.date_from), ("date", "<=", self.date_to)])

    @verb()
    def action_view_later(self):
        """The later versions."""
        return open_list(self.env, "timebank_funder_report_action", [("id", "in", self.later_ids.ids)], {})

    def _require(self, *states):
        names = dict(self._fields["state"]._description_selection(self.env))
        for report in self:
            if report.state not in states:
                raise UserError(
                    self.env._(
                        "“%(report)s” has the status “%(state)s”: this is for one with “%(wanted)s”.",
                        report=report.display_name,
                        state=names[report.state],
                        wanted=" / ".join(names[one] for one in states),
                    )
                )

    def _check_writer(self):
        self.check_access("write")

    # ------------------------------------------------------------
    # Who is next
    # ------------------------------------------------------------

    def _ask_next(self, who, summary):
        """Close what was asked for, and leave a to-do to who is next, where there is anybody."""
        self.ensure_one()
        self._close_todos()
        user = self._find_next(who)
        if not user:
            return self.env["mail.activity"]
        # sudo: whoever hands it on gives the next one a task
        return self.sudo().activity_schedule(TODO, summary=summary, user_id=user.id)

    def _find_next(self, who):
        # sudo: whoever hands it on need not read users
        report = self.sudo()
        if who == "drafter":
            return report.drafted_by.filtered("active")
        # sudo: who is in the group is asked
        group = self.env.ref(GROUP + who).sudo()
        users = group.all_user_ids.filtered(
            lambda user: user.active and not user.share and report.company_id in user.company_ids
        )
        users -= report._get_bound(who)
        # whoever administers the database has the roles as well, and does the charity's work last
        users = users.sorted(lambda user: (user.has_group("base.group_system"), user.id))
        responsible = report.grant_id.user_id
        return responsible if responsible in users else users[:1]

    def _say_asked(self):
        """Whether finance was asked to check a draft, and who of them has the to-do."""
        if self.back_reason and not self.asked_on:
            return self.env._(
                "It was sent back: who writes it puts it right, and asks finance to check it again."
            )
        if not self.asked_on:
            asked = self.env._("Ask finance to check it once it is ready.")
            return " ".join(filter(None, (self._say_unanswered(), asked)))
        return self.env._(
            "Finance was asked on %(day)s to check it: %(who)s.",
            day=say_day(self.env, at_place(self.asked_on, self._get_zone()).date()),
            who=self._say_who_is_next() or self.env._("nobody has the to-do any more"),
        )

    def _say_who_is_next(self):
        """Who has the to-do for what comes next; nothing where nobody has."""
        # sudo: who has it, whoever looks or hands it on
        todos = self.sudo().activity_ids.filtered(lambda todo: todo.activity_type_id == self.env.ref(TODO))
        return ", ".join(todos.user_id.mapped("name"))

    def _close_todos(self):
        # sudo: done is done, whoever had been asked
        self.sudo().activity_feedback([TODO])

    # ------------------------------------------------------------
    # What is kept
    # ------------------------------------------------------------

    def _get_content(self):
        """What it says: as it was kept, or in a draft as it is today; ``ended`` in it is whether a story had
        to go since."""
        self.ensure_one()
        kept = self.sudo().content  # sudo: handed on without what may not be told any more
        if kept:
            return self._without_ended(json.loads(kept))
        # who may not read how people are on days of their choice doesn't either in a draft about such days
        return self._without_ended(self._make_content(settled=not self.sudo(False)._is_run_by_user()))

    def _get_kept_paper(self):
        """Of what was sent its paper as it was sent, refused as its workbook is.

        :raises UserError: after it was tampered with, or with a story in it that may not be told any more
        """
        if self.state != "sent" or ANEW.is_on(self):
            return None
        self._refuse_altered()
        self._refuse_ended_files()
        return self._read_kept("pdf")

    def _read_kept(self, kind):
        """The paper or the workbook as it was sent: bytes, or None where it is missing."""
        # sudo: whoever calls this has asked whether they may be handed out
        content = self.sudo().with_context(bin_size=False)[f"{kind}_file"]
        return b64decode(content) if content else None

    def _find_altered(self):
        """Which of what is kept isn't as it was kept: keys of it."""
        self.ensure_one()
        # sudo: the bytes, whoever looks
        report = self.sudo()
        altered = []
        if not report.content or report.content_hash != canonical.digest(json.loads(report.content)):
            altered.append("content")
        if report.state == "sent":
            altered += [
                kind
                for kind in ("pdf", "xlsx")
                if report[f"{kind}_hash"] != _sha256(report._read_kept(kind) or b"")
            ]
            kept = {name: report[name].id if name == "sent_by" else report[name] for name in KEPT}
            if report.hash != report._digest_with(kept):
                altered.append("hash")
        return altered

    def _refuse_altered(self):
        for report in self:
            if not report._find_altered():
                continue
            if report.state == "sent":
                raise UserError(
                    self.env._(
                        "“%s” is not what was sent: somebody has changed the database. Tell whoever"
                        " administers it.",
                        report.display_name,
                    )
                )
            raise UserError(
                self.env._(
                    "“%s” is not what was checked: somebody has changed the database. Take it back to draft.",
                    report.display_name,
                )
            )


def _sha256(content):
    return hashlib.sha256(content).hexdigest()
