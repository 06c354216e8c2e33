"""Start and stop a private PostgreSQL, or check the one in DATABASE_URL.

python scripts/postgres.py require  fail where there is none to use, or install one
python scripts/postgres.py start    print the URL of a database to use
python scripts/postgres.py stop     stop the private one, if it runs

`require` runs before anything is installed: psycopg is imported where it is used. The
private cluster is for tests and the demo: it trades safety of the data for speed.
"""

import fcntl
import glob
import hashlib
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
STATE = CACHE / "postgres.json"
EXTENSIONS = {"hstore", "pg_trgm", "btree_gin", "pgcrypto"}
MINIMUM_VERSION = 14  # Django 5.2's
SCHEMES = ("postgres", "postgresql")
WIDTH = 80
# A path or a URL stays whole.
WRAPPING = {"break_long_words": False, "break_on_hyphens": False}
PROGRAMS = ("initdb", "pg_ctl", "postgres")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "jit": "off",
    # /dev/shm is small in containers.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
}


def fail(message: str) -> NoReturn:
    lines = f"postgres: {message}".splitlines()
    sys.exit("\n".join(textwrap.fill(line, WIDTH, **WRAPPING) for line in lines))


def fail_for_url(reason: str) -> NoReturn:
    fail(
        f"{reason} Set DATABASE_URL to postgres://user:password@host:port/database, or "
        "unset it for a private one."
    )


# Finding or installing the programs


def candidates() -> list[Path]:
    folders = []
    for program in ("initdb", "postgres"):
        if found := shutil.which(program):
            folders.append(Path(found).resolve().parent)
    if pg_config := shutil.which("pg_config"):
        output = subprocess.run(
            [pg_config, "--bindir"], capture_output=True, text=True, check=False
        )
        folders.append(Path(output.stdout.strip()))
    for pattern in (
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/opt/homebrew/opt/postgresql@*/bin",
        "/usr/local/opt/postgresql@*/bin",
        "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
    ):
        folders += [Path(found) for found in sorted(glob.glob(pattern), reverse=True)]
    return list(dict.fromkeys(folders))


def major_version(folder: Path) -> int:
    output = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    digits = "".join(c if c.isdigit() else " " for c in output).split()
    return int(digits[0]) if digits else 0


def has_extensions(folder: Path) -> bool:
    shared = []
    if (folder / "pg_config").exists():
        output = subprocess.run(
            [folder / "pg_config", "--sharedir"],
            capture_output=True,
            text=True,
            check=False,
        )
        shared.append(Path(output.stdout.strip()))
    shared.append(Path("/usr/share/postgresql") / folder.parent.name)
    return any(
        all((path / "extension" / f"{name}.control").exists() for name in EXTENSIONS)
        for path in shared
    )


def find_programs() -> Path | None:
    for folder in candidates():
        if (
            all(os.access(folder / program, os.X_OK) for program in PROGRAMS)
            and major_version(folder) >= MINIMUM_VERSION
            and has_extensions(folder)
        ):
            return folder
    return None


def install_programs() -> None:
    if shutil.which("apt-get") and os.geteuid() == 0:
        commands = [
            ["apt-get", "update"],
            ["apt-get", "install", "-y", "postgresql", "postgresql-contrib"],
        ]
    elif shutil.which("brew"):
        commands = [["brew", "install", "postgresql@16"]]
    else:
        return
    log = CACHE / "postgres-install.log"
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with log.open("wb") as output:
        for command in commands:
            print(f"postgres: {' '.join(command)}", file=sys.stderr)
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                check=False,
            )
            # A package list that is partly out of reach may still be enough.
            if done.returncode and command[1] != "update":
                fail(f"{' '.join(command)} failed; see {log}.")


