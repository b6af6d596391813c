"""Settings: file < environment < command line, each with its origin; workspaces that cannot be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from observatory.config import FORMAT_VERSION, Workspace, init_workspace, open_workspace, setting_names
from observatory.errors import SettingError, WorkspaceError


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "ws")


def write(ws: Workspace, text: str) -> None:
    (ws.root / "observatory.toml").write_text(text, "utf-8")


def test_a_new_workspace_opens_with_its_folders(ws: Workspace) -> None:
    assert open_workspace(ws.root).settings == ws.settings
    assert {"corpora", "models", "jobs", "var"} <= {path.name for path in ws.root.iterdir()}
    assert ws.settings.workspace.name == "ws"


def test_one_that_is_there_is_not_overwritten(ws: Workspace) -> None:
    before = (ws.root / "observatory.toml").read_bytes()
    with pytest.raises(WorkspaceError, match="is a workspace already; nothing was changed"):
        init_workspace(ws.root)
    assert (ws.root / "observatory.toml").read_bytes() == before


def test_the_command_line_beats_the_environment_which_beats_the_file(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def window(**overrides: str) -> tuple[int, str]:
        opened = open_workspace(ws.root, {name.replace("__", "."): value for name, value in overrides.items()})
        return opened.settings.detect.window_months, opened.origins.get("detect.window_months", "default")

    write(ws, "[workspace]\n")
    assert window() == (12, "default")
    write(ws, "[detect]\nwindow_months = 6\n")
    assert window() == (6, "observatory.toml")
    monkeypatch.setenv("OBSERVATORY_DETECT__WINDOW_MONTHS", "9")
    assert window() == (9, "environment OBSERVATORY_DETECT__WINDOW_MONTHS")
    assert window(detect__window_months="24") == (24, "command line")


def test_a_list_and_a_truth_value_from_outside_the_file(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATORY_WORKSPACE__LANGUAGES", '["it", "en"]')
    opened = open_workspace(ws.root, {"site.https": "true"})
    assert opened.settings.workspace.languages == ("it", "en")
    assert opened.settings.site.https is True


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[detect]\nwindow_month = 6\n", r"detect\.window_month \(observatory\.toml\) is no setting; known are detect\.window_months"),
        ("[detection]\nwindow_months = 6\n", "is no setting; known are .*committee, detect, encoder"),
        ("[detect]\nwindow_months = 'six'\n", "Length of the recent window"),
        ("[detect]\nwindow_months = 1\n", "greater than or equal to 3"),
        ("[encoder]\nbackend = 'cuda'\n", "torch"),
        ("detect = 5\n", "detect"),
        ("[detect\n", "cannot be read"),
    ],
)  # fmt: skip
def test_a_wrong_setting_names_the_file_and_what_is_known(ws: Workspace, text: str, said: str) -> None:
    write(ws, text)
    with pytest.raises(SettingError, match=said) as caught:
        open_workspace(ws.root)
    assert caught.value.exit_code == 2


def test_a_wrong_setting_of_the_environment_names_the_variable(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATORY_DETECT__WINDOW_MONTHS", "many")
    with pytest.raises(SettingError, match="environment OBSERVATORY_DETECT__WINDOW_MONTHS"):
        open_workspace(ws.root)


def test_a_workspace_of_a_newer_version_is_left_alone(ws: Workspace) -> None:
    write(ws, f"[workspace]\nformat_version = {FORMAT_VERSION + 1}\nfrom_the_future = 1\n")
    before = sorted(path.name for path in ws.root.rglob("*"))
    with pytest.raises(WorkspaceError, match=r"newer version .* Upgrade the observatory; nothing was changed"):
        open_workspace(ws.root)
    assert sorted(path.name for path in ws.root.rglob("*")) == before


def test_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WorkspaceError, match=r"is no workspace: it has no observatory\.toml"):
        open_workspace(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WorkspaceError, match="observatory init DIR"):
        open_workspace(None)


def test_it_is_found_from_a_folder_inside(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ws.root / "corpora")
    assert open_workspace(None).root == ws.root.resolve()


def test_a_place_where_none_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorkspaceError, match="no workspace can be made here"):
        init_workspace(tmp_path / "file" / "ws")


def test_every_setting_has_a_default_and_a_sentence() -> None:
    assert len(setting_names()) > 20
    assert all(what.endswith(".") for _, what in setting_names().values())
