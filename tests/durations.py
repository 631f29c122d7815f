"""How people write an amount of time: one table, for the server's reader and the browser's."""

#: What is written → minutes, where the point is the decimal sign.
WRITTEN = {
    "": 0,
    "0": 0,
    "2": 120,
    "1.5": 90,
    "1,5": 90,
    "1,25": 75,
    ".5": 30,
    "1.125": 68,
    "1.50": 90,
    "1:30": 90,
    " 1:05 ": 65,
    "1h30": 90,
    "1h15": 75,
    "1H15": 75,
    "1 h 30": 90,
    "1h 5m": 65,
    "1 hour 30 minutes": 90,
    "1.5h": 90,
    "1,5 hrs": 90,
    "2 hours": 120,
    "90m": 90,
    "90 min": 90,
    "90 min.": 90,
    "90 mins": 90,
    "1 minute": 1,
    "-1:30": -90,
    "\N{MINUS SIGN}0.5": -30,
    "90": 5400,
}
#: The same where the comma is.
WRITTEN_WITH_COMMA = {"1,125": 68, "1,5": 90, "1.5": 90, "1:30": 90, "90m": 90}
#: What nobody can be sure about.
UNREADABLE = ("1,500", "1.5.2", "1:75", "1:3", "1h75", "1:30:00", "soon", "1.5m", "-", ".", "h", "1h1", "1e3")
UNREADABLE_WITH_COMMA = ("1.500", "1.125")
