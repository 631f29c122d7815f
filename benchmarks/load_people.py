"""Who comes, for locust: members with time to think, and their coordinators at work.

Members go by links and forms, as a browser without scripts does. Odoo's own ``/my`` is one of
their pages, to compare with.
"""

import json
import os
import random
from http.cookiejar import Cookie
from urllib.parse import parse_qsl, urlencode, urlsplit

import gevent
from locust import FastHttpUser, between, events, task
from lxml import html

#: Of each member, the session of their browser and where their pages begin; of coordinators the session.
PEOPLE = json.loads(os.environ["LOAD_PEOPLE"])
#: Meetings that are over, which a coordinator closes, one now and then.
OVER = json.loads(os.environ["LOAD_OVER"])
RESULT = os.environ["LOAD_RESULT"]
#: How many entries a coordinator looks at, and approves, in one go.
AT_ONCE = 20


class Page:
    """An answer, with its links and forms."""

    def __init__(self, response):
        self.address = response.url
        self.tree = html.fromstring(response.text)
        self.tree.make_links_absolute(self.address)

    def links(self, part):
        """Addresses of links that hold ``part``."""
        return [a.get("href") for a in self.tree.xpath("//a[@href]") if part in a.get("href")]

    def form(self, ending):
        """The form that is sent to an address that ends so, or None."""
        return next(
            (one for one in self.tree.forms if urlsplit(one.action or "").path.endswith(ending)), None
        )


class Visitor(FastHttpUser):
    abstract = True
    connection_timeout = network_timeout = 120

    def come_with(self, session):
        """In the browser in which they have signed in before."""
        host = urlsplit(self.host).hostname
        self.client.cookiejar.set_cookie(
            Cookie(
                0, "session_id", session, None, False, host, False, False, "/", True, False, None, True,
                None, None, {},
            )
        )  # fmt: skip

    def look(self, address, name):
        return Page(self.ask("GET", address, name))

    def send(self, form, name, **values):
        """Fill in a form and send it."""
        fields = dict(form.form_values()) | values
        if form.method == "GET":
            return self.look(f"{urlsplit(form.action).path}?{urlencode(fields)}", name)
        return Page(self.ask("POST", form.action, name, data=fields))

    def ask(self, method, address, name, **options):
        with self.client.request(method, address, name=name, catch_response=True, **options) as response:
            if response.status_code != 200 or not response.text:
                response.failure(f"{response.status_code} for {address}")
                response.raise_for_status()
        return response

    def complain(self, name, words):
        """Something was answered, and wasn't done."""
        self.environment.events.request.fire(
            request_type="done", name=f"not done: {name}", response_time=0, response_length=0, context={},
            exception=AssertionError(words),
        )  # fmt: skip


