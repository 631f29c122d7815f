from . import (
    facts,
    timebank_evidence,
    timebank_evidence_network,
    timebank_evidence_people,
    timebank_evidence_work,
    timebank_network,
)
