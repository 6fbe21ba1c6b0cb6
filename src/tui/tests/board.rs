//! The board.

use crossterm::event::{
    Event as Input, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::harness::{Bench, filled, in_order, text_of};
use crate::tui::app::{App, Out};
use crate::tui::keys::Press;
use crate::tui::worker::{Said, Work, perform};

#[test]
fn cards_are_drawn_before_anything_is_counted() {
    let mut bench = filled();
    let undated = bench.add("deal", &[("name", "Undated"), ("stage", "Qualified")]);
    let Bench { app, mut desk, _folder, .. } = bench;
    let mut app = App::new(app.common, 1);
    let mut answer = |app: &mut App| {
        for out in app.take_out() {
            if let Out::Work(work) = out {
                app.said(perform(&mut desk, work));
            }
        }
    };
    let screen = |app: &App| {
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| app.draw(frame)).unwrap();
        text_of(terminal.backend().buffer())
    };
    answer(&mut app);
    let first = screen(&app);
    assert!(first.contains("Renewal 2027") && first.contains("counting"), "{first}");
    answer(&mut app);
    let whole = screen(&app);
    assert!(whole.contains("Qualified 3") && !whole.contains("counting"), "{whole}");
    // What closes first stands first, and what has no day last.
    let at = |text: &str| whole.find(text).unwrap_or_else(|| panic!("{text}:\n{whole}"));
    assert!(at("Внедрение") < at("ライセンス") && at("ライセンス") < at("Undated"), "{undated}");
}

#[test]
fn a_deal_moves_by_a_key_and_undo_takes_it_back() {
    let mut bench = filled();
    let stage = |b: &Bench| b.value("deal", 1, "stage").to_cell();
    bench.keys("1").sees("Renewal 2027");
    bench.keys("L").sees("moved deal:1 Renewal 2027 to Qualified - u undoes");
    assert_eq!(stage(&bench), "Qualified");
    bench.keys("u").sees("^R redoes");
    assert_eq!(stage(&bench), "Lead");
    bench.keys("ctrl+r");
    assert_eq!(stage(&bench), "Qualified");
}

#[test]
fn a_card_goes_at_once_and_comes_back_where_the_file_refuses() {
    let mut bench = filled();
    bench.keys("1");
    let press = |bench: &mut Bench, key: &str| {
        let press = Press::sequence(key).unwrap()[0];
        bench.app.input(Input::Key(KeyEvent::new(press.code, press.held)));
        bench.app.take_out()
    };
    let column = |screen: &str, text: &str| {
        let line = screen.lines().find(|l| l.contains(text)).unwrap().to_owned();
        line.find(text).unwrap() / 40
    };
    let before = column(&bench.screen(), "Renewal 2027");
    // Nothing has reached the worker yet, and an answer from before doesn't take the card back.
    let old = press(&mut bench, "f5");
    let outs = press(&mut bench, "L");
    assert_ne!(column(&bench.screen(), "Renewal 2027"), before, "{}", bench.screen());
    for out in old {
        if let Out::Work(work) = out {
            let said = perform(&mut bench.desk, work);
            bench.app.said(said);
        }
    }
    assert_ne!(column(&bench.screen(), "Renewal 2027"), before);
    let refused = outs.into_iter().find_map(|out| match out {
        Out::Work(Work::Do { screen, .. }) => Some(screen),
        _ => None,
    });
    let why = crate::error::Error::database("the disk is full");
    bench.app.said(Said::Done { screen: refused.unwrap(), result: Err(why), at: 0 });
    bench.settle();
    assert_eq!(column(&bench.screen(), "Renewal 2027"), before);
    bench.sees("the disk is full");
}

