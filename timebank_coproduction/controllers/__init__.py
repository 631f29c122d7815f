from . import kiosk, renew, supplier
