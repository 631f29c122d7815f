from . import test_intake
from . import test_introduction
from . import test_matching
from . import test_offer
from . import test_plan
from . import test_request
from . import test_request_group
from . import test_skill
