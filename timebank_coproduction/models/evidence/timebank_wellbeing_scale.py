import re
from functools import lru_cache
from types import MappingProxyType

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.personal import OURS
from ..common.verb import verb

#: A line of the table: a total, and what it stands for.
SCORE = re.compile(r"(\d{1,4})\s*[\s:;,=\t]\s*(\d{1,4}(?:[.,]\d{1,4})?)")
MOST_LINES = 60
#: What makes up a scale: nothing of it changes as long as it is in use, or once somebody has answered.
MADE_OF = frozenset({"wording", "answer_words", "lowest", "scores"})


class TimebankWellbeingScale(models.Model):
    """A licensed scale that rounds can ask besides: its licence, and its wording as the holder enters it.

    No wording comes with this addon. It can't be switched on without the reference of a licence.
    """

    _name = "timebank.wellbeing.scale"
    _description = "Licensed Scale"
    _inherit = ["timebank.protected"]
    _order = "name, id"
    _check_company_auto = True
    _personal_fields = {
        "name": OURS,
        "licence_reference": OURS,
        "introduction": OURS,
        "wording": OURS,
        "answer_words": OURS,
        "scores": OURS,
    }

    name = fields.Char(required=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    licence_reference = fields.Char(
        "Licence reference",
        help="What the holder of the rights has given you for it, such as a registration number. Without it"
        " the scale can’t be used.",
    )
    introduction = fields.Text(help="What stands above the statements.")
    wording = fields.Text("Statements", help="One a line, as the licence gives them.")
    answer_words = fields.Text("Answers", help="One a line, from the one with fewest points.")
    lowest = fields.Integer("Points of the first answer", default=1, aggregator=None)
    scores = fields.Text(
        "Table of scores", help="One a line: the total of the points, and the score it stands for."
    )
    is_on = fields.Boolean("In use", readonly=True, copy=False)

    _name_once = models.UniqueIndex("(company_id, name)", "There is such a scale already.")
    _lowest_within = models.Constraint("CHECK (lowest BETWEEN 0 AND 10)", "Points begin at 0 to 10.")
    _licensed = models.Constraint(
        "CHECK (NOT is_on OR licence_reference IS NOT NULL)",
        "A scale is used with the reference of its licence only.",
    )

    def write(self, vals):
        if not self._is_in_verb() and vals.keys() & (MADE_OF | {"licence_reference"}):
            for scale in self.filtered("is_on"):
                raise UserError(self.env._("“%s” is in use: switch it off before you change it.", scale.name))
        if vals.keys() & MADE_OF and self._is_answered():
            raise UserError(
                self.env._("People have answered: what it asks and how it counts stays as it is.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_only_unused(self):
        if self._is_answered():
            raise UserError(self.env._("People have answered: switch it off instead."))

    def _is_answered(self):
        # sudo: whether there is any answer
        waves = self.env["timebank.wellbeing.wave"].sudo().search([("scale_id", "in", self.ids)])
        return any(one.scale_points for one in waves.response_ids)

    def _get_lines(self, name):
        return _split(self[name] or "")

    def _get_statements(self):
        return self._get_lines("wording")

    def _get_choices(self):
        """Pairs of points and the words of an answer."""
        return [(self.lowest + place, words) for place, words in enumerate(self._get_lines("answer_words"))]

    def _get_table(self):
        """Dict of a total of points → its score.

        :raises UserError: for a line that is none
        """
        try:
            return _read_table(self.scores or "")
        except ValueError as error:
            raise UserError(
                self.env._("“%s” is no line of the table of scores, such as “7 7.5”.", str(error)[:40])
            ) from error

    def _get_score(self, points):
        """What somebody's points come to, or ``None`` where one is left unsaid."""
        if not points or len(points) != len(self._get_statements()) or None in points:
            return None
        return self._get_table().get(sum(points))

    @verb()
    def action_switch_on(self):
        """Have rounds ask it.

        :raises UserError: without licence, statements, answers, or a score for each total
        """
        self.check_access("write")
        for scale in self:
            why = scale._why_not_on()
            if why:
                raise UserError(why)
        self._in_verb().write({"is_on": True})
        return True

    @verb()
    def action_switch_off(self):
        """No new round asks it."""
        self.check_access("write")
        self._in_verb().write({"is_on": False})
        return True

    def _why_not_on(self):
        self.ensure_one()
        if not (self.licence_reference or "").strip():
            return self.env._("Enter the reference of your licence for “%s” first.", self.name)
        statements, choices = self._get_statements(), self._get_choices()
        if not statements or len(choices) < 2:
            return self.env._("“%s” needs its statements, and at least two answers.", self.name)
        if len(statements) > MOST_LINES or len(choices) > MOST_LINES:
            return self.env._("“%s” has too many lines.", self.name)
        least, most = len(statements) * choices[0][0], len(statements) * choices[-1][0]
        table = self._get_table()
        missing = [total for total in range(least, most + 1) if total not in table]
        if missing:
            return self.env._(
                "The table of scores of “%(scale)s” says nothing of %(total)s points.",
                scale=self.name,
                total=missing[0],
            )
        return ""

    def _read_points(self, typed):
        """Points as typed from a sheet, a number for each statement, ``-`` for one left unsaid.

        :raises UserError: for what doesn't fit
        """
        typed = (typed or "").strip()
        if not typed:
            return None
        choices = [points for points, _words in self._get_choices()]
        signs = re.split(r"[\s,;]+", typed) if re.search(r"[\s,;]", typed) else list(typed)
        numbers = {str(one): one for one in choices}
        points = [None if sign in "-–x" else numbers.get(sign, -1) for sign in signs]
        if len(points) != len(self._get_statements()) or set(points) - {None, *choices}:
            raise UserError(
                self.env._(
                    "“%(typed)s” doesn’t fit “%(scale)s”: type %(count)s numbers from %(least)s to %(most)s,"
                    " or - for one left out.",
                    typed=typed,
                    scale=self.name,
                    count=len(self._get_statements()),
                    least=choices[0],
                    most=choices[-1],
                )
            )
        return None if all(one is None for one in points) else points


def _split(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


@lru_cache(maxsize=16)
def _read_table(text):
    """A table of scores, read once for all the answers that are counted by it.

    :raises ValueError: with the line that is none
    """
    table = {}
    for line in _split(text):
        found = SCORE.fullmatch(line)
        if not found:
            raise ValueError(line)
        table[int(found[1])] = float(found[2].replace(",", "."))
    return MappingProxyType(table)
