"""The pages of members, found by their routes."""

import re

#: A part of an address that stands for a record; its name.
PART = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
#: Pages that name no membership: whoever is signed in has some, and everybody the others.
SIGNED_IN = {"/timebank", "/timebank/banks"}
FOR_ALL = {
    "/timebank/accessibility",
    "/timebank/bank/<bank>",
    "/timebank/join/<bank>",
    "/timebank/join/<bank>/thanks",
    "/timebank/sign-in",
    "/timebank/sign-in/sent",
}
#: Those that name one, and are no pages of members.
ELSEWHERE = ("/timebank/personal/", "/timebank/mails/")


def get_routes(env):
    """:return: what can be opened of members' pages: sorted paths, with the name of what is a record"""
    http, found = env["ir.http"], set()
    for rule, endpoint in http._generate_routing_rules(["timebank_coproduction"], http._get_converters()):
        if not rule.startswith("/timebank") or "GET" not in (endpoint.routing["methods"] or ("GET",)):
            continue
        route = PART.sub(r"<\1>", rule)
        of_member = "<member_id>" in route and not route.startswith(ELSEWHERE)
        if of_member or route in SIGNED_IN | FOR_ALL:
            found.add(route)
    return sorted(found)
