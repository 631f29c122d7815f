from . import (
    kiosk,
    member_board,
    member_credits,
    member_home,
    member_hours,
    member_log,
    member_rewards,
    member_sessions,
    papers,
    personal,
    renew,
    supplier,
)
