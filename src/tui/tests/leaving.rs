//! How screens and the dashboard are left.

use crossterm::event::{Event as Input, KeyEvent};

use super::harness::{SCREENS, filled};
use crate::tui::keys::Press;

#[test]
fn what_works_out_of_sight_takes_no_key() {
    let mut bench = filled();
    // Its question is asked and not answered yet.
    bench.app.open(crate::tui::screens::start::look());
    let quit = Press::sequence("q").unwrap()[0];
    bench.app.input(Input::Key(KeyEvent::new(quit.code, quit.held)));
    bench.settle();
    assert!(bench.left);
}

#[test]
fn every_screen_is_left_by_esc_and_q_quits_on_the_first() {
    for (name, keys) in SCREENS {
        let mut bench = filled();
        bench.keys(keys).keys("esc esc esc esc");
        assert_eq!(bench.app.depth(), 0, "{name}");
        bench.keys("q");
        assert!(bench.left, "{name}");
    }
}

#[test]
fn ctrl_c_takes_one_layer_back_and_quits_when_pressed_twice_on_the_first_screen() {
    let mut bench = filled();
    bench.keys("2 / a n n ctrl+c ctrl+c").sees("Ёжикова");
    assert!(!bench.left);
    bench.keys("ctrl+c").sees("^C again quits");
    // Anything between the two means that nobody wants to leave.
    bench.keys("j ctrl+c");
    assert!(!bench.left);
    bench.keys("e").sees("Edit contact").keys("ctrl+c");
    assert_eq!(bench.app.depth(), 0);
    // Text that isn't saved is asked for, as Esc does.
    bench.keys("e").text("x").keys("ctrl+c").sees("not saved").keys("ctrl+c");
    assert_eq!(bench.app.depth(), 0);
    bench.keys("ctrl+c");
    assert!(!bench.left);
    bench.keys("ctrl+c");
    assert!(bench.left);
}
