"""Words for what ``tools/moving_in`` finds: why a row has its fate, what is asked, which files can't be read.

The tools say it by codes, so that they know nothing of languages.
"""

from ...tools.minutes import clock
from ..common.words import say_day


def say_unreadable(env, error):
    """Why a file can't be read, and what to do."""
    sentences = {
        "empty": env._("%s is empty."),
        "large": env._("%s is too large: up to 50 MB can be read at once. Save it in parts."),
        "rows": env._("%s has more than 500,000 rows, or 6 million cells: save it in parts."),
        "cells": env._(
            "%s has rows or cells that are too long for a table of people or hours. Is it the right file?"
        ),
        "html": env._(
            "%s is a web page, whatever its name says: open it in a spreadsheet and save it as CSV or XLSX."
        ),
        "old_spreadsheet": env._("%s is an old kind of spreadsheet: open it and save it as XLSX or CSV."),
        "open_document": env._("%s is an OpenDocument file: open it and save it as XLSX or CSV."),
        "spreadsheet": env._(
            "%s can't be opened as a spreadsheet: open it yourself and save it anew as XLSX or CSV."
        ),
        "macros": env._("%s holds macros, which are never run: save it as XLSX without them, or as CSV."),
        "pdf": env._("%s is a PDF: ask for the same list as CSV or XLSX."),
        "calendar": env._("%s is a calendar: ask for the same hours as CSV or JSON."),
        "binary": env._("%s is no table of text: save it as CSV or XLSX."),
        "encoding": env._("%s can't be read as text: save it as CSV in UTF-8."),
        "json": env._("%s breaks off, or is no JSON: download it again."),
        "zip": env._("%s can't be unpacked: download it again."),
        "locked": env._("%s asks for a password: unpack it, and give the files."),
        "nested": env._("%s holds another zip: unpack it, and give the files."),
        "bomb": env._("%s unpacks to far more than an export holds, so it was not read."),
    }
    return sentences[error.code] % error.name


def say_reason(env, row, sentences):
    """Why a row has its fate, in a sentence.

    :param row: of a plan
    :param dict sentences: what :func:`get_sentences` has made, once for all rows
    """
    if row.code == "answered":
        parts = [_say_movement(env, row, sentences), sentences["as_said"]]
    else:
        parts = [_say_code(env, row, sentences)]
        if row.question and row.answer and row.fate == "refused":
            parts.append(sentences["left_out"])
    if row.fate in ("new", "joined"):
        about = {"limit": clock(row.person.limit)} if "own_limit" in row.notes else {}
        parts += [sentences[note] % about for note in row.notes]
    return "; ".join(filter(None, parts))


def _say_code(env, row, sentences):
    if row.code in sentences:
        about = dict(row.about)
        if "day" in about:
            about["day"] = say_day(env, about["day"])
        if "minutes" in about:
            about["time"] = clock(about["minutes"])
        return sentences[row.code] % about
    if row.what == "movement":
        return _say_movement(env, row, sentences)
    if row.what == "post":
        return sentences[f"post_{row.kind}"] % row.person.name
    state = row.person.state if row.person else ""
    said = sentences.get(f"state_{state}", "")
    if row.fate == "joined":
        said = "; ".join(
            filter(None, (sentences["here_as_said" if "as_said" in row.notes else "here"], said))
        )
    return said


def _say_movement(env, row, sentences):
    if not row.day:
        return ""
    said = sentences["time_waiting" if row.waits else f"time_{row.kind}"]
    return said % {"day": say_day(env, row.day), "time": clock(row.minutes)}


