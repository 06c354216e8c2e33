"""The scripts of the Dashboard app, with a Node, an npm and a browser that do nothing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What the scripts use beside what a test gives them.
TOOLS = (
    "bash",
    "cat",
    "cksum",
    "dirname",
    "env",
    "fold",
    "grep",
    "id",
    "mkdir",
    "tail",
)
NPM = """\
#!/usr/bin/env bash
echo "npm $*" >>calls
cat output
exit "$(cat status)"
"""
INSTALLING = (
    "dashboard: installing the npm packages; .cache/npm.log shows what happens\n"
)


@pytest.fixture
def clone(tmp_path):
    """Make a clone with programs of its own alone on the path."""
    clone = tmp_path / "clone"
    shutil.copytree(ROOT / "scripts", clone / "scripts")
    (clone / "dashboard" / "node_modules").mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        (clone / "dashboard" / name).write_text("{}")
    (clone / "output").write_text("")
    (clone / "status").write_text("0")
    (clone / "bin").mkdir()
    for tool in TOOLS:
        (clone / "bin" / tool).symlink_to(shutil.which(tool))
    return clone


def add_program(clone, name, text="#!/usr/bin/env bash\n"):
    program = clone / "bin" / name
    program.write_text(text)
    program.chmod(0o755)
    return program


def run(clone, script, **more):
    env = {"PATH": str(clone / "bin")} | more
    done = subprocess.run(
        [clone / "scripts" / script],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    # Lines are folded to the width of a terminal.
    return done, done.stderr.replace(" \n", " ")


# --------------------------------------------------------------- npm's packages


def test_packages_are_installed_once(clone):
    # given
    add_program(clone, "node")
    add_program(clone, "npm", NPM)

    # when
    first, _ = run(clone, "dashboard_packages.sh")
    second, said = run(clone, "dashboard_packages.sh")

    # then
    assert first.returncode == second.returncode == 0
    assert said == ""
    calls = (clone / "calls").read_text().splitlines()
    assert calls == ["npm ci --prefix dashboard --no-fund --no-audit"]


def test_packages_are_installed_anew_for_another_lock(clone):
    # given
    add_program(clone, "node")
    add_program(clone, "npm", NPM)
    run(clone, "dashboard_packages.sh")
    (clone / "dashboard" / "package-lock.json").write_text('{"packages": {}}')

    # when
    done, _ = run(clone, "dashboard_packages.sh")

    # then
    assert done.returncode == 0
    assert len((clone / "calls").read_text().splitlines()) == 2


def test_no_node_is_said(clone):
    # when
    done, said = run(clone, "dashboard_packages.sh")

    # then
    assert done.returncode == 1
    assert said == (
        "dashboard: Node is missing: install Node 20.19 or newer, with npm.\n"
    )


def test_no_npm_is_said(clone):
    # given
    add_program(clone, "node")

    # when
    done, said = run(clone, "dashboard_packages.sh")

    # then
    assert done.returncode == 1
    assert said == "dashboard: npm is missing: install it with Node.\n"


def test_an_old_node_is_said(clone):
    # given
    old = 'case "$1" in --version) echo v18.20.4 ;; *) exit 1 ;; esac\n'
    add_program(clone, "node", f"#!/usr/bin/env bash\n{old}")
    add_program(clone, "npm", NPM)

    # when
    done, said = run(clone, "dashboard_packages.sh")

    # then
    assert done.returncode == 1
    assert said == "dashboard: Node 20.19 or newer is needed, this is v18.20.4.\n"
    assert not (clone / "calls").exists()


@pytest.mark.parametrize(
    ("_case", "output", "reason"),
    [
        (
            "no network",
            "npm error code EAI_AGAIN\n",
            "dashboard: no network: the npm registry cannot be reached.\n",
        ),
        (
            "a lock that does not fit",
            "npm error code EUSAGE\n",
            "npm error code EUSAGE\n"
            "dashboard: npm ci failed; the whole output is in .cache/npm.log\n",
        ),
    ],
)
def test_a_failed_installation_is_explained(_case, output, reason, clone):
    # given
    add_program(clone, "node")
    add_program(clone, "npm", NPM)
    (clone / "output").write_text(output)
    (clone / "status").write_text("1")

    # when
    done, said = run(clone, "dashboard_packages.sh")

    # then
    assert (done.returncode, said) == (1, INSTALLING + reason)
    assert (clone / ".cache" / "npm.log").read_text() == output


# ------------------------------------------------------------------ the browser


def test_the_systems_browser_is_found(clone):
    # given
    program = add_program(clone, "chromium-browser")

    # when
    done, said = run(clone, "chromium.sh")

    # then
    assert (done.stdout, said) == (f"{program}\n", "")


def test_another_browser_can_be_named(clone):
    # given
    add_program(clone, "chromium")
    program = add_program(clone, "my-chromium")

    # when
    done, _ = run(clone, "chromium.sh", CHROMIUM=str(program))

    # then
    assert done.stdout == f"{program}\n"


def test_a_wrong_name_of_a_browser_is_said(clone):
    # when
    done, said = run(clone, "chromium.sh", CHROMIUM="/nowhere/chromium")

    # then
    assert done.returncode == 1
    assert said == "chromium: CHROMIUM=/nowhere/chromium is no program.\n"


def test_no_browser_is_said(clone):
    # when
    done, said = run(clone, "chromium.sh")

    # then
    assert done.returncode == 1
    assert said == (
        "chromium: no Chromium was found or could be installed: install it (Debian: "
        "chromium), or set CHROMIUM to its path.\n"
    )


# -------------------------------------------------------------- the built pages


@pytest.fixture
def built(clone):
    """Make sources and pages built of them, with their manifest."""
    for path in (
        "dashboard/index.html",
        "dashboard/vite.config.ts",
        "dashboard/src/main.tsx",
        "dashboard/src/main.test.tsx",
        "dashboard/src/testing/setup.ts",
        "saleor_order_groups/dashboard/static/index.html",
    ):
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_text("as built")
    assert manifest(clone, "write").returncode == 0
    return clone


def manifest(clone, command):
    return subprocess.run(
        [sys.executable, clone / "scripts" / "dashboard_manifest.py", command],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_manifest_names_sources_and_pages(built):
    # then
    assert [*json.loads((built / "dashboard" / "built.json").read_text())] == [
        "dashboard/index.html",
        "dashboard/package-lock.json",
        "dashboard/package.json",
        "dashboard/src/main.tsx",
        "dashboard/vite.config.ts",
        "saleor_order_groups/dashboard/static/index.html",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "dashboard/src/main.tsx",
        "dashboard/src/added.ts",
        "dashboard/package.json",
        "saleor_order_groups/dashboard/static/index.html",
        "saleor_order_groups/dashboard/static/assets/added.js",
    ],
)
def test_a_change_after_the_build_is_said(path, built):
    # given
    (built / path).parent.mkdir(exist_ok=True)
    (built / path).write_text("changed")

    # when
    done = manifest(built, "check")

    # then
    assert done.returncode == 1
    assert done.stderr == (
        f"dashboard: changed since the pages were built:\n  {path}\n"
        "Run `make dashboard` and commit what it writes.\n"
    )


def test_a_missing_file_is_said(built):
    # given
    os.remove(built / "saleor_order_groups" / "dashboard" / "static" / "index.html")

    # when
    done = manifest(built, "check")

    # then
    assert done.returncode == 1


@pytest.mark.parametrize("path", ["main.test.tsx", "testing/setup.ts"])
def test_a_changed_test_needs_no_build(path, built):
    # given
    (built / "dashboard" / "src" / path).write_text("changed")

    # then
    assert manifest(built, "check").returncode == 0


def test_the_shipped_pages_are_of_these_sources():
    # when
    done = manifest(ROOT, "check")

    # then
    assert (done.stderr, done.returncode) == ("", 0)
