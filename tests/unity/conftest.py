from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "unity_sample/Packages/dev.omote.face"
HERE = Path(__file__).parent
#: The C# version that the package supports; Unity 2022 compiles newer ones too.
FLAGS = ["-langversion:7.2", "-unsafe", "-warnaserror", "-warn:4"]

Compile = Callable[..., Path]
Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def compile_cs() -> Compile:
    """Compile C# files to an assembly with mcs; warnings are errors."""
    if shutil.which("mcs") is None or shutil.which("mono") is None:
        pytest.skip(
            "mcs or mono is missing: the Unity package's C# cannot be compiled and run; "
            "install them with: apt-get install mono-mcs mono-runtime libmono-system-core4.0-cil"
        )

    def compiled(out: Path, *sources: Path, references: tuple[Path, ...] = ()) -> Path:
        target = "exe" if out.suffix == ".exe" else "library"
        linked = ["-r:System.Core", *(f"-r:{path}" for path in references)]
        line = ["mcs", *FLAGS, f"-target:{target}", f"-out:{out}", *linked, *map(str, sorted(sources))]
        done = subprocess.run(line, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        return out

    return compiled


@pytest.fixture(scope="session")
def core(compile_cs: Compile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runtime/Core as an assembly."""
    out = tmp_path_factory.mktemp("cs") / "Omote.Core.dll"
    return compile_cs(out, *(PACKAGE / "Runtime/Core").glob("*.cs"))


@pytest.fixture(scope="session")
def driver(compile_cs: Compile, core: Path) -> Path:
    """The console program around Core."""
    return compile_cs(core.parent / "driver.exe", *(HERE / "driver").glob("*.cs"), references=(core,))


@pytest.fixture(scope="session")
def run(driver: Path) -> Run:
    """Run the driver until it exits; returns its lines of JSON."""

    def ran(*words: object, code: int | None = 0) -> list[dict[str, Any]]:
        line = ["mono", str(driver), *map(str, words)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=300)
        assert code is None or done.returncode == code, (done.stdout, done.stderr)
        assert done.stderr == ""
        return [json.loads(said) for said in done.stdout.splitlines()]

    return ran


def patiently(ask: Callable[[float], str], words: str) -> str:
    """What a program says that runs for so many seconds; it runs again for longer while these words are not in it."""
    said = ""
    for seconds in (0.5, 2.0, 8.0, 30.0):
        if words in (said := ask(seconds)):
            return said
    raise AssertionError(f"expected {words!r} in {said!r}")


@dataclass
class Reading:
    """A driver process that runs while a test acts on the runtime."""

    process: subprocess.Popen[str]

    def next(self, key: str) -> dict[str, Any]:
        """The next line that has a key; other lines are skipped."""
        assert self.process.stdout is not None
        while True:
            line = self.process.stdout.readline()
            assert line, f"the driver ended before it said anything with {key!r}"
            said: dict[str, Any] = json.loads(line)
            if key in said:
                return said


@pytest.fixture
def begin(driver: Path) -> Iterator[Callable[..., Reading]]:
    """Start the driver and read its lines while it runs; it is terminated after the test."""
    begun: list[subprocess.Popen[str]] = []

    def start(*words: object) -> Reading:
        line = ["mono", str(driver), *map(str, words)]
        begun.append(subprocess.Popen(line, stdout=subprocess.PIPE, text=True))
        return Reading(begun[-1])

    yield start
    for process in begun:
        process.kill()
        process.communicate()


@dataclass
class RunningOmote:
    """`omote run` with the null engine in its own process, on its own ports."""

    ports: list[int] = field(default_factory=lambda: free_ports(4))
    process: subprocess.Popen[str] | None = None

    @property
    def stream(self) -> str:
        """A name in shared memory that no other runtime uses."""
        return f"test-{self.ports[0]}"

    @property
    def control(self) -> str:
        return f"tcp://127.0.0.1:{self.ports[0]}"

    @property
    def request(self) -> str:
        return f"tcp://127.0.0.1:{self.ports[1]}"

    @property
    def publish(self) -> str:
        return f"tcp://127.0.0.1:{self.ports[2]}"

    @property
    def osc(self) -> str:
        return f"udp://127.0.0.1:{self.ports[3]}"

    def start(self) -> None:
        """Start, and wait until it prints that it is running."""
        named = zip(("control", "request", "publish", "osc"), map(str, self.ports), strict=True)
        given = [text for name, port in named for text in (f"--{name}-port", port)]
        line = [sys.executable, "-m", "omote", "run", "--engine", "null", "--performance", "none"]
        line += ["--no-panel", "--size", "96", "--vmc-port", "none", *given]
        line += ["--publish", "shm,zeromq", "--stream", self.stream]
        self.process = subprocess.Popen(
            line, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        assert self.process.stdout is not None
        while "Ctrl-C" not in self.process.stdout.readline():
            assert self.process.poll() is None, "the runtime did not start"

    def stop(self, *, kill: bool = False) -> None:
        """Stop it, as Ctrl-C does, or kill it, as a crash does."""
        if self.process is not None:
            self.process.kill() if kill else self.process.terminate()
            self.process.communicate(timeout=60)
            self.process = None


@pytest.fixture(scope="module")
def omote() -> Iterator[RunningOmote]:
    """One runtime for all tests of a module."""
    runtime = RunningOmote()
    runtime.start()
    yield runtime
    runtime.stop()
