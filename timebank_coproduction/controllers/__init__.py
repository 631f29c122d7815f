from . import kiosk, member_home, member_join, member_me, member_sign_in, papers, personal, renew, supplier
