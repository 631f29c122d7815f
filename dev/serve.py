"""`make serve`: the demo database in the browser, on this machine only."""

import socket
import subprocess

from . import demo, odoo_run, serving, settings, setup
from .console import Stop, say


def serve(port="8069", workers="0"):
    """The command; runs until it's interrupted."""
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise Stop(f"PORT={port} isn't the number of a port.")
    if not workers.isdigit() or workers == "1":
        raise Stop(f"WORKERS={workers}: 2 or more processes, since a PDF is made by asking another; or 0.")
    setup.ensure()
    demo.ensure()
    return run(port, workers)


def run(port, workers, *options, **environ):
    """Serve the demo database until it's interrupted.

    :param options: further ones of Odoo's
    :param environ: what else stands in its environment
    """
    _check_free(port)
    serving.point_reports(settings.DEMO_DB, port)
    serving.point_links(settings.DEMO_DB, port)
    command = serving.with_workers(serving.command(settings.DEMO_DB, port), workers)
    process = subprocess.Popen(
        [*command, "--log-level", "warn", "--max-cron-threads", "1", *options],
        env=dict(odoo_run.environment(), **environ),
        cwd=settings.CACHE,
        start_new_session=True,
    )
    try:
        serving.wait_for(f"http://127.0.0.1:{port}", process)
        say(f"\n  http://127.0.0.1:{port}    (stop with Ctrl-C)\n")
        say("  Log in with one of these names; each is its own password:")
        say(f"  {', '.join(settings.LOGINS)}\n")
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        process.terminate()
        process.wait()


def _check_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except OSError:
            raise Stop(
                f"Port {port} is taken by another program. "
                f"Choose another one: make serve PORT={int(port) + 1}"
            ) from None
