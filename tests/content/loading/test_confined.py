"""The child that reads files: whatever it does, the caller gets an answer and nothing is left behind."""

import asyncio
import logging
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from content.loading.checked import Checked
from content.loading.drafts import Known
from content.loading.gate.confined import Confined, Limits, check_file_now
from content.phrases import Phrases
from tests.content.loading.makers import question_book
from tests.content.loading.measuring import costs_of_children

ROOT = Path(__file__).parents[3]
KNOWN = Known(topics={"giao-tiep": "Giao tiếp"}, sources={"QD129": "Quyết định 129/2007/QĐ-TTg"})
BEYOND = "Tệp quá lớn hoặc quá phức tạp"
QUICK = Limits(wall_seconds=3, answer_megabytes=1)

Behaving = Callable[[str], None]


@pytest.fixture
def child_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Behaving:
    """Lets another program stand in for the child; it is started the same way, with the same limits as arguments."""

    def behaving(program: str) -> None:
        path = tmp_path / "python"
        path.write_text(f"#!{sys.executable}\n{textwrap.dedent(program)}")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return behaving


async def test_a_good_workbook_is_read_checked_and_its_name_does_not_matter(phrases: Phrases) -> None:
    for name in ("q.xlsx", "q.gift", "../\0q", ""):
        checked = await Confined(phrases).check_file(name, question_book(), KNOWN)
        assert checked.refused == ""
        assert checked.reading is not None
        assert (checked.reading.format, checked.reading.rows, checked.reading.faulty) == ("excel", 1, 0)
        assert checked.reading.questions[0].topic == "giao-tiep"


async def test_faults_come_as_sentences_with_the_marked_copy(phrases: Phrases) -> None:
    row = ["Câu hỏi?", "một", "hai", "ba", "bốn", "E", "giao-tiep", "Tình huống", "Dễ", "Vì thế.", "QD129"]
    checked = await Confined(phrases).check_file("q.xlsx", question_book([row]), KNOWN)
    assert checked.faults == ('Dòng 2, cột "Đáp án": ghi E nhưng chỉ có phương án A–D.',)
    assert checked.marked is not None
    assert checked.marked.startswith(b"PK")


def test_the_command_line_waits_for_the_same_answer(phrases: Phrases) -> None:
    assert check_file_now("q.png", b"\x89PNG", Known(), phrases) == Checked(refused=phrases("refused.picture"))


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("raise SystemExit(1)", id="it ends with a fault"),
        pytest.param("import os; os.kill(os.getpid(), 11)", id="it crashes"),
        pytest.param("print('hello')", id="it says nonsense"),
        pytest.param("", id="it says nothing"),
        pytest.param("import sys; sys.stdout.write('x' * 3_000_000)", id="it says too much"),
        pytest.param("while True: print('x' * 10_000)", id="it never stops talking"),
        pytest.param("import sys; sys.stdin.close(); import time; time.sleep(60)", id="it sleeps"),
        pytest.param("import time\ntry: time.sleep(60)\nfinally: time.sleep(60)", id="it does not want to end"),
        pytest.param(
            "import os, time\nif os.fork(): time.sleep(60)\nelse: time.sleep(60)", id="it has a child of its own"
        ),
    ],
)
async def test_whatever_the_child_does_is_one_sentence(
    phrases: Phrases, child_does: Behaving, caplog: pytest.LogCaptureFixture, program: str
) -> None:
    child_does(program)
    with costs_of_children() as costs, caplog.at_level(logging.WARNING):
        checked = await Confined(phrases, limits=QUICK).check_file("q.txt", b"x" * 500_000, Known())
    assert checked.refused.startswith(BEYOND)
    assert checked == Checked(refused=checked.refused)
    assert len(costs.endings) == 1  # reaped, once
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("program", "ending"),
    [
        pytest.param("x = bytearray(300_000_000)", 1, id="memory"),
        # claimed and not touched: filling it could take longer than the processor time the child has
        pytest.param("import mmap; x = [mmap.mmap(-1, 1_000_000) for _ in range(300)]", 1, id="memory by and by"),
        pytest.param("while True: pass", -27, id="work"),
        pytest.param("import subprocess; subprocess.run(['true'])", 1, id="a program"),
        pytest.param("import os; os.system('true')", 1, id="a shell"),
        pytest.param("import os; os.fork()", 1, id="a copy of itself"),
        pytest.param("import socket; socket.create_connection(('127.0.0.1', 9))", 1, id="the network"),
        pytest.param("import socket; socket.getaddrinfo('localhost', 1)", 1, id="a name on the network"),
        pytest.param("open('/tmp/nep-child', 'w')", 1, id="a file to write"),
        pytest.param("import os; os.open('/tmp/nep-child', os.O_CREAT | os.O_WRONLY)", 1, id="the same, lower down"),
        pytest.param("import pathlib; pathlib.Path('/tmp/nep-child').mkdir()", 1, id="a folder"),
        pytest.param("import os; os.remove('/tmp/nep-child')", 1, id="removing a file"),
        pytest.param("import ctypes; ctypes.CDLL(None)", 1, id="other people's code"),
        pytest.param("import os; os.kill(os.getppid(), 0)", 1, id="the parent"),
        pytest.param("x = [open('/dev/null') for _ in range(1_000)]", 1, id="open files"),
    ],
)
def test_the_child_takes_from_itself_what_it_does_not_need(program: str, ending: int) -> None:
    begin = "from content.loading.gate.child import confine\nconfine(200, 0.3)\n"
    done = subprocess.run([sys.executable, "-c", begin + program], cwd=ROOT, capture_output=True)
    assert done.returncode == ending, done.stderr.decode()
    assert not Path("/tmp/nep-child").exists()


