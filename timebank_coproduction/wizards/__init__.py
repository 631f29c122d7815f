from . import timebank_outcome, timebank_reason
