from . import (
    common,
    ledger,
    member,
    hours,
    vetting,
    session,
    exchange,
    reward,
    grant,
    evidence,
    desk,
    moving_in,
)
