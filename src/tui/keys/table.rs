//! The table itself.

use super::{Act, Binding, Place};

const B: u16 = Place::Board as u16;
const L: u16 = Place::List as u16;
const R: u16 = Place::Record as u16;
const A: u16 = Place::Agenda as u16;
const N: u16 = Place::Reports as u16;
const P: u16 = Place::Page as u16;
const M: u16 = Place::Menu as u16;
const T: u16 = Place::Line as u16;
const F: u16 = Place::Form as u16;
/// Screens that show records.
const RECORDS: u16 = B | L | R | A;
/// Screens without a line to type into.
const READ: u16 = RECORDS | N | P;
const ALL: u16 = READ | M | T | F;

const fn bind(
    act: Act,
    name: &'static str,
    keys: &'static [&'static str],
    places: u16,
    hint: &'static str,
    about: &'static str,
) -> Binding {
    Binding { act, name, keys, places, about, hint }
}

/// Every binding, in the order of the help; the footer takes the hints that fit.
pub(crate) static BINDINGS: &[Binding] = &[
    bind(Act::Open, "open", &["enter"], ALL, "open", "Open what is in focus; accept"),
    bind(
        Act::StepBack,
        "step-back",
        &["H", "shift+left"],
        B | L | R | A,
        "",
        "Move a deal one stage back",
    ),
    bind(
        Act::StepOn,
        "step-on",
        &["L", "shift+right"],
        B | L | R | A,
        "H/L move",
        "Move a deal one stage on",
    ),
    bind(Act::New, "new", &["n", "insert"], RECORDS, "new", "Add a record by a quick line"),
    bind(
        Act::Edit,
        "edit",
        &["e", "f4"],
        RECORDS,
        "edit",
        "Edit all fields in a form; of all marked records at once",
    ),
    bind(Act::Inline, "inline", &["i"], RECORDS, "", "Change one field right here"),
    bind(
        Act::Done,
        "done",
        &["d"],
        RECORDS,
        "done",
        "Finish: win a deal, do a task, solve a ticket, convert a lead",
    ),
    bind(
        Act::State,
        "state",
        &["m"],
        RECORDS,
        "",
        "Set the state: move a deal to a stage, a ticket to a status",
    ),
    bind(Act::Reply, "reply", &["r"], RECORDS, "", "Reply to a ticket"),
    bind(
        Act::Raise,
        "raise",
        &["+", "="],
        RECORDS,
        "",
        "Raise the priority; on the agenda put off by a day",
    ),
    bind(
        Act::Lower,
        "lower",
        &["-"],
        RECORDS,
        "",
        "Lower the priority; on the agenda bring a day nearer",
    ),
    bind(Act::Mark, "mark", &["space"], B | L | A, "mark", "Mark, and go on to the next"),
    bind(Act::MarkAll, "mark-all", &["V"], L | B, "", "Mark all that match, or none"),
    bind(Act::Range, "range", &["v"], L, "", "Mark a range from here; again ends it"),
    bind(
        Act::Filter,
        "filter",
        &["/", "f", "f8"],
        B | L | A,
        "filter",
        "Filter in place, in the language of `rolo help filter`",
    ),
    bind(Act::Sort, "sort", &["s"], L, "sort", "Sort by a column"),
    bind(Act::Columns, "columns", &["c"], L, "", "Choose the columns"),
    bind(Act::SaveView, "save-view", &["W"], L, "", "Save filter, columns and order as a view"),
    bind(
        Act::NextView,
        "next-view",
        &["]", "ctrl+right"],
        B | L | A | N,
        "",
        "Next view, pipeline or period",
    ),
    bind(
        Act::LastView,
        "last-view",
        &["[", "ctrl+left"],
        B | L | A | N,
        "",
        "View, pipeline or period before",
    ),
    bind(Act::Preview, "preview", &["p"], L | B, "", "Show or hide the pane of details"),
    bind(Act::NextPane, "next-pane", &["tab"], ALL, "", "Next pane or field"),
    bind(Act::LastPane, "last-pane", &["shift+tab"], ALL, "", "Pane or field before"),
    bind(Act::Assign, "assign", &["a"], RECORDS, "", "Give to somebody"),
    bind(Act::Tag, "tag", &["t"], RECORDS, "", "Add or take off tags"),
    bind(Act::Note, "note", &["N"], RECORDS, "", "Add a note"),
    bind(Act::Call, "call", &["C"], RECORDS, "", "Log a call"),
    bind(Act::Task, "task", &["T"], RECORDS, "", "Add a task about it"),
    bind(
        Act::Delete,
        "delete",
        &["x", "delete"],
        RECORDS,
        "",
        "Remove to the trash; undo brings back",
    ),
    bind(Act::Restore, "restore", &["R"], L, "", "Bring back from the trash"),
    bind(Act::Undo, "undo", &["u"], READ, "undo", "Take the last change back"),
    bind(Act::Redo, "redo", &["ctrl+r"], READ, "", "Take the last undo back"),
    bind(Act::AsTable, "as-table", &["T"], N, "table", "Show the chart as a table"),
    bind(Act::Today, "today", &["0"], A, "", "Back to today"),
    bind(Act::Pipeline, "pipeline", &["P"], B, "", "Choose the pipeline"),
    bind(Act::Save, "save", &["ctrl+s"], F | T, "save", "Save"),
    bind(Act::Editor, "editor", &["ctrl+e"], R | F, "", "Write long text in $EDITOR"),
    bind(Act::History, "history", &["g h"], RECORDS, "", "Who changed it, when, from what to what"),
    bind(Act::GoCompany, "go-company", &["g c"], RECORDS, "", "Go to its company"),
    bind(Act::GoContact, "go-contact", &["g p"], RECORDS, "", "Go to its contact"),
    bind(Act::GoDeals, "go-deals", &["g d"], RECORDS, "", "Go to its deals"),
    bind(Act::GoTasks, "go-tasks", &["g t"], RECORDS, "", "Go to its tasks"),
    bind(Act::GoTickets, "go-tickets", &["g k"], RECORDS, "", "Go to its tickets"),
    bind(Act::Trash, "trash", &["g x"], READ, "", "Open the trash"),
    bind(Act::Changes, "changes", &["g u"], READ, "", "Open the list of all changes"),
    bind(
        Act::CopyCommand,
        "copy-command",
        &["y c"],
        READ,
        "",
        "Copy the command that does or shows the same",
    ),
    bind(Act::CopyId, "copy-id", &["y y"], RECORDS, "", "Copy the reference, such as deal:42"),
    bind(Act::CopyLink, "copy-link", &["y u"], RECORDS, "", "Copy the web address"),
    bind(Act::CopyMail, "copy-mail", &["y e"], RECORDS, "", "Copy the e-mail address"),
    bind(Act::OpenLink, "open-link", &["o"], RECORDS, "", "Open the web address in the browser"),
    bind(Act::Up, "up", &["k", "up"], ALL, "", "Up"),
    bind(Act::Down, "down", &["j", "down"], ALL, "", "Down"),
    bind(Act::Left, "left", &["h", "left"], READ, "", "To the left; out"),
    bind(Act::Right, "right", &["l", "right"], READ, "", "To the right; in"),
    bind(Act::First, "first", &["g g", "home"], READ, "", "To the first"),
    bind(Act::Last, "last", &["G", "end"], READ, "", "To the last"),
    bind(Act::HalfUp, "half-up", &["ctrl+u"], READ, "", "Half a page up"),
    bind(Act::HalfDown, "half-down", &["ctrl+d"], READ, "", "Half a page down"),
    bind(Act::PageUp, "page-up", &["pgup"], READ | M | F, "", "A page up"),
    bind(Act::PageDown, "page-down", &["pgdn"], READ | M | F, "", "A page down"),
    bind(Act::Go(1), "board", &["1", "f2"], READ, "", "The board"),
    bind(Act::Go(2), "contacts", &["2", "f3"], READ, "", "Contacts"),
    bind(Act::Go(3), "companies", &["3"], READ, "", "Companies"),
    bind(Act::Go(4), "agenda", &["4", "f6"], READ, "", "The agenda"),
    bind(Act::Go(5), "tickets", &["5", "f7"], READ, "", "Tickets"),
    bind(Act::Go(6), "reports", &["6"], READ, "", "Reports"),
    bind(Act::Go(7), "deals", &["7"], READ, "", "Deals as a list"),
    bind(Act::Go(8), "leads", &["8"], READ, "", "Leads"),
    bind(Act::Go(9), "tasks", &["9"], READ, "", "Tasks"),
    bind(
        Act::Palette,
        "palette",
        &["ctrl+p", "f9"],
        READ | F,
        "",
        "Go to or do anything: records, actions, views",
    ),
    bind(Act::Menu, "menu", &["f10", "."], RECORDS, "", "All that can be done with this record"),
    bind(Act::Command, "command", &[":"], READ, "command", "Any rolo command, or `:q`"),
    bind(Act::Reload, "reload", &["f5", "ctrl+l"], READ, "", "Read again and paint again"),
    bind(Act::Suspend, "suspend", &["ctrl+z"], READ, "", "Back to the shell; `fg` returns"),
    bind(
        Act::Back,
        "back",
        &["esc"],
        ALL,
        "",
        "One layer back: close, clear the filter, clear the marks",
    ),
    bind(Act::Help, "help", &["?", "f1"], ALL, "help", "Help on this screen"),
    bind(Act::Quit, "quit", &["q", "ctrl+c"], ALL, "", "Back; on the first screen quit"),
];
