//! Forms, one field in place, conflicts and drafts.

use crossterm::event::{Event as Input, KeyEvent};

use super::harness::{Bench, filled};
use crate::entity::Value;
use crate::tui::keys::Press;
use crate::tui::{Commands, Ran, Taken, Verb, Wants};

#[test]
fn a_form_saves_what_was_changed_and_nothing_else() {
    let mut bench = filled();
    bench.keys("3 e").sees("Edit company:1 Acme GmbH");
    bench.text(" & Co").keys("ctrl+s").sees("changed company:1");
    assert_eq!(bench.value("company", 1, "name").to_cell(), "Acme GmbH & Co");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Berlin");
    bench.keys("y c");
    assert_eq!(bench.copied.pop().unwrap(), "rolo company edit 1 --name 'Acme GmbH & Co'");
}

#[test]
fn a_wrong_value_is_told_at_its_field_and_esc_asks_before_it_forgets() {
    let mut bench = filled();
    bench.keys("7 e").text("x").keys("down down down down").text("many");
    bench.keys("tab").sees("!").sees("amount");
    bench.keys("esc").sees("not saved");
    bench.keys("esc");
    assert_eq!(bench.app.depth(), 0);
    assert_eq!(bench.value("deal", 4, "name").to_cell(), "Base");
}

#[test]
fn a_conflicting_edit_shows_mine_theirs_and_base() {
    let mut bench = filled();
    bench.keys("3 e").text(" mine");
    let theirs = |bench: &mut Bench| {
        let name = Value::Text("Acme theirs".into());
        bench.desk.write("edit", "", |w| {
            let noun = w.reader().model().noun("company")?;
            w.update(noun, 1, vec![(noun.label_index(), name)])
        })
    };
    theirs(&mut bench).unwrap();
    bench
        .keys("ctrl+s")
        .sees("Somebody else changed company:1")
        .sees("mine")
        .sees("Acme theirs")
        .sees("base");
    assert_eq!(bench.value("company", 1, "name").to_cell(), "Acme theirs");
    // Mine is chosen, and saved over theirs knowingly.
    bench.keys("enter down enter");
    assert_eq!(bench.value("company", 1, "name").to_cell(), "Acme GmbH mine");
}

#[test]
fn a_field_changed_in_place_meets_a_conflict_as_a_form_does() {
    let mut bench = filled();
    let set = |bench: &mut Bench, field: &'static str, value: Value| {
        bench
            .desk
            .write("edit", "", |w| {
                let noun = w.reader().model().noun("company")?;
                w.update(noun, 1, vec![(noun.require(field)?.index, value)])
            })
            .unwrap();
    };
    bench.keys("3 i").text("city").keys("enter").sees("city of company:1");
    set(&mut bench, "city", Value::Text("Rome".into()));
    bench.keys("ctrl+u").text("Oslo").keys("enter");
    bench.sees("Somebody else changed company:1").sees("Oslo").sees("Rome").sees("Berlin");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Rome");
    // Theirs stays where nothing else is chosen.
    bench.keys("down enter");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Rome");
    assert_eq!(bench.app.depth(), 0);
    bench.keys("i").text("city").keys("enter");
    set(&mut bench, "city", Value::Text("Bonn".into()));
    bench.keys("ctrl+u").text("Oslo").keys("enter").sees("Bonn");
    bench.keys("enter down enter").sees("changed company:1");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Oslo");
    // A record that was picked meets it too.
    bench.keys("2 i").text("company").keys("enter").sees("company of contact");
    let id = bench.app.screens().find_map(crate::tui::screen::Screen::subject).unwrap().one();
    let other = Value::Link(crate::entity::LinkTo::bare("company", 3));
    bench
        .desk
        .write("edit", "", |w| {
            let noun = w.reader().model().noun("contact")?;
            w.update(noun, id, vec![(noun.require("company")?.index, other)])
        })
        .unwrap();
    bench.text("tokyo").keys("enter").sees("Somebody else changed contact:");
    bench.sees("Ромашка").sees("Tokyo");
}

