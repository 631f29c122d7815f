from . import (
    ir_actions_report,
    report_paperformat,
    res_config_settings,
    timebank_benefits,
    timebank_decision_report,
    timebank_fund_movement,
    timebank_grant_csv,
    timebank_reconciliation_xlsx,
    timebank_records_pack,
    timebank_reward_spend_report,
    timebank_self_audit,
    timebank_statement,
)
