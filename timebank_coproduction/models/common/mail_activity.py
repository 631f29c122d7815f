from odoo import models


class MailActivity(models.Model):
    """To-dos on the addon's records are for those who run them.

    A to-do says what its reader has to know: names, needs, credits of people. Who may read a
    time bank, a session or their own membership without running it doesn't read the to-dos
    on it, unless they are their own.
    """

    _inherit = "mail.activity"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation != "read" or self.env.su or not self:
            return result
        rest = self - result[0] if result else self
        forbidden = rest.browse()
        # sudo: only which record a to-do is on, and whose it is
        others = rest.sudo().filtered(
            lambda todo: (
                (todo.res_model or "").startswith("timebank.")
                and self.env.uid not in (todo.user_id.id, todo.create_uid.id)
            )
        )
        for model, todos in others.grouped("res_model").items():
            run = set(self.env[model].browse(todos.mapped("res_id")).exists()._filtered_access("write")._ids)
            forbidden |= todos.filtered(lambda todo, run=run: todo.res_id not in run).with_env(self.env)
        if not forbidden:
            return result
        if result:
            return result[0] | forbidden, result[1]
        return forbidden, lambda: forbidden._make_access_error(operation)
