from . import (
    timebank_account,
    timebank_ledger_check,
    timebank_member,
    timebank_hours,
    timebank_hours_verbs,
    timebank_hours_member,
    timebank_transfer,
    timebank_scheme,
    project_project,
    res_partner,
    timebank_merge,
    timebank_retention,
)
