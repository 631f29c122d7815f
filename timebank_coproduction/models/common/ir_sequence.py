from odoo import models


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _draw_next(self, count):
        """Iterate over the next ``count`` numbers of a sequence, drawn in one query.

        A sequence without gaps has to queue for each, and does.
        """
        self.ensure_one()
        if self.implementation != "standard" or self.use_date_range:
            return iter([self.next_by_id() for _number in range(count)])
        self.env.cr.execute(
            "SELECT nextval(%s) FROM generate_series(1, %s)", [f"ir_sequence_{self.id:03d}", count]
        )
        numbers = self.env.cr.fetchall()  # at once: the affixes may have to be asked for
        prefix, suffix = self._get_prefix_suffix()
        return iter([f"{prefix}{number:0{self.padding}d}{suffix}" for (number,) in numbers])
