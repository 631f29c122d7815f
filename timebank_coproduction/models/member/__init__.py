from . import (
    timebank_words,
    timebank_personal_data,
    timebank_member,
    timebank_account,
    timebank_scheme,
    timebank_erasure,
    timebank_retention,
    res_partner,
    timebank_merge,
    base_partner_merge_automatic_wizard,
    timebank_double,
    base_import,
)
