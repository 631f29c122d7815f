from . import kiosk, papers, personal, renew, supplier
