"""Practice codes from CSV files: valid files in every form, and invalid ones with every wrong line reported."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.store.store import Store
from tests.support import empty
from tests.support.clients import add, signed_in
from tests.support.command import Command

A, B, C = "Abbey Road Bakery", "Baker & Daughters", "Ünïcode Süd GmbH"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    empty.put(tmp_path / "practice.db")
    store = Store(tmp_path / "practice.db")
    add(store, A, code="ABB")
    add(store, B, code="BAK")
    add(store, C)
    yield store
    store.close()


@pytest.fixture
def cli(store: Store) -> Command:
    config = store.path.parent / "config.toml"
    config.write_text("[practice]\ndatabase = 'practice.db'\n")
    return Command(config)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "codes.csv"


def codes(store: Store) -> dict[str, str | None]:
    return {name: code for _, name, code in store.clients.codes()}


GOOD = {
    "comma": f"Client,Practice code\n{A},N1\n{B},N2\n{C},N3\n",
    "semicolon": f"Client;Practice code\n{A};N1\n{B};N2\n{C};N3\n",
    "tab": f"Practice code\tClient\nN1\t{A}\nN2\t{B}\nN3\t{C}\n",
    "BOM and CRLF": f"\ufeffClient,Practice code\r\n{A},N1\r\n{B},N2\r\n{C},N3\r\n",
    "any case, other columns, quotes": f'Team, practice CODE ,"CLIENT"\nx, N1 ,"{A}"\nx,N2, {B}\nx,N3,"{C}"\n',
    "blank lines and a repeated one": f"\nClient,Practice code\n\n{A},N1\n{A},N1\n,\n{B},N2\n{C},N3",
    "sep=;": f"sep=;\r\nClient;Practice code\r\n{A};N1\r\n{B};N2\r\n{C};N3\r\n",
    "CR alone": f"Client;Practice code\r{A};N1\r{B};N2\r{C};N3\r",
    "semicolons, commas in a title": f"Client;Practice code;Address (street, town, county)\n{A};N1;x\n{B};N2;\n{C};N3;a, b, c, d\n",
    "commas, semicolons in a title": f'Client,"Teams; a;b;c;d",Practice code\n{A},,N1\n{B},x;y,N2\n{C},,N3\n',
    "bars": f"Client|Practice code\n{A}|N1\n{B}|N2\n{C}|N3\n",
    '="N1"': f'Client,Practice code\n{A},"=""N1"""\n{B},="N2"\n"=""{C}""",\'N3\n'.replace("'N3", "N3"),
    "names in another case": f"Client,Practice code\n{A.upper()},N1\n{B.lower()},N2\n{C.upper()},N3\n",
}


def test_stream_is_read_to_its_end(cli: Command, store: Store) -> None:
    text = f"Client,Practice code\n{A},N1\n"
    assert cli.run("codes", "upload", "-", stdin=text).code == 0
    assert codes(store)[A] == "N1"
    # What a shell hands over for <(...).
    readable, writable = os.pipe()
    with os.fdopen(writable, "w") as pipe:
        pipe.write(text.replace("N1", "N2"))
    assert cli.inside("codes", "upload", f"/dev/fd/{readable}").code == 0
    os.close(readable)
    assert codes(store)[A] == "N2"


