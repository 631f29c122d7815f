from . import test_code_desk
from . import test_desk
from . import test_today
from . import test_unsealed
