"""The README's recording: one SVG that plays by itself in any `img`."""

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from docs.animation import BLANK, Frame, animation
from docs.recording import FILE, MOST_BYTES, STEPS

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg"><style>.terminal-1-r1 {{ fill: #fff }}</style>'
    '<text class="terminal-1-r1" x="0" y="20" textLength="61">{}</text>'
    '<text class="terminal-1-r1" x="0" y="44.4" textLength="48.8">same</text></svg>'
)


def test_frames_follow_each_other_without_a_gap_and_share_their_lines() -> None:
    frames = [
        Frame(PICTURE.format(escape(text)), seconds, text)
        for text, seconds in (("one", 1), (f"{BLANK}<&", 3))
    ]
    for frame in frames:
        ElementTree.fromstring(frame.svg)
    svg = animation(frames, 80, 24)
    lines = [
        line for line in ElementTree.fromstring(svg).iter(f"{SVG}g") if (line.get("id") or "").startswith("r")
    ]
    assert ["".join(line.itertext()) for line in lines] == ["one", "same", "<&"]
    assert re.findall(r"([\d.]+)%,([\d.]+)%\{visibility:visible\}", svg) == [
        ("0.00", "25.00"),
        ("25.00", "100.00"),
    ]
    assert svg.count("animation:k") == 2 and "4s step-end infinite" in svg


def test_recording_shows_every_step_and_needs_nothing_from_elsewhere() -> None:
    svg = FILE.read_text("utf-8")
    assert len(svg.encode()) < MOST_BYTES
    words = ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert [step.caption for step in STEPS if step.caption not in words] == []
    assert "url(" not in svg and "@import" not in svg and "<script" not in svg
    assert set(re.findall(r'https?://[^"]+', svg)) == {"http://www.w3.org/2000/svg"}
    assert f"docs/pictures/{FILE.name}" in (ROOT / "README.md").read_text("utf-8")
