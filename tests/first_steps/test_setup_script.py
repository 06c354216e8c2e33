"""scripts/setup.sh, with a Python and a uv that only print what they are told to."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = """\
#!/usr/bin/env bash
echo "python $*" >>calls
case "$*" in
  "scripts/postgres.py require") [ ! -f postgres ] || { cat postgres >&2; exit 1; } ;;
  "-m venv --clear .venv") mkdir -p .venv/bin; cp python .venv/bin/python ;;
  "-m pip install -q"*) exit 1 ;;
  "-c import importlib"*) echo 3.23.28 ;;
esac
"""
UV = """\
#!/usr/bin/env bash
echo "uv $1 $2" >>calls
cat output
exit "$(cat status)"
"""
INSTALLING = (
    "setup: installing saleor @ git+https://github.com/saleor/saleor@3.23.28\n"
    "setup: some minutes the first time; .cache/setup.log shows what happens\n"
)
FAILED = "setup: that failed; the whole output is in .cache/setup.log\n"
UNTRUSTED = (
    "setup: a certificate is not trusted: something between here and the package index "
    "or github.com has its own. Name your CA's file in SSL_CERT_FILE (uv), PIP_CERT "
    "(pip) and GIT_SSL_CAINFO (git).\n"
)
UNREACHABLE = "setup: no network: the package index or github.com cannot be reached.\n"


@pytest.fixture
def clone(tmp_path):
    """Make a clone that installs nothing."""
    for name in ("scripts", "constraints"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "bin").mkdir()
    for path, text in (("python", PYTHON), ("bin/uv", UV)):
        (tmp_path / path).write_text(text)
        (tmp_path / path).chmod(0o755)
    (tmp_path / "output").write_text("")
    (tmp_path / "status").write_text("0")
    return tmp_path


def set_up(clone, **more):
    env = os.environ | {
        "PATH": f"{clone / 'bin'}:{os.environ['PATH']}",
        "PYTHON": str(clone / "python"),
    }
    env.pop("SALEOR", None)
    env |= more
    done = subprocess.run(
        [clone / "scripts" / "setup.sh"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    calls = (clone / "calls").read_text().splitlines()
    # Not the questions whether it is a Python 3.12.
    return done, [call for call in calls if "import sys, venv" not in call]


def test_it_installs_once(clone):
    # when
    first, calls = set_up(clone)
    second, calls_of_both = set_up(clone)

    # then
    assert first.returncode == second.returncode == 0
    assert first.stderr.endswith(f"{INSTALLING}setup: done: Saleor 3.23.28\n")
    assert [call[:30] for call in calls] == [
        "python scripts/postgres.py req",
        "python -m venv --clear .venv",
        "python -m pip install -q -c co",
        "uv pip install",
        "python -c import importlib.met",
    ]
    assert calls_of_both == calls
    assert second.stderr == ""


def test_no_postgresql_is_said_before_anything_is_installed(clone):
    # given
    (clone / "postgres").write_text("postgres: no PostgreSQL 14 or newer …\n")

    # when
    done, calls = set_up(clone)

    # then
    assert done.returncode == 1
    assert done.stderr.endswith("postgres: no PostgreSQL 14 or newer …\n")
    assert calls == ["python scripts/postgres.py require"]
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize(
    ("_case", "output", "reason"),
    [
        (
            "uv",
            "error: Failed to fetch: `https://index.example.com/simple/django/`\n"
            "  Caused by: error sending request for url\n"
            "  Caused by: client error (Connect)\n"
            "  Caused by: invalid peer certificate: UnknownIssuer\n",
            UNTRUSTED,
        ),
        (
            "pip",
            "WARNING: Retrying after connection broken by 'SSLError(SSLCertVerification"
            "Error(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
            "unable to get local issuer certificate (_ssl.c:1010)'))'\n",
            UNTRUSTED,
        ),
        (
            "git",
            "fatal: unable to access 'https://github.com/saleor/saleor/': SSL "
            "certificate problem: self-signed certificate in certificate chain\n",
            UNTRUSTED,
        ),
        (
            "git with GnuTLS",
            "fatal: unable to access 'https://github.com/saleor/saleor/': server "
            "certificate verification failed. CAfile: none CRLfile: none\n",
            UNTRUSTED,
        ),
        (
            "no network",
            "error: Failed to fetch: `https://index.example.com/simple/django/`\n"
            "  Caused by: error sending request for url\n"
            "  Caused by: dns error: failed to lookup address information\n",
            UNREACHABLE,
        ),
        ("another", "error: no matching wheel\n", "error: no matching wheel\n"),
    ],
)
def test_a_failure_is_told_by_its_reason(_case, output, reason, clone):
    # given
    (clone / "output").write_text(output)
    (clone / "status").write_text("2")

    # when
    done, _ = set_up(clone)

    # then
    assert done.returncode == 1
    printed, end = done.stderr.split(INSTALLING)[1], f"{reason}{FAILED}"
    assert printed.split() == end.split()
    assert [line for line in printed.splitlines() if len(line) > 80] == []
    assert output in (clone / ".cache" / "setup.log").read_text()
    assert not (clone / ".venv" / "setup-stamp").exists()


def test_what_the_tools_pin_wins_over_saleors_lock(clone):
    # given
    with (clone / "constraints" / "tools.txt").open("a") as tools:
        tools.write("rich==15.0.0\n")

    # when
    set_up(clone)

    # then
    versions = (clone / ".cache" / "constraints.txt").read_text().splitlines()
    assert "rich==15.0.0" in versions
    assert [line for line in versions if line.startswith("rich=")] == ["rich==15.0.0"]
    assert "celery==5.5.3" in versions


def test_a_saleor_in_git_brings_its_lock(clone, tmp_path_factory):
    # given
    saleor = tmp_path_factory.mktemp("saleor")
    (saleor / "uv.lock").write_text("its lock\n")
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "Add"],
    ):
        subprocess.run(["git", "-C", saleor, *command], check=True)

    # when
    done, calls = set_up(clone, SALEOR=f"saleor @ git+file://{saleor}@main")

    # then
    assert done.returncode == 0
    assert "python scripts/constraints_from_lock.py .cache/uv.lock" in calls
    assert (clone / ".cache" / "uv.lock").read_text() == "its lock\n"