async def test_the_child_knows_no_setting_and_no_secret(
    phrases: Phrases, child_does: Behaving, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NEP_TELEGRAM_TOKEN", "planted")
    seen = tmp_path / "seen"
    child_does(f"import os, pathlib; pathlib.Path({str(seen)!r}).write_text(repr(dict(os.environ)))")
    await Confined(phrases, limits=QUICK).check_file("q.txt", b"x", Known())
    assert "planted" not in seen.read_text()
    assert set(eval(seen.read_text())) <= {"PATH", "LANG", "PYTHONPATH", "LC_CTYPE"}  # noqa: S307 - our own writing


async def test_a_caller_who_gives_up_leaves_no_child_behind(
    phrases: Phrases, child_does: Behaving, tmp_path: Path
) -> None:
    seen = tmp_path / "pid"
    child_does(
        f"import os, pathlib, time\npathlib.Path({str(seen)!r} + '.new').write_text(str(os.getpid()))\n"
        f"os.rename({str(seen)!r} + '.new', {str(seen)!r})\ntime.sleep(60)"
    )
    asking = asyncio.create_task(Confined(phrases).check_file("q.txt", b"x", Known()))
    while not seen.exists():  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    with pytest.raises(ProcessLookupError):
        os.kill(int(seen.read_text()), 0)


async def test_only_so_many_children_at_once(phrases: Phrases, child_does: Behaving, tmp_path: Path) -> None:
    child_does(
        f"""
        import os, pathlib, time
        folder = pathlib.Path({str(tmp_path)!r})
        (folder / f"{{os.getpid()}}.running").touch()
        count = len(list(folder.glob("*.running")))
        (folder / f"{{os.getpid()}}.{{count}}.seen").touch()
        time.sleep(0.1)
        (folder / f"{{os.getpid()}}.running").unlink()
        """
    )
    checking = Confined(phrases, at_once=2)
    await asyncio.gather(*(checking.check_file("q.txt", b"x", Known()) for _ in range(6)))
    counts = [int(name.split(".")[1]) for name in os.listdir(tmp_path) if name.endswith(".seen")]
    assert len(counts) == 6
    assert max(counts) <= 2


async def test_what_is_too_large_costs_no_child(phrases: Phrases) -> None:
    with costs_of_children() as costs:
        checked = await Confined(phrases).check_file("q.xlsx", b"PK" + b"x" * 6_000_000, Known())
        assert checked.refused.startswith("Tệp quá lớn, tối đa 5 MB")
        assert (await Confined(phrases).check_file("q.xlsx", b"", Known())).refused.startswith("Tệp trống")
    assert costs.endings == []


def test_a_small_file_may_work_two_seconds_and_a_large_one_longer() -> None:
    limits = Limits()
    assert limits.cpu_for(1_000) < 2
    assert limits.cpu_for(5_000_000) == limits.most_cpu_seconds
