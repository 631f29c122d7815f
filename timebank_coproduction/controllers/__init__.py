from . import (
    kiosk,
    member_board,
    member_home,
    member_join,
    member_me,
    member_sessions,
    member_sign_in,
    papers,
    personal,
    renew,
    supplier,
)
