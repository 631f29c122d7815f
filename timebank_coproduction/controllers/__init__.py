from . import kiosk, member_home, member_hours, member_log, papers, personal, renew, supplier
