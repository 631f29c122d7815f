from odoo import api, models
from odoo.tools import format_date

#: Courses of which somebody has to know.
OFF_COURSE = ("over", "under")


class TimebankGrant(models.Model):
    """A warning to those responsible while a reward budget will run out, or be left over."""

    _inherit = "timebank.grant"

    @api.model
    def _cron_warn(self):
        """Warn of open grants off course, and take back the warnings of those on course again."""
        grants = self.search([("state", "=", "open")])
        grants._refresh_figures()
        off_course = grants.filtered(lambda grant: grant.course in OFF_COURSE)
        settled = self._get_warnings().filtered(lambda todo: todo.res_id not in off_course._ids)
        settled.action_feedback(feedback=self.env._("On course again, or closed."))
        off_course._warn()

    def _warn(self):
        """One open warning for each grant and person, saying what is so today."""
        open_todos = {(todo.res_id, todo.user_id): todo for todo in self._get_warnings(self.ids)}
        for grant in self:
            summary = grant._get_course_sentence()
            for user in grant._get_people_to_warn():
                todo = open_todos.get((grant.id, user))
                if not todo:
                    grant.activity_schedule(
                        "timebank_coproduction.mail_activity_grant_course", summary=summary, user_id=user.id
                    )
                elif todo.summary != summary:
                    todo.summary = summary

    def _get_people_to_warn(self):
        """Whoever answers for the grant, and the coordinators of its banks."""
        self.ensure_one()
        return (self.user_id | self.scheme_ids.coordinator_ids).filtered("active")

    def _get_course_sentence(self):
        self.ensure_one()
        currency = self.company_currency_id
        budget = currency.format(self.reward_budget)
        if self.course == "over":
            return self.env._(
                "At this pace the reward budget of %(budget)s is used up by %(date)s",
                budget=budget,
                date=format_date(self.env, self.used_up_on),
            )
        return self.env._(
            "At this pace %(left)s of the reward budget of %(budget)s will be left over",
            left=currency.format(self.reward_budget - self.expected_amount),
            budget=budget,
        )

    def _get_warnings(self, grant_ids=None):
        """The open warnings on these grants, or on all of them."""
        todo_type = self.env.ref("timebank_coproduction.mail_activity_grant_course", raise_if_not_found=False)
        domain = [("res_model", "=", self._name), ("activity_type_id", "=", todo_type.id if todo_type else 0)]
        if grant_ids is not None:
            domain.append(("res_id", "in", grant_ids))
        # sudo: warnings of everybody, whoever runs the job.
        return self.env["mail.activity"].sudo().search(domain)