#[test]
fn a_form_that_is_not_saved_stays_in_the_way_of_leaving() {
    let mut bench = filled();
    bench.keys("3 e").text(" & Co").keys("ctrl+p").text(">the board").keys("enter");
    bench.sees("a form isn't saved").sees("Edit company:1");
    assert!(!bench.left && bench.app.drafts().len() == 1);
    bench.keys("ctrl+s").sees("changed company:1");
    assert!(bench.app.drafts().is_empty());
}

#[test]
fn every_kind_of_form_comes_back_from_its_draft() {
    for (keys, text) in [("7 e", " x"), ("1 n enter", "Fresh"), ("1 .", "lose")] {
        let mut bench = filled();
        bench.keys(keys).text(text);
        if text == "lose" {
            bench.keys("enter").text("price");
        } else {
            // A record that is picked comes back as that record.
            bench.keys("tab space").text("tok").keys("enter");
        }
        let drafts = bench.app.drafts();
        assert_eq!(drafts.len(), 1, "{keys}");
        let before = bench.screen();
        bench.keys("esc esc esc");
        let form = crate::tui::screens::form::resume(&drafts[0], &bench.app.common.cx()).unwrap();
        bench.app.open(form);
        bench.settle();
        assert_eq!(bench.app.drafts(), drafts, "{keys}");
        let texts: Vec<&str> = drafts[0].fields.iter().map(|f| f.text.as_str()).collect();
        for text in texts {
            assert!(before.contains(text) && bench.screen().contains(text), "{text}");
        }
        bench.keys("ctrl+s");
        assert_eq!(bench.app.depth(), 0, "{}", bench.screen());
    }
}

#[test]
fn a_line_that_was_being_typed_comes_back_as_a_form() {
    for (keys, text, said) in [
        ("2 N", "asked for a DPA", "added activity:1"),
        ("5 r", "Which version is it?", "reply ticket:1"),
        ("1 n", "Fresh", "added deal:5 Fresh"),
        ("7 T", "call them", "added task:3 call them"),
    ] {
        let mut bench = filled();
        bench.keys(keys);
        assert!(bench.app.drafts().is_empty(), "{keys}");
        bench.text(text);
        let drafts = bench.app.drafts();
        assert_eq!(drafts.len(), 1, "{keys}");
        bench.keys("esc esc");
        let form = crate::tui::screens::form::resume(&drafts[0], &bench.app.common.cx()).unwrap();
        bench.app.open(form);
        bench.settle();
        bench.sees(text).keys("ctrl+s").sees(said);
    }
}

#[test]
fn a_form_saved_before_its_record_is_read_waits_for_it() {
    let mut bench = filled();
    bench.keys("3");
    let draft = crate::tui::drafts::Draft {
        form: "edit".into(),
        noun: "company".into(),
        ids: vec![1],
        fields: vec![crate::tui::drafts::Typed {
            name: "city".into(),
            base: "Hamburg".into(),
            text: "Oslo".into(),
            picked: None,
        }],
        ..crate::tui::drafts::Draft::default()
    };
    let form = crate::tui::screens::form::resume(&draft, &bench.app.common.cx()).unwrap();
    bench.app.open(form);
    let save = Press::sequence("ctrl+s").unwrap()[0];
    bench.app.input(Input::Key(KeyEvent::new(save.code, save.held)));
    bench.settle();
    // The draft began with another city than the file has now.
    bench.sees("Somebody else changed company:1").sees("Hamburg").sees("Berlin");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Berlin");
}

#[test]
fn a_custom_field_is_made_with_all_that_belongs_to_it() {
    let mut bench = filled();
    bench.app.open(crate::tui::screens::list::filtered("field", ""));
    bench.settle();
    bench.keys("n").text("Ship date noun=dealx").keys("enter").sees("dealx");
    bench.keys("ctrl+u").text("Ship date noun=deal kind=date").keys("enter");
    bench.sees("added the field `ship_date` to deal");
    let deal = bench.desk.store.noun("deal").unwrap();
    assert!(deal.index("ship_date").is_some());
    bench.keys("u");
    let deal = bench.desk.store.noun("deal").unwrap();
    assert!(deal.index("ship_date").is_none());
}

