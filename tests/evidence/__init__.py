from . import test_exchange_report
from . import test_flow_report
from . import test_involvement_report
from . import test_reciprocity_report
