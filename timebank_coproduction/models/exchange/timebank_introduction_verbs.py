from odoo import fields, models

from ...tools.minutes import DAY, clock
from ..common.verb import flag, moment, record_or_none, text, verb, whole
from ..common.windows import open_dialog, open_list, tell
from ..common.words import at_place

#: Of how many pairs the names are said.
MOST_SAID = 3


class TimebankIntroduction(models.Model):
    """From a suggestion to time given: the verbs, and who may use them when."""

    _inherit = "timebank.introduction"

    @verb()
    def action_introduce(self):
        """Tell both people about each other, with the contact details that each agreed to share.

        :return: ``True``, or an action listing what could not be done, and why; screens that
            ask for it are told who was introduced, and how they were told
        :raises UserError: when none could be introduced
        """
        refusals = self._get_refusals_to_introduce()
        introductions = self._raise_or_list(refusals)
        for scheme, theirs in introductions.grouped("scheme_id").items():
            theirs._in_verb().write({"state": "introduced", "introduced_on": scheme._today()})
        rung = introductions._tell_both()
        if refusals or not self.env.context.get("timebank_told"):
            return self._tell(refusals, self.env._("introduced"))
        return tell(introductions._say_introduced(rung))

    @verb(meet_at=moment(), place=text(), minutes=whole())
    def action_agree(self, meet_at=None, place=None, minutes=None):
        """They have agreed when, where and for how long.

        :param meet_at: a datetime in UTC; without it the one on the record
        :param str place: where; optional
        :param int minutes: how long; without it what the request asks for
        :raises UserError: when it was declined, or nobody said when
        """
        refusals = self._get_refusals_to_move(("introduced", "agreed"))
        given = {"meet_at": meet_at, "place": place, "minutes": minutes}
        given = {name: value for name, value in given.items() if value}
        for introduction in self:
            if introduction.id not in refusals and not (meet_at or introduction.meet_at):
                refusals[introduction.id] = self.env._(
                    "Say first when %(giver)s and %(receiver)s meet: fill in “When”.",
                    giver=introduction.giver_id.name,
                    # sudo: the two people act on their introduction without reading the request
                    receiver=introduction.request_id.sudo()._get_whom(),
                )
        introductions = self._raise_or_list(refusals)
        # sudo: the two people concerned may agree without being allowed to edit.
        introductions.sudo()._in_verb().write({**given, "state": "agreed"})
        introductions._forget_calls()
        return self._tell(refusals, self.env._("agreed"))

    @verb(category=record_or_none("timebank.category"))
    def action_done(self, category=None):
        """They have met: hand in the hours for approval, and mark the request as met.

        Screens are asked first what the time counts as, where their bank wants to know it.

        :param category: what the time counts as, where nothing says so yet
        :return: ``True``, or an action that asks, that says what was done, or that lists what
            could not be, and why
        :raises UserError: before they have agreed, or before they have met
        """
        refusals = self._get_refusals_to_move(("agreed",))
        now = fields.Datetime.now()
        for introduction in self:
            if introduction.id not in refusals and introduction.meet_at > now:
                refusals[introduction.id] = self.env._(
                    "The time at which %(giver)s and %(receiver)s meet is still to come. If they have met,"
                    " correct “When”.",
                    giver=introduction.giver_id.name,
                    # sudo: the two people act on their introduction without reading the request
                    receiver=introduction.request_id.sudo()._get_whom(),
                )
        uncounted = (self - self.browse(refusals))._find_uncounted()
        if uncounted and len(self) == 1:
            return self._ask_what_it_counts_as()
        for introduction in uncounted:
            refusals[introduction.id] = self.env._(
                "“%s”: open it, and say what the time counts as.", introduction.display_name
            )
        introductions = self._raise_or_list(refusals)
        if category:
            # sudo: one of the two may say what it counts as, as of any time that they log
            introductions.sudo().filtered(lambda one: one._asks_what_it_counts_as()).category_id = category
        # sudo: one of the two may say that it is done; the hours wait for a coordinator.
        hours = self.env["timebank.hours"].sudo()._in_verb().create(introductions._prepare_hours())
        hours.action_submit()
        introductions.sudo()._in_verb().write({"state": "done"})
        introductions._forget_calls()
        requests = introductions.sudo().request_id
        requests.filtered(lambda request: request.state in ("published", "paused", "expired")).action_meet()
        if refusals or not self.env.context.get("timebank_told"):
            return self._tell(refusals, self.env._("done"))
        return tell(introductions._say_met(hours))

    @verb(reason=text(), ask_again=flag())
    def action_decline(self, reason, ask_again=False):
        """It won't happen. The two are not suggested to each other again unless told.

        :param str reason: why, for the coordinators
        :param bool ask_again: it was not about the people: they may be suggested again
        :raises UserError: without a reason, or when it is done or declined already
        """
        reason = self._require_reason(reason)
        refusals = self._get_refusals_to_move(("suggested", "asked", "introduced", "agreed"))
        introductions = self._raise_or_list(refusals)
        parties = introductions.giver_id | introductions.receiver_id
        # sudo: one of the two may decline without being allowed to edit.
        for introduction in introductions.sudo():
            introduction._in_verb().write(
                {
                    "state": "declined",
                    "decline_reason": reason,
                    "declined_by_id": (self.env.user.partner_id & parties).id,
                    "ask_again": ask_again or introduction.ask_again,
                }
            )
        introductions._forget_calls()
        return self._tell(refusals, self.env._("declined"))

    @verb()
    def action_strike_out(self):
        """Take suggestions off the list. They may be suggested another time."""
        refusals = {
            introduction.id: self.env._(
                "“%s” has been told to people: decline it instead.", introduction.display_name
            )
            for introduction in self
            if introduction.state != "suggested"
        }
        self._raise_or_list(refusals).unlink()
        return True

    @verb(single=True)
    def action_view_hours(self):
        self.ensure_one()
        return open_list(self.env, "timebank_hours_action", [("introduction_id", "=", self.id)], {})

    # Rules
    def _get_refusals_to_introduce(self):
        self.check_access("write")
        refusals = self._get_refusals_to_move(("suggested", "asked"))
        refusals = {**self._get_refusals_to_pair(), **refusals}
        missing = self._get_missing_checks()
        # sudo: both sides are looked at by the verb that its user may call
        for introduction in self.sudo():
            if introduction.id in refusals:
                continue
            if introduction in missing:
                refusals[introduction.id] = self.env._(
                    "%(giver)s needs %(checks)s in date first.",
                    giver=introduction.giver_id.name,
                    checks=", ".join(missing[introduction].mapped("name")),
                )
            for record in (introduction.offer_id, introduction.request_id):
                if record.state != "published":
                    refusals[introduction.id] = self.env._(
                        "“%s” is not published at the moment.", record.display_name
                    )
            for member in (introduction.offer_id.member_id, introduction.request_id.member_id):
                reason = member._why_not_taking_part()
                if reason:
                    refusals.setdefault(introduction.id, reason)
        return refusals

    def _get_missing_checks(self):
        """Introductions whose giver lacks a check that one side asks for: dict → types."""
        # sudo: checks of people are for coordinators; only which are missing is told
        records = self.sudo()
        missing = {}
        for scheme, theirs in records.grouped("scheme_id").items():
            types = theirs.offer_id.check_type_ids | theirs.request_id.check_type_ids
            if not types:
                continue
            held = records.env["timebank.check"]._get_missing(types, theirs.giver_id, scheme._today())
            for introduction in theirs:
                asked = introduction.offer_id.check_type_ids | introduction.request_id.check_type_ids
                lacking = held.get(introduction.giver_id.id, asked.browse()) & asked
                if lacking:
                    missing[introduction] = lacking
        return missing

    def _get_refusals_to_move(self, states):
        """Those in another state, and those in which this user has no part."""
        self.check_access("read")
        sentences = {
            "suggested": self.env._("“%s” is only suggested: introduce them first."),
            "asked": self.env._("“%s”: one of them has asked, and the other has not answered."),
            "introduced": self.env._("“%s”: they have been introduced already."),
            "agreed": self.env._("“%s”: they have agreed already."),
            "done": self.env._("“%s” is done: the hours can be reversed, not the meeting."),
            "declined": self.env._("“%s” was declined: introduce other people instead."),
        }
        if states == ("agreed",):
            sentences["introduced"] = self.env._("“%s”: say first when they meet.")
        partner, may_edit = self.env.user.partner_id, self.has_access("write")
        refusals = {}
        for introduction in self:
            if introduction.state not in states:
                refusals[introduction.id] = sentences[introduction.state] % introduction.display_name
            elif not may_edit and partner not in (introduction.giver_id, introduction.receiver_id):
                refusals[introduction.id] = self.env._(
                    "Only the two people and their coordinator can say that."
                )
        return refusals

    def _find_uncounted(self):
        """Those of which a screen has not asked yet what their time counts as, though their bank wants it."""
        context = self.env.context
        if not context.get("timebank_told") or context.get("timebank_asked") or not self.has_access("write"):
            return self.browse()
        return self.filtered(lambda one: one._asks_what_it_counts_as())

    def _asks_what_it_counts_as(self):
        """Whether nothing says yet what its time counts as, and its bank wants to know it."""
        self.ensure_one()
        return not self.category_id and self.category_policy != "unused"

    def _ask_what_it_counts_as(self):
        view = self.env.ref("timebank_coproduction.timebank_introduction_view_form_met")
        return open_dialog(
            self,
            self.env._("What does it count as?"),
            views=[(view.id, "form")],
            context={"dialog_size": "medium"},
        )

    # What follows
    def _prepare_hours(self):
        """Values of the hours that each meeting makes: one entry, or one each of a group.

        The giver's time is one stretch, by the bank's clocks; people who share it follow each other in it.
        """
        vals_list = []
        # sudo: both sides are looked at by the verb that its user may call
        for introduction in self.sudo():
            start = at_place(introduction.meet_at, introduction.scheme_id.tz)
            request, minute = introduction.request_id, start.hour * 60 + start.minute
            for receiver, minutes in request._share_out(introduction.minutes):
                vals_list.append(
                    {
                        "scheme_id": introduction.scheme_id.id,
                        "partner_id": introduction.giver_id.id,
                        "receiver_id": receiver.id,
                        "pot_id": request.pot_id.id,
                        "date": start.date(),
                        "start_minute": minute if minute < DAY else -1,
                        "minutes": minutes,
                        "category_id": introduction.category_id.id,
                        "description": request.description or introduction.skill_id.name,
                        "source": "coordinator",
                        "request_id": request.id,
                        "introduction_id": introduction.id,
                    }
                )
                minute += minutes
        return vals_list

    def _tell_both(self):
        """A mail to each whom it reaches; the coordinator telephones the others.

        :return: the contacts who have to be rung
        """
        rung = self.env["res.partner"]
        for name, other in (("giver", "receiver"), ("receiver", "giver")):
            template = f"timebank_coproduction.mail_template_introduction_{name}"
            unreached = self._mail_people(template, f"{name}_id")
            rung |= unreached[f"{name}_id"]
            unreached._plan_calls(
                lambda introduction, other=f"{other}_id": self.env._(
                    "%(skill)s and %(other)s",
                    skill=introduction.skill_id.name,
                    other=introduction[other].name,
                ),
                f"{name}_id",
            )
        return rung

    def _say_introduced(self, rung):
        """Who was introduced to whom, who has a mail, and who is to be rung."""
        pairs = [
            self.env._(
                "%(giver)s and %(receiver)s are introduced.",
                giver=introduction.giver_id.name,
                # sudo: the sentence names who asked, to whoever put them together
                receiver=introduction.request_id.sudo()._get_whom(),
            )
            for introduction in self[:MOST_SAID]
        ]
        if len(self) > MOST_SAID:
            pairs = [self.env._("%s pairs are introduced.", len(self))]
        people = self.giver_id | self.receiver_id
        # sudo: whether they want such mails, for whoever put them together
        both = self.sudo()
        members = both.offer_id.member_id | both.request_id.member_id
        quiet = members.filtered(lambda one: not one.introduction_mails).partner_id.with_env(self.env) - rung
        mailed = people - rung - quiet
        if quiet:
            told = self.env._("Tell %s, who get no such mails.", ", ".join(quiet.mapped("name")))
            if mailed:
                told += " " + self.env._("%s have a mail.", ", ".join(mailed.mapped("name")))
            if rung:
                told += " " + self.env._("Ring %s.", ", ".join(rung.mapped("name")))
        elif not rung:
            told = self.env._("They have a mail.")
        elif not mailed:
            told = self.env._("No mail reaches them: ring them. It is among your calls to make.")
        else:
            told = self.env._(
                "%(mailed)s got a mail. Ring %(rung)s: it is among your calls to make.",
                mailed=", ".join(mailed.mapped("name")),
                rung=", ".join(rung.mapped("name")),
            )
        return " ".join([*pairs, told])

    def _say_met(self, hours):
        """Who has met whom, how much time that was, and whether it is still to be approved.

        :param hours: the entries that were made of it, as superuser
        """
        if len(self) == 1:
            met = self.env._(
                "%(giver)s and %(receiver)s have met.",
                giver=self.giver_id.name,
                # sudo: the sentence names who asked, to one of the two or their coordinator
                receiver=self.request_id.sudo()._get_whom(),
            )
        else:
            met = self.env._("%s pairs have met.", len(self))
        time = clock(sum(hours.mapped("minutes")))
        if "submitted" in hours.mapped("state"):
            return met + " " + self.env._("%s hours are handed in: a coordinator is to approve them.", time)
        return met + " " + self.env._("%s hours are recorded and approved.", time)

    def _get_contact_details(self, name):
        """How to reach ``giver`` or ``receiver``: only what they agreed to share.

        :return: list of words; empty where they shared nothing
        """
        self.ensure_one()
        # sudo: what is returned was agreed to be shared
        record = self.sudo()
        source = record.offer_id if name == "giver" else record.request_id
        member, partner = source.member_id, source.partner_id
        details = []
        if member.share_phone and partner.phone:
            details.append(partner.phone)
        if member.share_email and partner._get_mailable():
            details.append(partner.email)
        return details
