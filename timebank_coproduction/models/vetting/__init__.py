from . import (
    timebank_check,
    res_partner,
    timebank_retention,
)
