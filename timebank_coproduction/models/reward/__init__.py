from . import (
    timebank_reward,
    timebank_redemption,
    timebank_redemption_rules,
    timebank_redemption_holding,
    timebank_redemption_handover,
    timebank_dues,
    timebank_voucher_batch,
    timebank_voucher,
    timebank_transfer,
    timebank_scheme,
    timebank_member,
    timebank_ledger_check,
)