#[test]
fn cards_stand_in_the_order_that_is_chosen_and_a_view_keeps_it() {
    let mut bench = filled();
    for (name, amount, source) in [("Яблоко", "3 EUR", "web"), ("Aaa", "200k EUR", "fair")] {
        bench.add(
            "deal",
            &[("name", name), ("stage", "Qualified"), ("amount", amount), ("source", source)],
        );
    }
    bench.keys("1 f5 l s").sees("Sort by").text("amount").keys("enter");
    bench.sees("sort: amount");
    in_order(&mut bench, &["Яблоко", "ライセンス", "Внедрение", "Aaa"]);
    bench.keys("s").text("amount").keys("enter").sees("sort: -amount");
    in_order(&mut bench, &["Aaa", "Внедрение", "ライセンス", "Яблоко"]);
    // What the order goes by is told on each card, also where there is nothing.
    bench.keys("s").text("source").keys("enter");
    in_order(&mut bench, &["Aaa", "fair", "Яблоко", "web"]);
    bench.keys("s").text("name").keys("enter");
    in_order(&mut bench, &["Aaa", "Внедрение", "Яблоко", "ライセンス"]);
    bench.keys("/").text("amount>100").keys("enter W").text("two words").keys("enter");
    bench.sees("can't be the name of a view").keys("ctrl+u").text("big").keys("enter");
    bench.sees("saved the view `big`").keys("y c");
    let saved = "rolo view save big deal 'amount>100' --sort name";
    assert_eq!(bench.copied.pop().unwrap(), saved);
    // The usual order comes back, and `]` shows the view with its own.
    bench.keys("esc s").text("usual").keys("enter");
    assert!(!bench.screen().contains("sort:"), "{}", bench.screen());
    in_order(&mut bench, &["Внедрение", "ライセンス", "Яблоко"]);
    bench.keys("]").sees("Sales: big").sees("sort: name");
    in_order(&mut bench, &["Aaa", "Внедрение", "ライセンス"]);
    assert!(!bench.screen().contains("Яблоко"), "{}", bench.screen());
    bench.keys("y c");
    assert_eq!(bench.copied.pop().unwrap(), "rolo deal board 'amount>100'");
    // Saved once more it is replaced, and taken back by one undo.
    bench.keys("s").text("amount").keys("enter W").text("big").keys("enter").sees("saved the view");
    assert_eq!(bench.value("view", 1, "sort").to_cell(), "amount");
    bench.keys("u");
    assert_eq!(bench.value("view", 1, "sort").to_cell(), "name");
    bench.keys("]");
    assert!(!bench.screen().contains("Sales: big"), "{}", bench.screen());
}

#[test]
fn a_deal_is_moved_by_a_menu_of_the_stages_of_its_own_pipeline() {
    let mut bench = filled();
    bench.add("pipeline", &[("name", "Aaa")]);
    bench.add("stage", &[("name", "Elsewhere"), ("pipeline", "Aaa"), ("position", "1")]);
    bench.keys("1 l m").sees("Negotiation").sees("stage:2  (now)");
    assert!(!bench.screen().contains("Elsewhere"), "{}", bench.screen());
    let id = bench.app.screens().find_map(crate::tui::screen::Screen::subject).unwrap().one();
    // The focus stands on what it is now: one down is the next one.
    bench.keys("down enter").sees("moved deal:");
    assert_eq!(bench.value("deal", id, "stage").to_cell(), "Proposal");
}

#[test]
fn stale_and_late_cards_are_told_apart_in_every_width() {
    let mut bench = filled();
    for (columns, rows) in [(40, 8), (100, 30), (160, 45)] {
        bench.resize(columns, rows).keys("1 g g l").sees("-21d").keys("h");
    }
    bench.resize(80, 24).sees("01 Nov!");
    // Totals lose their last parts first, and never all of them.
    for currency in ["GBP", "JPY", "KZT", "CHF"] {
        let amount = format!("123456 {currency}");
        bench.add("deal", &[("name", currency), ("stage", "Negotiation"), ("amount", &amount)]);
    }
    bench.resize(100, 30).keys("f5").sees("open  CHF 123k + ").sees("JPY 123k").sees("Negotia");
    assert!(!bench.screen().contains("weighted"), "{}", bench.screen());
    bench.sees("CHF 123k +3");
}

#[test]
fn a_filter_leads_to_a_card_and_an_empty_stage_is_kept() {
    let mut bench = filled();
    bench.keys("1 / ").text("внедр").keys("enter");
    assert_eq!(bench.app.top().subject().unwrap().one(), 3);
    bench.keys("esc l").sees("[Proposal 0]").keys("f5").sees("[Proposal 0]");
}

#[test]
fn a_view_of_another_pipeline_leads_there() {
    let mut bench = filled();
    bench.add("pipeline", &[("name", "Партнёры")]);
    bench.add("stage", &[("name", "Знакомство"), ("pipeline", "Партнёры"), ("position", "1")]);
    let id = bench.add("deal", &[("name", "Через Ромашку"), ("pipeline", "Партнёры")]);
    bench.keys("1 f5 ]").sees("Партнёры").sees("Через Ромашку");
    bench.keys("s").text("name").keys("enter W").text("наши").keys("enter").sees("saved the view");
    bench.keys("P").sees("pipeline").sees("view").text("sales").keys("enter").sees("Renewal 2027");
    bench.keys("P").text("наши").keys("enter").sees("Партнёры: наши").sees("Через Ромашку");
    // A card that is put on stays at its height until the file tells its place.
    bench.add("stage", &[("name", "Договор"), ("pipeline", "Партнёры"), ("position", "2")]);
    bench.keys("f5 L").sees("moved deal");
    assert_eq!(bench.value("deal", id, "stage").to_cell(), "Договор");
}

