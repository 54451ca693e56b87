"""The table of actions, from which keys, footer, help, menus and palette are generated."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from ..practice.roles import Right
from ..sync.kinds.seam.kind import BulkKind, Unit
from ..sync.kinds.seam.registry import kinds

if TYPE_CHECKING:
    from textual.binding import BindingType

EVERYWHERE = "everywhere"
CLIENTS = "clients"
CLIENT_SYNC = "client_sync"
CONNECTIONS = "connections"
JOBS = "jobs"
JOB = "job"
SELECT = "select"
HISTORY = "history"
MORNING = "morning"
SIGN_IN = "sign_in"
CONSENTS = "consents"
ORGANISATIONS = "organisations"

PLACES = {
    EVERYWHERE: "Everywhere",
    CLIENTS: "Clients",
    CLIENT_SYNC: "Client Sync",
    CONNECTIONS: "Connections",
    JOBS: "Jobs",
    JOB: "Job",
    SELECT: "Selecting",
    HISTORY: "History",
    MORNING: "Morning",
    SIGN_IN: "Sign in",
    CONSENTS: "Consents, one by one",
    ORGANISATIONS: "Organisations of a sign-in",
}


READING = frozenset(
    (
        "", "ask", "changes", "client", "clients", "doctor", "export", "forecast", "jobs", "leaver", "lists", "log", "matches", "open",
        "practice status", "report", "setup", "software", "status", "views",
    )
)  # fmt: skip
"""Commands that change nothing in the practice. Someone who may only read can use the actions that do the same."""


class Action(NamedTuple):
    """Something the user can do. `name`: its id, also in keymaps; screens implement it in a method `do_NAME`.

    `footer`: its priority in the footer (0: never shown). `dangerous`: it asks first. `command`: the command that does
    the same; none for actions that only move between screens.
    """

    name: str
    title: str
    sentence: str
    keys: str
    place: str
    footer: int = 0
    short: str = ""
    dangerous: bool = False
    command: str = ""

    @property
    def right(self) -> Right:
        """The right needed for it in a shared practice."""
        return Right.READ if self.command in READING else Right.CHANGE

    @property
    def id(self) -> str:
        """Its name in a keymap."""
        return f"{self.place}.{self.name}"

    @property
    def label(self) -> str:
        """Its name in the footer."""
        return self.short or self.title


def action_of(kind: BulkKind) -> str:
    """The name of the client list's action for a kind of work."""
    return kind.name if kind.whole_list else f"{kind.name}_selected"


def _of_kind(kind: BulkKind) -> Action:
    name, title, sentence = action_of(kind), kind.title, kind.sentence
    return Action(
        name, title, sentence, kind.key, CLIENTS, kind.footer, dangerous=kind.dangerous, command=kind.name
    )


KINDS = {action_of(kind): kind for kind in kinds().values() if kind.unit is not Unit.ORGANISATION}
"""The kinds of work that the client list offers for the selection, by action name."""

