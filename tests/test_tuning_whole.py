"""A tuned model that was damaged, or whose parts no longer belong together, is noticed; what is left behind goes."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.tuning_models import tiny_model_folder
from voice_assistant.hearing.tuning import WeightedText, cached_model, changed_files, is_whole, tune
from voice_assistant.hearing.tuning.model_files import MARK, UNFINISHED, write_model_folder
from voice_assistant.types import ModelError, SettingsError

TEXT = [WeightedText("the knee")]
DAY_S = 24 * 3600


@pytest.fixture
def stock(tmp_path: Path) -> Path:
    return tiny_model_folder(tmp_path / "stock")


def cached(stock: Path) -> Path:
    return cached_model(stock, TEXT, stock.parent / "made")


def replace(path: Path, content: bytes) -> None:
    """With another file, as a download does; what is linked to the old one keeps it."""
    path.unlink()
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["graph/Gr.fst", "conf/model.conf", MARK])
def test_a_damaged_tuned_model_is_made_again(stock: Path, name: str) -> None:
    folder = cached(stock)
    good = (folder / name).read_bytes()
    replace(folder / name, good[:-30] + bytes(30))
    assert not is_whole(folder)
    assert cached(stock) == folder
    assert (folder / name).read_bytes() == good
    assert is_whole(folder, stock)


@pytest.mark.parametrize("name", ["graph/Gr.fst", "am/final.mdl", MARK])
def test_a_tuned_model_of_which_something_is_missing_is_made_again(stock: Path, name: str) -> None:
    folder = cached(stock)
    (folder / name).unlink()
    assert cached(stock) == folder
    assert (folder / name).is_file()


def test_a_tuned_model_that_kept_a_damaged_file_of_the_stock_model_is_made_again(stock: Path) -> None:
    folder, shared = cached(stock), "graph/HCLr.fst"
    good = (stock / shared).read_bytes()
    (stock / shared).write_bytes(b"damaged")  # in place, so in both folders
    replace(stock / shared, good)
    assert (folder / shared).read_bytes() == b"damaged"
    assert is_whole(folder)
    assert cached(stock) == folder
    assert (folder / shared).read_bytes() == good


def test_where_the_disk_cannot_link_equal_copies_will_do(stock: Path) -> None:
    folder = cached(stock)
    made = (folder / MARK).stat().st_ino
    replace(folder / "graph/HCLr.fst", (stock / "graph/HCLr.fst").read_bytes())
    assert is_whole(folder, stock)
    cached(stock)
    assert (folder / MARK).stat().st_ino == made


def test_only_a_tuned_folder_tells_what_is_its_own(stock: Path) -> None:
    assert not is_whole(stock)
    write_model_folder(stock, stock.parent / "taught", {"am/final.mdl": lambda file: _write(file, b"taught")}, {})
    assert "am/final.mdl" in changed_files(stock.parent / "taught")
    assert "am/final.mdl" not in changed_files(cached(stock))
    assert "am/final.mdl" not in changed_files(stock)


def test_it_says_what_it_was_made_from(stock: Path) -> None:
    tune(stock, TEXT, stock.parent / "tuned", weight=0.25)
    mark = json.loads((stock.parent / "tuned" / MARK).read_text())
    assert (mark["sentences"], mark["words"], mark["weight"]) == (1, 2, 0.25)
    assert set(mark["files"]) == {"graph/Gr.fst", "conf/model.conf"}


# --- what is left behind -----------------------------------------------------------------------------


def left_behind(stock: Path, age_s: float) -> Path:
    folder = stock.parent / f"{UNFINISHED}tuned-killed"
    (folder / "model").mkdir(parents=True)
    os.utime(folder, (time.time() - age_s,) * 2)
    return folder


def test_who_interrupts_finds_nothing_left_behind(stock: Path) -> None:
    def interrupt(share: float, what: str) -> None:
        if what == "writing the model":
            raise KeyboardInterrupt

    def interrupted(_file: object) -> None:
        raise KeyboardInterrupt

    for work in (
        lambda: tune(stock, TEXT, stock.parent / "tuned", on_progress=interrupt),
        lambda: write_model_folder(stock, stock.parent / "tuned", {"graph/Gr.fst": interrupted}, {}),
    ):
        with pytest.raises(KeyboardInterrupt):
            work()
        assert [path.name for path in stock.parent.iterdir()] == ["stock"]


def test_what_a_killed_process_left_behind_goes_a_day_later(stock: Path) -> None:
    old = left_behind(stock, DAY_S + 60)
    tune(stock, TEXT, stock.parent / "tuned")
    assert not old.exists()


def test_what_may_still_be_under_way_stays(stock: Path) -> None:
    young = left_behind(stock, 3600)
    tune(stock, TEXT, stock.parent / "tuned")
    assert young.exists()


def test_an_earlier_model_that_a_killed_process_had_set_aside_is_not_lost(stock: Path) -> None:
    old = left_behind(stock, 0)
    tune(stock, TEXT, old / "old")
    os.utime(old, (time.time() - DAY_S - 60,) * 2)
    (stock / "graph/disambig_tid.int").symlink_to("nowhere")
    with pytest.raises(ModelError):
        tune(stock, TEXT, stock.parent / "tuned")
    assert is_whole(stock.parent / "tuned")


# --- one sentence ------------------------------------------------------------------------------------


def test_a_file_of_the_model_that_cannot_be_read_is_named(stock: Path) -> None:
    (stock / "graph/disambig_tid.int").symlink_to("nowhere")
    with pytest.raises(ModelError, match=r"disambig_tid\.int cannot be read .*: fetch the speech model again\.$"):
        tune(stock, TEXT, stock.parent / "tuned")


def test_below_a_file_no_model_can_be_written(stock: Path) -> None:
    (stock.parent / "notes.txt").write_text("mine")
    with pytest.raises(SettingsError, match=r"because .*notes\.txt is a file: choose another folder\.$"):
        tune(stock, TEXT, stock.parent / "notes.txt" / "deep" / "tuned")


def _write(file: object, content: bytes) -> None:
    file.write(content)  # type: ignore[attr-defined]
