from . import (
    timebank_skill,
    timebank_words,
    timebank_exchange_mixin,
    timebank_offer,
    timebank_request,
    timebank_introduction,
    timebank_introduction_verbs,
    timebank_matchmaker,
    timebank_scheme,
    timebank_member,
    timebank_hours,
    timebank_merge,
)
