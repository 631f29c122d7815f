from . import kiosk, member_home, papers, personal, renew, supplier
