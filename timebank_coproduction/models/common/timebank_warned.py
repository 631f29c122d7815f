from odoo import models


class TimebankWarned(models.AbstractModel):
    """Records of which people are warned for as long as something about them is wrong.

    One open to-do for each record and person, however often a job looks; it says what is so now.
    """

    _name = "timebank.warned"
    _description = "What People Are Warned Of"

    def _warn(self, kind, find_people, **say):
        """Have each of these people one open to-do for each of these records.

        :param str kind: the external id of the kind of to-do
        :param find_people: a function of a record: the users who are warned
        :param say: what the to-do says, as ``summary`` or ``note``: each a function of a record
        """
        open_todos = {(todo.res_id, todo.user_id.id): todo for todo in self._get_warnings(kind)}
        for record in self:
            said = {name: words(record) for name, words in say.items()}
            for user in find_people(record):
                todo = open_todos.get((record.id, user.id))
                if not todo:
                    record.activity_schedule(kind, user_id=user.id, **said)
                elif any(todo[name] != words for name, words in said.items()):
                    todo.write(said)

    def _take_back_warnings(self, kind, why):
        """Mark the warnings of these records as done."""
        self._get_warnings(kind).action_feedback(feedback=why)

    def _get_warnings(self, kind):
        # sudo: warnings of everybody, whoever runs the job
        return self.sudo().activity_search([kind])
