from . import (
    facts,
    timebank_evidence,
    timebank_evidence_network,
    timebank_evidence_people,
    timebank_evidence_picture,
    timebank_evidence_starting,
    timebank_evidence_work,
)
