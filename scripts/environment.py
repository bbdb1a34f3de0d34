"""Make or refresh a virtual environment under .build/ that holds the project's own wheel.

    python3 scripts/environment.py main --django 5.2 --group test --group lint
    python3 scripts/environment.py newest --python 3.13 --django 6.1 --group test

An environment is made anew when the interpreter, what pyproject.toml asks for, or this file changes; the wheel is
built and installed each time. Nothing outside .build/ is touched. Exit code 3: no such interpreter on this machine.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
NO_INTERPRETER = 3


def main() -> int:
    options = parse(sys.argv[1:])
    interpreter = find_interpreter(options.python)
    if interpreter is None:
        print(f"No CPython {options.python} on PATH or under ~/.pyenv/versions.", file=sys.stderr)
        return NO_INTERPRETER
    directory = BUILD / options.name
    wanted = fingerprint(interpreter, options)
    if stamp(directory) != wanted:
        create(directory, interpreter, options)
        (directory / "stamp").write_text(wanted)
    install_wheel(directory, build_wheel(directory))
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="the directory under .build/")
    parser.add_argument("--python", help="such as 3.13; by default the interpreter that runs this")
    parser.add_argument("--django", help="such as 5.2; by default the newest that the interpreter takes")
    parser.add_argument("--group", action="append", default=[], help="a dependency group of pyproject.toml")
    return parser.parse_args(arguments)


def find_interpreter(version: str | None) -> str | None:
    """The path of a working CPython ``version``; a shim on PATH that leads nowhere is passed over."""
    if version is None:
        return sys.executable
    installed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python3"))
    for candidate in (shutil.which(f"python{version}"), *map(str, reversed(installed))):
        if candidate and version_of(candidate).startswith(f"{version}."):
            return candidate
    return None


def version_of(interpreter: str) -> str:
    """Such as ``3.13.0 /usr/lib/python3.13``, or nothing where it does not run."""
    script = "import platform, sys; print(platform.python_version(), sys.base_prefix)"
    return subprocess.run([interpreter, "-c", script], capture_output=True, text=True, check=False).stdout.strip()


def fingerprint(interpreter: str, options: argparse.Namespace) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [project["project"]["dependencies"], project["project"]["optional-dependencies"], options.django]
    # All groups, since one may include another.
    groups = [options.group, project["dependency-groups"]]
    facts = [version_of(interpreter), asked, groups, Path(__file__).read_text()]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def stamp(directory: Path) -> str:
    file = directory / "stamp"
    return file.read_text() if file.exists() else ""


def create(directory: Path, interpreter: str, options: argparse.Namespace) -> None:
    print(f"Making {directory.relative_to(ROOT)} with Python {version_of(interpreter)}", flush=True)
    shutil.rmtree(directory, ignore_errors=True)
    run(interpreter, "-m", "venv", directory)
    pip(directory, "install", "--upgrade", "pip>=25.1", "hatchling>=1.26")
    groups = [f"--group={ROOT / 'pyproject.toml'}:{name}" for name in options.group]
    django = [f"Django~={options.django}.0"] if options.django else []
    pip(directory, "install", *groups, *django, f"{build_wheel(directory)}[all]")


def build_wheel(directory: Path) -> Path:
    target = directory / "wheel"
    shutil.rmtree(target, ignore_errors=True)
    pip(directory, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", target, ROOT)
    return next(target.glob("*.whl"))


def install_wheel(directory: Path, wheel: Path) -> None:
    pip(directory, "install", "--no-deps", "--force-reinstall", wheel)


def pip(directory: Path, *arguments: str | Path) -> None:
    run(directory / "bin" / "python", "-m", "pip", "-qq", "--disable-pip-version-check", *arguments)


def run(*command: str | Path) -> None:
    # An interpreter that is told of another environment, or of a user's packages, would install and import there.
    clean = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    subprocess.run([str(part) for part in command], check=True, env={**clean, "PIP_ROOT_USER_ACTION": "ignore"})


if __name__ == "__main__":
    sys.exit(main())