def programs() -> Path:
    if folder := find_programs():
        return folder
    install_programs()
    if folder := find_programs():
        return folder
    return fail(
        f"no PostgreSQL {MINIMUM_VERSION} or newer with its contrib extensions "
        f"({', '.join(sorted(EXTENSIONS))}) was found or could be installed. Install "
        "one (Debian: postgresql and postgresql-contrib; Homebrew: postgresql@16) "
        "or set DATABASE_URL."
    )


# The private cluster


def account() -> pwd.struct_passwd:
    """Return the user to run PostgreSQL as: it refuses to be root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return fail("it cannot run as root, and there is no user postgres or nobody.")


def run_as(user: pwd.struct_passwd, command: list, home: Path, **options):
    if os.geteuid() == 0:
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return subprocess.run(
        [str(part) for part in command],
        # The user may not be allowed where we are.
        cwd=home,
        env=os.environ | {"HOME": str(home)},
        stdin=subprocess.DEVNULL,
        check=False,
        **options,
    )


def make_home(user: pwd.struct_passwd) -> Path:
    """Make the directory of the cluster, where its user can reach it."""
    digest = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    outside = Path(tempfile.gettempdir()) / f"saleor-order-groups-{digest}"
    for home in (CACHE / "postgres", outside):
        home.mkdir(mode=0o700, exist_ok=True)
        owner = home.lstat().st_uid
        if home.is_symlink() or owner not in (os.geteuid(), user.pw_uid):
            fail(f"{home} belongs to somebody else; remove it.")
        if os.geteuid() == 0:
            os.chown(home, user.pw_uid, user.pw_gid)
            try:
                reachable = not run_as(user, ["test", "-w", home], home).returncode
            except PermissionError:
                reachable = False
            if not reachable:
                home.rmdir()
                continue
        return home
    return fail(f"{user.pw_name} can reach neither {CACHE} nor {outside}.")


def initialize(folder: Path, user: pwd.struct_passwd) -> dict:
    home = make_home(user)
    data = home / "data"
    password = secrets.token_urlsafe(18)
    password_file = home / "password"
    shutil.rmtree(data, ignore_errors=True)
    password_file.write_text(password)
    shutil.chown(password_file, user.pw_uid, user.pw_gid)
    print("postgres: making a private cluster", file=sys.stderr)
    # The locale of most systems; macOS has only the second.
    for locale in ("C.UTF-8", "en_US.UTF-8", "C"):
        done = run_as(
            user,
            [
                folder / "initdb",
                f"--pgdata={data}",
                "--username=saleor",
                "--auth=scram-sha-256",
                f"--pwfile={password_file}",
                "--encoding=UTF8",
                f"--locale={locale}",
                "--no-sync",
            ],
            home,
            capture_output=True,
            text=True,
        )
        if done.returncode == 0:
            break
    password_file.unlink()
    if done.returncode:
        fail(f"initdb failed:\n{done.stderr.strip()}")
    return {
        "programs": str(folder),
        "user": user.pw_name,
        "home": str(home),
        "password": password,
        "port": 0,
    }


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def url(state: dict, database: str) -> str:
    return f"postgres://saleor:{state['password']}@127.0.0.1:{state['port']}/{database}"


def is_running(state: dict) -> bool:
    import psycopg

    if not state["port"]:
        return False
    try:
        psycopg.connect(url(state, "postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def load_state() -> dict | None:
    if not STATE.exists():
        return None
    state = json.loads(STATE.read_text())
    # Another checkout's state, copied with its directory, is not ours.
    usable = (
        state.get("root") == str(ROOT)
        and Path(state["home"], "data", "PG_VERSION").exists()
        and Path(state["programs"], "pg_ctl").exists()
    )
    return state if usable else None


def save_state(state: dict) -> None:
    STATE.touch(mode=0o600)
    STATE.write_text(json.dumps(state | {"root": str(ROOT)}))


def pg_ctl(state: dict, *arguments) -> subprocess.CompletedProcess:
    home = Path(state["home"])
    command = [Path(state["programs"]) / "pg_ctl", f"--pgdata={home / 'data'}", "-w"]
    return run_as(
        pwd.getpwnam(state["user"]),
        [*command, *arguments],
        home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def start_cluster(state: dict) -> None:
    log = Path(state["home"]) / "log"
    # Somebody else may take the port between our choice and the start.
    for _ in range(3):
        state["port"] = free_port()
        configure(state)
        done = pg_ctl(state, f"--log={log}", "start")
        if done.returncode == 0 and is_running(state):
            return
    lines = log.read_text().splitlines()[-10:] if log.exists() else []
    fail("the private cluster does not start:\n" + "\n".join(lines))


def configure(state: dict) -> None:
    """Write the settings to a file: what is set by SQL goes before them."""
    data = Path(state["home"]) / "data"
    settings = SETTINGS | {"port": state["port"]}
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    private = data / "private.conf"
    private.write_text("".join(lines))
    # The server may run as another account.
    private.chmod(0o644)
    include = "include 'private.conf'\n"
    configuration = data / "postgresql.conf"
    if include not in configuration.read_text():
        with configuration.open("a") as file:
            file.write(include)


def private_database() -> str:
    import psycopg

    state = load_state()
    if state is None:
        state = initialize(programs(), account())
    if not is_running(state):
        start_cluster(state)
        save_state(state)
    with psycopg.connect(url(state, "postgres"), autocommit=True) as connection:
        exists = "SELECT 1 FROM pg_database WHERE datname = 'saleor'"
        if not connection.execute(exists).fetchone():
            connection.execute("CREATE DATABASE saleor")
    return url(state, "saleor")


# The one in DATABASE_URL


def check_address(database_url: str) -> None:
    """Refuse what is not PostgreSQL's, without printing a password."""
    parts = urlsplit(database_url)
    if parts.scheme in SCHEMES:
        return
    kind = f"starts with {parts.scheme}://" if parts.scheme else "has no scheme"
    fail_for_url(f"DATABASE_URL {kind}, and Saleor needs PostgreSQL.")


