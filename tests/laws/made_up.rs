//! One declaration is enough: a made-up entity behind those of the program, with nothing else told
//! about it, has every verb, every door and every guard that the others have.

use std::sync::OnceLock;

use rolo::cli::grammar::whole;
use rolo::cli::man;
use rolo::entity::{
    Choices, Entity, Field, Kind, Model, State, Target, computed, field, label, link, list, word,
};
use rolo::model::{COMMON, COMPANY, CONTACT, ENTITIES};

use super::desk::Desk;

static RIGS: Choices =
    Choices { words: &[word("sloop", &["one mast"]), word("ketch", &[])], open: false };
static DUTIES: Choices = Choices { words: &[word("skipper", &[]), word("mate", &[])], open: true };

const LENGTH: &str = "(CASE WHEN {t}.length > 12 THEN 'long' ELSE 'short' END)";

static BOAT: Entity = Entity::new(
    "boat",
    "boats",
    "Something that floats",
    &[
        label("name", "What is painted on its stern"),
        field("rig", Kind::Choice(&RIGS), "How it carries its sails"),
        field("length", Kind::Decimal, "From bow to stern, in metres"),
        field("berths", Kind::Int, "How many can sleep aboard").range(0, 100),
        field("price", Kind::Money, "What it costs").currency_from(&["company.currency"]),
        field("launched", Kind::Date, "When it first touched water"),
        field("survey", Kind::Due, "When it has to be looked at"),
        field("insured", Kind::Bool, "Whether somebody pays"),
        list("emails", "email", &Kind::Email, "Where to write about it"),
        link("company", &COMPANY, "The yard that built it").headers(&["yard"]),
        field("crew", Kind::Links(Target::One(&CONTACT), Some(&DUTIES)), "Who sails it"),
        link("tender", &BOAT, "The boat that it carries"),
        field("registration", Kind::Text, "Its number").trimmed().sorted(),
        field("log", Kind::Longtext, "What happened to it").aliases(&["notes"]),
        computed("size", Kind::Text, LENGTH, "Whether it is long"),
    ],
)
.key(&["registration"])
.columns(&["id", "name", "rig", "length", "company"])
.sort("name")
.states(&[State { name: "cheap", about: "costs less than 10,000", sql: "{t}.price < 1000000" }]);

fn harbour() -> Model {
    static ALL: OnceLock<Vec<&'static Entity>> = OnceLock::new();
    let all = ALL.get_or_init(|| ENTITIES.iter().copied().chain([&BOAT]).collect());
    Model::new(all, COMMON)
}

fn desk() -> Desk {
    Desk::new(harbour)
}

/// A desk with two boats of one yard.
fn with_boats() -> Desk {
    let d = desk();
    d.ok(&["contact", "add", "Ann Lee", "--email", "ann@lee.example"]);
    d.ok(&["company", "add", "North Yard", "--currency", "GBP"]);
    let first = d.ok(&[
        "boat",
        "add",
        "Grey Seal",
        "--rig",
        "one mast",
        "--length",
        "9.5",
        "--berths",
        "4",
        "--price",
        "9k",
        "--launched",
        "2019-05-01",
        "--survey",
        "2026-11-20",
        "--insured",
        "yes",
        "--email",
        "work:seal@boats.example",
        "--email",
        "home@boats.example",
        "--company",
        "North Yard",
        "--crew",
        "skipper:ann@lee.example",
        "--registration",
        "GB 17",
        "--log",
        "Ran aground.\nTwice.",
        "--tag",
        "blue",
    ]);
    let second = d.ok(&[
        "boat",
        "add",
        "Éider",
        "--rig",
        "ketch",
        "--length",
        "14",
        "--price",
        "120k EUR",
        "--company",
        "North Yard",
        "--tender",
        "Grey Seal",
        "--registration",
        "GB 18",
    ]);
    assert_eq!((first.as_str(), second.as_str()), ("1\n", "2\n"));
    d
}

fn names(d: &Desk, filter: &[&str]) -> Vec<String> {
    let args: Vec<&str> = ["boat", "list", "-o", "jsonl", "--columns", "name"]
        .iter()
        .chain(filter)
        .copied()
        .collect();
    let out = d.ok(&args);
    let name = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
        row["name"].as_str().expect("a name").to_owned()
    };
    out.lines().map(name).collect()
}

