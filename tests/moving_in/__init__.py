from . import test_opening
from . import test_samples
