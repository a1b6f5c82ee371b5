"""Reads the tensors of a file that `torch.save` wrote, without torch and without running anything that is in it.

    tensors = read_torch_file(Path("face_morpher.pt"), max_bytes=16 * 1024 * 1024)
    tensors["siren.last_linear.bias"]          # (4,) float32

Such a file is a zip archive of a pickle, which is a program, and of the tensors' bytes. The pickle's few instructions that
describe a flat table of tensors are interpreted here; anything else in it, such as a function to call, is refused.

Sources: docs.python.org/3/library/pickletools.html; pytorch/torch/serialization.py, `_save` (archive/data.pkl, data/0, ...,
persistent ids of storages), and torch/_weights_only_unpickler.py (what state dicts need).
"""

from __future__ import annotations

import math
import pickletools
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from authoring.errors import AuthoringError
from protocol.errors import FileError
from protocol.regular_file import read_regular

MAX_PICKLE_BYTES: Final = 256 * 1024
MAX_ENTRIES: Final = 1024
MAX_DIMENSIONS: Final = 8
#: Storage classes -> their numbers' type.
STORAGES: Final = {
    "FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8",
}  # fmt: skip
_CALLS: Final = {
    ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_parameter"), ("collections", "OrderedDict"),
}  # fmt: skip
_PUSHED: Final = {
    "BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE", "SHORT_BINUNICODE", "NEWTRUE", "NEWFALSE", "NONE", "BINFLOAT",
}  # fmt: skip
_CONSTANTS: Final = {"NEWTRUE": True, "NEWFALSE": False, "NONE": None}
#: What zipfile, zlib, pickletools and the instructions of a damaged table raise.
_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, LookupError, ValueError, TypeError, EOFError, NotImplementedError, RuntimeError,
    OverflowError, MemoryError,
)  # fmt: skip


class _Name(NamedTuple):
    """A global that the pickle names; it is never looked up."""

    module: str
    name: str


class _Storage(NamedTuple):
    """The bytes of a tensor, by the name of their entry."""

    dtype: str
    key: str


