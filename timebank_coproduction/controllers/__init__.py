from . import renew, supplier
from . import kiosk, supplier
