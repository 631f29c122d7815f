"""Opening every screen of every role on ten times the movement of the United Kingdom.

For each entry of the menu that a user sees, what the page of evidence leads to, every other window there is,
as buttons over lists and forms open them, and each view of its action: what the web client
asks the server for when it opens there, with the search that is set by default. Each opening
has a transaction and a cache of its own, on a server that has been running for a while.
"""

import ast
import statistics
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from lxml import etree
from psycopg2.errors import QueryCanceled

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.safe_eval import datetime as safe_datetime
from odoo.tools.safe_eval import safe_eval, time

from . import harness, movement

ROUNDS = 5
SECONDS, QUERIES = 0.3, 60
PATIENCE = "20s"  # for one statement; a screen that needs more can't be opened
GROWTH = 0.05  # seconds more with ten years of history than with one

NAMES = {
    movement.MEMBER: "member",
    movement.ONE: "coordinator of the largest bank",
    movement.ALL: "coordinator of all banks",
    movement.MANAGER: "manager",
}
PAGES = {"list": 80, "kanban": 40}
GROUPS = 80
COUNTED = 10_001  # the client counts no further

#: Windows that a button opens on one record's lines alone, never on all there are: by which field.
OF_ONE = {
    "timebank_statement_line_action": "account_id",
    "timebank_attendance_register_action": "session_id",
}


def measure(report):
    """Each role in turn, with one year of history and with ten."""
    parts = {part: movement.database(part) for part in (movement.SHORT, movement.WHOLE)}
    for login, name in NAMES.items():
        taken = {part: measure_role(database, login) for part, database in parts.items()}
        _report_role(report, name, taken)


def measure_role(database, login, rounds=ROUNDS, only=""):
    """What each opening takes: dict of its name → (median seconds, queries), and which failed.

    :param str only: openings with this in their names alone
    """
    with harness.environment(login, database=database) as env:
        openings = [opening for opening in _get_openings(env) if only in " ".join(opening[:2])]
    taken, failed = {}, []
    for menu, view_type, open_view in openings:
        try:
            _open(database, login, open_view)  # warms what a running server has warm
        except (UserError, QueryCanceled) as error:
            failed.append(f"{menu}, {view_type}: {error}")
            continue
        seconds, queries = zip(*(_open(database, login, open_view) for _round in range(rounds)), strict=True)
        taken[f"{menu}, {view_type}"] = statistics.median(seconds), max(queries)
    return taken, failed


def _open(database, login, open_view):
    """Seconds and queries of an opening."""
    with harness.environment(login, database=database) as env:
        companies = env.user.company_ids.ids
        env = env(context={**env.user.context_get(), "allowed_company_ids": companies})
        env.cr.execute("SELECT set_config('statement_timeout', %s, TRUE)", [PATIENCE])
        before = env.cr.sql_log_count
        seconds = harness.seconds(env, lambda: open_view(env))
        return seconds, env.cr.sql_log_count - before


def _report_role(report, role, taken):
    (short, _failed), (whole, failed) = taken[movement.SHORT], taken[movement.WHOLE]
    report.subject(f"{len(whole)} screens of a {role} on ten times the movement")
    for name, (seconds, queries) in whole.items():
        if seconds > SECONDS or queries > QUERIES or seconds - short[name][0] > GROWTH:
            report.figure(f"  {name}", seconds, f"s, {queries:,}")
    for failure in failed:
        print(f"  {failure}")
    report.figure(f"Screens that can't be opened by a {role}", len(failed), at_most=0)
    slowest = max(whole, key=lambda name: whole[name][0])
    busiest = max(whole, key=lambda name: whole[name][1])
    growing = max(whole, key=lambda name: whole[name][0] - short[name][0])
    grown = whole[growing][0] - short[growing][0]
    report.figure(f"Slowest for a {role}: {slowest}", whole[slowest][0], "s", at_most=SECONDS)
    report.figure(f"Most queries: {busiest}", whole[busiest][1], at_most=QUERIES)
    report.figure(f"More with ten years than with one: {growing}", grown, "s", at_most=GROWTH)


# What there is to open


def _get_openings(env):
    """Triples of the menu's path, the view's type and a function of an environment that opens it."""
    # once Odoo is set up
    from odoo.addons.timebank_coproduction.models.common.roles import ROLES

    root = env.ref("timebank_coproduction.menu_timebank")
    menus = env["ir.ui.menu"].search([("id", "child_of", root.id)])
    shown = env["ir.ui.menu"]._visible_menu_ids()
    opened = set()
    for menu in menus.filtered(lambda menu: {menu.id, menu.parent_id.id} <= shown).sorted("complete_name"):
        action = menu.action and env[menu.action._name].browse(menu.action.id)
        opened.add(action)
        name = menu.complete_name.partition("/")[2] or menu.name
        yield from _get_openings_of(env, action, name)
    for report in env["timebank.evidence"]._get_reports():
        action = env.ref(report["action"]["xml_id"])
        opened.add(action)
        own = {"context": report["action"]["context"]} if "context" in report["action"] else {}
        yield from _get_openings_of(env, action, f"Evidence and reports/{report['title']}", **own)
    if not any(map(env.user.has_group, ROLES)):
        # sudo: what is in somebody's menu no button leads a member to
        opened.update(menu.action for menu in env["ir.ui.menu"].sudo().search([("id", "in", menus.ids)]))
    # sudo: which windows there are, whoever looks
    named = (
        env["ir.model.data"]
        .sudo()
        .search(
            [("module", "=", "timebank_coproduction"), ("model", "=", "ir.actions.act_window")], order="name"
        )
    )
    for one in named:
        action = env["ir.actions.act_window"].browse(one.res_id)
        # sudo: a window says of which model it is, whoever looks
        window = action.sudo()
        if action in opened or window.target == "new" or not env[window.res_model].has_access("read"):
            continue
        own = _narrow(env[window.res_model], OF_ONE[one.name]) if one.name in OF_ONE else {}
        yield from _get_openings_of(env, action, f"By a button/{window.name} ({one.name})", **own)


