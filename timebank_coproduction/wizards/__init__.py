from . import (
    timebank_join,
    timebank_outcome,
    timebank_reason,
    timebank_statement,
    timebank_voucher_desk,
)