def get_sentences(env):
    """Why a row has its fate: dict of code → sentence, with places for what it is about."""
    return {
        # of time that moves, by its kind
        "time_hours": env._("%(time)s hours of %(day)s"),
        "time_waiting": env._("%(time)s hours of %(day)s, handed in and not approved: no credits yet"),
        "time_gift": env._("a gift of %(time)s hours on %(day)s"),
        "time_opening": env._("%(time)s hours between the bank and the account on %(day)s"),
        "time_reversal": env._("takes back %(time)s hours on %(day)s"),
        "time_taken": env._("%(time)s hours of %(day)s, taken into the opening balance"),
        # of people and what they offer
        "state_paused": env._("paused there, and here"),
        "state_applicant": env._("an applicant"),
        "here": env._("a contact is here with that name and address"),
        "here_as_said": env._("somebody who is here already"),
        "post_offer": env._("an offer of %s"),
        "post_request": env._("a request of %s"),
        # what is said beside it
        "namesake": env._("somebody else has the same name"),
        "as_said": env._("as answered"),
        "left_out": env._("left out, as answered"),
        "to_ring": env._("no mail address: to be rung"),
        "own_limit": env._("a limit of their own, %(limit)s hours"),
        # by codes
        "read_above": env._("the same number stands above"),
        "moved_in_before": env._("moved in before"),
        "same_cells": env._("a row above once more, to the minute"),
        "nobody": env._("nobody is named"),
        "nobody_assigned": env._("nobody was assigned"),
        "total": env._("a total, not a person"),
        "was_erased": env._("erased there: no contact is made"),
        "was_deleted": env._("deleted there, and owed nothing"),
        "in_bin": env._("of somebody who is deleted there"),
        "is_bank": env._("the bank itself"),
        "undone": env._("never took place: %(state)s"),
        "no_time": env._("no time is given"),
        "no_day": env._("no day is given"),
        "no_time_moves": env._("no time moves"),
        "negative": env._("less than nothing: a correction is a reversal"),
        "to_come": env._("of a day to come, %(day)s"),
        "to_oneself": env._("to oneself"),
        "own_accounts": env._("between two accounts of one person, who has one here"),
        "not_there": env._("was not there"),
        "post_heading": env._("a heading, kept as what the rows below are about"),
        "post_deleted": env._("deleted there"),
        "taken": env._("of a day whose books are closed: taken into the opening balance"),
        "shared_address": env._("the mail address of %(name)s: two people?"),
        "limit": env._("%(time)s hours is further below zero than the bank allows"),
        "unknown": env._("%(name)s is not among the members"),
        "gone": env._("%(name)s: who?"),
        "erased": env._("with somebody who was erased there"),
        "foreign": env._("%(name)s is an account of another bank"),
        "shared": env._("%(name)s is the mail address of several people"),
        "namesakes": env._("several people are called %(name)s"),
        "several": env._("several people in one cell: %(name)s"),
        "repeated": env._("a row above once more, and no time of day to tell them apart"),
        "worked_twice": env._("another row of that day has the same person and length: the same time twice?"),
        "thousand": env._("“%(text)s”: one and a bit, or a thousand?"),
        "over_day": env._("“%(text)s” is longer than a day: minutes?"),
        "fraction": env._("“%(text)s” in a column of minutes: hours?"),
        "clock_in_units": env._("“%(text)s”: hours, or the unit of the file?"),
        "not_a_time": env._("“%(text)s” is no amount of time"),
        "day_order": env._("“%(text)s”: which is the day, and which the month?"),
        "no_such_day": env._("“%(text)s” is no day"),
        "cell_error": env._("“%(text)s” is an error of the spreadsheet"),
        "no_time_done": env._("done, but without a time; %(planned)s was planned"),
        "fund": env._("the bank's own account?"),
        "no_name": env._("only a code is given, and no name: add the list of members"),
        "banned": env._("shut out there: leave out, or take in as paused?"),
        "applicant_balance": env._("an applicant who has a balance"),
        "locked": env._("the books are closed up to %(day)s"),
        "no_kind": env._("neither an offer nor a request"),
    }


#: What can be answered; which of these to which question, ``tools/moving_in/plan.py`` says.
CHOICES = [
    ("leave_out", "Leave out"),
    ("two", "They are two people"),
    ("own_limit", "Give each a limit of their own"),
    ("take", "Take it in: it is another stretch of time"),
    ("decimal", "The comma is a decimal sign"),
    ("thousand", "The comma parts thousands"),
    ("minutes", "Minutes are meant"),
    ("hours", "Hours are meant"),
    ("dmy", "The day stands first"),
    ("mdy", "The month stands first"),
    ("planned", "Take what was planned"),
    ("bank", "It is the bank's own account"),
    ("by_code", "Name them by their code"),
    ("paused", "Take them in as paused"),
    ("open_account", "Open their account"),
    ("opening", "Take it into the opening balance"),
    ("offer", "They are offers"),
    ("request", "They are requests"),
]

QUESTIONS = [
    ("shared_address", "A mail address of two people"),
    ("limit", "Balances below the bank's limit"),
    ("unknown", "Somebody who is not among the members"),
    ("gone", "Somebody of whom nothing is known"),
    ("erased", "Somebody who was erased there"),
    ("foreign", "An account of another bank"),
    ("shared", "A mail address of several people, and no name"),
    ("namesakes", "A name of several people"),
    ("several", "Several people in one cell"),
    ("repeated", "The same row twice"),
    ("worked_twice", "The same time told twice"),
    ("thousand", "A comma before three digits"),
    ("over_day", "More than a day in one row"),
    ("fraction", "A fraction in a column of minutes"),
    ("clock_in_units", "Hours and minutes in a column of units"),
    ("not_a_time", "No amount of time"),
    ("day_order", "Which is the day, and which the month"),
    ("no_such_day", "No day"),
    ("cell_error", "Errors of the spreadsheet"),
    ("no_time_done", "Done, but without a time"),
    ("fund", "The bank's own account"),
    ("no_name", "No names, only codes"),
    ("banned", "Shut out there"),
    ("applicant_balance", "Applicants who have a balance"),
    ("locked", "Days whose books are closed"),
    ("no_kind", "Neither offer nor request"),
]
