from . import (
    timebank_account,
    timebank_ledger_check,
    timebank_member,
    timebank_hours,
    timebank_hours_content,
    timebank_hours_rules,
    timebank_hours_start,
    timebank_hours_verbs,
    timebank_todo,
    timebank_hours_pot,
    project_project,
)
