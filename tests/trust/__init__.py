from . import test_trust_dialogs
from . import test_trust_gain
from . import test_trust_lines
from . import test_trust_naming
from . import test_trust_protected
from . import test_trust_told
from . import test_trust_verbs
from . import test_trust_words
