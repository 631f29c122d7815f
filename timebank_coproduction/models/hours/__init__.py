from . import (
    timebank_account,
    timebank_ledger_check,
    timebank_member,
    timebank_hours,
    timebank_hours_verbs,
    timebank_todo,
    project_project,
)
