"""What holds for every add-on of the suite, read from its files."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ADDONS = sorted(file.parent for file in (ROOT / "addons").glob("*/__manifest__.py"))


def imported(package):
    """Return the modules that a package's __init__ imports from itself."""
    tree = ast.parse((package / "__init__.py").read_text())
    return {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1 and not node.module
        for name in node.names
    }


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
@pytest.mark.parametrize("folder", ["models", "wizard", "report", "controllers", "tests"])
def test_every_python_file_is_imported(addon, folder):
    pattern = "test_*.py" if folder == "tests" else "*.py"
    files = {file.stem for file in (addon / folder).glob(pattern)} - {"__init__"}
    if files:
        assert files <= imported(addon / folder)


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_every_data_file_is_in_the_manifest(addon):
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    named = set(manifest.get("data", [])) | set(manifest.get("demo", []))
    folders = ("data", "demo", "views", "security", "wizard", "report")
    found = {
        str(file.relative_to(addon))
        for folder in folders
        for pattern in ("*.xml", "*.csv")
        for file in (addon / folder).rglob(pattern)
    }
    assert found == named


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_every_python_package_is_pinned(addon):
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    pins = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    assert set(manifest.get("external_dependencies", {}).get("python", [])) <= pins


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_one_model_a_file_named_after_it(addon):
    for file in (addon / "models").glob("*.py"):
        text = file.read_text()
        names = re.findall(r"^    _name = [\"']([\w.]+)[\"']", text, re.MULTILINE)
        # A file that gives a model another mixin names it as well, and is named after its concern.
        new = [name for name in names if not re.search(rf"_inherit = \[.*[\"']{name}[\"']", text)]
        assert len(names) <= 1, file
        if new:
            assert file.stem == new[0].replace(".", "_"), file
