from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..common.figures import figures_over
from ..common.personal import OURS
from ..common.verb import record, verb
from ..common.windows import open_dialog, open_form, open_list

KINDS = [("skill", "Skill"), ("space", "Space"), ("equipment", "Equipment")]


class TimebankSkill(models.Model):
    """What people can do, lend or would like, as a tree of everyday words."""

    _name = "timebank.skill"
    _description = "Skill"
    _inherit = ["timebank.protected"]
    _order = "complete_name, id"
    _rec_names_search = ["complete_name", "synonyms"]
    _parent_store = True
    _personal_fields = {
        "name": OURS,
        "complete_name": OURS,
        "parent_path": OURS,
        "synonyms": OURS,
    }

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
    category_id = fields.Many2one(
        "timebank.category",
        string="Counts as",
        ondelete="restrict",
        help="What time given for it counts as in reports. Empty: as its group does.",
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
        live = [("state", "=", "published")]
        for skill, count in figures_over(self, self.env["timebank.offer"], "skill_id", live):
            skill.offer_count = count
        for skill, count in figures_over(self, self.env["timebank.request"], "skill_id", live):
            skill.request_count = count

    @api.constrains("parent_id")
    def _check_no_circle(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A skill can't be a part of itself, nor of one of its parts."))

    @verb()
    def action_view_offers(self):
        return open_list(self.env, "timebank_offer_action", self._get_own_domain(), {})

    @verb()
    def action_view_requests(self):
        return open_list(self.env, "timebank_request_action", self._get_own_domain(), {})

    def _get_own_domain(self):
        """The offers or requests of these skills and of their parts."""
        return [("skill_id", "child_of", self.ids)]

    @verb(single=True)
    def action_add_offer(self):
        """An empty offer of this, to fill in with whoever was found."""
        self.ensure_one()
        return open_dialog(
            self.env["timebank.offer"],
            self.env._("Who can do it?"),
            context={"default_kind": self.kind, "default_skill_id": self.id},
        )

    @api.model
    def _get_missing_in(self, schemes):
        """What is asked for in each of these banks and offered by nobody there, in two queries.

        :return: list of (bank, skill, how many requests wait for it)
        """
        live = [("scheme_id", "in", schemes.ids), ("state", "=", "published")]
        pair = ["scheme_id", "skill_id"]
        offered = set(self.env["timebank.offer"]._read_group(live, pair))
        wanted = self.env["timebank.request"]._read_group(live, pair, ["__count"])
        return [row for row in wanted if row[:2] not in offered]

    @api.ondelete(at_uninstall=True)
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

    def _get_category(self):
        """What time given for this counts as: its own category, or that of the nearest group with one."""
        skill = self
        while skill and not skill.category_id:
            skill = skill.parent_id
        return skill.category_id

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

    # ------------------------------------------------------------
    # Two words for one thing become one skill.
    # ------------------------------------------------------------

    @verb(target=record("timebank.skill"))
    def action_merge_into(self, target):
        """Make these skills one with ``target``: whatever pointed to them points to it.

        Their names and synonyms become synonyms of ``target``, their parts its parts.

        :param target: a ``timebank.skill``, or its id
        :raises UserError: into itself, or into one of its own parts
        """
        if isinstance(target, int):
            target = self.browse(target)
        target.ensure_one()
        (self | target).check_access("write")
        self.check_access("unlink")
        for skill in self:
            if skill == target:
                raise UserError(
                    self.env._("%s can't be merged into itself: choose another skill.", skill.name)
                )
            if f"/{skill.id}/" in f"/{target.parent_path}":
                raise UserError(
                    self.env._(
                        "%(part)s is a part of %(skill)s: merge the part into the whole instead.",
                        part=target.name,
                        skill=skill.name,
                    )
                )
        words = [target.synonyms, *self.mapped("name"), *self.mapped("synonyms")]
        self.child_ids.filtered(lambda child: child not in self).parent_id = target
        self.env.flush_all()
        for model, column in self._get_columns_pointing_here():
            self._move_references(target, model, column)
        for table, mine, other in self._get_relations_pointing_here():
            self._move_links(target, table, mine, other)
        self.env.cr.execute(
            "UPDATE ir_model_data SET res_id = %s WHERE model = %s AND res_id = ANY(%s)",
            [target.id, self._name, self.ids],
        )
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        self.unlink()
        target.synonyms = self._join_words(words)
        return open_form(target)

    def _get_columns_pointing_here(self):
        """Pairs of table and column of every stored many-to-one to a skill."""
        for model in self.env.registry.models.values():
            if model._abstract or not model._auto or model._name == self._name:
                continue
            for field in model._fields.values():
                if field.type == "many2one" and field.store and field.comodel_name == self._name:
                    yield model._table, field.name

    def _get_relations_pointing_here(self):
        """Table, the column of the skill and the other one, of every many-to-many."""
        relations = set()
        for model in self.env.registry.models.values():
            if model._abstract:
                continue
            for field in model._fields.values():
                if field.type == "many2many" and field.store and field.comodel_name == self._name:
                    relations.add((field.relation, field.column2, field.column1))
        return relations

    def _move_references(self, target, table, column):
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(column)s = %(target)s WHERE %(column)s = ANY(%(old)s)",
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                target=target.id,
                old=self.ids,
            )
        )

    def _move_links(self, target, table, mine, other):
        self.env.cr.execute(
            SQL(
                """INSERT INTO %(table)s (%(mine)s, %(other)s)
                   SELECT DISTINCT %(target)s, %(other)s FROM %(table)s
                    WHERE %(mine)s = ANY(%(old)s) ON CONFLICT DO NOTHING""",
                table=SQL.identifier(table),
                mine=SQL.identifier(mine),
                other=SQL.identifier(other),
                target=target.id,
                old=self.ids,
            )
        )

    def _join_words(self, texts):
        words = [word.strip() for text in texts if text for word in text.split(",")]
        return ", ".join(dict.fromkeys(word for word in words if word))