#[test]
fn it_is_added_and_shown_with_every_kind_of_field() {
    let d = with_boats();
    let seal = d.json(&["boat", "show", "GB 17", "-o", "json"]);
    assert_eq!(seal["rig"], "sloop");
    assert_eq!(
        (seal["price"].to_string(), &seal["price_currency"]),
        ("9000.00".into(), &"GBP".into())
    );
    assert_eq!(seal["emails"][1]["value"], "home@boats.example");
    assert_eq!(
        (&seal["company"], &seal["crew"][0]["name"]),
        (&"North Yard".into(), &"Ann Lee".into())
    );
    assert_eq!((&seal["crew"][0]["role"], &seal["size"]), (&"skipper".into(), &"short".into()));
    assert_eq!((&seal["insured"], &seal["tags"][0]), (&true.into(), &"blue".into()));
    assert_eq!(seal["log"], "Ran aground.\nTwice.");
    let table = d.ok(&["boats"]);
    assert!(table.contains("Grey Seal") && table.contains("North Yard"), "{table}");
    // The far ends of its links show it too.
    let yard = d.json(&["company", "show", "North Yard", "-o", "json"]);
    assert!(yard["related"].to_string().contains("Grey Seal"), "{yard}");
}

#[test]
fn its_values_are_checked() {
    let d = with_boats();
    let why = d.fails(4, &["boat", "add", "X", "--rig", "schooner"]);
    assert!(why.contains("schooner") && why.contains("sloop, ketch"), "{why}");
    d.fails(4, &["boat", "add", "X", "--berths", "101"]);
    d.fails(4, &["boat", "add", "X", "--launched", "soon"]);
    d.fails(3, &["boat", "add", "X", "--company", "South Yard"]);
    d.fails(2, &["boat", "add", "X", "--mast", "2"]);
    assert!(d.fails(4, &["boat", "edit", "1", "--name", ""]).contains("name"));
    assert_eq!(d.ok(&["boat", "list", "--count"]), "2\n");
}

#[test]
fn it_is_filtered_sorted_and_looked_through() {
    let d = with_boats();
    for (filter, wanted) in [
        (&["rig:sloop"][..], &["Grey Seal"][..]),
        (&["length>10"], &["Éider"]),
        (&["price>=120k"], &["Éider"]),
        (&["launched:2019"], &["Grey Seal"]),
        (&["survey<today"], &["Grey Seal"]),
        (&["insured:yes"], &["Grey Seal"]),
        (&["email:seal"], &["Grey Seal"]),
        (&["company:north"], &["Éider", "Grey Seal"]),
        (&["company.currency:GBP"], &["Éider", "Grey Seal"]),
        (&["crew:Ann"], &["Grey Seal"]),
        (&["tender:any"], &["Éider"]),
        (&["size=long"], &["Éider"]),
        (&["is:cheap"], &["Grey Seal"]),
        (&["+blue"], &["Grey Seal"]),
        (&["eider"], &["Éider"]),
        (&["aground"], &["Grey Seal"]),
        (&["rig:ketch or rig:sloop", "--sort", "-length"], &["Éider", "Grey Seal"]),
    ] {
        assert_eq!(names(&d, filter), wanted, "{filter:?}");
    }
    let why = d.fails(2, &["boat", "list", "lenght>10"]);
    assert!(why.contains("length") && why.contains('^'), "{why}");
    assert!(d.ok(&["search", "aground"]).contains("boat:1"));
    d.ok(&["view", "save", "dear", "boat", "not is:cheap"]);
    assert_eq!(names(&d, &["@dear"]), ["Éider"]);
}

#[test]
fn it_is_changed_thrown_away_and_its_history_told_and_undone() {
    let d = with_boats();
    let before = d.ok(&["boat", "export"]);
    d.ok(&[
        "boat",
        "edit",
        "1",
        "--berths",
        "6",
        "--rig",
        "ketch",
        "--add",
        "emails=new@boats.example",
        "--untag",
        "blue",
    ]);
    d.ok(&["boat", "edit", "--where", "length>1", "--launched", "2020-01-01", "--yes"]);
    d.ok(&["boat", "rm", "2"]);
    assert_eq!(names(&d, &[]), ["Grey Seal"]);
    d.ok(&["boat", "restore", "2"]);
    let history = d.json(&["boat", "history", "1", "-o", "json"]).to_string();
    for word in ["berths", "rig", "sloop", "ketch", "launched", "2019-05-01", "2020-01-01"] {
        assert!(history.contains(word), "{word}: {history}");
    }
    let after = d.ok(&["boat", "export"]);
    d.ok(&["undo", "4"]);
    assert_eq!(d.ok(&["boat", "export"]), before);
    for _ in 0..4 {
        d.ok(&["redo"]);
    }
    assert_eq!(d.ok(&["boat", "export"]), after);
    d.ok(&["boat", "note", "1", "sails well"]);
    assert!(d.ok(&["boat", "show", "1"]).contains("sails well"));
    d.ok(&["boat", "rm", "1", "--purge", "--yes"]);
    assert!(!d.ok(&["search", "aground"]).contains("boat:1"));
}