def test_pipe_without_a_writer_is_not_waited_for(cli: Command, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    started = [
        (cli.start("codes", "upload", str(pipe)), "nobody writes to it"),
        (cli.start("restore", "--yes", str(pipe)), "is not a regular file"),
        (Command(pipe).start("clients"), "nobody writes to it"),
        (Command(pipe).start("config", "set", "screen.theme", "light"), "nobody writes to it"),
        (cli.start("sandbox", "--state", str(pipe)), "is not a regular file"),
        (Command(pipe).start("sandbox", "people"), "nobody writes to it"),
    ]
    for command, says in started:
        ended = command.end()
        assert ended.code == 2 and says in ended.err.splitlines()[-1], ended.err


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_valid_codes_file_is_uploaded(cli: Command, store: Store, file: Path, text: str) -> None:
    file.write_bytes(text.encode())
    before = store.ledger.last()
    dry = cli.inside("codes", "upload", str(file), "--dry-run", "--json").json
    assert (dry["changed"], len(dry["items"])) == (0, 3)
    assert store.ledger.last() == before
    said = cli.inside("codes", "upload", str(file), "--json")
    assert (said.code, said.json["changed"]) == (0, 3)
    assert codes(store) == {A: "N1", B: "N2", C: "N3"}
    again = cli.inside("codes", "upload", str(file), "--json").json
    assert again["changed"] == 0


def test_excels_unicode_text_is_read(cli: Command, store: Store, file: Path) -> None:
    file.write_bytes(f"Client\tPractice code\r\n{A}\tN1\r\n{C}\tN3\r\n".encode("utf-16"))
    assert cli.inside("codes", "upload", str(file)).code == 0
    assert codes(store) == {A: "N1", B: "BAK", C: "N3"}


def test_codes_can_be_swapped(cli: Command, store: Store, file: Path) -> None:
    file.write_text(f"Client,Practice code\n{A},BAK\n{B},ABB\n{C},abb2\n")
    assert cli.inside("codes", "upload", str(file)).code == 0
    assert codes(store) == {A: "BAK", B: "ABB", C: "abb2"}
    entries = [entry for entry in store.ledger.entries() if entry.kind is Kind.CODE_SET]
    assert {entry.body["code"]: entry.body["before"] for entry in entries if entry.body["code"]} == {
        "BAK": "ABB", "ABB": "BAK", "abb2": None,
    }  # fmt: skip


def test_empty_code_leaves_the_one_that_is_there(cli: Command, store: Store, file: Path) -> None:
    file.write_text(f"Client,Practice code\n{A},\n{C},N3\n")
    assert cli.inside("codes", "upload", str(file), "--json").json["empty"] == 1
    assert codes(store)[A] == "ABB"


def test_counts_of_an_export_with_two_integrations_of_a_client_add_up(
    cli: Command, store: Store, file: Path
) -> None:
    client = next(id for id, name, _ in store.clients.codes() if name == A)
    sign_in = signed_in(store, "ann@example.com")
    store.ledger.append(
        *(
            NewEntry(
                Kind.INTEGRATION_CONNECTED,
                "ann@example.com",
                client,
                "xero",
                organisation,
                {"organisation_name": A, "sign_in": sign_in},
            )
            for organisation in ("o1", "o2")
        )
    )
    said = cli.inside("export", "--yes", str(file))
    assert said.err == f"3 clients written to {file} in 4 lines, one for each integration.\n"
    written = cli.inside("export", "--yes", "--json", str(file)).json
    assert (written["clients"], written["lines"]) == (3, 4)
    said = cli.inside("codes", "upload", str(file))
    assert said.err == "0 practice codes set, 2 unchanged, 1 line repeats a code, 1 line has no code.\n"
    assert cli.inside("codes", "upload", str(file), "--json").json["repeated"] == 1


def test_export_filled_in_is_undone(cli: Command, store: Store, file: Path) -> None:
    add(store, A)  # a second client of that name: the ID says which
    assert cli.inside("export", str(file)).code == 0
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    for number, row in enumerate(rows):
        row["Practice code"] = f"X{number}"
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    assert cli.inside("codes", "upload", str(file), "--json").json["changed"] == 4
    known = {client: code for client, _, code in store.clients.codes()}
    assert known == {row["ID"]: row["Practice code"] for row in rows}


LONG = "x" * 51
BAD: dict[str, tuple[bytes, list[str]]] = {
    "wrong header": (b"Name,Code\nx,y\n", ["line 1: ", '"Practice code"', '"Name", "Code"']),
    "no client column": (b"Practice code,Team\nx,y\n", ['one of "ID", "Client"']),
    "column twice": (b"Client,Practice code,client\nx,y,z\n", ["line 1: ", "twice"]),
    "nothing": (b"", ["empty"]),
    "unknown client": (f"Client,Practice code\n{A},N1\nNobody Ltd,N2\n".encode(), ["line 3: ", "Nobody Ltd"]),
    "unknown id": (b"ID,Practice code\nnope,N1\n", ["line 2: ", "nope"]),
    "no client named": (b"Client,Practice code\n,N1\n", ["line 2: ", "does not name a client"]),
    "code on two lines": (f"Client,Practice code\n{A},N1\n{B},n1\n".encode(), ["line 3: ", "line 2 too"]),
    "two codes for one": (f"Client,Practice code\n{A},N1\n{A},N2\n".encode(), ["line 3: ", "another code on line 2"]),
    "code of another": (f"Client,Practice code\n{C},bak\n".encode(), ["line 2: ", f'used by "{B}"']),
    "too long": (f"Client,Practice code\n{A},{LONG}\n".encode(), ["line 2: ", "50 characters"]),
    "control characters": (f"Client,Practice code\n{A},N\x1b[2J\n".encode(), ["line 2: ", "can't be shown"]),
    "Latin-1": (f"Client,Practice code\n{A},N1\n{C},N2\n".encode("latin-1"), ["line 3: ", "CSV UTF-8"]),
    "half a character of UTF-16": (b"\xff\xfeC\0l", ["line 1: ", "not UTF-16", "CSV UTF-8"]),
    "CR line ends": (f"Client,Practice code\r{A},N1\rNobody,N2\r".encode(), ["line 3: ", "Nobody"]),
    "the same but for the kind of blank": (f"Client,Practice code\n{A},N 1\n{B},n\u00a01\n".encode(), ["line 3: ", "line 2 too"]),
    "an id that a spreadsheet took for a number": (f"ID,Client,Practice code\n1.23457E+15,{A},N1\n".encode(), ["line 2: ", "shortened", "Export the list again"]),
    "NUL": (f"Client,Practice code\n{A},N1\n{B},N\0\n".encode(), ["line 3: ", "NUL"]),
    "open quotes": (f'Client,Practice code\n{A},N1\n"{B},N2\n{C},N3'.encode(), ["line 3: ", "well-formed"]),
    "several": (b"Client,Practice code\nX,1\nY,2\nZ,3\n", ["3 lines are wrong", "line 2: ", "line 3: ", "line 4: "]),
}  # fmt: skip


@pytest.mark.parametrize(("data", "says"), BAD.values(), ids=BAD)
def test_bad_file_changes_nothing(
    cli: Command, store: Store, file: Path, data: bytes, says: list[str]
) -> None:
    file.write_bytes(data)
    before, codes_before = store.ledger.last(), codes(store)
    for words in ((), ("--dry-run",)):
        said = cli.inside("codes", "upload", str(file), *words)
        assert (said.code, said.out) == (2, "")
        assert [each for each in says if each not in said.err] == []
        assert "\x1b" not in said.err
    assert (store.ledger.last(), codes(store)) == (before, codes_before)


def test_wrong_lines_in_json(cli: Command, file: Path) -> None:
    file.write_text("Client,Practice code\nX,1\n")
    said = cli.inside("codes", "upload", str(file), "--json")
    assert said.code == 2
    assert [(each["line"], "X" in each["says"]) for each in said.json["wrong"]] == [(2, True)]


def test_name_shared_by_two_clients_is_not_guessed(cli: Command, store: Store, file: Path) -> None:
    add(store, A)
    file.write_text(f"Client,Practice code\n{A},N1\n")
    said = cli.inside("codes", "upload", str(file))
    assert said.code == 2
    assert "line 2: 2 clients are called" in said.err


def test_only_the_first_of_many_wrong_lines_are_shown(cli: Command, file: Path) -> None:
    file.write_text("Client,Practice code\n" + "".join(f"Nobody {n},N{n}\n" for n in range(2_000)))
    said = cli.inside("codes", "upload", str(file))
    assert said.code == 2 and len(said.err.splitlines()) == 22
    assert "2,000 lines are wrong" in said.err and "line 21: " in said.err and "line 22: " not in said.err
    assert said.err.rstrip().endswith("and 1,980 more lines.")


def test_hundred_megabytes_are_not_read(cli: Command, file: Path) -> None:
    with file.open("wb") as big:
        big.truncate(100_000_000)
    said = cli.inside("codes", "upload", str(file))
    assert said.code == 2
    assert "larger than 64 MB" in said.err


def test_file_that_is_not_there_or_a_folder(cli: Command, tmp_path: Path) -> None:
    assert cli.inside("codes", "upload", str(tmp_path / "absent.csv")).code == 2
    assert cli.inside("codes", "upload", str(tmp_path)).code == 2


def test_thousands_at_once(cli: Command, store: Store, file: Path) -> None:
    count = 5_000
    store.ledger.append(
        *(NewEntry(Kind.CLIENT_ADDED, "x", f"n{n}", body={"name": f"Client {n}"}) for n in range(count))
    )
    with file.open("w", newline="") as text:
        csv.writer(text).writerows(
            [("Client", "Practice code"), *((f"Client {n}", f"C{n}") for n in range(count))]
        )
    assert cli.inside("codes", "upload", str(file), "--json").json["changed"] == count
    assert codes(store)["Client 4999"] == "C4999"


def test_client_with_two_lines_counts_once(cli: Command, file: Path) -> None:
    file.write_text(f"Client,Practice code\n{A},ABB\n{A},ABB\n{B},BAK\n")
    said = cli.inside("codes", "upload", str(file), "--json")
    assert (said.code, said.json["changed"], said.json["unchanged"]) == (0, 0, 2)
