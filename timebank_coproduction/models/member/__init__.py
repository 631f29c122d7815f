from . import (
    timebank_member,
    timebank_account,
    res_partner,
)