def check_listens(database_url: str) -> None:
    """Refuse an address where nothing listens; PostgreSQL's driver reads the others."""
    parts = urlsplit(database_url)
    # A socket's directory, or several hosts.
    if not parts.hostname or "%" in parts.hostname or "," in parts.netloc:
        return
    try:
        socket.create_connection((parts.hostname, parts.port or 5432), 10).close()
    except (OSError, ValueError) as error:
        fail_for_url(f"nothing answers at DATABASE_URL: {error}.")


# What both kinds must have


def check(database_url: str) -> None:
    import psycopg

    try:
        with psycopg.connect(database_url, connect_timeout=10) as connection:
            rows = connection.execute("SELECT name FROM pg_available_extensions")
            missing = EXTENSIONS - {name for (name,) in rows}
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        fail_for_url(f"cannot connect to DATABASE_URL: {str(error).strip()}.")
    if version < MINIMUM_VERSION:
        fail_for_url(
            f"PostgreSQL {MINIMUM_VERSION} or newer is needed, this is {version}."
        )
    if missing:
        fail_for_url(
            f"this PostgreSQL lacks {', '.join(sorted(missing))} (its contrib)."
        )


def require() -> None:
    if database_url := os.environ.get("DATABASE_URL"):
        check_address(database_url)
        check_listens(database_url)
    elif load_state() is None:
        programs()


def start() -> None:
    if database_url := os.environ.get("DATABASE_URL"):
        check_address(database_url)
    else:
        database_url = private_database()
    check(database_url)
    print(database_url)


def stop() -> None:
    state = load_state()
    if state and is_running(state):
        pg_ctl(state, "--mode=fast", "stop")
        print("postgres: stopped", file=sys.stderr)


def main() -> None:
    commands = {"require": require, "start": start, "stop": stop}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        commands[sys.argv[1]]()


if __name__ == "__main__":
    main()
