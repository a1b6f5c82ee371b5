"""Unity's requirements on the files of a project and a package that can be checked without Unity."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unity.conftest import PACKAGE, ROOT

PROJECT = ROOT / "unity_sample"
#: GUIDs of resources that ship with Unity.
BUILT_IN = "0000000000000000e000000000000000"


def imported() -> list[Path]:
    """Every file and folder that Unity imports: names that end with ~ or begin with a dot are hidden from it."""
    found = []
    for base in (PROJECT / "Assets", PACKAGE):
        for path in sorted(base.rglob("*")):
            parts = path.relative_to(base).parts
            if path.suffix != ".meta" and not any(part.endswith("~") or part[0] == "." for part in parts):
                found.append(path)
    return found


def guid_of(path: Path) -> str:
    found = re.search(r"^guid: ([0-9a-f]{32})$", Path(f"{path}.meta").read_text("utf-8"), re.MULTILINE)
    assert found is not None, path
    return found[1]


def test_every_imported_file_has_a_unique_guid() -> None:
    # Unity creates missing meta files when it opens the project; commit them
    paths = imported()
    assert len(paths) > 60
    assert [path for path in paths if not Path(f"{path}.meta").is_file()] == []
    guids = [guid_of(path) for path in paths]
    assert len(set(guids)) == len(guids)


def test_every_meta_file_belongs_to_a_file() -> None:
    metas = [*(PROJECT / "Assets").rglob("*.meta"), *PACKAGE.rglob("*.meta")]
    assert [path for path in metas if not path.with_suffix("").exists()] == []


@pytest.mark.parametrize(
    "path",
    [path for kind in ("*.unity", "*.mat", "*.asset") for path in sorted(PROJECT.rglob(kind))],
    ids=lambda path: path.name,
)
def test_a_scene_s_references_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    known = {guid_of(one): one for one in imported()}
    guids = set(re.findall(r"guid: (\w+)", text)) - {BUILT_IN}
    assert guids != set()
    assert guids - set(known) == set()
    anchors = set(re.findall(r"^--- !u!\d+ &(\d+)", text, re.MULTILINE))
    inside = set(re.findall(r"\{fileID: (\d+)\}", text)) - {"0"}
    assert inside - anchors == set()


def test_the_demo_sets_only_fields_that_components_have() -> None:
    known = {guid_of(one): one for one in imported() if one.suffix == ".cs"}
    text = (PROJECT / "Assets/Demo/Demo.unity").read_text("utf-8")
    behaviours = [part for part in text.split("--- !u!") if part.startswith("114 ")]
    assert len(behaviours) == 3
    for part in behaviours:
        script = known[re.search(r"m_Script: \{fileID: 11500000, guid: (\w+)", part)[1]]  # type: ignore[index]
        code = "".join(one.read_text("utf-8") for one in script.parent.glob(f"{script.stem}*.cs"))
        fields = re.findall(r"^  (_\w+):", part, re.MULTILINE)
        assert [field for field in fields if not re.search(rf"\b{field}\b( =|;)", code)] == []


def test_package_json_has_the_fields_that_unity_requires() -> None:
    package: dict[str, Any] = json.loads((PACKAGE / "package.json").read_text("utf-8"))
    assert package["name"] == PACKAGE.name
    assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+){2,}", package["name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
    assert package["unity"] == "2022.3"
    for sample in package["samples"]:
        assert list((PACKAGE / sample["path"]).glob("*.cs")) != []
    assert {path.parent.name for path in (PACKAGE / "Samples~").rglob("*.cs")} == {
        Path(sample["path"]).name for sample in package["samples"]
    }
    for name in ("README.md", "CHANGELOG.md", "LICENSE.md", "Documentation~/index.md"):
        assert (PACKAGE / name).is_file()
    assert (PACKAGE / "LICENSE.md").read_text("utf-8") == (ROOT / "LICENSE").read_text("utf-8")
    assert "## [" in (PACKAGE / "CHANGELOG.md").read_text("utf-8")


def test_assemblies_refer_to_each_other_by_names_that_exist() -> None:
    found = {path: json.loads(path.read_text("utf-8")) for path in PACKAGE.rglob("*.asmdef")}
    names = {one["name"] for one in found.values()}
    assert {path.stem for path in found} == names == {"Omote.Core", "Omote", "Omote.Editor", "Omote.Tests"}
    for one in found.values():
        assert {name for name in one["references"] if not name.startswith("Unity")} <= names
    core = next(one for one in found.values() if one["name"] == "Omote.Core")
    assert core["noEngineReferences"] is True
    assert core["allowUnsafeCode"] is True
    assert core["references"] == []


def test_core_does_not_use_unityengine_and_files_are_short() -> None:
    for path in PACKAGE.rglob("*.cs"):
        text = path.read_text("utf-8")
        assert len(text.splitlines()) <= 300, path
        if path.parent.name == "Core":
            assert "Unity" not in re.sub(r"//.*|FromUnity", "", text), path


def test_the_project_opens_in_unity_2022_or_newer() -> None:
    version = (PROJECT / "ProjectSettings/ProjectVersion.txt").read_text("utf-8")
    assert re.match(r"m_EditorVersion: 2022\.3\.\d+f\d+\n", version)
    manifest = json.loads((PROJECT / "Packages/manifest.json").read_text("utf-8"))
    assert "com.unity.test-framework" in manifest["dependencies"]
