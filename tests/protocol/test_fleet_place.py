from __future__ import annotations

from pathlib import Path

import pytest

from protocol.errors import FileError
from protocol.fleet_place import FleetPlace, forget_fleet_place, read_fleet_place, write_fleet_place


@pytest.mark.parametrize(
    "place", [FleetPlace(), FleetPlace("fd00::2", 7000, Path('/a "b"/k.omote-key'), "192.168.1.20:6379")]
)
def test_a_place_is_read_as_it_was_written_until_it_is_forgotten(place: FleetPlace, tmp_path: Path) -> None:
    assert read_fleet_place(tmp_path) is None
    write_fleet_place(place, tmp_path)
    assert read_fleet_place(tmp_path) == place
    forget_fleet_place(tmp_path)
    assert read_fleet_place(tmp_path) is None
    forget_fleet_place(tmp_path)


@pytest.mark.parametrize("text", ["", "host = 1", 'host = "a"\nport = "x"\nkey = ""\nray = ""', "\x00"])
def test_a_damaged_file_is_said(text: str, tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text(text)
    with pytest.raises(FileError, match=r"fleet\.toml"):
        read_fleet_place(tmp_path)


def test_a_file_that_others_may_change_is_refused(tmp_path: Path) -> None:
    write_fleet_place(FleetPlace(), tmp_path)
    (tmp_path / "fleet.toml").chmod(0o666)
    with pytest.raises(FileError, match="chmod"):
        read_fleet_place(tmp_path)


def test_a_fleet_without_a_key_has_a_ray_of_its_own(tmp_path: Path) -> None:
    """Commands that change it must say Ray's token, or Ray refuses them."""
    assert FleetPlace(ray="127.0.0.1:6379").is_of_own_ray
    assert not FleetPlace().is_of_own_ray
    assert not FleetPlace(key=tmp_path / "fleet.omote-key", ray="192.0.2.1:6379").is_of_own_ray
