from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

KINDS = [("skill", "Skill"), ("space", "Space"), ("equipment", "Equipment")]


class TimebankSkill(models.Model):
    """What people can do, lend or would like, as a tree of everyday words."""

    _name = "timebank.skill"
    _description = "Skill"
    _order = "complete_name, id"
    _rec_names_search = ["complete_name", "synonyms"]
    _parent_store = True

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char("Full name", compute="_compute_complete_name", store=True, recursive=True)
    parent_id = fields.Many2one("timebank.skill", string="Part of", ondelete="restrict", index=True)
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("timebank.skill", "parent_id", string="More exactly")
    kind = fields.Selection(
        KINDS,
        compute="_compute_kind",
        store=True,
        precompute=True,
        readonly=False,
        recursive=True,
        required=True,
        help="A skill of a person, a space or equipment to lend.",
    )
    synonyms = fields.Char(translate=True, help="Other words that people use for it, with commas between.")
    active = fields.Boolean(default=True)
    offer_ids = fields.One2many("timebank.offer", "skill_id", string="Offers")
    request_ids = fields.One2many("timebank.request", "skill_id", string="Requests")
    offer_count = fields.Integer("Open offers", compute="_compute_counts")
    request_count = fields.Integer("Open requests", compute="_compute_counts")

    _name_unique = models.UniqueIndex(
        "(COALESCE(parent_id, 0), name) WHERE active",
        "There is a skill of that name in that group.",
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for skill in self:
            parts = [skill.parent_id.complete_name, skill.name]
            skill.complete_name = " / ".join(filter(None, parts))

    @api.depends("parent_id.kind")
    def _compute_kind(self):
        for skill in self:
            skill.kind = skill.parent_id.kind or skill.kind or "skill"

    @api.depends("name", "complete_name")
    @api.depends_context("timebank_full_skill")
    def _compute_display_name(self):
        """Short on a card; with its group where one has to be chosen."""
        full = self.env.context.get("timebank_full_skill")
        for skill in self:
            skill.display_name = skill.complete_name if full else skill.name

    def _compute_counts(self):
        for model, name in (
            ("timebank.offer", "offer_count"),
            ("timebank.request", "request_count"),
        ):
            counts = dict(
                self.env[model]._read_group(
                    [("skill_id", "in", self.ids), ("state", "=", "published")],
                    ["skill_id"],
                    ["__count"],
                )
            )
            for skill in self:
                skill[name] = counts.get(skill._origin, 0)

    @api.constrains("parent_id")
    def _check_no_circle(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A skill can't be a part of itself, nor of one of its parts."))

    def action_view_offers(self):
        return self._action_on("timebank_coproduction.timebank_offer_action")

    def action_view_requests(self):
        return self._action_on("timebank_coproduction.timebank_request_action")

    def _action_on(self, xmlid):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return dict(action, domain=[("skill_id", "child_of", self.ids)], context={})

    def action_add_offer(self):
        """An empty offer of this, to fill in with whoever was found."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who can do it?"),
            "res_model": "timebank.offer",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_kind": self.kind, "default_skill_id": self.id},
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        # sudo: offers that the user can't see count as well
        used = self.sudo().filtered(lambda skill: skill.offer_ids or skill.request_ids)
        if used:
            raise UserError(
                self.env._(
                    "%s is offered or asked for: merge it into another skill instead.",
                    used[0].name,
                )
            )

    def _is_called(self, word):
        """Whether ``word`` is the name or one of the synonyms, whatever its capitals."""
        self.ensure_one()
        words = [self.name, *(self.synonyms or "").split(",")]
        return word.strip().lower() in (other.strip().lower() for other in words)

    def _get_family(self):
        """How near other skills are to this one, for the matching.

        :return: dict of ``same``, ``part`` (more exact ones), ``whole`` (the broader
            ones) and ``sibling`` → skill ids
        """
        self.ensure_one()
        self.flush_model(["parent_id", "parent_path"])
        parent = self.parent_path.rstrip("/").rpartition("/")[0]
        rows = self.env.execute_query(
            SQL(
                """SELECT id, parent_path FROM timebank_skill
                    WHERE parent_path LIKE %s OR parent_id = %s OR id = ANY(%s)""",
                f"{self.parent_path}%",
                self.parent_id.id or 0,
                [int(part) for part in self.parent_path.split("/") if part],
            )
        )
        family = {"same": [self.id], "part": [], "whole": [], "sibling": []}
        for skill_id, path in rows:
            if skill_id == self.id:
                continue
            if path.startswith(self.parent_path):
                family["part"].append(skill_id)
            elif self.parent_path.startswith(path):
                family["whole"].append(skill_id)
            elif parent:
                family["sibling"].append(skill_id)
        return family
