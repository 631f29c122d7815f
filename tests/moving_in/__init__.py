from . import test_export
from . import test_killed
from . import test_moving_attacks
from . import test_moving_histories
from . import test_moving_in
from . import test_opening
from . import test_samples
