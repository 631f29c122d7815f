from . import facts
from . import timebank_evidence
from . import timebank_evidence_network
from . import timebank_evidence_picture
from . import timebank_evidence_starting