class Member(Visitor):
    """Looks at what there is, most of the time; now and then does something."""

    fixed_count = len(PEOPLE["members"])
    wait_time = between(10, 40)

    def on_start(self):
        session, self.base = PEOPLE["members"].pop()
        self.come_with(session)

    def think(self):
        gevent.sleep(random.uniform(3, 15))

    @task(6)
    def home(self):
        self.look(self.base, "home")

    @task(4)
    def board(self):
        listed = self.look(f"{self.base}/board", "board").links("/board/offer/")
        if listed:
            self.think()
            self.look(random.choice(listed), "board: one")

    @task(4)
    def sessions(self):
        coming = self._find_sessions()
        if coming:
            self.think()
            self.look(random.choice(coming), "session")

    def _find_sessions(self):
        links = self.look(f"{self.base}/sessions", "sessions").links(f"{self.base}/sessions/")
        return [link for link in links if urlsplit(link).path.rpartition("/")[2].isdigit()]

    @task(3)
    def statement(self):
        self.look(f"{self.base}/credits", "statement")
        self.think()
        self.look(f"{self.base}/credits?period=last_quarter", "statement")

    @task(2)
    def rewards(self):
        self.look(f"{self.base}/rewards", "rewards")

    @task(2)
    def hours(self):
        self.look(f"{self.base}/hours", "hours")

    @task(1)
    def me(self):
        self.look(f"{self.base}/me", "me")

    @task(3)
    def odoos_own(self):
        self.look("/my", "/my")

    @task(1)
    def log_time(self):
        whom = random.choice(self.look(f"{self.base}/log", "log: whom").links("/log/time?"))
        self.think()
        form = self.look(whom, "log: how long").form("/log/time")
        self.think()
        form = self.send(form, "log: what", minutes=random.choice(("15", "30", "60"))).form("/log/what")
        self.think()
        said = self.send(form, "log: hand in", description="Help")
        self._expect(said, done=("logged", "counted"))

    @task(1)
    def come_or_not(self):
        coming = self._find_sessions()
        if not coming:
            return
        self.think()
        page = self.look(random.choice(coming), "session")
        self.think()
        if (form := page.form("/sign-up")) is not None:
            role = form.xpath(".//input[@name='role']/@value")[0]
            self._expect(self.send(form, "sign up", role=role), done=("comes", "waits"))
        elif (form := page.form("/withdraw")) is not None:
            self._expect(self.send(form, "can't come"), done=("withdrew",))

    @task(1)
    def claim(self):
        rewards = self.look(f"{self.base}/rewards", "rewards").links(f"{self.base}/rewards/")
        rewards = [link for link in rewards if urlsplit(link).path.rpartition("/")[2].isdigit()]
        self.think()
        form = self.look(random.choice(rewards), "reward").form("/check")
        if form is None:
            return  # they haven't the credits
        self.think()
        form = self.send(form, "claim: check", quantity="1").form("/claim")
        self.think()
        self._expect(self.send(form, "claim"), done=("claimed",))

    def _expect(self, page, done):
        """What was done is said, and on the page after it is shown."""
        said = dict(parse_qsl(urlsplit(page.address).query)).get("done")
        if said not in done:
            errors = " ".join(page.tree.xpath("//*[@id='errors']//li//text()"))
            self.complain(done[0], f"{page.address}: {errors}")


class Coordinator(Visitor):
    """Approves what waits, and closes sessions that are over."""

    fixed_count = len(PEOPLE["coordinators"])
    wait_time = between(15, 30)

    def on_start(self):
        self.come_with(PEOPLE["coordinators"].pop())

    def call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        name = f"{model}.{method}"
        address = f"/web/dataset/call_kw/{name.replace('.', '/')}"
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": 0}
        answer = self.ask("POST", address, name, json=body).json()
        if error := answer.get("error"):
            self.complain(name, f"{error['data']['name']}: {error['data']['message']}")
        return answer.get("result")

    def find(self, model, state, *fields):
        found = self.call(
            model,
            "web_search_read",
            domain=[["state", "=", state]],
            specification={name: {} for name in fields},
            limit=AT_ONCE,
        )
        return found["records"] if found else []

    @task(3)
    def approve_hours(self):
        waiting = self.find("timebank.hours", "submitted", "revision")
        if waiting:
            seen = {str(row["id"]): row["revision"] for row in waiting}
            self.call("timebank.hours", "action_approve", [row["id"] for row in waiting], seen=seen)

    @task(2)
    def approve_claims(self):
        waiting = self.find("timebank.redemption", "requested", "display_name")
        if waiting:
            self.call("timebank.redemption", "action_approve", [row["id"] for row in waiting])

    @task(1)
    def close_session(self):
        if OVER:
            self.call("timebank.session", "action_close", [OVER.pop()])


@events.quitting.add_listener
def write(environment, **_other):
    """What was measured, for the report: name → count, failures, and how many took how many ms."""
    stats = environment.stats
    result = {
        "requests": {
            entry.name: {
                "count": entry.num_requests,
                "failures": entry.num_failures,
                "times": {str(time): count for time, count in entry.response_times.items()},
            }
            for entry in stats.entries.values()
        },
        "errors": [f"{error.name}: {error.error}" for error in stats.errors.values()],
    }
    with open(RESULT, "w") as file:
        json.dump(result, file)
