from odoo import http
from odoo.http import content_disposition, request

from ..models.common.words import say_day, say_spoken
from ..tools.minutes import LARGEST
from ..tools.paging import PAGE, paging_of
from .member_log import TYPED, EntryForm, about_entry
from .member_page import Form, MemberPage, sent, shown

ENTRY = f"/hours/<int(max={LARGEST}):entry_id>"
#: What can still be changed by whoever gave it.
OPEN = ("draft", "submitted", "refused")


class MemberHours(MemberPage, http.Controller):
    """What a member gave, each with what can still be done; and what others say they gave."""

    @shown("/hours", on_tablet=True)
    def hours(self, member, page="1", state=None, done=None):
        entries, words = request.env["timebank.hours"], self._say_states()
        domain = member._own_hours()
        counts = dict(entries._read_group(domain, ["state"], ["__count"]))
        state = state if state in counts else None
        total = counts[state] if state else sum(counts.values())
        paging = paging_of(total, page)
        if state:
            domain = [*domain, ("state", "=", state)]
        found = entries.search(domain, limit=PAGE, offset=paging["skipped"])
        values = {
            "said": self._said(done),
            "entries": [self._describe(member, entry) for entry in found],
            "received": [self._describe(member, entry) for entry in member._get_to_answer()],
            "states": [(key, words[key], counts[key]) for key in words if key in counts],
            "state": state,
            "paging": paging,
            "can_log": not member._say_standing(),
        }
        return self._render("member_hours", values, member, "log")

    @shown(ENTRY, on_tablet=True)
    def entry(self, member, entry_id, done=None):
        entry = self._find(member, entry_id) or self._find(member, entry_id, side="receiver_id")
        if not entry:
            return self._not_found()
        return self._show(member, entry, Form(), self._said(done))

    def _show(self, member, entry, form, said=None):
        values = {"entry": self._describe(member, entry), "form": form, "said": said}
        return self._render("member_entry", values, member, "log")

    @shown(ENTRY + "/file")
    def send_file(self, member, entry_id):
        entry = self._find(member, entry_id) or self._find(member, entry_id, side="receiver_id")
        if not entry.evidence_name:
            return self._not_found()
        stream = request.env["ir.binary"]._get_stream_from(entry, "evidence", filename=entry.evidence_name)
        response = stream.get_response(as_attachment=True)
        response.headers["Content-Disposition"] = content_disposition(entry.evidence_name)
        self._protect(response, None)
        return response

    # What the giver does with it
    @shown(ENTRY + "/change", on_tablet=True)
    def change(self, member, entry_id):
        entry = self._find(member, entry_id)
        if entry.state not in OPEN:
            return self._not_found()
        form = EntryForm(
            time=say_clock(entry),
            date=str(entry.date),
            start_time=entry.start_time and entry.start_time.zfill(5),
            category_id=str(entry.category_id.id or ""),
            description=entry.description,
        )
        return self._ask_change(member, entry, form)

    @sent(ENTRY + "/change", on_tablet=True, files=("evidence",))
    def change_it(self, member, entry_id, evidence=None, **typed):
        entry = self._find(member, entry_id)
        if entry.state not in OPEN:
            return self._not_found()
        form = EntryForm({name: typed.get(name) for name in (*TYPED, "time")})
        vals = form.read_about(evidence)
        # what its form doesn't ask for stays
        vals = {name: value for name, value in vals.items() if name in typed or name not in TYPED}
        vals["minutes"] = form.read_time()
        handed_in = entry.state != "submitted"
        if form and form.carry_out(lambda: member._correct_time(entry, vals)):
            return self._go(member, f"/hours/{entry.id}", done="handed_in" if handed_in else "changed")
        return self._ask_change(member, entry, form)

    def _ask_change(self, member, entry, form):
        values = {
            **about_entry(member),
            "entry": self._describe(member, entry),
            "form": form,
            "whom_kind": entry.activity_id._name if entry.activity_id else "",
        }
        return self._render("member_entry_change", values, member, "log")

    @sent(ENTRY + "/withdraw", on_tablet=True)
    def withdraw(self, member, entry_id):
        entry = self._find(member, entry_id)
        return self._too_late(member, entry) or self._do(member, entry, "action_withdraw", "withdrawn")

    @sent(ENTRY + "/delete", on_tablet=True)
    def delete(self, member, entry_id):
        entry, form = self._find(member, entry_id), Form()
        if not entry:
            return self._not_found()
        late = self._too_late(member, entry)
        if not late and form.carry_out(entry.unlink):
            return self._go(member, "/hours", done="deleted")
        return late or self._show(member, entry, form)

    def _too_late(self, member, entry):
        """The entry with what a member can't know: it was decided while they looked at it."""
        if not entry or entry.state in OPEN:
            return None
        form = Form()
        form.refuse(None, request.env._("It has been approved meanwhile. Ask a coordinator to reverse it."))
        return self._show(member, entry, form)

    # What the receiver says to it
    @sent(ENTRY + "/yes", on_tablet=True)
    def yes(self, member, entry_id):
        entry = self._find(member, entry_id, side="receiver_id")
        return self._do(member, entry, "action_confirm_received", "yes")

    @sent(ENTRY + "/no", on_tablet=True)
    def no(self, member, entry_id, reason=""):
        entry = self._find(member, entry_id, side="receiver_id")
        return self._do(member, entry, "action_deny_received", "no", reason=reason)

    def _do(self, member, entry, verb, done, **arguments):
        """Call a verb, and show the entry with what became of it."""
        if not entry:
            return self._not_found()
        form = Form(arguments)
        if form.carry_out(lambda: getattr(entry, verb)(**arguments), next(iter(arguments), None)):
            return self._go(member, f"/hours/{entry.id}", done=done)
        return self._show(member, entry, form)

    # Words
    def _find(self, member, entry_id, side="partner_id"):
        """The entry of that number, if the member is on that side of it; else none."""
        domain = [
            ("id", "=", entry_id),
            ("scheme_id", "=", member.scheme_id.id),
            (side, "=", member.partner_id.id),
        ]
        if side == "receiver_id":
            domain.append(("state", "!=", "draft"))
        return request.env["timebank.hours"].search(domain)

    def _say_states(self):
        env = request.env
        return {
            "submitted": env._("Waiting"),
            "refused": env._("To correct"),
            "draft": env._("Not handed in"),
            "approved": env._("Approved"),
            "reversed": env._("Taken back"),
        }

    def _said(self, done):
        env = request.env
        return {
            "logged": env._("Thank you. It is handed in, and counts once a coordinator has approved it."),
            "counted": env._("Thank you. Your time counts already."),
            "changed": env._("Changed. It waits for approval as before."),
            "handed_in": env._("Handed in. It counts once a coordinator has approved it."),
            "withdrawn": env._("Taken back. You can change it and hand it in again, or delete it."),
            "deleted": env._("Deleted."),
            "yes": env._("Thank you. The coordinator sees that you received it."),
            "no": env._("Thank you. The coordinator sees what you said, and decides."),
        }.get(done)

    def _describe(self, member, entry):
        """What is told of an entry, in words."""
        env, mine = request.env, entry.partner_id == member.partner_id
        other = entry.receiver_id if mine else entry.partner_id
        # sudo: the name of where it was given
        place = entry.session_id.sudo().activity_id.name or entry.activity_id.sudo().name
        return {
            "id": entry.id,
            "mine": mine,
            "how_long": say_spoken(env, entry.minutes),
            "day": say_day(env, entry.date),
            "start": entry.start_time,
            "other": other._say_name() if other else "",
            "place": place or ("" if other else member.scheme_id.name),
            # a register's entry is called after what it was at
            "what": entry.description if entry.description and entry.description != place else "",
            "category": entry.category_id.name or "",
            "state": entry.state,
            "status": self._say_states()[entry.state],
            "reason": entry.refusal_reason or "",
            "file": entry.evidence_name or "",
            "says": entry.receiver_says,
            "words": entry.receiver_words or "",
            "can_change": mine and entry.state in OPEN,
            "can_answer": not mine and entry.state == "submitted",
        }


def say_clock(entry):
    """How long it took, as it can be typed again."""
    return f"{entry.minutes // 60}:{entry.minutes % 60:02d}"
