from . import kiosk, member_home, member_sessions, papers, personal, renew, supplier
