from . import (
    ir_actions_report,
    report_paperformat,
    res_config_settings,
    timebank_decision_report,
    timebank_fund_movement,
    timebank_funder_report,
    timebank_funder_report_xlsx,
    timebank_grant_csv,
    timebank_reconciliation_xlsx,
    timebank_reward_spend_report,
    timebank_statement,
)
