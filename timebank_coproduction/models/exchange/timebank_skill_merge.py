from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class TimebankSkill(models.Model):
    """Two words for one thing become one skill."""

    _inherit = "timebank.skill"

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
            self._point_to(target, model, column)
        for table, mine, other in self._get_relations_pointing_here():
            self._link_to(target, table, mine, other)
        self.env.cr.execute(
            "UPDATE ir_model_data SET res_id = %s WHERE model = %s AND res_id = ANY(%s)",
            [target.id, self._name, self.ids],
        )
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        self.unlink()
        target.synonyms = self._join_words(words)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": target.id,
            "views": [(False, "form")],
        }

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

    def _point_to(self, target, table, column):
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(column)s = %(target)s WHERE %(column)s = ANY(%(old)s)",
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                target=target.id,
                old=self.ids,
            )
        )

    def _link_to(self, target, table, mine, other):
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
