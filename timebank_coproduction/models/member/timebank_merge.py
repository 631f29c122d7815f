from contextlib import contextmanager
from datetime import timedelta

from markupsafe import Markup
from psycopg2 import IntegrityError, errors

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.minutes import clock
from ..common.odoo_private import keeping_what_was_chosen
from ..common.personal import ABOUT, KEPT, NAMED, SECRET, TRADE, WORDS, fields_of
from ..common.words import say_day

#: Days of a membership that are taken over together, where the one that stays has none of them.
SAID_TOGETHER = (("applied_on",), ("supported_from", "supported_until"))
#: Of two memberships of one bank that become one, the one that goes furthest stays.
FURTHEST = ("applicant", "left", "paused", "active")


class TimebankMerge(models.Model):
    """That contacts became one, and what each of them held before: for as long as it can be undone.

    Odoo's own *Merge* does it (``base_partner_merge_automatic_wizard.py``); each subject says here what
    stands against it (``_get_reasons_against``), what is told beforehand (``_get_matters``) and
    what it settles itself (``_settle_doubles``).
    """

    _name = "timebank.merge"
    _description = "Merged Contacts"
    _inherit = ["timebank.protected", "timebank.photograph"]
    _order = "create_date desc, id desc"
    _rec_name = "joined_names"
    _allow_sudo_commands = False
    _following = frozenset({"write_uid", "write_date", "balance_minutes"})
    _personal_fields = {
        "partner_id": ABOUT,
        "joined_names": KEPT,
        "parted_ids": NAMED,
        "undone_by_id": NAMED,
        "photograph": SECRET,
    }
    _goes_with_person = True

    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, readonly=True, ondelete="cascade", index=True
    )
    joined_names = fields.Char(readonly=True, help="Of contacts that are no more.")
    parted_ids = fields.Many2many(
        "res.partner", string="Apart again", readonly=True, help="The contacts that there are again."
    )
    joined_text = fields.Char("Joined with", compute="_compute_joined_text")
    scheme_ids = fields.Many2many("timebank.scheme", string="Time banks", readonly=True)
    undo_until = fields.Date("Can be undone until", readonly=True)
    state = fields.Selection(
        [("done", "Merged"), ("undone", "Undone"), ("past", "Final")],
        string="Status",
        required=True,
        readonly=True,
        default="done",
    )
    undone_by_id = fields.Many2one("res.users", string="Undone by", readonly=True)
    photograph = fields.Json(readonly=True, prefetch=False, groups=fields.NO_ACCESS)

    @api.depends("joined_names", "parted_ids.name")
    def _compute_joined_text(self):
        for merge in self:
            # sudo: whoever reads that contacts were merged is told which
            parted = ", ".join(merge.sudo().parted_ids.mapped("name"))
            merge.joined_text = merge.joined_names or parted

    # ------------------------------------------------------------
    # Before: what stands against it, and what is told.
    # ------------------------------------------------------------

    def _concerns(self, people):
        """Whether any of these contacts is a member somewhere, or has time in the books of a bank."""
        # sudo: only whether there is anything is asked
        if self._get_members(people):
            return True
        return any(
            model.sudo()
            .with_context(active_test=False)
            .search_count([(field.name, "in", people.ids)], limit=1)
            for model, field in self._get_own_fields("res.partner")
            if not model._name.startswith("timebank.merge")
        )

    def _get_members(self, people):
        # sudo: memberships of all banks count; what is told of them is the caller's question
        return self.env["timebank.member"].sudo().search([("partner_id", "in", people.ids)], order="id")

    def _get_own_fields(self, comodel):
        """The stored many-to-one fields of the addon that name records of ``comodel``: (model, field)."""
        for name, model_class in sorted(self.env.registry.items()):
            if not name.startswith("timebank.") or model_class._abstract or not model_class._auto:
                continue
            model = self.env[name]
            for field in model._fields.values():
                if field.type == "many2one" and field.store and field.comodel_name == comodel:
                    yield model, field

    def _get_naming(self, people):
        """The banks whose records name these contacts, such as a supplier's, and the companies whose do."""
        # sudo: only whose they are is asked
        schemes, companies = self.env["timebank.scheme"].sudo(), self.env["res.company"].sudo()
        for model, field in self._get_own_fields("res.partner"):
            if model._transient or model._name == self._name:
                continue
            # sudo: only whose they are is asked
            rows = model.sudo().with_context(active_test=False).search([(field.name, "in", people.ids)])
            if "scheme_id" in model._fields:
                schemes |= rows.mapped("scheme_id")
            if "company_id" in model._fields:
                companies |= rows.mapped("company_id")
        return schemes, companies | schemes.company_id

    def _get_trade_of_others(self, people):
        """Sentences on what names these contacts as business partners, where the user may not change that."""
        sentences = []
        for model, field in self._get_trade_fields():
            # sudo: whether there is anything that they may not change, also where they can't read it
            rows = model.sudo().with_context(active_test=False).search([(field.name, "in", people.ids)])
            theirs = rows.sudo(self.env.su)._filtered_access("write")
            for partner in (rows - theirs)[field.name]:
                sentences.append(
                    self.env._(
                        "%(person)s is “%(field)s” of a %(kind)s, which you may not change: ask somebody who"
                        " may.",
                        person=partner.name,
                        field=field._description_string(self.env),
                        kind=self.env["ir.model"]._get(model._name).name.lower(),
                    )
                )
        return sentences

    def _is_named_otherwise(self, people):
        """Whether anything but trade names these contacts."""
        trade = {str(field) for _model, field in self._get_trade_fields()}
        # sudo: only whether there is anything is asked
        return any(
            model.sudo()
            .with_context(active_test=False)
            .search_count([(field.name, "in", people.ids)], limit=1)
            for model, field in self._get_own_fields("res.partner")
            if str(field) not in trade
            and not (field.compute or model._transient or model._name.startswith("timebank.merge"))
        )

    def _get_trade_fields(self):
        """(model, field) of what somebody names a business partner in, such as who gives a grant."""
        for model, field in self._get_own_fields("res.partner"):
            if not model._transient and not field.compute and field in fields_of(model, TRADE):
                yield model, field

    def _why_not(self, gone, kept, extra_checks=True):
        """Why these contacts can't become one: sentences, none where they can."""
        people = gone | kept
        members = self._get_members(people)
        schemes, companies = self._get_naming(people)
        # sudo: as whoever asks, not as the books
        asked = schemes.sudo(self.env.su)
        if asked._run_by_user() != asked:
            return [
                self.env._(
                    "A time bank that you don't decide for knows one of these contacts: ask who runs it, or a"
                    " time bank manager."
                )
            ]
        if not self.env.su and companies - self.env.user.company_ids:
            return [
                self.env._(
                    "The books of a company that you don't work in name one of these contacts: ask a time"
                    " bank manager there."
                )
            ]
        others = self._get_trade_of_others(people)
        if others:
            return others
        if (
            not schemes
            and not self.env.su
            and not self.env.user.has_group("timebank_coproduction.group_timebank_coordinator")
            and self._is_named_otherwise(people)
        ):
            return [
                self.env._(
                    "The books of a time bank name one of these contacts: ask one of its coordinators."
                )
            ]
        return [
            *self._get_reasons_of_odoo(people, extra_checks),
            *self._get_reasons_against(gone, kept, members),
        ]

    def _get_reasons_of_odoo(self, people, extra_checks):
        """What Odoo's own *Merge* refuses, said before it is pressed."""
        reasons = []
        if len(people) > 3:
            reasons.append(self.env._("Up to three contacts can be merged at a time."))
        # sudo: only how many logins there are is told
        users = people.sudo().with_context(active_test=False).user_ids
        if len(users.filtered(lambda user: not user.is_timebank_seat)) > 1:
            reasons.append(
                self.env._(
                    "Two of these contacts have a login: an administrator removes one of the logins first."
                )
            )
        # sudo: whether somebody works here
        staff = people.sudo().user_ids.filtered(lambda user: not user.share and user.id != self.env.uid)
        if staff and not self.env.su and not self.env["res.users"].has_access("write"):
            reasons.append(
                self.env._("%s signs in to work here: an administrator merges them.", staff[0].name)
            )
        # sudo: whether a contact is a company's own
        if self.env["res.company"].sudo().search_count([("partner_id", "in", people.ids)], limit=1):
            reasons.append(
                self.env._("One of these contacts is what a company of yours goes by: it stays on its own.")
            )
        if extra_checks and not self.env.is_admin() and len({one.email or "" for one in people}) > 1:
            reasons.append(
                self.env._(
                    "Their e-mail addresses differ: if it is one person, give both the same address first."
                )
            )
        return reasons

    def _get_reasons_against(self, gone, kept, members):
        """Why these people can't become one; a subject adds its own.

        :param members: all memberships of theirs
        :return: list of sentences
        """
        reasons = []
        if self.env.user.partner_id in gone | kept and not self.env.su:
            reasons.append(self.env._("Nobody merges themselves: ask another coordinator."))
        if any(member.forgotten_on for member in members):
            reasons.append(
                self.env._(
                    "One of these contacts stands for somebody who was forgotten: nobody can tell any more"
                    " who that was."
                )
            )
        companies = members.company_id
        wrong = companies - kept.company_id if kept.company_id else companies.browse()
        if wrong:
            reasons.append(
                self.env._(
                    "%(person)s belongs to %(company)s, and one of the banks to %(other)s: keep the other"
                    " contact, or one that belongs to no company.",
                    person=kept.name,
                    company=kept.company_id.name,
                    other=wrong[0].name,
                )
            )
        for scheme, theirs in members.grouped("scheme_id").items():
            closed = scheme._why_closed(scheme._today())
            accounts = theirs.account_id
            if len(accounts) < 2:
                continue
            if closed:
                reasons.append(closed)
            total, main = (
                sum(accounts.mapped("balance_minutes")),
                self._choose_member(theirs, kept).account_id,
            )
            if total < -main.credit_limit_minutes:
                reasons.append(
                    self.env._(
                        "Together they owe %(minutes)s hours in %(bank)s, further below zero than allowed.",
                        minutes=clock(-total),
                        bank=scheme.name,
                    )
                )
            # one that is frozen since somebody left is not: what is left there goes on with the person
            if accounts.filtered(lambda one: one.state == "frozen" and not one.takes_until):
                reasons.append(
                    self.env._("An account of theirs in %s is frozen: open it again first.", scheme.name)
                )
        return list(dict.fromkeys(reasons))

    def _get_matters(self, gone, kept):
        """What will happen, in sentences; a subject adds its own."""
        matters = []
        members = self._get_members(gone | kept)
        for scheme, theirs in members.grouped("scheme_id").items():
            main = self._choose_member(theirs, kept)
            for other in theirs - main:
                matters.append(
                    self.env._(
                        "%(bank)s: one membership stays (%(state)s); the other, with %(time)s hours on its"
                        " account, becomes part of it.",
                        bank=scheme.name,
                        state=dict(main._fields["state"]._description_selection(self.env))[
                            main.state
                        ].lower(),
                        time=clock(other.balance_minutes),
                    )
                )
            if main.state == "active" and "paused" in theirs.mapped("state"):
                matters.append(self.env._("%s: the pause is over.", scheme.name))
            if len(theirs.account_id) > 1:
                matters.append(
                    self.env._("Credits move to that account; the former account and its statement are kept.")
                )
        if members:
            matters.append(
                self.env._(
                    "Hours, claims, sessions, offers, requests and checks become those of %s.", kept.name
                )
            )
            until = self._get_undo_until(members.scheme_id)
            matters.append(
                self.env._("It can be undone until %s.", say_day(self.env, until))
                if until
                else self.env._("It can't be undone.")
            )
        return matters

    def _get_undo_until(self, schemes):
        """The last day of undoing: of several banks, the shortest period holds."""
        days = min(schemes.mapped("merge_undo_days"), default=30)
        return fields.Date.context_today(self) + timedelta(days=days) if days else False

    def _choose_member(self, members, kept):
        """The membership that stays: which goes furthest, then the kept contact's, then the older."""
        return members.sorted(lambda one: (-FURTHEST.index(one.state), one.partner_id != kept, one.id))[:1]

    def _say_for_dialog(self, gone, kept, extra_checks=True):
        """HTML for Odoo's dialog, and whether it can't be done."""
        reasons = self._why_not(gone, kept, extra_checks)
        lines = reasons or self._get_matters(gone, kept)
        head = self.env._("These contacts can't be merged:") if reasons else self.env._("In the time bank:")
        rows = Markup().join(Markup("<li>%s</li>") % line for line in lines)
        return Markup("<b>%s</b><ul class='mb-0'>%s</ul>") % (head, rows), bool(reasons)

    # ------------------------------------------------------------
    # Merging: around what Odoo does.
    # ------------------------------------------------------------

    @contextmanager
    def _joining(self, gone, kept, extra_checks):
        """Settle what the banks hold of ``gone``; the block then does the rest and removes them.

        :raises UserError: with all that stands against it; nothing is done then
        """
        reasons = self._why_not(gone, kept, extra_checks)
        if reasons:
            raise UserError("\n".join(reasons))
        # sudo: who may was asked above; all of what these people hold moves, also what the user can't read
        books = self.sudo()
        members = books._get_members(gone | kept)
        schemes, names = members.scheme_id, ", ".join(gone.mapped("name"))
        not_taken = books._say_not_taken(gone.sudo(), kept.sudo())
        naming, _companies = books._get_naming(gone | kept)
        # one at a time: whoever else decides about these people now tries again
        members._touch_rows_of_people()
        held = {"rows": [], "links": [], "altered": [], "accounts": []}
        accounts = members.account_id
        former = accounts.search([("merged_into_id", "in", accounts.ids)])
        watched = books._photograph_rows(kept.sudo()) + books._photograph_rows(accounts | former)
        for one in gone.sudo():
            held["rows"] += books._photograph_rows(one)
            held["links"] += books._photograph_links(one, kept)
        books._settle_doubles(gone.sudo(), kept.sudo(), held)
        for theirs in members.grouped("scheme_id").values():
            main = books._choose_member(theirs, kept)
            watched += books._photograph_rows(main)
            for other in theirs - main:
                books._join_member(other, main, held)
        books._repoint("res.partner", gone, kept)
        try:
            yield
            self.env.flush_all()
        except IntegrityError as error:
            if error.pgcode == errors.ForeignKeyViolation.sqlstate or isinstance(
                error, errors.ForeignKeyViolation | errors.RestrictViolation
            ):
                # somebody has just recorded something for a contact that goes: Odoo tries the request again
                raise errors.SerializationFailure(str(error)) from error
            raise
        self.env.invalidate_all()
        held["altered"] += books._compare_rows(watched)
        books._drop_rows_still_there(held["links"])
        note = books.env._("Merged with: %(names)s. %(not_taken)s", names=names, not_taken=not_taken)
        held["notes"] = books._get_members(kept)._message_log_batch_same(note.rstrip(". ")).ids
        until = books._get_undo_until(schemes)
        merge = books._in_verb().create(
            {
                "partner_id": kept.id,
                "joined_names": names,
                "scheme_ids": [fields.Command.set((schemes | naming).ids)],
                "undo_until": until,
                "photograph": held if until else False,
                "state": "done" if until else "past",
            }
        )
        if not until:
            merge._in_verb().write({"joined_names": False})

    def _say_not_taken(self, gone, kept):
        """The addresses and numbers that go with contacts, where the one that stays has others: words."""
        lost = [
            one[name]
            for name in ("email", "phone")
            for one in gone
            if kept[name] and one[name] and one[name] != kept[name]
        ]
        return self.env._("Not taken over: %s", ", ".join(dict.fromkeys(lost))) if lost else ""

    @contextmanager
    def _seats_aside(self, people, kept):
        """Odoo merges no contacts who have two logins. Those that nobody signs in with stand aside
        while the block does so, and are the kept contact's afterwards.
        """
        # sudo: logins that are the bank's own; who may merge was asked
        seats = people.sudo().with_context(active_test=False).user_ids.filtered("is_timebank_seat")
        seats.partner_id = self.env.ref("base.partner_root")
        self.env.flush_all()
        yield
        seats.partner_id = kept

    def _settle_doubles(self, gone, kept, held):
        """Settle what two of these people have at once; a subject adds its own.

        :param dict held: takes up the ``rows`` of what is removed
        """
        doubles = self.env["timebank.double"]
        self._remove_held(
            doubles.search(["|", ("partner_id", "in", gone.ids), ("other_id", "in", gone.ids)]), held
        )

    def _remove_held(self, records, held):
        """Remove records that can be put back."""
        for record in records:
            held["rows"] += self._photograph_rows(record)
        self.env.flush_all()
        records._in_verb().unlink()

    def _join_member(self, other, main, held):
        """Have one membership become part of another of the same bank."""
        account, target = other.account_id, main.account_id
        vals = {}
        if main.state != "applicant":
            other.todo_id.action_feedback()  # whoever asked to join is a member
        if not account:
            pass
        elif not target:
            raise UserError(self.env._("%s can't be merged: its membership is not complete.", main.name))
        else:
            self._join_accounts(account, target, held)
            held["accounts"].append([account.id, target.id])
        joined = [day for day in (main.joined_on, other.joined_on) if day]
        if joined and main.joined_on != min(joined):
            vals["joined_on"] = min(joined)
        self._join_words(other, main, held)
        held["rows"] += self._photograph_rows(other)
        held["links"] += self._photograph_links(other, main)
        merging = self.env["base.partner.merge.automatic.wizard"]
        self._repoint("timebank.member", other, main)
        merging._update_foreign_keys_generic("timebank.member", other, main)
        merging._update_reference_fields_generic("timebank.member", other, main)
        self.env.invalidate_all()
        vals |= self._prepare_joined(other, main)
        other._in_verb().unlink()
        if vals:
            main._in_verb().write(vals)

    def _prepare_joined(self, other, main):
        """Values that a membership takes over from one that becomes part of it; a subject adds its own.

        What both said in their own words stands one after the other, and a no to mails holds. What was
        decided otherwise, such as what others may see, stays as it is.
        """
        vals = {name: False for name in main._get_mail_switches() if main[name] and not other[name]}
        for field in fields_of(main, WORDS):
            if not field.store or field.type not in ("char", "text"):
                continue
            said, more = main[field.name] or "", other[field.name] or ""
            if more and more not in said:
                vals[field.name] = " · ".join(filter(None, (said, more)))
        for names in SAID_TOGETHER:
            if not any(main[name] for name in names):
                vals |= {name: other[name] for name in names if other[name]}
        return vals

    def _join_accounts(self, account, target, held):
        """Move what is on an account, and leave it as a former account of the same person.

        :param dict held: takes up what rows that stay held, as ``altered``
        """
        minutes = account.balance_minutes
        states = {one: one.state for one in account | target}
        (account | target)._in_verb().write({"state": "open"})
        self._move_balance(account, target, minutes, self.env._("Two accounts of the same person became one"))
        target._in_verb().write({"state": states[target]})
        if states[target] == "closed":
            target._freeze_what_came_late()
        today = account.scheme_id._today()
        account._in_verb().write({"state": "closed", "takes_until": today, "merged_into_id": target.id})
        former = account.search([("merged_into_id", "=", account.id)])
        former._in_verb().write({"merged_into_id": target.id})

    def _move_balance(self, source, taker, minutes, memo):
        """Move so much from one account to the other; below zero, a debt moves."""
        if minutes < 0:
            source, taker = taker, source
        if minutes:
            self.env["timebank.transfer"]._post(
                [
                    {
                        "from_account_id": source.id,
                        "to_account_id": taker.id,
                        "minutes": abs(minutes),
                        "kind": "adjustment",
                        "memo": memo,
                    }
                ]
            )

    def _join_words(self, other, main, held):
        """Of notes on both, the coordinators read one after the other."""
        words = self.env["timebank.words"].with_context(active_test=False)
        current = [("member_id", "in", (other | main).ids), ("active", "=", True)]
        for rows in words.search(current).grouped("field_name").values():
            if len(rows) < 2:
                continue
            mine = rows.filtered(lambda row: row.member_id == main)
            before = self._photograph_rows(mine)
            mine._in_verb().write({"text": "<br/>".join((rows - mine).mapped("text") + [mine.text])})
            held["altered"] += self._compare_rows(before)
            self._remove_held(rows - mine, held)

    def _repoint(self, comodel, gone, kept):
        """Have all of the addon's fields that name ``gone`` name ``kept``. No text and no amount changes.

        What somebody chose, or was decided on the day, stays as it is, also where it was filled in
        from the person: in which role hours were given, from which account a claim was paid.
        """
        for model, field in self._get_own_fields(comodel):
            if model._transient or (field.compute and not field.related):
                continue
            # sudo: all that names them moves, also what the user can't read
            books = model.sudo().with_context(active_test=False)
            records = books.search([(field.name, "in", gone.ids)])
            if records:
                self._tell_repointed(records, field, {one.id: {field.name: kept.id} for one in records})

    def _tell_repointed(self, records, field, values=None):
        chosen = [one for one in records._fields.values() if one.store and one.compute and not one.readonly]
        with keeping_what_was_chosen(records, chosen):
            if values:
                records._update_rows(values)
            else:
                records.modified([field.name])
            self.env.flush_all()