#[test]
fn marked_deals_move_each_one_step_as_one_change() {
    let mut bench = filled();
    // Space goes on to the next: what is told is the marked one.
    bench.keys("1 l space L").sees("moved deal:3 Внедрение to").keys("u esc h l g g V");
    bench.keys("L").sees("moved 2 deals");
    bench.keys("esc");
    assert_eq!(bench.value("deal", 2, "stage").to_cell(), "Proposal");
    bench.keys("u");
    assert_eq!(bench.value("deal", 2, "stage").to_cell(), "Qualified");
    assert_eq!(bench.value("deal", 3, "stage").to_cell(), "Qualified");
}

#[test]
fn a_card_is_dragged_to_another_stage() {
    let mut bench = filled();
    bench.resize(160, 40).keys("1");
    let buffer = text_of(&bench.buffer());
    let row = buffer.lines().position(|l| l.contains("Renewal")).unwrap();
    let row = u16::try_from(row).unwrap();
    let mouse = |bench: &mut Bench, kind, column| {
        bench.app.input(Input::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }));
        bench.settle();
    };
    mouse(&mut bench, MouseEventKind::Down(MouseButton::Left), 5);
    mouse(&mut bench, MouseEventKind::Drag(MouseButton::Left), 40);
    mouse(&mut bench, MouseEventKind::Drag(MouseButton::Left), 60);
    mouse(&mut bench, MouseEventKind::Up(MouseButton::Left), 60);
    assert_eq!(bench.value("deal", 1, "stage").to_cell(), "Proposal");
    // At the edge the stages go by, and the one under the pointer then is the target.
    bench.keys("u").resize(80, 24).keys("g g");
    mouse(&mut bench, MouseEventKind::Down(MouseButton::Left), 5);
    for _ in 0..3 {
        mouse(&mut bench, MouseEventKind::Drag(MouseButton::Left), 79);
    }
    mouse(&mut bench, MouseEventKind::Up(MouseButton::Left), 79);
    assert_eq!(bench.value("deal", 1, "stage").to_cell(), "Negotiation");
    assert_eq!(bench.app.top().subject().unwrap().one(), 1);
}

#[test]
fn a_company_leads_to_its_deals_on_the_board() {
    let mut bench = filled();
    bench.keys("3 g b").sees("company:1").sees("Renewal 2027");
    assert!(!bench.screen().contains("Внедрение"), "{}", bench.screen());
    bench.keys("esc").sees("domain").keys("1").sees("Внедрение");
}

#[test]
fn ranges_whole_stages_and_one_stage_alone_are_reached_by_keys() {
    let mut bench = filled();
    for at in 0..70 {
        bench.add("deal", &[("name", &format!("Many {at}")), ("stage", "Proposal")]);
    }
    bench.keys("1 f5 l v j").sees("2 marked (range)").keys("l").keys("v j j v j");
    bench.sees("5 marked:").keys("esc");
    assert!(!bench.screen().contains("marked"), "{}", bench.screen());
    // Those too that no column has loaded.
    bench.keys("V").sees("70 marked").keys("L").sees("moved 70 deals").keys("u V");
    assert!(!bench.screen().contains("marked"), "{}", bench.screen());
    bench.keys("h g g z").sees("Внедрение");
    assert!(!bench.screen().contains("Many 1"), "{}", bench.screen());
    bench.keys("l g g").sees("Many 1").keys("esc").sees("Qualified 2  EUR").keys("h");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let typed = path.to_str().unwrap().to_owned();
    bench.keys("/").text("amount>1k").keys("enter E ctrl+u").text(&typed).keys("enter");
    bench.sees("wrote");
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(kept, "ran deal list 'amount>1k' -o csv\n");
}

#[test]
fn the_board_of_a_pipeline_without_stages_takes_its_first_stage_then_deals() {
    let mut bench = filled();
    bench.add("pipeline", &[("name", "Партнёры")]);
    bench.keys("1 f5 :").text("board Партнёры").keys("enter");
    bench.sees("This pipeline has no stages yet.").sees("n adds the first.");
    bench.keys("n").sees("New stage").text("Начало").keys("enter").sees("added stage");
    bench.sees("No deals yet.").keys("n").sees("New deal").text("Первая").keys("enter");
    bench.sees("added deal").sees("> Первая");
}