_ALL = (
    Action("help", "Help", "Show the keys that work here, one line each.", "question_mark,f1", EVERYWHERE, 1),
    Action("commands", "Every command", "Find any action of any screen by its name.", "ctrl+p,colon", EVERYWHERE, 9, "Commands"),
    Action("client_sync", "Open Client Sync", "Add clients, reconnect all, or reassign clients, for each accounting app.", "s", EVERYWHERE, 3, "Client Sync", command="software"),
    Action("jobs", "Jobs", "See bulk jobs: what is running, what failed and why. Resume, retry or cancel them.", "J", EVERYWHERE, 12, command="jobs"),
    Action("history", "History", "See who did what and when, for this client or the whole practice.", "h", EVERYWHERE, 11, command="log"),
    Action("messages", "Messages", "Show the messages of this run again, newest first.", "exclamation_mark", EVERYWHERE),
    Action("morning", "Morning view", "See what broke or changed since you last looked, what ends soon, and which jobs run or wait.", "m", EVERYWHERE, 10, "Morning"),
    Action("people", "Who is here", "See who else has the practice open, on which host, since when, and which jobs they work on.", "V", EVERYWHERE, command="practice status"),
    Action("undo", "Undo", "Undo the last change of the selection here, or of a team, code, name, note or removal.", "u", EVERYWHERE, command="undo"),
    Action("copy", "Copy", "Copy what is under the cursor: name, code, id, error, or a summary of its connections.", "y", EVERYWHERE, 16),
    Action("copy_command", "Copy as a command", "Show the commands that do the same as this screen, and copy one.", "Y", EVERYWHERE),
    Action("home", "Home", "Go straight back to the client list from anywhere.", "H", EVERYWHERE, 21),
    Action("back", "Back", "Clear the filter, or go back.", "escape", EVERYWHERE, 20),
    Action("suspend", "Suspend", "Put the program in the background. `fg` brings it back.", "ctrl+z", EVERYWHERE),
    Action("redraw", "Redraw", "Draw the screen again if something else has written over it.", "ctrl+l,f5", EVERYWHERE),
    Action("quit", "Quit", "Leave the program. A running job can be resumed at the next start.", "q,ctrl+q", EVERYWHERE, 19),
    # Clients
    Action("filter", "Filter", "Show only what matches: words, or status: reason: by: software: team: code: claimed: since:. `-` before any term negates it.", "slash", SELECT, 2, command="clients"),
    Action("sort", "Sort", "Choose the columns to sort by.", "o", SELECT, 13),
    Action("columns", "Columns", "Choose, order and widen the columns.", "C", SELECT),
    Action("actions_menu", "Actions", "Open Client Sync, export client data, upload practice codes, or act on the selection.", "a", CLIENTS, 3),
    Action("connections", "Connections", "Open the client's Business settings › Connections to manage its integrations.", "c", CLIENTS, 5, command="client"),
    Action("export", "Export client data as CSV file", "Write the clients that the filter shows to a CSV file.", "E", CLIENTS, command="export"),
    Action("upload_codes", "Upload practice codes", "Read practice codes from a CSV file. Nothing changes unless every line is right.", "U", CLIENTS, command="codes upload"),
    *map(_of_kind, KINDS.values()),
    Action("assign_team", "Assign team", "Assign the selected clients to a team.", "t", CLIENTS, command="team assign"),
    Action("set_code", "Set practice code", "Set the practice code of the client under the cursor.", "p", CLIENTS, command="set"),
    Action("rename", "Rename", "Change the name of the client under the cursor on the practice's list.", "n", CLIENTS, command="set"),
    Action("set_note", "Client note", "Write a note for colleagues about the client under the cursor.", "e", CLIENTS, command="set"),
    Action("remove", "Remove from the list", "Remove clients without an active integration from the list.", "X", CLIENTS, dangerous=True, command="remove"),
    Action("claim", "Claim", "Say that you are working on the selected clients. Colleagues see it, and are warned before bulk work on them.", "M", CLIENTS, command="claim"),
    Action("release", "Release", "End your claim on the selected clients.", "L", CLIENTS, command="release"),
    Action("preview", "Preview", "Show or hide the client under the cursor: beside the list on a wide terminal, over it on a narrow one.", "z", CLIENTS, 6),
    Action("preview_wider", "Wider preview", "Make the preview beside the list wider.", "less_than_sign", CLIENTS),
    Action("preview_narrower", "Narrower preview", "Make the preview beside the list narrower.", "greater_than_sign", CLIENTS),
    Action("views", "Views", "Save this filter under a name, or open a saved one.", "w", CLIENTS, command="views"),
    Action("show_all", "All clients", "Show the clients of every status. Press again to clear the filter too.", "1", CLIENTS, command="clients"),
    Action("show_connected", "Connected", "Show the clients that are connected.", "2", CLIENTS, command="clients"),
    Action("show_expiring", "Expiring", "Show the clients whose sign-in expires soon unless it is used, and the fixes for them.", "3", CLIENTS, command="clients"),
    Action("show_expired", "Expired", "Show the clients whose sign-in has expired, and the fixes for them.", "4", CLIENTS, command="clients"),
    Action("show_broken", "Broken", "Show the clients whose connection is broken, and the fixes for them.", "5", CLIENTS, command="clients"),
    Action("show_none", "Not connected", "Show the clients without an active integration.", "6", CLIENTS, command="clients"),
    Action("next_status", "Next status", "Go to the next tab.", "tab", CLIENTS),
    Action("status_before", "Previous status", "Go to the previous tab.", "shift+tab", CLIENTS),
    Action("next_group", "Next fix", "Show only the clients of the next fix, among those expiring, expired or broken.", "right", CLIENTS),
    Action("group_before", "Previous fix", "Show only the clients of the previous fix (before the first: all).", "left", CLIENTS),
    Action("fix", "Apply the fix", "Apply the chosen fix to its integrations, and to no others.", "enter", CLIENTS, 2, "Fix", command="reconnect"),
    # Client Sync
    Action("add_clients", "Add clients", "Add clients from the organisations that your sign-in can reach.", "1", CLIENT_SYNC, 1, command="add"),
    Action("reconnect_all", "Reconnect all", "Reconnect all expired and broken clients with your sign-in.", "2", CLIENT_SYNC, 2, command="reconnect"),
    Action("reassign_clients", "Reassign clients", "Become the authenticated user of clients that colleagues integrated.", "3", CLIENT_SYNC, 3, command="reassign"),
    Action("reconnect_everything", "Reconnect every app", "Reconnect what is expired or broken in all accounting apps, as one job.", "4", CLIENT_SYNC, 6, "Every app", command="reconnect"),
    Action("sign_in", "Sign in", "Sign in to the accounting app, or as someone else.", "l", CLIENT_SYNC, 4, command="sign-in"),
    Action("sign_out", "Sign out", "Revoke your sign-in and forget it. Shows first which integrations end with it.", "L", CLIENT_SYNC, dangerous=True, command="sign-out"),
    Action("set_up", "Set up", "Enter the client id of the practice's app, and see how to register one.", "e", CLIENT_SYNC, 5, command="setup"),
    # Connections
    Action("reconnect", "Reconnect", "Replace this integration's sign-in with one that works.", "r", CONNECTIONS, 1, command="reconnect"),
    Action("refresh", "Refresh", "Pull this organisation's details and lists again.", "f", CONNECTIONS, 2, command="refresh"),
    Action("settings", "Update settings", "Choose which lists are pulled and how often, whether details are updated, and write a note about the integration.", "e", CONNECTIONS, 3, "Settings", command="settings"),
    Action("disconnect", "Disconnect", "End this integration. The client stays on the list.", "d", CONNECTIONS, 4, dangerous=True, command="disconnect"),
    Action("change_integration", "Change integration", "Move this client to another organisation, in this or another accounting app. Shows first what is lost.", "x", CONNECTIONS, dangerous=True, command="change"),
    Action("open_software", "Open in the accounting app", "Open the organisation in a browser. Over SSH, its link is copied.", "b", CONNECTIONS, 6, "Open", command="open"),
    Action("pulled", "Lists", "See what was pulled: accounts, tax rates, tracking categories, suppliers.", "t", CONNECTIONS, 5, command="lists"),
    # Morning
    Action("morning_first", "Start here", "Show the morning view or the client list first at each start.", "B", MORNING, 2),
    # Jobs
    Action("resume_job", "Resume", "Continue a job that was interrupted or paused.", "r", JOB, 1, command="jobs resume"),
    Action("retry_job", "Retry failed and cancelled", "Retry the clients that failed or were cancelled.", "F", JOB, 2, "Retry", command="jobs retry"),
    Action("cancel_job", "Cancel", "Finish the items in progress and cancel the rest.", "S", JOB, 3, dangerous=True, command="jobs cancel"),
    Action("failures_only", "Failures only", "Show only what failed, or all items again.", "O", JOB, 4, "Failures"),
    # Selecting in a dialogue with Continue and Cancel
    Action("continue", "Continue", "Continue with the selection.", "enter", SELECT, 1),
    Action("copy_link", "Copy the link", "Copy the link to your terminal's clipboard.", "y", SIGN_IN, 1),
    Action("print_link", "Show link as plain text", "Leave the full screen for a moment and print the link, so that you can select it.", "P", SIGN_IN, 2, "Plain"),
    Action("open_link", "Open the browser", "Open the link in this computer's browser again.", "b", SIGN_IN, 4, "Browser"),
    Action("paste", "Paste the address", "Go to the field for the address your browser ends up on.", "p", SIGN_IN, 3, "Paste"),
    Action("use_code", "Short code or browser", "Sign in with a short code that you enter in any browser, or with this computer's browser again.", "D", SIGN_IN, 5, "Code", command="sign-in"),
    Action("try_again", "Try again", "Try to sign in again.", "r", SIGN_IN, 1, command="sign-in"),
    Action("skip_consent", "Skip for now", "Ask for another consent first. This one comes last.", "x", CONSENTS, 5, "Skip"),
    # What a sign-in reaches
    Action("authorise_more", "Authorise more organisations", "Authorise more organisations without leaving this screen.", "W", ORGANISATIONS, 14, "More", command="sign-in"),
    Action("other_sign_in", "Sign in as someone else", "Use another stored sign-in, or make a new one.", "l", ORGANISATIONS, 15, "Sign in", command="sign-in"),
    Action("try_again", "Try again", "Ask the accounting app again.", "r", ORGANISATIONS, 1),
    Action("choose_team", "Team", "Choose the team for new clients, or make one.", "t", ORGANISATIONS, 4, command="team create"),
    Action("toggle_link", "Link or new client", "Link the organisation under the cursor to the client it matches, or make it a new client.", "x", ORGANISATIONS, 5, "Link/new"),
    Action("integrated_by", "Integrated by", "Show only what one person integrated.", "b", ORGANISATIONS, 4),
)  # fmt: skip

ACTIONS = {action.id: action for action in _ALL}


def actions(place: str) -> tuple[Action, ...]:
    """The actions of a place, in table order."""
    return tuple(action for action in _ALL if action.place == place)


def named(place: str, *names: str) -> tuple[Action, ...]:
    """Some actions of a place."""
    return tuple(ACTIONS[f"{place}.{name}"] for name in names)


def bindings(wanted: Iterable[Action]) -> "list[BindingType]":
    """Their keys as Textual bindings. The id lets a user's keymap change them."""
    # The line menu uses the actions without Textual.
    from textual.binding import Binding

    return [
        Binding(
            action.keys,
            f"act('{action.name}')",
            action.title,
            show=False,
            id=action.id,
            tooltip=action.sentence,
        )
        for action in wanted
    ]
