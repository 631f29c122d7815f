from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import hmac

from ...tools import codes
from ..common.verb import text
from ..common.words import say_hours
from .timebank_sign_in import read_address

#: The longest name, number and text that a form takes, in letters, and the fewest figures of a number.
LONGEST_NAME, LONGEST_LINE, LONGEST_TEXT, FEWEST_FIGURES = 80, 40, 1000, 5
#: How often somebody applies within a day, and how many people do from one network address, to one bank, and
#: to all.
MOST_APPLYING, MOST_FROM_SOURCE, MOST_IN_BANK, MOST_IN_ALL, A_DAY = 2, 20, 60, 300, 24 * 60
#: How long the code is of a link that switches mails off, in letters.
STOP_LENGTH = 32
#: Mails about somebody's own login.
LOGIN_MAILS = ("mail_invitation", "mail_signed_up", "mail_password")
LEAVING = "timebank_coproduction.mail_activity_leaving"
#: In the context: to which membership somebody is invited, and who it is. Records, which nobody can send.
INVITED_TO, INVITED = "timebank_invited_to", "timebank_invited"


class TimebankMember(models.Model):
    """The members' own pages: how somebody applies, and what members say of themselves."""

    _inherit = "timebank.member"

    credit_mails = fields.Boolean(
        "Mails about hours and credits", default=True, help="Such as before unused credits expire."
    )

    def _first_name(self):
        """How members are greeted: at the door, when they hold up their own card, and on their pages."""
        self.ensure_one()
        return (self.name or "") if self._is_organisation() else (self.name or "").split(" ")[0]

    def _is_organisation(self):
        """Whether the name is nobody's own: it is shown whole, or not at all."""
        self.ensure_one()
        # sudo: what kind of member it is, and no word of the contact's
        return self.role == "organisation" or self.sudo().partner_id.is_company

    def _say_balance(self):
        """What the balance means, in a sentence."""
        self.ensure_one()
        minutes = self.balance_minutes
        if minutes > 0:
            return self.env._(
                "Others can give you %s of their time, or you can spend it on rewards.",
                say_hours(self.env, minutes),
            )
        left = self.account_id.available_minutes
        if left > 0:
            return self.env._(
                "You can still ask for %s of help before giving some.", say_hours(self.env, left)
            )
        return self.env._("Give some time, and you will have credits to spend.")

    # ------------------------------------------------------------
    # Asking to join, without a login.
    # ------------------------------------------------------------

    @api.model
    def _read_name(self, typed):
        """:raises UserError: for what is no name"""
        name = " ".join(_read_text(self.env, self.env._("Your name"), typed, LONGEST_NAME).split())
        if not any(letter.isalpha() for letter in name):
            raise UserError(self.env._("What is your name?"))
        return name

    @api.model
    def _read_email(self, typed):
        """:raises UserError: for what is no mail address; nothing is none"""
        typed = _read_text(self.env, self.env._("Mail address"), typed, LONGEST_NAME)
        address = read_address(typed)
        if typed and not address:
            raise UserError(self.env._("“%s” is no mail address, such as ann@example.org.", typed))
        return address

    @api.model
    def _read_phone(self, typed):
        """:raises UserError: for what is no telephone number; nothing is none"""
        number = _read_text(self.env, self.env._("Telephone"), typed, LONGEST_LINE)
        self._refuse_no_number(number)
        return number

    @api.model
    def _refuse_no_number(self, typed):
        """:raises UserError: for what is no telephone number, wherever it is typed; nothing is none"""
        if typed and sum(map(str.isdigit, typed)) < FEWEST_FIGURES:
            raise UserError(self.env._("“%s” is no telephone number, such as 0113 496 0023.", typed))

    @api.model
    def _read_zip(self, typed):
        return _read_text(self.env, self.env._("Postcode"), typed, LONGEST_LINE)

    @api.model
    def _read_words(self, typed):
        return _read_text(self.env, self.env._("Your words"), typed, LONGEST_TEXT)

    @api.model
    def _why_not_apply(self, scheme, source):
        """Count that somebody applies; why not now, or an empty string.

        :param str source: the network address that asks
        """
        paces = self.env["timebank.pace"]
        if paces._count("apply", source, A_DAY) > MOST_FROM_SOURCE:
            return self.env._("Many people have applied from here today. Please try again tomorrow.")
        in_bank = paces._count("apply to", str(scheme.id), A_DAY)
        if in_bank <= MOST_IN_BANK and paces._count("apply to any", "", A_DAY) <= MOST_IN_ALL:
            return ""
        phone = scheme.company_id.sudo().phone  # sudo: how the organisation is reached, for everybody
        if not phone:
            return self.env._("Very many people have applied today. Please try again tomorrow.")
        return self.env._("Very many people have applied today. Please ring %s instead.", phone)

    @api.model
    def _apply(self, scheme, details, words):
        """Take note that somebody would like to join a bank. The same is done whoever they are.

        They become an applicant with a contact of their own, also where the bank may know them: nobody
        gets at a membership by typing its member's name. Whom they may be is on the list of those who
        may be the same, for a coordinator to say.

        :param scheme: a bank that takes applications
        :param dict details: ``name``, ``email``, ``phone``, ``zip`` of the contact
        :param dict words: what they can do and would like, by :meth:`_prepare_application`
        """
        person = "\n".join(details[name] or "" for name in ("name", "email", "phone"))
        if self.env["timebank.pace"]._count(f"apply {scheme.id}", person, A_DAY) > MOST_APPLYING:
            return
        # sudo: anybody may ask to join; what is made holds what they typed, and lets them do nothing
        banks = scheme.sudo()
        deciders = banks._get_deciders(self.env["res.partner"])
        # what a coordinator reads is in their language
        members = self.sudo().with_context(lang=deciders[:1].sudo().lang or self.env.lang)
        members = members.with_company(banks.company_id)
        partner = members.env["res.partner"].create(details)
        member = (
            members._in_verb()
            .create(
                {
                    **self._prepare_application(words),
                    "partner_id": partner.id,
                    "scheme_id": banks.id,
                    "applied_on": fields.Datetime.now(),
                }
            )
            ._out_of_verb()
        )
        member._message_log(body=member._say_application(member._note_doubles()))
        member._ask_for_decision()

    def _prepare_application(self, words):
        """What is written of somebody's own words. A subject adds its own."""
        return {}

    def _note_doubles(self):
        """Put on the list whom this applicant may be.

        :return: contact → reasons
        """
        doubles, person = self.env["timebank.double"], self.partner_id
        details = {name: person[name] for name in person._get_details_compared()}
        [like] = doubles._find_like([{"id": person.id, **details}])
        like = {
            other: reasons
            for other, reasons in like.items()
            if other != person and other.company_id <= self.company_id
        }
        doubles._insert(
            {(min(person.id, other.id), max(person.id, other.id)): reasons for other, reasons in like.items()}
        )
        return like

    def _say_application(self, like):
        lines = [
            self.env._("Asked to join on the bank's page, and agreed that it keeps what is written there.")
        ]
        if like:
            lines.append(self.env._("May be somebody whom you know; if so, merge the two:"))
            lines += self.env["timebank.double"]._say_like(like).splitlines()
        return Markup().join(Markup("<p>%s</p>") % line for line in lines)

    def _get_todo_summary(self):
        return self.env._("Would like to join: %s", ", ".join(self.mapped("name")))

    def _get_concerned(self):
        return self.partner_id

    def _invite(self):
        """Invite those of these members who applied on the web to sign in, as Odoo does it.

        Whoever has no mail address of their own is to be rung.
        """
        # sudo: a coordinator who accepts somebody lets them see their own pages, and no more
        members = self.sudo().filtered(lambda member: member.applied_on and not member.partner_id.user_ids)
        mailable = members.partner_id._get_mailable()
        invited = members.filtered(
            lambda member: member.partner_id in mailable and member._give_login(member.partner_id)
        )
        (members - invited)._plan_calls(lambda member: self.env._("having been accepted"))

    def _give_login(self, person):
        """Give somebody a login of the portal to this bank, as Odoo does it.

        :return: whether they have one now: their mail address may be missing, or another login's; and
            a login that was taken away is given back by whoever manages logins alone
        """
        self.ensure_one()
        if person._has_lost_login():
            return False
        # sudo: who may decide about the membership lets them see its pages, and no more
        wizard = self.env["portal.wizard"].sudo().with_context(active_ids=[], **{INVITED_TO: self})
        wizard = wizard.create({"partner_ids": [Command.set(person.ids)]})
        line = wizard.user_ids.filtered(lambda one: one.partner_id == person)
        if line.email_state != "ok":
            return False
        line.with_company(self.company_id).action_grant_access()
        return True

    def _mail_invitation(self, person):
        """Send who has got a login what they can do with it, and the way to choose a password.

        :param person: the member, or who is to act for it
        """
        self.ensure_one()
        member = self.with_context(**{INVITED: person})
        template = "timebank_coproduction.mail_invitation"
        unreached = member._mail_people(template, lambda one: person)
        unreached._plan_calls(lambda one: self.env._("a login of theirs"), lambda one: person)

    def _mail_of_login(self, mail, person):
        """Write to somebody about their login, at once, as they have just asked for it.

        :param str mail: the name of the template
        :param person: the member, or who acts for it
        :return: the mail
        """
        self.ensure_one()
        # sudo: the mail is the bank's, whoever caused it
        member = self.sudo().with_context(**{INVITED: person})
        template = member.env.ref(f"timebank_coproduction.{mail}")
        told = member._get_told_members({member: person})
        # with a link in it that lets its reader in, it stands beside nobody's record
        apart = {"model": False, "res_id": False, "message_type": "user_notification"}
        return template._send_to_members(member, told, force_send=True, email_values=apart)

    def _get_invited(self):
        """Whom a mail about a login is for."""
        person = self.env.context.get(INVITED)
        return person if isinstance(person, models.BaseModel) else self.partner_id

    def _get_mail_button(self, mail, member):
        if mail not in LOGIN_MAILS:
            return super()._get_mail_button(mail, member)
        # sudo: the link is for its own mailbox
        person = self._get_invited().sudo()
        path = f"/timebank/{self.id}" if person == self.partner_id else "/timebank"
        if mail == "mail_signed_up":
            return self.env._("Open my pages"), self.get_base_url() + path
        kind, words = (
            ("reset", self.env._("Choose another password"))
            if mail == "mail_password"
            else ("signup", self.env._("Choose a password"))
        )
        urls = person.with_context(signup_force_type_in_url=kind)._get_signup_url_for_action(url=path)
        return words, urls[person.id]

    # ------------------------------------------------------------
    # What members say of themselves.
    # ------------------------------------------------------------

    def _get_own_fields(self):
        """The fields that a member changes on their own pages. A subject adds its own."""
        return ["availability_ids", "language_ids", *self._get_mail_switches()]

    def _change_own(self, vals):
        """Write what a member says of themselves, and who wrote it where somebody acts for them.

        :raises AccessError: for whoever is neither the member nor runs the bank
        """
        self.ensure_one()
        if not self._is_for_pages() or vals.keys() - set(self._get_own_fields()):
            raise AccessError(self.env._("Only members themselves, and who runs the bank, change that."))
        before = self.sudo()  # sudo: the fields are the member's own; who asks was checked
        record = before.new(vals, origin=before)
        changed = [name for name in vals if record[name] != before[name]]
        if not changed:
            return
        before.write({name: vals[name] for name in changed})
        labels = ", ".join(self._fields[name]._description_string(self.env) for name in changed)
        before._message_log(
            author_id=self.env.user.partner_id.id,
            body=self.env._("Changed on the member's pages: %s", labels),
        )

    # ------------------------------------------------------------
    # Mails that members switch off.
    # ------------------------------------------------------------

    def _get_mail_switches(self):
        """The fields that switch a kind of mail on and off. A subject that sends mails adds its own."""
        return ["credit_mails"]

    def _has_login(self):
        """Whether there is somebody who can open the member's pages: the member, or who acts for it."""
        # sudo: only whether there is a login
        member = self.sudo()
        return bool(member.partner_id.user_ids or member.deputy_ids._get_acting())

    def _get_stop_url(self, switch):
        """A link that switches off one kind of mail, for this member alone; works without a login.

        :return: an empty string for no member, or mails that can't be switched off
        """
        if not self or switch not in self._get_mail_switches():
            return ""
        return f"{self.get_base_url()}/timebank/mails/{self.id}/{switch}/{self._get_stop_code(switch)}"

    def _get_stop_code(self, switch):
        self.ensure_one()
        scope = f"timebank-{switch.replace('_', '-')}"
        return hmac(self.env(su=True), scope, self.id)[:STOP_LENGTH]

    @api.model
    @api.private
    def _find_by_stop_code(self, member_id, switch, code):
        """The member for whom a link switches mails off, or an empty recordset."""
        member = self.browse(member_id).exists()
        if switch in self._get_mail_switches() and member:
            if codes.is_same(member._get_stop_code(switch), code):
                return member
        return self.browse()

    def _switch_mails(self, switch, on):
        """Switch a kind of mail on or off, and leave a note if that is a change."""
        self.ensure_one()
        if self[switch] == on:
            return
        self[switch] = on
        label = self._fields[switch]._description_string(self.env)
        self._message_log(
            author_id=self.partner_id.id,
            body=self.env._("%s: switched on by a link in a mail.", label)
            if on
            else self.env._("%s: switched off by a link in a mail.", label),
        )

    def _get_wish_to_leave(self):
        """The to-do that says that a member would like to leave, if there is one."""
        # sudo: whether they said so; nothing of the to-do is shown
        return self.sudo().activity_ids.filtered(
            lambda todo: todo.activity_type_id == self.env.ref(LEAVING).sudo()
        )

    def _wish_to_leave(self, words):
        """Ask the bank's coordinator to end a membership.

        :param str words: why, and what is to become of the credits
        :raises UserError: where nobody can be asked
        """
        self.ensure_one()
        if self._get_wish_to_leave():
            return
        decider = self.scheme_id._get_deciders(self.partner_id)[:1]
        if not decider:
            raise UserError(self.scheme_id._say_whom_to_ask(self.partner_id))
        # sudo: members ask without being able to give anybody a task
        member = self.sudo().with_context(lang=decider.sudo().lang or self.env.lang)
        member.activity_schedule(
            LEAVING,
            summary=member.env._("Would like to leave: %s", member.name),
            note=Markup("<p>%s</p>") % words if words else False,
            user_id=decider.id,
        )
        self._note_acting(self)

    def _wish_to_stay(self):
        self._get_wish_to_leave().unlink()
        self._note_acting(self)


def _read_text(env, label, typed, longest):
    return text(longest)(env, label, (typed or "").strip())
