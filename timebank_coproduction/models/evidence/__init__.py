from . import (
    facts,
    timebank_evidence,
    timebank_evidence_network,
    timebank_evidence_people,
    timebank_evidence_work,
    timebank_grant,
    timebank_measures,
    timebank_measures_credits,
    timebank_measures_people,
    timebank_measures_work,
    timebank_network,
    timebank_scheme,
)
