from . import test_trust_dialogs
from . import test_trust_protected
from . import test_trust_verbs