#[test]
fn it_leaves_and_enters_in_every_format() {
    let d = with_boats();
    d.ok(&["field", "add", "boat", "Hull no", "--kind", "int"]);
    d.ok(&["boat", "edit", "1", "--set", "hull_no=42"]);
    for format in ["csv", "tsv", "json", "jsonl"] {
        let other = desk();
        for noun in ["field", "boat", "company", "contact", "tag", "user"] {
            let file = other
                .file(&format!("{noun}.{format}"), d.ok(&[noun, "export", "--format", format]));
            other.ok(&[noun, "import", &file]);
        }
        for noun in ["boat", "company", "contact"] {
            let (there, here) =
                ([noun, "export", "--format", format], [noun, "export", "--format", format]);
            assert_eq!(other.ok(&here), d.ok(&there), "{noun} {format}");
        }
    }
}

#[test]
fn a_strangers_file_of_it_goes_in_by_label_alias_and_key() {
    let d = with_boats();
    let file = d.file(
        "harbour.csv",
        "Name;Registration;Yard;Notes;Mast\nGrey Seal;GB 17;North Yard;Painted.;1\nPuffin;GB 19;Puffin & Sons;;2\n",
    );
    let done = d.json(&["boat", "import", &file, "-o", "json"]);
    assert_eq!(
        (&done["created"], &done["updated"], &done["ignored_columns"][0]),
        (&1.into(), &1.into(), &"Mast".into())
    );
    assert_eq!(d.json(&["boat", "show", "1", "-o", "json"])["log"], "Painted.");
    assert_eq!(d.ok(&["company", "list", "Puffin", "--count"]), "1\n");
    let again = d.json(&["boat", "import", &file, "-o", "json"]);
    assert_eq!((&again["created"], &again["unchanged"]), (&0.into(), &2.into()));
    d.ok(&["undo"]);
    assert_eq!(names(&d, &[]), ["Éider", "Grey Seal"]);
    assert_eq!(d.ok(&["company", "list", "Puffin", "--count"]), "0\n");
    let file = d.file("bad.csv", "name,rig\nA,sloop\nB,raft\n");
    let why = d.fails(4, &["boat", "import", &file]);
    assert!(why.contains("raft") && why.contains('3'), "{why}");
}

#[test]
fn its_help_man_page_and_completion_come_from_the_declaration() {
    let d = desk();
    let help = d.ok(&["boat", "add", "--help"]);
    for field in BOAT.fields.iter().filter(|f| f.is_settable()) {
        let flag = format!("--{}", field.flag());
        assert!(help.contains(&flag), "{flag}\n{help}");
    }
    assert!(help.contains("sloop, ketch") && !help.contains("--size"), "{help}");
    assert!(d.ok(&["--help"]).contains("Something that floats"));
    let noun = d.ok(&["help", "boat"]);
    assert!(noun.contains("is:cheap") && noun.contains("From bow to stern"), "{noun}");
    let model = harbour();
    let page = man::find(&model, Some("boats")).expect("a page");
    assert_eq!(page.file, "rolo-boat.1");
    let roff = page.text.replace("\\-", "-");
    assert!(roff.contains("--registration") && roff.contains("cheap"), "{roff}");
    let tree = whole(&model);
    let boat = tree.find_subcommand("boat").expect("in the tree");
    let verbs: Vec<&str> = boat.get_subcommands().map(clap::Command::get_name).collect();
    for verb in [
        "add", "list", "show", "edit", "rm", "restore", "history", "import", "export", "note",
        "log",
    ] {
        assert!(verbs.contains(&verb), "{verb}: {verbs:?}");
    }
    let add = boat.find_subcommand("add").expect("a verb");
    assert!(add.get_arguments().any(|a| a.get_long() == Some("tender")));
}

#[test]
fn the_documented_view_shows_labels_for_links() {
    let d = with_boats();
    let rows = d.json(&[
        "sql",
        "SELECT name, company, tender, price FROM boats ORDER BY id",
        "-o",
        "json",
    ]);
    assert_eq!(
        (&rows[0]["company"], &rows[1]["tender"]),
        (&"North Yard".into(), &"Grey Seal".into())
    );
    assert!(d.ok(&["doctor"]).contains("integrity"), "the file is well");
}

#[test]
fn an_edit_that_a_later_one_touched_is_not_undone() {
    let d = with_boats();
    d.ok(&["boat", "edit", "1", "--berths", "5"]);
    let change = d.json(&["changes", "-o", "json", "--limit", "1"])[0]["change"].to_string();
    d.ok(&["boat", "edit", "1", "--berths", "6"]);
    let why = d.fails(4, &["undo", "--change", &change]);
    assert!(why.contains("berths"), "{why}");
    assert_eq!(d.json(&["boat", "show", "1", "-o", "json"])["berths"], 6);
}

#[test]
fn no_part_of_the_made_up_entity_is_known_to_the_program() {
    let none: Option<&Field> = rolo::model::model()
        .nouns
        .iter()
        .flat_map(|n| n.entity.fields)
        .find(|f| f.name == "berths");
    assert!(none.is_none());
}
