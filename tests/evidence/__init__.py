from . import test_evidence_page
from . import test_suppression
