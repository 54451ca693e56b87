"""Who else has the practice open, and who is working on what."""

from datetime import UTC, datetime

from ..sync.home import people_words
from .dialogues.ask import Lines
from .main import Main


def show_people(main: Main) -> None:
    """Shows them as of now. Everything this reads is in this host's own file and memory."""
    store, me = main.workplace.store, main.workplace.actor
    others, workers = store.surroundings.others, store.jobs.workers.alive()
    main.push_screen(Lines("Who is here", people_words.lines(others, workers, me, datetime.now(UTC))))
