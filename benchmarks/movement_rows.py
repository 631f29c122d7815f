"""Rows of the movement, from SQL: what several kinds of them have in common, and how they are written."""

from contextlib import contextmanager


def between(receiver, giver):
    """The columns of an introduction that people and their bank decide."""
    return {
        "giver_id": f"{giver}.partner_id",
        "receiver_id": f"{receiver}.partner_id",
        "scheme_id": f"{receiver}.scheme_id",
        "company_id": f"{receiver}.company_id",
        "skill_id": one_of("skills", f"{receiver}.n"),
        "score": "60",
    }


def of_exchange(number, state, published):
    """The columns of an offer or a request of person `p`."""
    return {
        "scheme_id": "scheme_id",
        "company_id": "company_id",
        "partner_id": "partner_id",
        "member_id": "member_id",
        "kind": "'skill'",
        "skill_id": one_of("skills", number),
        "description": f"'Number ' || {number}",
        "state": state,
        "published_on": published,
        "expires_on": f"{published} + 365",
    }


def of_session(name, day):
    return {
        "name": name,
        "scheme_id": "scheme_id",
        "company_id": "company_id",
        "coordinator_id": "%(coordinator)s",
        "tz": "'UTC'",
        "date": day,
        "start": f"{day} + time '10:00'",
        "stop": f"{day} + time '12:00'",
        "minutes": "120",
    }


def of_attendance(session, activity, start):
    return {
        "session_id": session,
        "activity_id": activity,
        "partner_id": "partner_id",
        "scheme_id": "scheme_id",
        "company_id": "company_id",
        "start": start,
    }


def count_attendance(env, first, stop):
    """The figures that a session keeps of its register."""
    env.cr.execute(
        """UPDATE timebank_session s
              SET helper_count = a.helpers, taken_count = a.attendees,
                  professional_count = 0, waiting_count = 0,
                  helper_shortage = CASE s.state WHEN 'open' THEN GREATEST(s.helpers_wanted - a.helpers, 0)
                                    ELSE 0 END
             FROM (SELECT s.id, count(*) FILTER (WHERE a.role = 'helper') AS helpers,
                          count(*) FILTER (WHERE a.role = 'attendee') AS attendees
                     FROM timebank_session s LEFT JOIN timebank_attendance a ON a.session_id = s.id
                    WHERE s.id >= %s AND s.id < %s GROUP BY s.id) a
            WHERE a.id = s.id""",
        [first, stop],
    )


def one_of(name, number):
    """SQL of one of the ids in the list `name`, in turns."""
    return f"(%({name})s)[1 + mod({number}, cardinality(%({name})s))::int]"


def insert(env, model, columns, source, numbers):
    """Rows of `model` from SQL: `columns` are expressions over `source`; the rest has its default."""
    records = env[model].sudo()
    now = {"create_uid": "1", "write_uid": "1", "create_date": "now()", "write_date": "now()"}
    columns = {**(now if records._log_access else {}), **columns}
    names = [
        name
        for name, field in records._fields.items()
        if field.store and field.column_type and field.default and name not in columns
        and not field.company_dependent
    ]  # fmt: skip
    values = dict(numbers)
    blank = records.new({})
    computed = {
        name: blank[name]
        for name, field in records._fields.items()
        if field.store and field.required and field.compute and name not in columns
    }
    for name, value in {**computed, **records.default_get(names)}.items():
        if name in {*names, *computed} and (value is not False or records._fields[name].type == "boolean"):
            values[f"default_{name}"] = records._fields[name].convert_to_column_insert(value, records)
            columns[name] = f"%(default_{name})s"
    env.cr.execute(
        f"INSERT INTO {records._table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} {source}",
        values,
    )


@contextmanager
def without_indexes(cr, tables):
    """Without the tables' plain indexes and foreign keys, which are put back and checked at the end."""
    cr.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid),
                  obj_description(indexrelid, 'pg_class')
             FROM pg_index WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique""",
        [tables],
    )
    indexes = cr.fetchall()
    cr.execute(
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
             FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype = 'f'""",
        [tables],
    )
    keys = cr.fetchall()
    cr.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the transaction's end holds a table up
    for table, name, _definition in keys:
        cr.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition, _remark in indexes:
        cr.execute(f"DROP INDEX {name}")
    yield
    cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name, definition, remark in indexes:
        cr.execute(definition)
        if remark:
            cr.execute(f"COMMENT ON INDEX {name} IS %s", [remark])
    for table, name, definition in keys:
        cr.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
