"""The sources that can be read: the one list of them. A new one is a file here, and a line."""

from . import (
    civivolunteer,
    community_weaver,
    cyclos,
    engelsystem,
    generic,
    komunitin,
    nexus,
    timebank,
    timebank_cc,
    timeoverflow,
    v4s,
)

SOURCES = (
    timebank.SOURCE,
    timeoverflow.SOURCE,
    komunitin.SOURCE,
    timebank_cc.SOURCE,
    nexus.SOURCE,
    community_weaver.SOURCE,
    cyclos.SOURCE,
    engelsystem.SOURCE,
    civivolunteer.SOURCE,
    v4s.SOURCE,
    generic.HOURS_SOURCE,
    generic.MEMBERS_SOURCE,
)
