from . import test_evidence_page
