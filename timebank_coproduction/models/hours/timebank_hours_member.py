import base64
import binascii

from PIL import Image

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.image import ImageProcess, image_apply_opt
from odoo.tools.mimetypes import guess_mimetype

from ..common.acting import person_behind
from ..common.verb import text, verb

#: The most that a file may weigh, and which there are: type → how its name ends.
MOST_BYTES = 10 * 1024 * 1024
KINDS_OF_FILES = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
#: Photographs are kept no larger than this, and without the place where they were taken.
MOST_PIXELS = (1600, 1600)


class TimebankHours(models.Model):
    """What members do about time themselves: take it back, add a photo, say whether they had it."""

    _inherit = "timebank.hours"

    evidence = fields.Binary("Photo or file", attachment=True, copy=False)
    evidence_name = fields.Char("Name of the file", copy=False)
    receiver_says = fields.Selection(
        [("yes", "Received"), ("no", "Not received")],
        string="Receiver says",
        readonly=True,
        copy=False,
        help="What whoever received the time says to it. The coordinator decides.",
    )
    receiver_words = fields.Char("Receiver's reason", readonly=True, copy=False)

    # ------------------------------------------------------------
    # Taken back by whoever handed it in.
    # ------------------------------------------------------------

    @verb()
    def action_withdraw(self):
        """Take back hours that wait for approval: drafts again, to correct or delete.

        :raises UserError: when none of them waits
        """
        self.check_access("write")
        refusals = self._get_refusals_by_state(
            "submitted", self.env._("“%s” is not waiting for approval, so it can't be taken back.")
        )
        entries = self._raise_or_list(refusals)
        entries._in_verb().write({"state": "draft", "receiver_says": False, "receiver_words": False})
        entries._note(self.env._("Taken back before it was approved"))
        entries._close_todos()
        return self._tell(refusals, self.env._("taken back"))

    # ------------------------------------------------------------
    # Whether it was received: for the coordinator who decides, and decides alone.
    # ------------------------------------------------------------

    @verb()
    def action_confirm_received(self):
        """Say that one has received this time.

        :raises UserError: when it is not the user's to say, or has been decided
        """
        return self._answer("yes", False, self.env._("Received, says the receiver"))

    @verb(reason=text())
    def action_deny_received(self, reason):
        """Say that this isn't time that one has received, or not like that.

        :param str reason: what is wrong; the giver and the coordinators read it
        :raises UserError: without a reason, or as :meth:`action_confirm_received`
        """
        reason = self._require_reason(reason, self.env._("Say in a few words what is wrong."))
        return self._answer("no", reason, self.env._("Not received, says the receiver: %s", reason))

    def _answer(self, says, reason, note):
        refusals = self._get_refusals_to_answer()
        # sudo: receivers may read entries and change nothing but what they say to them
        entries = self._raise_or_list(refusals).sudo()
        for revision, same in entries.grouped("revision").items():
            vals = {"receiver_says": says, "receiver_words": reason}
            same._in_verb().write({**vals, "revision": revision + 1} if says == "no" else vals)
        entries._note(note)
        return self._tell(refusals, self.env._("answered"))

    def _get_refusals_to_answer(self):
        """Entries that don't wait, and those of which it is not for this user to say."""
        refusals = self._get_refusals_by_state("submitted", self.env._("“%s” is not waiting any more."))
        me, behind = self.env.user.partner_id, person_behind(self.env)
        for entry in self - self.browse(refusals):
            # sudo: whether the user runs its bank, for somebody who is not online
            by_coordinator = entry.scheme_id.sudo(False).is_run_by_user and me != entry.partner_id
            theirs = entry.partner_id in behind  # who gave it, and acts for who received it
            if not entry.receiver_id or theirs or (me != entry.receiver_id and not by_coordinator):
                refusals[entry.id] = self.env._(
                    "Only who received “%s”, or a coordinator for them, can say that.", entry.display_name
                )
        return refusals

    def _get_denied(self):
        """Entries that their receivers say they haven't had, to be looked at one by one."""
        return {
            entry.id: self.env._(
                "“%(entry)s”: %(receiver)s says it wasn't so. Open it, and decide on it alone.",
                entry=entry.display_name,
                receiver=entry.receiver_id.name,
            )
            for entry in self
            if entry.receiver_says == "no"
        }

    # ------------------------------------------------------------
    # A photograph or file, where the bank wants to see one.
    # ------------------------------------------------------------

    def _get_without_evidence(self):
        """Entries of members who show nothing, of banks that want to see something."""
        # sudo: the bank's policy, which members may not read, and its name
        return {
            entry.id: self.env._(
                "Add a photo or file to “%(entry)s”: %(bank)s wants one with its hours.",
                entry=entry.display_name,
                bank=entry.scheme_id.sudo().name,
            )
            for entry in self
            if entry.source == "portal"
            and entry.scheme_id.sudo().evidence_policy == "required"
            and not entry.evidence_name
        }

    def _prepare_evidence(self, vals):
        """A file as it is kept: looked at by what it is, not by its name; a photograph smaller."""
        if self._is_in_verb():
            return  # it has been looked at already
        if "evidence" not in vals:
            if "evidence_name" in vals and not (self and self[:1].evidence):
                vals["evidence_name"] = False  # no name without a file
            return
        if not vals["evidence"]:
            vals["evidence_name"] = False
            return
        try:
            content = base64.b64decode(vals["evidence"], validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise UserError(self.env._("That file can't be read: choose it once more.")) from error
        if len(content) > MOST_BYTES:
            raise UserError(self.env._("That file is too large: 10 MB at most."))
        kind = guess_mimetype(content, default="")
        if kind not in KINDS_OF_FILES:
            raise UserError(self.env._("Choose a photo (JPEG or PNG) or a PDF."))
        if kind.startswith("image/"):
            content = self._prepare_picture(content)
        vals["evidence"] = base64.b64encode(content)
        stem = str(vals.get("evidence_name") or "").replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
        vals["evidence_name"] = f"{stem[:60] or self.env._('file')}.{KINDS_OF_FILES[kind]}"

    def _prepare_picture(self, content):
        """A photograph without what its camera wrote into it; one that is in order stays as it is."""
        try:
            process = ImageProcess(content)
        except (Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
            raise UserError(self.env._("That picture can't be read, or is far too large.")) from error
        image, kind = process.image, process.original_format
        within = all(side <= most for side, most in zip(image.size, MOST_PIXELS, strict=True))
        if within and "exif" not in image.info and not image.getexif():
            return content
        try:
            image.thumbnail(MOST_PIXELS)
        except (OSError, SyntaxError, ValueError) as error:  # cut off, or broken on the way
            raise UserError(self.env._("That file can't be read: choose it once more.")) from error
        image.info.pop("exif", None)
        return image_apply_opt(
            image, output_format=kind, optimize=True, **({"quality": 80} if kind == "JPEG" else {})
        )
