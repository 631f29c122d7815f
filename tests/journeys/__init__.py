"""Journeys: people's work done in a browser, by clicks and typing alone.

``common`` has the class to start from, ``screen`` the words in which a journey is told,
``world`` the people and banks that it happens to. With ``TIMEBANK_PICTURES`` set to a
folder, the pictures that journeys take on their way are kept there.
"""

from . import test_accessibility
from . import test_board_journey
from . import test_buttons_journey
from . import test_called_off_journey
from . import test_companies_journey
from . import test_credits_journey
from . import test_deputy_journey
from . import test_desk_journey
from . import test_double_journey
from . import test_durations_journey
from . import test_evidence_journey
from . import test_finance_journey
from . import test_finding_people_journey
from . import test_grant_screen
from . import test_hours_journey
from . import test_intake_journey
from . import test_introduction_journey
from . import test_kiosk_browser
from . import test_kiosk_journey
from . import test_midnight_journey
from . import test_moving_in_journey
from . import test_network_journey
from . import test_papers_journey
from . import test_personal_journey
from . import test_phone_journey
from . import test_pot_journey
from . import test_register_browser
from . import test_register_journey
from . import test_reports_journey
from . import test_reward_journey
from . import test_reward_scanning
from . import test_session_calendar
from . import test_session_journey
from . import test_sessions_journey
from . import test_several_roles_journey
from . import test_shared_claim_journey
from . import test_sign_up_journey
from . import test_staff_journey
from . import test_tablet_journey
from . import test_time_audit_journey
from . import test_today_journey
from . import test_walk
from . import test_year_end_journey
from . import test_joining_journey
from . import test_log_journey
from . import test_leaving_journey
from . import test_wellbeing_journey
from . import test_voices_journey
