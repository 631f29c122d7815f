"""What PostgreSQL itself guarantees about places, whoever writes to the register.

No more of them are taken than a session has, those who are brought along included. It is looked at when
the transaction ends, since a save may give a place to one before it takes it from another.
"""

#: A line that takes a place: an attendee's, or one that a place is kept for.
_TAKES = "role = 'attendee' AND (state IN ('signed_up', 'attended') OR offered_until IS NOT NULL)"
_NEW_TAKES = (
    "NEW.role = 'attendee' AND (NEW.state IN ('signed_up', 'attended') OR NEW.offered_until IS NOT NULL)"
)
_OLD_TAKES = (
    "OLD.role = 'attendee' AND (OLD.state IN ('signed_up', 'attended') OR OLD.offered_until IS NOT NULL)"
)

CREATE = f"""
CREATE OR REPLACE FUNCTION timebank_guard_places() RETURNS trigger AS $$
DECLARE
    places int;
    watched int;
BEGIN
    IF TG_TABLE_NAME = 'timebank_session' THEN
        watched := NEW.id;
    ELSE
        watched := NEW.session_id;
    END IF;
    -- One after the other, also where two transactions don't see each other's lines.
    SELECT capacity INTO places FROM timebank_session WHERE id = watched FOR NO KEY UPDATE;
    IF places > 0 AND (SELECT sum(1 + COALESCE(companions, 0)) FROM timebank_attendance
                        WHERE session_id = watched AND {_TAKES}) > places THEN
        RAISE EXCEPTION 'There are no places left in this session.' USING ERRCODE = 'check_violation',
            TABLE = 'timebank_session', CONSTRAINT = 'timebank_session_capacity_held';
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

DROP TRIGGER IF EXISTS timebank_places_new ON timebank_attendance;
CREATE CONSTRAINT TRIGGER timebank_places_new AFTER INSERT ON timebank_attendance
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ({_NEW_TAKES})
    EXECUTE FUNCTION timebank_guard_places();
DROP TRIGGER IF EXISTS timebank_places ON timebank_attendance;
CREATE CONSTRAINT TRIGGER timebank_places AFTER UPDATE ON timebank_attendance
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ({_NEW_TAKES} AND (OLD.session_id <> NEW.session_id OR ({_OLD_TAKES}) IS NOT TRUE
                              OR COALESCE(NEW.companions, 0) > COALESCE(OLD.companions, 0)))
    EXECUTE FUNCTION timebank_guard_places();
DROP TRIGGER IF EXISTS timebank_places ON timebank_session;
CREATE CONSTRAINT TRIGGER timebank_places AFTER UPDATE OF capacity ON timebank_session
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.capacity > 0 AND OLD.capacity IS DISTINCT FROM NEW.capacity)
    EXECUTE FUNCTION timebank_guard_places();
"""


def look_now(cr):
    """Look now at what would be looked at when the transaction ends."""
    cr.execute("SET CONSTRAINTS timebank_places, timebank_places_new IMMEDIATE")
    cr.execute("SET CONSTRAINTS timebank_places, timebank_places_new DEFERRED")


DROP = "DROP FUNCTION IF EXISTS timebank_guard_places() CASCADE;"