def _narrow(model, field):
    """The record of one of the rows, and all that belongs to it."""
    return {"domain": [(field, "=", model.search([], limit=1)[field].id)]}


def _get_openings_of(env, action, name, **own):
    if not action:
        return
    if action._name == "ir.actions.server":
        values = action.with_context(active_model=None).run()
    else:
        values = env["ir.actions.actions"]._for_xml_id(action.get_external_id()[action.id])
    if values["type"] == "ir.actions.client" and values["tag"] == "timebank_dialog":
        values = env["ir.actions.actions"]._for_xml_id(values["params"]["dialog"])
    if values["type"] == "ir.actions.client":
        if values["tag"] not in MEASURED_APART:
            yield name, "page", CLIENTS[values["tag"]]
    elif values["type"] == "ir.actions.act_window":
        values.update(own)
        for _view_id, view_type in values["views"]:
            opened = view_type != "form" or values.get("target") == "new"
            if opened:
                yield name, view_type, _opener(values, view_type)


def _opener(action, view_type):
    def open_view(env):
        context = _evaluate(env, action.get("context") or "{}")
        model = env[action["res_model"]].with_context(**context)
        views = action["views"]
        if action.get("target") != "new":
            views = [*views, [(action.get("search_view_id") or [False])[0], "search"]]
        options = {"toolbar": True, "load_filters": True, "action_id": action["id"]}
        loaded = model.get_views(views, options)["views"]
        arch = etree.fromstring(loaded[view_type]["arch"])
        domain, groups = [], []
        if "search" in loaded:
            domain, groups = _get_search(env, etree.fromstring(loaded["search"]["arch"]), context)
        domain = Domain(_evaluate(env, action.get("domain") or "[]")) & Domain(domain)
        return VIEWS[view_type](model, arch, list(domain), groups)

    return open_view


def _evaluate(env, expression):
    if not isinstance(expression, str):
        return expression
    return safe_eval(
        expression,
        {
            "uid": env.uid,
            "context_today": date.today,
            "datetime": safe_datetime,
            "relativedelta": relativedelta,
            "time": time,
            "current_date": date.today().isoformat(),
            "allowed_company_ids": env.user.company_ids.ids,
            "context": dict(env.context),
            "user": env.user,
        },
    )


def _get_search(env, arch, context):
    """The domain and the groups that the defaults of a search view make."""
    domain, either, groups = Domain.TRUE, [], []
    for node in arch.iter("filter", "separator", "group", "field"):
        if node.tag != "filter":
            domain, either = _close_group(domain, either)
        chosen = node.tag == "filter" and context.get(f"search_default_{node.get('name')}")
        if not chosen:
            continue
        if node.get("domain"):
            either.append(Domain(_evaluate(env, node.get("domain"))))
        elif node.get("date"):
            first, last = _get_period(chosen if isinstance(chosen, str) else node.get("default_period"))
            either.append(Domain(node.get("date"), ">=", first) & Domain(node.get("date"), "<=", last))
        elif "group_by" in (node.get("context") or ""):
            groups.append(ast.literal_eval(node.get("context"))["group_by"])
    domain, either = _close_group(domain, either)
    return domain, groups


def _get_period(period):
    """The first and the last day with which a filter of days begins: this month, the last one, this year."""
    today = date.today()
    if period in ("month", "month-1"):
        first = today.replace(day=1) - relativedelta(months=int(period == "month-1"))
        return first, first + relativedelta(months=1, days=-1)
    return today.replace(month=1, day=1), today.replace(month=12, day=31)


def _close_group(domain, either):
    """Filters side by side are alternatives."""
    return (domain & Domain.OR(either) if either else domain), []


# What the web client asks for, view by view


