"""A running Odoo server, for browsers: on a given port, or on a free one."""

import contextlib
import socket
import subprocess
import time
import urllib.error
import urllib.request

from . import odoo_run, postgres, settings
from .console import Stop


def free_port():
    """A port of this machine nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(database, port):
    """The command line that serves `database`, and no other, on `port`."""
    return odoo_run.odoo(
        "-d",
        database,
        "--db-filter",
        f"^{database}$",
        "--http-port",
        port,
        "--no-database-list",
    )


def with_workers(command, workers):
    """The command line with Odoo's own processes beside each other.

    What a browser hears of by itself has one more, on a port to which a proxy in front of Odoo passes
    `/websocket`.
    """
    if not int(workers):
        return command
    python, _option, _module, *arguments = command
    script = str(settings.ROOT / "dev" / "inside" / "serve_odoo.py")
    return [python, script, *arguments, "--workers", str(workers), "--gevent-port", str(free_port())]


def point_reports(database, port):
    """Let wkhtmltopdf fetch the styles of `database`'s PDFs from the server on that port.

    The address stored otherwise is the one under which an administrator logged in last.
    """
    _set_address(database, "report.url", port)


def point_links(database, port):
    """Let links in mails, and those that are copied, lead to the server on that port."""
    _set_address(database, "web.base.url", port)


def _set_address(database, key, port):
    postgres.psql(
        "INSERT INTO ir_config_parameter (key, value)"
        f" VALUES ('{key}', 'http://127.0.0.1:{int(port)}')"
        " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
        database,
    )


def log_of(database):
    """The file that :func:`server` logs to."""
    return settings.CACHE / "logs" / f"server-{database}.log"


@contextlib.contextmanager
def server(database, *options, workers=0, **environ):
    """Serve `database` inside the block; gives the address.

    :param options: further ones of Odoo's
    :param environ: what else stands in its environment
    """
    port = free_port()
    point_reports(database, port)
    log = log_of(database)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as handle:
        process = subprocess.Popen(
            [*with_workers(command(database, port), workers), *options],
            env=dict(odoo_run.environment(), **environ),
            cwd=settings.CACHE,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process, log)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(address, process, log=None, seconds=120):
    """Return once the server answers; stop if it ends or takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/web/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    tail = "\n".join(log.read_text().splitlines()[-15:]) if log else ""
    raise Stop(f"The Odoo server doesn't answer on {address}.\n{tail}")
