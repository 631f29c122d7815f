from . import kiosk, member_board, member_home, member_sessions, papers, personal, renew, supplier
