from . import (
    timebank_words,
    timebank_member,
    timebank_account,
    timebank_scheme,
    res_partner,
    timebank_merge,
    base_partner_merge_automatic_wizard,
)
