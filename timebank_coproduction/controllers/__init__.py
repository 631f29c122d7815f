from . import (
    kiosk,
    member_credits,
    member_home,
    member_hours,
    member_log,
    member_rewards,
    papers,
    personal,
    renew,
    supplier,
)
