"""Telling the user what happens: a line per step, and plain sentences when it stops."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor


class Stop(Exception):
    """Something the user has to know or to do; printed as it is, then exit 1."""


def say(text=""):
    print(text, flush=True)


#: Not empty while two things are done at once: a step then has its line when it is done.
_at_once = []


@contextlib.contextmanager
def step(title):
    """Print `title`, then how long the block took."""
    begun = "" if _at_once else f"  {title} … "
    print(begun, end="", flush=True)
    title = "" if begun else f"  {title} … "
    start = time.monotonic()
    try:
        yield
    except BaseException:
        print(f"{title}stopped", flush=True)
        raise
    print(f"{title}{time.monotonic() - start:.1f} s", flush=True)


@contextlib.contextmanager
def alongside(function, *arguments):
    """Call a function while the block runs, which ends when both have. What stops either is told then."""
    with ThreadPoolExecutor(1) as pool:
        _at_once.append(function)
        try:
            other = pool.submit(function, *arguments)
            yield
            other.result()
        finally:
            _at_once.remove(function)


def run(command, log=None, **options):
    """Run `command` quietly; on failure show its last lines and stop.

    `log` is a file that keeps the whole output. Returns the output.
    """
    result = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
        check=False,
        **options,
    )
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(result.stdout)
    if result.returncode:
        raise CommandFailed(command, result.returncode, result.stdout, log)
    return result.stdout


class CommandFailed(Stop):
    """A command that had to succeed did not."""

    def __init__(self, command, code, output, log=None):
        self.output = output
        tail = "\n".join("    " + line for line in output.strip().splitlines()[-15:])
        where = f"\n  The whole output is in {log}" if log else ""
        words = " ".join(str(part) for part in command)
        words = words if len(words) < 200 else words[:200] + " …"
        super().__init__(f"This command failed (exit {code}): {words}\n{tail}{where}")


NETWORK_SIGNS = (
    "Temporary failure resolving",
    "Temporary failure in name resolution",
    "Could not resolve",
    "Could not connect",
    "Network is unreachable",
    "Cannot initiate the connection",
    "Failed to establish a new connection",
    "NewConnectionError",
    "Name or service not known",
    "Connection timed out",
    "No route to host",
)


@contextlib.contextmanager
def needs_network(what):
    """Turn a network failure inside the block into one plain sentence."""
    try:
        yield
    except CommandFailed as failure:
        if any(sign in failure.output for sign in NETWORK_SIGNS):
            raise Stop(
                f"There is no network connection, and {what} has to be downloaded.\n"
                "Connect this machine and run the same command again: "
                "it carries on from where it stopped."
            ) from None
        raise


def main(function, *arguments):
    """Run a command's function; exit with its result, or say plainly why it stopped."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that servers are stopped
    try:
        sys.exit(function(*arguments) or 0)
    except Stop as stop:
        sys.stdout.flush()
        print(f"\n{stop}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:  # whoever read the output has gone, as `head` does
        os._exit(1)
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again to carry on.", file=sys.stderr)
        sys.exit(130)
