from . import test_gift
from . import test_gift_concurrency
from . import test_join
from . import test_member
from . import test_pot
from . import test_leaving
from . import test_merge
