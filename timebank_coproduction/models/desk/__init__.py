from . import (
    ir_http,
    timebank_desk,
    timebank_desk_calls,
    timebank_member,
    timebank_scheme,
    timebank_today,
)