#[test]
fn a_form_says_all_that_is_wrong_and_asks_as_long_as_it_is_armed() {
    let mut bench = filled();
    bench.keys("7 e").text("x").keys("down down down down ctrl+u").text("12 apples").keys("tab");
    bench.sees("1 error: amount").keys("up").sees("is not an amount").sees("with a point");
    bench.keys("esc").sees("Esc again leaves it");
    bench.app.tick();
    bench.sees("Esc again leaves it").keys("down");
    assert!(!bench.screen().contains("Esc again"), "{}", bench.screen());
    bench.keys("esc esc");
    // Several values say how they were read, and how they are written.
    bench.keys("2 n enter").text("X").keys("down").sees("Enter").keys("esc esc");
}

#[test]
fn one_field_is_changed_in_place() {
    let mut bench = filled();
    bench.keys("3 i").text("city").keys("enter").sees("city of company:1");
    bench.keys("ctrl+u").text("Köln").keys("enter").sees("changed company:1");
    assert_eq!(bench.value("company", 1, "city").to_cell(), "Köln");
    bench.keys("9 i").text("due").keys("enter ctrl+u").text("nonsense").sees("nonsense");
    bench.keys("enter").sees("nonsense");
    bench.keys("ctrl+u").text("fri").sees("= Fri 2026-11-27").keys("enter").sees("changed task:1");
}

#[test]
fn a_form_gives_links_and_words_to_choose_from() {
    let mut bench = filled();
    bench.keys("1 n enter").sees("New deal").text("Fresh").keys("tab space").sees("Acme GmbH");
    bench.text("tok").keys("enter").sees("Tokyo");
    bench.keys("ctrl+s").sees("added deal:5 Fresh");
    assert_eq!(bench.value("deal", 5, "company").to_cell(), "Tokyo 商事株式会社");
}

#[test]
fn a_lost_deal_needs_its_reason() {
    let mut bench = filled();
    bench.keys("1 .").text("lose").keys("enter").sees("reason");
    bench.keys("ctrl+s").sees("is needed");
    bench.text("price").keys("ctrl+s").sees("lose deal:1");
    assert_eq!(bench.value("deal", 1, "stage").to_cell(), "Lost");
}

#[test]
fn a_form_over_several_records_shows_what_they_share_and_empties_on_demand() {
    let mut bench = filled();
    for id in [1, 3] {
        bench.set("company", id, "city", Value::Text("Berlin".into()));
        bench.set("company", id, "industry", Value::Text(format!("trade {id}")));
    }
    bench.keys("3 space j space e").resize(100, 40).sees("Edit 2 companies");
    bench.sees("city            Berlin").sees("a line left alone stays as it is");
    // They have no name in common: left alone it stays, and so does what is typed and taken back.
    bench.sees("(they differ)").text("x").keys("backspace ctrl+s").sees("nothing to change");
    let line = |bench: &Bench, label: &str| {
        let noun = bench.desk.store.noun("company").unwrap();
        let open = |f: &&&crate::entity::Field| super::super::screens::form::is_open(f) && !f.quiet;
        noun.fields.iter().filter(open).position(|f| f.name == label).unwrap()
    };
    let go = |bench: &mut Bench, label: &str| {
        let keys = "tab ".repeat(line(bench, label));
        bench.keys(&keys);
    };
    bench.keys("e");
    go(&mut bench, "industry");
    bench.sees("Del empties all").keys("delete").sees("(emptied in all)");
    bench.keys("ctrl+z").keys("delete").sees("modified");
    bench.keys("ctrl+s").sees("changed 2 companies");
    for id in [1, 3] {
        assert!(bench.value("company", id, "industry").is_empty());
        assert_eq!(bench.value("company", id, "city").to_cell(), "Berlin");
    }
    assert_eq!(bench.value("company", 3, "name").to_cell(), "ООО Ромашка");
    bench.keys("y c");
    assert_eq!(bench.copied.pop().unwrap(), "rolo company edit 1 3 --clear industry");
    // What all have is emptied as a line is.
    bench.keys("e");
    go(&mut bench, "city");
    bench.keys("ctrl+u ctrl+s").sees("changed 2 companies");
    assert!(bench.value("company", 1, "city").is_empty());
    assert!(bench.value("company", 3, "city").is_empty());
}

