from . import (
    kiosk,
    member_board,
    member_home,
    member_hours,
    member_log,
    member_sessions,
    papers,
    personal,
    renew,
    supplier,
)
