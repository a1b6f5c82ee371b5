"""Providers: the libraries and devices that can run a network, in the order in which "auto" prefers them.

for name in wanted_providers(("auto",)):
    print(name, why_not(name) or "can be tried")

A provider is never replaced silently: `why_not` says why one cannot be tried here, and a session that comes up on another
one than it was opened for is an error (`inference.session`).

Sources: the providers' pages at onnxruntime.ai/docs/execution-providers (TensorRT, CUDA, DirectML, CoreML);
docs.openvino.ai.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final, TypeVar

from inference.errors import ProviderError

AUTO: Final = "auto"
N = TypeVar("N")


@dataclass(frozen=True, slots=True)
class Provider:
    """One way to run a network.

    Attributes:
        shown: its name for people.
        execution_provider: ONNX Runtime's name of it; "" = it is not part of ONNX Runtime.
        packages: alternatives of Python packages that bring it.
        builds_plans: whether it compiles for minutes at its first start, so that another one draws meanwhile.
        computes_on_cpu: whether it competes with a software OpenGL driver.
        batches: whether a graph whose first axis is free keeps it free; the others want every number fixed, or are slow
            without.
    """

    shown: str
    execution_provider: str
    packages: str
    builds_plans: bool = False
    computes_on_cpu: bool = False
    batches: bool = False


#: Best first.
PROVIDERS: Final[dict[str, Provider]] = {
    "tensorrt": Provider(
        "TensorRT",
        "TensorrtExecutionProvider",
        "onnxruntime-gpu and tensorrt",
        builds_plans=True,
        batches=True,
    ),
    "cuda": Provider("CUDA", "CUDAExecutionProvider", "onnxruntime-gpu", batches=True),
    "directml": Provider("DirectML", "DmlExecutionProvider", "onnxruntime-directml (Windows)"),
    "coreml": Provider("CoreML", "CoreMLExecutionProvider", "onnxruntime (macOS)"),
    "openvino": Provider("OpenVINO", "", "openvino", computes_on_cpu=True),
    "cpu": Provider(
        "ONNX Runtime, CPU", "CPUExecutionProvider", "onnxruntime", computes_on_cpu=True, batches=True
    ),
}


def wanted_providers(named: Sequence[str]) -> tuple[str, ...]:
    """The providers to try, in order; "auto" stands for all that are not named before it.

    Raises:
        ProviderError: no provider has such a name, or none is named.
    """
    wanted: list[str] = []
    for name in named:
        if name != AUTO and name not in PROVIDERS:
            raise ProviderError(
                f"providers: there is no {name[:80]!r}; choose from {AUTO}, {', '.join(PROVIDERS)}"
            )
        wanted += [one for one in (PROVIDERS if name == AUTO else (name,)) if one not in wanted]
    if not wanted:
        raise ProviderError(f"providers: none is named; choose from {AUTO}, {', '.join(PROVIDERS)}")
    return tuple(wanted)


def why_not(name: str) -> str:
    """Why a provider cannot be tried here and what to do; "" = it can be tried.

    Args:
        name: of PROVIDERS. Its package is imported.
    """
    provider = PROVIDERS[name]
    package = "onnxruntime" if provider.execution_provider else "openvino"
    if find_spec(package) is None:
        return f"the package {package} is not installed; pip install {provider.packages}"
    try:
        found = import_package(package)
        if not provider.execution_provider:
            return ""
        built_in = found.get_available_providers()
    except Exception as error:  # a half-installed package can raise anything
        reason = " ".join(str(error).split())[:200]
        return f"the package {package} is broken ({type(error).__name__}: {reason}); reinstall it"
    if provider.execution_provider in built_in:
        return ""
    return (
        f"expected {provider.execution_provider} in the installed ONNX Runtime, which has "
        f"{', '.join(built_in)}; install {provider.packages}"
    )


def first_that_works(named: Sequence[str], open_on: Callable[[str], N], what: str) -> N:
    """Open a network on the first provider that works.

    Args:
        named: as in `wanted_providers`.
        open_on: opens it on a provider; raises ProviderError where that cannot run it.
        what: the network, for the message.

    Raises:
        ProviderError: none works; gives the reason for each.
    """
    reasons = []
    for name in wanted_providers(named):
        try:
            return open_on(name)
        except ProviderError as error:
            reasons.append(f"{PROVIDERS[name].shown}: {error}")
    raise ProviderError(f"no provider can run {what}: {'; '.join(reasons)}")


def import_package(name: str) -> Any:
    """onnxruntime or openvino, imported where it is first needed; without its telemetry and its notes to the terminal."""
    if name == "openvino":
        import openvino

        return openvino
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)  # errors: what is wrong is said by the exceptions
    return onnxruntime
