"""PostgreSQL: the caller's own server (PG* variables), or one of the project's own.

The private server listens on a socket in a folder only its owner may enter, and on no
network port. PostgreSQL refuses to run as root: started by root, it runs as the user
`postgres`, in a folder that user can reach.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import uuid
from pathlib import Path

from . import settings, system
from .console import CommandFailed, Stop, run, step

ROLE = "timebank"
PORT = "5432"  # names the socket's file; nothing listens on the network
CONFIG = """
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 512MB
work_mem = 16MB
maintenance_work_mem = 256MB
max_wal_size = 2GB
# A crash loses at most the last moments, and never consistency: fsync stays on.
fsync = on
synchronous_commit = off
# for a replica that was away for a while
wal_keep_size = 512MB
random_page_cost = 1.1
# as docs/operations.md advises
jit = off
log_min_messages = warning
logging_collector = off
"""


def environment():
    """The PG* variables with which libpq and Odoo reach the server."""
    if system.uses_own_server():
        return {}
    return {"PGHOST": str(socket()), "PGPORT": PORT, "PGUSER": ROLE}


def ensure():
    """Have a server that answers: the caller's is checked, a private one started."""
    if system.uses_own_server():
        _check_own()
    elif not _answers():
        _start()


def psql(query, database="postgres"):
    """Result of one SQL statement, as text."""
    return run(
        ["psql", "--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "--quiet"]
        + ["--set", "ON_ERROR_STOP=1", "--dbname", database, "--command", query],
        env=dict(os.environ, **environment()),
    ).strip()


def stop():
    """Stop the private server, if it runs."""
    if not system.uses_own_server() and _answers():
        control("stop", "--mode", "fast")


def _check_own():
    try:
        version = int(psql("SHOW server_version_num")) // 10000
        rights = psql("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        user = psql("SELECT current_user")
    except CommandFailed as failure:
        raise Stop(
            f"The PostgreSQL server that the PG* variables name can't be used:\n{failure.output.strip()}"
        ) from None
    if version < settings.POSTGRES_MIN:
        raise Stop(f"Odoo 19 needs PostgreSQL {settings.POSTGRES_MIN}; this server is {version}.")
    if user == "postgres":
        raise Stop(
            "Odoo refuses to work as the database user postgres. "
            "Create another one (createuser --createdb NAME) and set PGUSER to it."
        )
    if rights != "t":
        raise Stop(f"The database user {user} may not create databases (ALTER ROLE … CREATEDB).")


def _as_root():
    return os.geteuid() == 0


def server_program(program, *arguments):
    """The command line of one of the server's programs, run as the user who owns the server's folder."""
    command = [str(system.postgres_bin() / program), *map(str, arguments)]
    return ["setpriv", *_identity(), *command] if _as_root() else command


def _identity():
    user = pwd.getpwnam("postgres")
    return [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups", "--"]


def _reachable(folder):
    """Whether the user `postgres` can enter `folder` and all above it."""
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))


def home():
    """The private server's folder: in the cache, or where `postgres` can reach it.

    A name kept in the cache ties the two together: an empty cache makes a new server.
    """
    if not _as_root() or _reachable(settings.CACHE):
        return settings.CACHE / "postgres"
    name = settings.CACHE / "cluster"
    if not name.exists():
        name.write_text(uuid.uuid4().hex[:12])
    return settings.SERVERS / name.read_text().strip()


def socket(server=None):
    """Where the private server listens, or another one in a folder like its own: the folder of its socket."""
    folder = (server or home()) / "socket"
    if len(str(folder)) < 80:  # a socket's path is limited to 107 bytes
        return folder
    return Path("/tmp") / f"timebank-{hashlib.sha256(str(folder.parent).encode()).hexdigest()[:12]}"


def _answers():
    return (home() / "complete").exists() and answers(socket())


def answers(folder):
    """Whether a server takes connections on a socket in that folder."""
    probe = [str(system.postgres_bin() / "pg_isready"), "--quiet", "--timeout=5"]
    env = dict(os.environ, PGHOST=str(folder), PGPORT=PORT)
    return subprocess.run(probe, env=env, check=False).returncode == 0


def control(action, *arguments, server=None):
    """Have pg_ctl start or stop the private server, or another one in a folder like its own."""
    server = server or home()
    log = server / "server.log"
    command = server_program("pg_ctl", action, "--wait", "--silent", "--pgdata", server / "data")
    if action == "start":
        command += ["--timeout", "120", "--log", str(log)]
    # the server inherits our output: a pipe would never be closed
    code = subprocess.run(
        [*command, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        check=False,
    ).returncode
    if code and action == "start":
        tail = "\n".join(log.read_text().splitlines()[-10:]) if log.exists() else ""
        raise Stop(f"PostgreSQL doesn't start. The end of {log}:\n{tail}")


def make_folder(folder, mode=0o700):
    """A folder that belongs to whoever runs the server."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    if _as_root():
        shutil.chown(folder, "postgres", "postgres")


def _start():
    done = home() / "complete"
    if not done.exists():
        with step("PostgreSQL server of the project's own"):
            _create()
            control("start")
            _admin(f"CREATE ROLE {ROLE} LOGIN CREATEDB IN ROLE pg_signal_backend")
            done.touch()
        return
    with step("Starting PostgreSQL"):
        make_folder(socket())
        _forget_stale_pid()
        control("start")


def _forget_stale_pid():
    """After a crash, the number in PostgreSQL's lock file may be another program's.

    PostgreSQL finds that out, except when the other one is a server too.
    """
    lock = home() / "data" / "postmaster.pid"
    if not lock.exists():
        return
    process = Path("/proc") / lock.read_text().split("\n", 1)[0] / "cmdline"
    if not process.exists() or str(home() / "data") not in process.read_text():
        lock.unlink()


def _admin(query):
    env = dict(os.environ, PGHOST=str(socket()), PGPORT=PORT, PGUSER="postgres")
    run([system.postgres_bin() / "psql", "-d", "postgres", "-Xqc", query], env=env)


def _create():
    folder = home()
    _forget_earlier()
    if folder.exists():
        control("stop", "--mode", "immediate")  # a set-up that was interrupted
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    make_folder(folder)
    make_folder(socket())
    (folder / "cache").write_text(str(settings.CACHE))
    data = folder / "data"
    run(
        server_program("initdb", "--pgdata", data, "--username", "postgres", "--encoding", "UTF8")
        + ["--locale", "C.UTF-8", "--auth", "trust", "--no-instructions"],
        cwd="/",
    )
    with (data / "postgresql.conf").open("a") as config:
        config.write(CONFIG.format(port=PORT, socket=socket()))


def _forget_earlier():
    """Stop and remove a server that belonged to this cache before it was emptied."""
    for note in home().parent.glob("*/cache"):
        earlier = note.parent
        if earlier != home() and note.read_text() == str(settings.CACHE):
            stop_it = server_program("pg_ctl", "stop", "--silent", "--mode", "immediate")
            subprocess.run(
                [*stop_it, "--pgdata", str(earlier / "data")],
                capture_output=True,
                cwd="/",
                check=False,
            )
            shutil.rmtree(earlier)