class _Tensor(NamedTuple):
    """A tensor that the pickle describes."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


class _Mark:
    """The marker of MARK."""


def read_torch_file(path: Path, *, max_bytes: int) -> dict[str, NDArray[Any]]:
    """Read a flat state dict.

    Args:
        path: the file.
        max_bytes: limit of the file, and of all that is in it, unpacked.

    Returns:
        name -> array, of the type that was saved; a copy that may be changed.

    Raises:
        AuthoringError: it is missing, too large, damaged, of the format before torch 1.6, or holds anything else than a
            flat table of tensors.
    """
    try:
        data = read_regular(path, max_bytes=max_bytes)
    except FileError as error:
        raise AuthoringError(f"{error}; expected a file that torch.save wrote") from error
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > max_bytes:
                raise AuthoringError(f"{path} would unpack to more than {max_bytes:,} bytes; do not use it")
            pickles = [e for e in entries if e.filename.count("/") == 1 and e.filename.endswith("/data.pkl")]
            if len(pickles) != 1 or pickles[0].file_size > MAX_PICKLE_BYTES:
                raise AuthoringError(
                    f"{path} has no table of tensors of at most {MAX_PICKLE_BYTES:,} bytes; expected a state dict"
                )
            table = _interpret(archive.read(pickles[0]), path)
            root = pickles[0].filename.removesuffix("data.pkl")
            return {name: _array(archive, root, one, f"{path}: {name}") for name, one in table.items()}
    except _DAMAGE as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise AuthoringError(
            f"{path} is no undamaged file of torch.save ({reason}); copy it again, or save it with torch 1.6 or newer"
        ) from error


def _interpret(pickle: bytes, path: Path) -> dict[str, _Tensor]:
    """Run the few instructions that describe tensors."""
    stack: list[Any] = []
    memo: dict[int, Any] = {}

    def refused(what: str) -> AuthoringError:
        return AuthoringError(
            f"{path} holds {what} beside tensors, which could run a program; expected a state dict, so do not use it"
        )

    def marked() -> list[Any]:
        place = max((k for k, one in enumerate(stack) if one is _Mark), default=-1)
        if place < 0:
            raise ValueError("a mark is missing")
        found = stack[place + 1 :]
        del stack[place:]
        return found

    for opcode, argument, _ in pickletools.genops(pickle):
        kind = opcode.name
        if kind in ("PROTO", "FRAME"):
            continue
        if kind in _PUSHED:
            stack.append(_CONSTANTS.get(kind, argument))
        elif kind == "MARK":
            stack.append(_Mark)
        elif kind in ("EMPTY_DICT", "EMPTY_LIST", "EMPTY_TUPLE"):
            stack.append({"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple}[kind]())
        elif kind == "TUPLE":
            stack.append(tuple(marked()))
        elif kind in ("TUPLE1", "TUPLE2", "TUPLE3"):
            count = int(kind[-1])
            stack[-count:] = [tuple(stack[-count:])]
        elif kind in ("BINPUT", "LONG_BINPUT"):
            memo[int(argument or 0)] = stack[-1]
        elif kind == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif kind in ("BINGET", "LONG_BINGET"):
            stack.append(memo[int(argument or 0)])
        elif kind == "GLOBAL":
            module, _, name = str(argument).partition(" ")
            if (module, name) not in _CALLS and not (module == "torch" and name in STORAGES):
                raise refused(f"{module}.{name}"[:80])
            stack.append(_Name(module, name))
        elif kind == "BINPERSID":
            stack.append(_storage(stack.pop()))
        elif kind == "REDUCE":
            arguments = stack.pop()
            stack.append(_called(stack.pop(), arguments))
        elif kind in ("SETITEM", "SETITEMS"):
            items = marked() if kind == "SETITEMS" else [stack.pop(-2), stack.pop()]
            if not isinstance(stack[-1], dict):
                raise ValueError("items of no table")
            stack[-1].update(zip(items[::2], items[1::2], strict=True))
        elif kind == "BUILD":  # a state dict's notes on versions
            stack.pop()
        elif kind == "STOP":
            break
        else:
            raise refused(f"the instruction {kind}")
    table = stack[-1] if stack else None
    if not isinstance(table, dict) or not all(
        isinstance(name, str) and isinstance(one, _Tensor) for name, one in table.items()
    ):
        raise AuthoringError(f"{path} holds no flat table of tensors; expected a state dict")
    return table


def _storage(identity: Any) -> _Storage:
    """What a persistent id names: ("storage", class, key, location, count)."""
    if not isinstance(identity, tuple) or len(identity) != 5 or identity[0] != "storage":
        raise ValueError("a storage of another kind")
    kind, key = identity[1], identity[2]
    if not isinstance(kind, _Name) or not isinstance(key, str):
        raise ValueError("a storage of another kind")
    return _Storage(STORAGES[kind.name], key)


def _called(function: Any, arguments: Any) -> Any:
    """What a call of one of _CALLS gives."""
    if not isinstance(function, _Name) or not isinstance(arguments, tuple):
        raise ValueError("a call of no function")
    if function.name == "OrderedDict":
        return {}
    if function.name == "_rebuild_parameter":
        return arguments[0]
    storage, offset, shape, stride = arguments[:4]
    sizes = (*shape, *stride, offset)
    if not isinstance(storage, _Storage) or not all(type(n) is int and 0 <= n < 1 << 40 for n in sizes):
        raise ValueError("a tensor without bytes")
    if len(shape) != len(stride) or len(shape) > MAX_DIMENSIONS:
        raise ValueError("a tensor with too many dimensions")
    return _Tensor(storage, offset, tuple(shape), tuple(stride))


def _array(archive: zipfile.ZipFile, root: str, tensor: _Tensor, shown: str) -> NDArray[Any]:
    """The numbers of a tensor."""
    raw = archive.read(f"{root}data/{tensor.storage.key}")
    numbers = np.frombuffer(
        raw, tensor.storage.dtype, count=len(raw) // np.dtype(tensor.storage.dtype).itemsize
    )
    size = math.prod(tensor.shape)
    last = tensor.offset + sum((n - 1) * step for n, step in zip(tensor.shape, tensor.stride, strict=True))
    if size > len(numbers) or (size and last >= len(numbers)):
        raise AuthoringError(
            f"{shown} needs {max(size, last + 1):,} numbers, but the file holds {len(numbers):,}; copy it again"
        )
    strides = tuple(step * numbers.itemsize for step in tensor.stride)
    view = np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, strides)
    return np.array(view, dtype=numbers.dtype.newbyteorder("="))
