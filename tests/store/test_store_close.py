"""Closing the store while another thread works on it."""

import subprocess
import sys
from pathlib import Path

AT_WORK = """
import sys, threading, time
from pathlib import Path
from tests.support.inside import database_of
from clientsync_tui.store.store import Store

store = Store(Path(sys.argv[1]))
busy = threading.Event()

def work():
    while True:
        with database_of(store).writing() as db:
            busy.set()
            for _ in db.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n"):
                pass

threading.Thread(target=work, daemon=True).start()
busy.wait()
time.sleep(0.02)
store.close()
time.sleep(0.2)
"""


def test_working_thread_survives_closing_the_store(tmp_path: Path) -> None:
    for number in range(3):
        process = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", AT_WORK, str(tmp_path / f"{number}.db")],
            capture_output=True,
            text=True,
        )
        assert (process.returncode, process.stderr) == (0, "")