def _open_rows(model, arch, domain, groups):
    """A list or cards, in groups or not."""
    specification = _specify(model, arch)
    groups = groups or [arch.get("default_group_by")] if arch.get("default_group_by") or groups else []
    limit = int(arch.get("limit") or PAGES[arch.tag])
    order = arch.get("default_order")
    if not groups:
        rows = model.with_context(bin_size=True)
        return rows.web_search_read(domain, specification, limit=limit, order=order, count_limit=COUNTED)
    aggregates = [
        f"{name}:{field.aggregator}"
        for name in specification
        if (field := model._fields[name]).type in ("integer", "float", "monetary")
        and field._description_aggregator(model.env)
    ]
    for bar in arch.iter("progressbar"):
        colors = ast.literal_eval(bar.get("colors"))
        model.read_progress_bar(domain, groups[0], {"field": bar.get("field"), "colors": colors})
    return model.with_context(read_group_expand=True).web_read_group(
        domain,
        groups,
        aggregates,
        limit=GROUPS,
        order=order,
        auto_unfold=arch.tag == "kanban",
        unfold_read_specification=specification,
        unfold_read_default_limit=limit,
    )


def _open_calendar(model, arch, domain, _groups):
    first = last = today = date.today()
    mode = arch.get("mode") or "week"
    if mode == "week":
        first -= timedelta(days=today.weekday())
        last = first + timedelta(days=6)
    elif mode == "month":
        first, last = _get_period("month")
    start, stop = arch.get("date_start"), arch.get("date_stop")
    hours = ("", "") if model._fields[start].type == "date" else (" 00:00:00", " 23:59:59")
    domain = [*domain, (start, "<=", f"{last}{hours[1]}"), (stop or start, ">=", f"{first}{hours[0]}")]
    names = {name for name in map(arch.get, ("date_start", "date_stop", "color", "all_day")) if name}
    names |= {node.get("name") for node in arch.iter("field")}
    return model.search_read(domain, ["display_name", *names])


def _open_pivot(model, arch, domain, groups):
    rows, columns, measures = groups, [], []
    shown = {"row": [], "col": columns, "measure": measures}
    for node in arch.iter("field"):
        if node.get("type") in shown:
            shown[node.get("type")].append(_grouped(model, node))
    rows = rows or shown["row"]
    sets = [
        [*rows[:row], *columns[:column]] for row in range(len(rows) + 1) for column in range(len(columns) + 1)
    ]
    # the client counts whom a field names
    aggregates = [f"{name}:{model._fields[name].aggregator or 'count_distinct'}" for name in measures]
    return model.formatted_read_grouping_sets(domain, sets, [*aggregates, "__count"])


def _open_graph(model, arch, domain, groups):
    measures = [node.get("name") for node in arch.iter("field") if node.get("type") == "measure"]
    shown = [
        _grouped(model, node)
        for node in arch.iter("field")
        if node.get("type") != "measure" and node.get("invisible") not in ("1", "True")
    ]
    # the client counts whom a field names
    aggregates = [f"{name}:{model._fields[name].aggregator or 'count_distinct'}" for name in measures]
    filled = model.with_context(fill_temporal=True)
    return filled.formatted_read_group(domain, groups or shown, [*aggregates, "__count"])


def _open_activities(model, arch, domain, _groups):
    domain = [*domain, ("activity_ids.active", "in", [True, False])]
    model.env["mail.activity"].get_activity_data(model._name, domain, 100, 0, False)
    return model.web_search_read(domain, _specify(model, arch), limit=100, count_limit=COUNTED)


def _open_dialog(model, arch, _domain, _groups):
    return model.onchange({}, [], _specify(model, arch))


def _grouped(model, node):
    field = model._fields[node.get("name")]
    if field.type in ("date", "datetime"):
        return f"{field.name}:{node.get('interval') or 'month'}"
    return field.name


def _specify(model, arch):
    """What is read of each record: the fields that the view names, those of lists in it included."""
    specification = {}
    depth = len(list(arch.iterancestors("field")))
    for node in arch.iterdescendants("field"):
        if len(list(node.iterancestors("field"))) > depth:
            continue  # of a list within this view
        field = model._fields[node.get("name")]
        hidden = node.get("invisible") in ("1", "True") or node.get("column_invisible") in ("1", "True")
        specification[field.name] = _specify_field(model, field, node, hidden)
    return specification


def _specify_field(model, field, node, hidden):
    if field.type in ("many2one", "reference"):
        return {"fields": {} if hidden else {"display_name": {}}}
    if field.type not in ("one2many", "many2many") or hidden:
        return {}
    lines = model.env[field.comodel_name]
    view = next((child for child in node if child.tag in ("list", "kanban")), None)
    if view is not None:
        return {"fields": _specify(lines, view), "limit": 40}
    if "tags" in (node.get("widget") or ""):
        color = {"color": {}} if "color" in lines._fields else {}
        return {"fields": {"display_name": {}, **color}}
    return {}


VIEWS = {
    "list": _open_rows,
    "kanban": _open_rows,
    "calendar": _open_calendar,
    "pivot": _open_pivot,
    "graph": _open_graph,
    "activity": _open_activities,
    "form": _open_dialog,
}

#: Pages of their own, by tag: what they ask for.
CLIENTS = {
    "timebank_desk": lambda env: env["timebank.scheme"].get_desk(),
    "timebank_today": lambda env: env["timebank.today"].get_today(),
}

#: Pages that have bars of their own, in :mod:`bench_evidence`.
MEASURED_APART = {"timebank_evidence", "timebank_network"}
