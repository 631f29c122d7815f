from . import kiosk, papers, renew, supplier