#[test]
fn what_somebody_else_wrote_into_one_of_several_is_not_overwritten_unseen() {
    let mut bench = filled();
    bench.keys("3 space space e").sees("Edit 2 companies");
    bench.keys("tab tab").text("Mine");
    let at = bench.app.drafts()[0].fields[0].name.clone();
    let at: &'static str = at.leak();
    bench.set("company", 2, at, Value::Text("Theirs".into()));
    bench.keys("ctrl+s").sees("somebody else changed the same");
    assert_eq!(bench.value("company", 2, at).to_cell(), "Theirs");
    bench.keys("ctrl+s").sees("changed 2 companies");
    assert_eq!(bench.value("company", 2, at).to_cell(), "Mine");
}

#[test]
fn a_custom_field_bears_its_name_and_keeps_its_slug_for_commands() {
    let mut bench = filled();
    bench.app.open(crate::tui::screens::list::filtered("field", ""));
    bench.settle();
    bench.keys("n").text("Взнос noun=deal kind=int").keys("enter").sees("added the field `vznos`");
    let model = Box::new(bench.desk.store.model().clone());
    bench.app.said(crate::tui::worker::Said::Model(model));
    bench.settle();
    bench.keys("7 g g :").text("cols name,vznos").keys("enter").sees("Взнос");
    bench.keys("i").text("Взн").sees("vznos").keys("enter").sees("Взнос of deal:");
    bench.text("x").keys("enter").sees("is not").keys("ctrl+u").text("42").keys("enter");
    bench.sees("Взнос 42").keys("y c");
    let copied = bench.copied.pop().unwrap();
    assert!(copied.contains("--set 'vznos=42'"), "{copied}");
    bench.keys("e").resize(100, 50).sees("Взнос           42").keys("esc");
    bench.keys("enter").sees("Взнос").keys("esc s").text("Взн").keys("enter").sees("42");
    let screen = bench.screen();
    // The order alone is said as commands say it.
    let said = screen.lines().filter(|line| line.contains("vznos"));
    assert!(said.eq(screen.lines().filter(|line| line.contains("sort: vznos"))), "{screen}");
    // Another name is seen at once.
    bench.set("field", 1, "name", Value::Text("Ship date".into()));
    bench.desk.store.refresh_model().unwrap();
    let deal = bench.desk.store.noun("deal").unwrap();
    assert_eq!(deal.fields[deal.index("vznos").unwrap()].called(), "Ship date");
}

/// A command line that knows one verb, and refuses it.
struct Refuses;

impl Commands for Refuses {
    fn run(&self, line: &str, _: Option<usize>) -> Ran {
        let ok = line.contains("right");
        let said =
            if ok { &b"joined"[..] } else { b"error: `wrong` is no word\nhint: try `right`\n" };
        let (out, err) = if ok { (said, &b""[..]) } else { (&b""[..], said) };
        Ran { ok, out: out.to_vec(), err: err.to_vec() }
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![Verb { noun: "deal", name: "join".into(), about: String::new(), on_records: true }]
    }

    fn takes(&self, _: &str, _: &str) -> Vec<Taken> {
        vec![Taken {
            name: "word".into(),
            option: Some("word".into()),
            about: "any word".into(),
            required: true,
            several: false,
            wants: Wants::Text,
        }]
    }
}

#[test]
fn a_form_whose_command_is_refused_keeps_what_was_typed() {
    let mut bench = filled();
    bench.app.common.command = std::sync::Arc::new(Refuses);
    bench.keys("7 .").text("join").keys("enter").sees("word").text("wrong").keys("ctrl+s");
    bench.sees("wrong").sees("`wrong` is no word").sees("try `right`");
    bench.keys("ctrl+u").text("right").keys("ctrl+s").sees("joined").keys("esc").sees("Внедрение");
    assert_eq!(bench.app.depth(), 0);
}
