"""Parameters: all inputs, the plugins that created them, and the values that plugins hold on them.

A value is held for a second after it was sent. Time is an argument; everything belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Final

from bridge.vts.api import ApiError, ErrorId
from bridge.vts.inputs import ARKIT_INPUTS, VTS_INPUTS, Input

#: "You have to re-send data for a parameter … at least once every second."
HOLD_S: Final = 1.0
MAX_OF_PLUGIN: Final = 100
MAX_IN_ALL: Final = 300
MAX_EXPLANATION: Final = 255
LARGEST: Final = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin, as it names itself and its developer."""

    name: str
    developer: str


@dataclass(frozen=True, slots=True)
class Injected:
    """One value that a plugin sends; weight None = the plugin named none, which means 1."""

    name: str
    value: float
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class _Custom:
    input: Input
    plugin: Plugin


@dataclass(frozen=True, slots=True)
class _Hold:
    plugin: Plugin
    value: float
    weight: float
    until_s: float


class Parameters:
    """The inputs by name; names are compared without case."""

    def __init__(self) -> None:
        self._own = {known.name.lower(): known for known in VTS_INPUTS}
        self._arkit = {known.name.lower(): known for known in ARKIT_INPUTS}
        self._custom: dict[str, _Custom] = {}
        self._set: dict[str, _Hold] = {}
        self._added: dict[tuple[str, Plugin], _Hold] = {}

    # -- inputs --------------------------------------------------------------------------------------

    def find(self, name: str) -> Input | None:
        """Return an input by its name in any case; None when there is none."""
        key = name.lower()
        if key in self._custom:
            return self._custom[key].input
        return self._own.get(key) or self._arkit.get(key)

    def added_by(self, name: str) -> str:
        """Return the name of the plugin that created an input, or VTube Studio's."""
        custom = self._custom.get(name.lower())
        return custom.plugin.name if custom else "VTube Studio"

    def defaults(self) -> Iterator[Input]:
        """Yield the inputs that no plugin created."""
        yield from self._own.values()
        yield from (known for key, known in self._arkit.items() if key not in self._custom)

    def customs(self) -> Iterator[Input]:
        """Yield the inputs that plugins created."""
        yield from (custom.input for custom in self._custom.values())

    def create(self, plugin: Plugin, wanted: Input, explanation: str) -> ApiError | None:
        """Add an input, or change one of the plugin's own; return the error when it is refused."""
        key = wanted.name.lower()
        if not 4 <= len(wanted.name) <= 32 or not (wanted.name.isascii() and wanted.name.isalnum()):
            return ApiError(
                ErrorId.PARAMETER_NAME_INVALID,
                f"got {wanted.name!r}, expected a parameterName of 4 to 32 letters and digits",
            )
        if key in self._own:
            return ApiError(ErrorId.PARAMETER_IS_DEFAULT, f"{wanted.name} exists by default; choose another")
        if not all(_is_sendable(number) for number in (wanted.low, wanted.high, wanted.default)):
            return ApiError(
                ErrorId.PARAMETER_VALUES_INVALID,
                f"min, max and defaultValue are expected between -{LARGEST:g} and {LARGEST:g}",
            )
        if len(explanation) > MAX_EXPLANATION:
            return ApiError(
                ErrorId.EXPLANATION_TOO_LONG,
                f"got {len(explanation)} characters of explanation, expected at most {MAX_EXPLANATION}",
            )
        existing = self._custom.get(key)
        if existing is not None and existing.plugin != plugin:
            return ApiError(
                ErrorId.PARAMETER_OF_OTHER_PLUGIN,
                f"{wanted.name} was created by {existing.plugin.name}; choose another name",
            )
        if existing is None:
            of_plugin = sum(custom.plugin == plugin for custom in self._custom.values())
            if of_plugin >= MAX_OF_PLUGIN:
                return ApiError(
                    ErrorId.TOO_MANY_OF_PLUGIN, f"at most {MAX_OF_PLUGIN} parameters a plugin; delete some"
                )
            if len(self._custom) >= MAX_IN_ALL:
                return ApiError(ErrorId.TOO_MANY_IN_ALL, f"at most {MAX_IN_ALL} parameters of all plugins")
        self._custom[key] = _Custom(wanted, plugin)
        return None

    def delete(self, plugin: Plugin, name: str) -> ApiError | None:
        """Delete an input that this plugin created; return the error when it is refused."""
        key = name.lower()
        if not key:
            return ApiError(ErrorId.DELETION_NAME_INVALID, "parameterName is missing")
        custom = self._custom.get(key)
        if custom is None:
            if key in self._own or key in self._arkit:
                return ApiError(
                    ErrorId.DELETION_OF_DEFAULT, f"{name} exists by default and cannot be deleted"
                )
            return ApiError(ErrorId.DELETION_NOT_FOUND, f"there is no parameter {name!r}")
        if custom.plugin != plugin:
            return ApiError(ErrorId.DELETION_OF_OTHER_PLUGIN, f"{name} was created by {custom.plugin.name}")
        del self._custom[key]
        self._set.pop(key, None)
        self._added = {pair: hold for pair, hold in self._added.items() if pair[0] != key}
        return None

    # -- values --------------------------------------------------------------------------------------

    def inject(
        self, plugin: Plugin, mode: str | None, values: list[Injected], now_s: float
    ) -> ApiError | None:
        """Hold all values of a request for a second, or none; return the error when they are refused."""
        if mode not in (None, "set", "add"):
            return ApiError(ErrorId.INJECT_MODE_UNKNOWN, f"got mode {mode!r}, expected 'set' or 'add'")
        if not values:
            return ApiError(ErrorId.INJECT_NO_DATA, "parameterValues is empty")
        for value in values:
            wrong = self._wrong_with(plugin, mode, value, now_s)
            if wrong is not None:
                return wrong
        for value in values:
            key = value.name.lower()
            hold = _Hold(plugin, value.value, 1.0 if value.weight is None else value.weight, now_s + HOLD_S)
            if mode == "add":
                self._added[key, plugin] = hold
            else:
                self._set[key] = hold
        return None

    def _wrong_with(self, plugin: Plugin, mode: str | None, value: Injected, now_s: float) -> ApiError | None:
        if self.find(value.name) is None:
            return ApiError(
                ErrorId.INJECT_NOT_FOUND, f"there is no parameter {value.name!r}; create it before it is set"
            )
        if not _is_sendable(value.value):
            return ApiError(
                ErrorId.INJECT_VALUE_INVALID,
                f"{value.name}: got {value.value}, expected a value between -{LARGEST:g} and {LARGEST:g}",
            )
        if value.weight is not None and not 0.0 <= value.weight <= 1.0:
            return ApiError(
                ErrorId.INJECT_WEIGHT_INVALID, f"{value.name}: got weight {value.weight}, expected 0 to 1"
            )
        hold = self._set.get(value.name.lower())
        if mode != "add" and hold is not None and hold.plugin != plugin and hold.until_s > now_s:
            return ApiError(
                ErrorId.INJECT_OF_OTHER_PLUGIN, f"{value.name} is set by {hold.plugin.name}; use mode 'add'"
            )
        return None

    def expire(self, now_s: float) -> None:
        """Drop the values that were not sent again in time."""
        self._set = {key: hold for key, hold in self._set.items() if hold.until_s > now_s}
        self._added = {key: hold for key, hold in self._added.items() if hold.until_s > now_s}

    def plugins(self) -> set[Plugin]:
        """Return the plugins that hold a value."""
        return {hold.plugin for hold in (*self._set.values(), *self._added.values())}

    def set_by(self, plugin: Plugin) -> tuple[dict[str, float], float]:
        """Return a plugin's values in mode "set", by input name, and the lowest weight among them."""
        held = [(key, hold) for key, hold in self._set.items() if hold.plugin == plugin]
        values = {self._name(key): hold.value for key, hold in held}
        return values, min((hold.weight for _, hold in held), default=1.0)

    def added_to(self, plugin: Plugin) -> dict[str, float]:
        """Return a plugin's values in mode "add", by input name, each on top of the input's default."""
        return {
            self._name(key): self._default(key) + hold.value
            for (key, owner), hold in self._added.items()
            if owner == plugin
        }

    def value(self, name: str) -> float:
        """Return an input's value: the one that is set, or its default, plus everything that is added."""
        key = name.lower()
        hold = self._set.get(key)
        value = self._default(key) if hold is None else hold.value
        return value + sum(added.value for (name_of, _), added in self._added.items() if name_of == key)

    def _name(self, key: str) -> str:
        found = self.find(key)
        return key if found is None else found.name

    def _default(self, key: str) -> float:
        found = self.find(key)
        return 0.0 if found is None else found.default


def _is_sendable(value: float) -> bool:
    return isfinite(value) and abs(value) <= LARGEST
