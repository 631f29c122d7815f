from . import kiosk, member_board, member_home, papers, personal, renew, supplier
