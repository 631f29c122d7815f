from . import test_export
from . import test_moving_in
from . import test_opening
from . import test_samples
