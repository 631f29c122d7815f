from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools.minutes import clock
from ..common.verb import numbered, text, verb, whole
from ..common.windows import open_list
from ..common.words import today_at

#: Besides giver and day: where all of these agree, it is the same time.
WHAT_MAKES_A_DOUBLE = ("start_minute", "minutes", "scheme_id", "receiver_id", "project_id")


#: Of days longer ago than this, no entry is approved at once for being short.
LET_THROUGH_DAYS = 31


def are_double(one, other):
    """Whether two entries of one person and day are the same time.

    Where both say when they began, they are if they overlap. Otherwise they are if nothing tells them
    apart (the database refuses those too).

    :param one: the values of WHAT_MAKES_A_DOUBLE, as ``other``
    """
    (start, minutes, *_rest), (other_start, other_minutes, *_others) = one, other
    if start >= 0 and other_start >= 0:
        return start < other_start + other_minutes and other_start < start + minutes
    return one == other


def week_of(day):
    """The week of a day, from Monday to Sunday: a year and a number."""
    return tuple(day.isocalendar())[:2]


class TimebankHours(models.Model):
    """The verbs of hours, and the rules of when hours can be recorded and decided, which the buttons ask too.

    Each ``_get_refusals_to_<verb>`` returns a dict of record id → a sentence, for the
    entries that can't, in a constant number of queries.
    """

    _inherit = "timebank.hours"

    can_approve = fields.Boolean(compute="_compute_can")
    can_reverse = fields.Boolean(compute="_compute_can")

    def _compute_can(self):
        approve, reverse = self._get_refusals_to_decide("submitted"), self._get_refusals_to_decide("approved")
        for entry in self:
            entry.can_approve = entry._origin.id not in approve
            entry.can_reverse = entry._origin.id not in reverse

    def _check_recordable(self):
        """:raises ValidationError: naming the first entry that breaks a rule"""
        self.flush_recordset()
        refusals = self._get_refusals_to_record()
        if refusals:
            raise ValidationError(next(iter(refusals.values())))

    def _get_refusals_to_record(self):
        """Entries that break a rule about who gave how much, when and to whom."""
        self = self.sudo()  # the rules look at everybody's entries of the day, and reveal none
        refusals = {**self._get_outsiders(), **self._get_days_not_open()}
        rest = self - self.browse(refusals)
        by_day = rest._get_entries_of_same_days()
        refusals |= {**rest._get_days_too_long(by_day), **rest._get_doubles(by_day)}
        return {**self._get_refusals_by_pot(), **refusals}

    def _get_refusals_by_pot(self):
        """Entries that a pot is to pay for which can't."""
        reasons = {
            entry.id: entry.pot_id._why_not_pot_for(entry.scheme_id)
            for entry in (self if self.pot_id else ())
            if entry.pot_id
        }
        return {entry_id: reason for entry_id, reason in reasons.items() if reason}

    def _get_days_not_open(self):
        """Entries of a closed bank, of a day that its books are closed for, or of a day to come."""
        refusals = {}
        for scheme, entries in self._by_bank().items():
            reasons = {date: scheme._why_closed(date) for date in set(entries.mapped("date"))}
            if any(reasons.values()):
                refusals.update({entry.id: reasons[entry.date] for entry in entries if reasons[entry.date]})
        to_come = self._get_days_to_come()
        sentence = self.env._("Time can be recorded once it has been given, not for a day to come.")
        return {**dict.fromkeys(to_come.ids, sentence), **refusals}

    def _get_days_to_come(self):
        """Those of a day that hasn't begun where the time is given, wherever the user is."""
        today = fields.Date.today()  # what is before has begun everywhere
        late = self.browse(entry_id for entry_id, day in self._get_columns("id", "date") if day >= today)
        if not late:
            return late
        days = {zone: today_at(zone) for zone in {entry._get_zone() for entry in late}}
        return late.filtered(lambda entry: entry.date > days[entry._get_zone()])

    def _get_outsiders(self):
        """Entries whose giver, receiver or project has no part in the bank at present."""
        members = self._get_members()
        refusals = {}
        for scheme, entries in self._by_bank().items():
            reasons = {
                person.id: scheme._why_not_taking_part(person, members.get((scheme.id, person.id)))
                for person in entries.partner_id | entries.receiver_id
            }
            foreign = scheme._get_projects_not_served(entries.project_id)
            if not foreign and not any(reasons.values()):
                continue
            for entry in entries:
                reason = ""
                for person in entry.partner_id | entry.receiver_id:
                    if reasons[person.id] and not reason:  # unless it was before they left
                        member = members.get((scheme.id, person.id))
                        reason = scheme._why_not_taking_part(person, member, entry.date)
                if not reason and entry.project_id in foreign:
                    reason = self.env._(
                        "%(bank)s does not serve the project %(project)s.",
                        bank=scheme.name,
                        project=entry.project_id.name,
                    )
                if reason:
                    refusals[entry.id] = reason
        return refusals

    def _get_entries_of_same_days(self):
        """The standing entries of days that need a look, by giver and day.

        Those are days on which a giver has several entries, or one that is longer than
        some bank allows.
        """
        if not self:
            return {}
        domain = Domain("partner_id", "in", self.partner_id.ids) & Domain(
            "state", "not in", ("refused", "reversed")
        )
        lowest = min(self.scheme_id.mapped("max_minutes_per_day"))
        days = self._read_group(
            domain & Domain("date", "in", list(set(self.mapped("date")))),
            ["partner_id", "date:day"],
            having=["|", ("__count", ">", 1), ("minutes:sum", ">", lowest)],
            order="date:day",
        )
        if not days:
            return {}
        partners, dates = zip(*days, strict=True)
        entries = self.search_fetch(
            domain
            & Domain("partner_id", "in", [partner.id for partner in partners])
            & Domain("date", "in", list(set(dates))),
            ["partner_id", "date", *WHAT_MAKES_A_DOUBLE],
        )
        by_day = {}
        for entry_id, partner_id, day in entries._get_columns("id", "partner_id", "date"):
            by_day.setdefault((partner_id, day), []).append(entry_id)
        return {key: self.browse(ids).with_prefetch(entries.ids) for key, ids in by_day.items()}

    def _given_on(self, days):
        """Those of these entries given on one of ``days``, a collection of (partner id, date)."""
        if not days:
            return self.browse()
        columns = self._get_columns("id", "partner_id", "date")
        return self.browse(entry_id for entry_id, *giver_and_day in columns if tuple(giver_and_day) in days)

    def _get_days_too_long(self, by_day):
        totals = {day: sum(entries.mapped("minutes")) for day, entries in by_day.items()}
        lowest = min(self.scheme_id.mapped("max_minutes_per_day"), default=0)
        refusals = {}
        for entry in self._given_on({day for day, total in totals.items() if total > lowest}):
            total = totals[entry.partner_id.id, entry.date]
            limit = entry.scheme_id.max_minutes_per_day
            if total > limit:
                refusals[entry.id] = self.env._(
                    "%(person)s would have %(total)s hours on that day; %(bank)s allows %(limit)s.",
                    person=entry.partner_id.name,
                    total=clock(total),
                    bank=entry.scheme_id.name,
                    limit=clock(limit),
                )
        return refusals

    def _get_doubles(self, by_day):
        """Entries that repeat another one of the same person and day."""
        several = {day: entries._ids for day, entries in by_day.items() if len(entries) > 1}
        if not several:
            return {}
        standing = self.browse(entry_id for ids in several.values() for entry_id in ids)
        said = dict(zip(standing._ids, standing._get_columns(*WHAT_MAKES_A_DOUBLE), strict=True))
        refusals = {}
        for entry_id, partner_id, day in self._get_columns("id", "partner_id", "date"):
            others = (one for one in several.get((partner_id, day), ()) if one != entry_id)
            double = next((one for one in others if are_double(said[entry_id], said[one])), None)
            if double:
                other = standing.browse(double)
                refusals[entry_id] = self.env._(
                    "%(person)s has recorded %(time)s of that day already%(which)s. If it was another"
                    " stretch of time, give both entries the time at which they began.",
                    person=other.partner_id.name,
                    time=clock(other.minutes),
                    which=other._say_which(),
                )
        return refusals

    def _say_which(self):
        """What tells this entry from others of its day, after a colon; nothing to whom it isn't shown."""
        self.ensure_one()
        if not self.sudo(False).has_access("read"):
            return ""
        words = [f"“{self.description}”"] if self.description else [self.category_id.name]
        if self.receiver_id:
            words.append(self.env._("for %s", self.receiver_id._say_name()))
        if self.start_minute >= 0:
            words.append(self.env._("from %s", clock(self.start_minute)))
        words.append(dict(self._fields["state"]._description_selection(self.env))[self.state].lower())
        return ": " + ", ".join(filter(None, words))

    def _get_refusals_to_submit(self):
        drafts = self.filtered(lambda entry: entry.state == "draft")
        return {
            **self._get_refusals_by_state("draft", self.env._("“%s” has been handed in already.")),
            **drafts._get_without_category(),
            **drafts._get_without_evidence(),
            **drafts._get_refusals_to_record(),
        }

    def _get_without_category(self):
        """Entries that say not what they were for, of banks that want to know."""
        # sudo: the bank's policy, which members may not read, and its name
        return {
            entry.id: self.env._(
                "Say what “%(entry)s” was for: %(bank)s wants a category with its hours.",
                entry=entry.display_name,
                bank=entry.scheme_id.sudo().name,
            )
            for entry in self
            if not entry.category_id and entry.scheme_id.sudo().category_policy == "required"
        }

    def _get_refusals_to_approve(self, seen=None):
        """Without the ledger's own limits, which are known when the credits move.

        :param dict seen: as for :meth:`action_approve`
        """
        refusals = self._get_refusals_to_decide("submitted")
        rest = self - self.browse(refusals)
        denied = rest._get_denied() if len(self) > 1 else {}
        return {**rest._get_refusals_to_record(), **denied, **rest._get_changed_since(seen or {}), **refusals}

    def _get_changed_since(self, seen):
        """Entries that say something else than what whoever decides has read."""
        return {
            entry.id: self.env._(
                "“%(entry)s” was changed after you opened this page. It says now: %(what)s. Look at it, then"
                " decide again.",
                entry=entry.display_name,
                what=entry.sudo()._say_content(),  # sudo: in words, to who decides on it
            )
            for entry in self
            if seen.get(entry.id, entry.revision) != entry.revision
        }

    @api.model
    def _get_domain_to_decide(self, own=False):
        """What waits for a decision in the user's banks, as :meth:`_get_refusals_to_decide` has it.

        :param bool own: what the user gave or received, on which another decides; without it, all the rest
        """
        me = self.env.user.partner_id.id
        theirs = Domain("partner_id", "=", me) | Domain("receiver_id", "=", me)
        waiting = Domain("state", "=", "submitted") & Domain("scheme_id.is_run_by_user", "=", True)
        return waiting & (theirs if own else ~theirs)

    def _get_refusals_to_decide(self, state):
        """Entries not in ``state``, and those on which this user may not decide."""
        sentences = {
            "submitted": self.env._("“%s” is not waiting for approval."),
            "approved": self.env._("“%s” is not approved, so there is nothing to reverse."),
        }
        refusals = self._get_refusals_by_state(state, sentences[state])
        if self.env.su:
            return refusals
        strangers = self._get_refusals_to_run(self.env._("Only a coordinator of %s decides on its hours."))
        refusals = {**strangers, **refusals}
        rest = self - self.browse(refusals)
        partner = self.env.user.partner_id
        if partner not in rest.partner_id | rest.receiver_id:
            return refusals
        for entry in rest:
            if partner in (entry.partner_id, entry.receiver_id):
                refusals[entry.id] = self.env._(
                    "You gave or received “%(entry)s” yourself: another coordinator has to decide. %(whom)s",
                    entry=entry.display_name,
                    whom=entry.scheme_id._say_whom_to_ask(entry.partner_id | entry.receiver_id),
                )
        return refusals

    # ------------------------------------------------------------
    # What the bank's policy lets through, and what a coordinator has to decide on.
    # ------------------------------------------------------------

    def _get_needing_approval(self):
        """Those of these entries on which a coordinator has to decide before they count.

        Where the policy looks at how long an entry is, all count that it lets through to
        one person on that day, and in that week. Two queries at most, whatever the number.
        """
        waiting = self.filtered(
            lambda entry: entry.receiver_id or entry.pot_id or entry.scheme_id.approval == "always"
        )
        rest = self - waiting
        waiting |= rest.filtered(
            lambda entry: entry.scheme_id.approval == "trusted" and not entry.member_id.trusted
        )
        measured = rest.filtered(lambda entry: entry.scheme_id.approval == "over_limit")
        if not measured:
            return waiting
        # A year's days at once would be a year's limits: what is old, a coordinator looks at.
        oldest = fields.Date.subtract(fields.Date.context_today(self), days=LET_THROUGH_DAYS)
        old = measured.filtered(lambda entry: entry.date < oldest)
        waiting |= old
        measured -= old
        let_through = measured._get_minutes_let_through()
        for entry in measured:
            scheme, giver = entry.scheme_id, entry.partner_id.id
            a_day = scheme.approval_over_minutes
            limits = {
                (scheme.id, giver, entry.date): a_day,
                (scheme.id, giver, week_of(entry.date)): max(a_day, scheme.approval_week_minutes),
            }
            if any(let_through[span] + entry.minutes > limit for span, limit in limits.items()):
                waiting |= entry
            else:
                let_through.update(dict.fromkeys(limits, entry.minutes))
        return waiting

    def _get_minutes_let_through(self):
        """What the policy has approved of these givers in the weeks of these entries.

        :return: a counter of minutes by (bank id, partner id, day) and (bank id, partner id, (year, week))
        """
        total = Counter()
        if not self:
            return total
        days = [fields.Date.start_of(day, "week") for day in self.mapped("date")]
        for scheme, partner, day, minutes in self._read_group(
            [
                ("scheme_id", "in", self.scheme_id.ids),
                ("partner_id", "in", self.partner_id.ids),
                ("date", ">=", min(days)),
                ("date", "<", fields.Date.add(max(days), weeks=1)),
                ("state", "=", "approved"),
                ("approver_id", "=", False),
                ("id", "not in", self.ids),
            ],
            ["scheme_id", "partner_id", "date:day"],
            ["minutes:sum"],
        ):
            for span in (day, week_of(day)):
                total[scheme.id, partner.id, span] += minutes
        return total

    # ------------------------------------------------------------
    # The verbs of hours: each takes many, does what can be done, and tells the rest.
    # ------------------------------------------------------------

    @verb()
    def action_submit(self):
        """Hand in drafts. What the bank's policy lets through counts at once.

        :return: ``True``, or an action listing what could not be handed in, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._get_refusals_to_submit()
        entries = self._raise_or_list(refusals)
        entries._in_verb().write({"state": "submitted"})
        # sudo: the bank's policy is asked, which members may not read
        waiting = self.browse(entries.sudo()._get_needing_approval().ids)
        at_once = entries - waiting
        if at_once:
            # sudo: the bank's own rule approves these, not the member who hands them in.
            unpaid = at_once._approve(self.env["res.users"])
            waiting |= self.browse(unpaid)
        waiting._ask_for_decision()
        return self._tell(refusals, self.env._("handed in"))

    @verb(seen=numbered(whole()))
    def action_approve(self, seen=None):
        """Approve submitted hours and move the credits they earn.

        :param dict seen: id of an entry → the ``revision`` of it that was read. What has been changed since
            isn't approved; what isn't named is approved as it is
        :return: ``True``, or an action listing what could not be approved, and why
        :raises UserError: when nothing could
        """
        refusals = self._approve_possible(seen)
        self._raise_or_list(refusals)
        return self._tell(refusals, self.env._("approved"), undo=True)

    def _approve_possible(self, seen=None):
        """Approve those of these entries that the user can; the others wait as they did.

        :param dict seen: as for :meth:`action_approve`
        :return: dict of record id → why not
        """
        self.check_access("write")
        refusals = self._get_refusals_to_approve(seen)
        entries = self - self.browse(refusals)
        refusals |= entries._approve(self.env.user)
        approved = self - self.browse(refusals)
        approved._note(self.env._("Approved"))
        approved._close_todos()
        return refusals

    def _take_back(self):
        """The credits go back, and the hours wait again.

        What has moved credits is reversed, as each approval is that was a mistake, and waits
        as a copy; what earned none just waits.
        """
        refusals = self._get_refusals_to_decide("approved")
        refusals |= (self - self.browse(refusals))._get_refusals_to_take_back(
            lambda entry: (entry.approver_id, entry.approved_on)
        )
        rest = self - self.browse(refusals)
        refusals |= rest._get_refusals_to_record()  # they will wait again, for which they have to be right
        entries = self - self.browse(refusals)
        reason = self.env._("The approval was taken back")
        refusals |= entries._post_reversals(reason)
        entries = self._raise_or_list(refusals)
        paid = entries.filtered("earns_credit")
        paid._in_verb().write({"state": "reversed", "refusal_reason": reason})
        paid.flush_recordset(["state"])  # or their copies would be doubles
        unpaid = entries - paid
        unpaid._in_verb().write({"state": "submitted", "approver_id": False, "approved_on": False})
        entries._note(reason)
        (unpaid | paid._copy_to_decide_again())._ask_for_decision()
        return self._tell(refusals, self.env._("taken back and waiting again"))

    def _copy_to_decide_again(self):
        """:return: these entries anew, in their order, as they were handed in"""
        vals_list = [
            {**vals, **entry._prepare_copy_to_decide(), "state": "submitted"}
            for entry, vals in zip(self, self.copy_data(), strict=True)
        ]
        return self._in_verb().create(vals_list).with_env(self.env)

    def _prepare_copy_to_decide(self):
        """What a copy that waits anew keeps of its entry, besides what every copy does."""
        return {
            "date": self.date,
            "tz": self.tz,
            "evidence": self.evidence,
            "evidence_name": self.evidence_name,
            "receiver_says": self.receiver_says,
            "receiver_words": self.receiver_words,
        }

    @verb(reason=text())
    def action_refuse(self, reason):
        """Send submitted hours back.

        :param str reason: what the member should know
        :raises UserError: without a reason, or when nothing could be refused
        """
        self.check_access("write")
        reason = self._require_reason(reason)
        refusals = self._get_refusals_to_decide("submitted")
        entries = self._raise_or_list(refusals)
        entries._in_verb().write({"state": "refused", "refusal_reason": reason})
        entries._note(self.env._("Refused: %s", reason))
        entries._close_todos()
        return self._tell(refusals, self.env._("refused"))

    @verb()
    def action_draft(self):
        """Take refused hours back in hand, to correct them."""
        self.check_access("write")
        refusals = self._get_refusals_by_state("refused", self.env._("“%s” was not refused."))
        entries = self._raise_or_list(refusals)
        entries._in_verb().write({"state": "draft", "refusal_reason": False})
        return self._tell(refusals, self.env._("taken back"))

    @verb(reason=text())
    def action_reverse(self, reason):
        """Undo an approval: the credits go back by a transfer of their own.

        :param str reason: why it was a mistake
        :raises UserError: without a reason, or when nothing could be reversed
        """
        self.check_access("write")
        reason = self._require_reason(reason)
        refusals = self._get_refusals_to_decide("approved")
        entries = self - self.browse(refusals)
        refusals |= entries._post_reversals(reason)
        entries = self._raise_or_list(refusals)
        entries._in_verb().write({"state": "reversed", "refusal_reason": reason})
        entries._note(self.env._("Reversed: %s", reason))
        return self._tell(refusals, self.env._("reversed"))

    # Credits
    def _approve(self, approver):
        """Mark as approved and post the credits of those that the ledger accepts.

        :param approver: the user who decided, empty where the bank's policy did
        :return: dict of record id → why the ledger refused
        """
        self = self.sudo()  # the verbs have asked who may decide; crediting takes no right of its own
        earning = self._get_earning()
        refusals = earning._post_credits(approver)
        vals = self._prepare_approval(approver)
        approved = self - self.browse(refusals)
        (approved & earning)._in_verb().write({**vals, "earns_credit": True})
        (approved - earning)._in_verb().write({**vals, "earns_credit": False})
        return refusals

    def _prepare_approval(self, approver):
        return {"state": "approved", "approver_id": approver.id, "approved_on": fields.Datetime.now()}

    def _get_earning(self):
        """Those of these entries whose givers get credits for them, by their role."""
        return self.browse().union(
            *(
                entries.filtered(lambda entry, bank=scheme: bank._earns_credit(entry.role))
                for scheme, entries in self._by_bank().items()
            )
        )

    def _post_credits(self, approver):
        """Post the credits of these entries, those that the ledger accepts.

        :param approver: the user who decided, empty where the bank's policy did
        :return: dict of record id → why not
        """
        transfers = self.env["timebank.transfer"]
        transfers = transfers if approver else transfers._by_rule()
        unpaid = transfers._post_possible(self._prepare_transfers())
        return {self[position].id: sentence for position, sentence in unpaid.items()}

    def _prepare_transfers(self):
        """Values of the transfer that each entry earns: from its receiver, or the bank, to its giver."""
        accounts = {key: member.account_id.id for key, member in self._get_members().items()}
        operating = {scheme.id: scheme.operating_account_id.id for scheme in self.scheme_id}
        vals_list = []
        names = ("scheme_id", "pot_id", "receiver_id", "partner_id", "minutes", "date", "description")
        columns = self._get_columns(*names)
        for entry, (scheme_id, pot_id, receiver_id, giver_id, minutes, day, description) in zip(
            self, columns, strict=True
        ):
            payer = pot_id or accounts.get((scheme_id, receiver_id))
            vals_list.append(
                {
                    "from_account_id": payer or operating[scheme_id],
                    "to_account_id": accounts[scheme_id, giver_id],
                    "minutes": minutes,
                    "kind": "exchange" if payer else "earn",
                    "date": day,
                    "memo": description or entry.category_id.name,
                    "hours_id": entry.id,
                }
            )
        return vals_list

    def _post_reversals(self, reason):
        """Reverse the credits of these entries, where the ledger accepts it.

        :return: dict of record id → why the ledger refused
        """
        # sudo: reading the credits of entries one may decide on
        return self.sudo().transfer_ids._reverse_possible(reason, "hours_id")

    @verb()
    def action_view_credits(self):
        """The transfers that these entries made, and their reversals."""
        transfers = self.transfer_ids | self.transfer_ids.reversal_ids
        return open_list(self.env, "timebank_transfer_action", [("id", "in", transfers.ids)], {})
