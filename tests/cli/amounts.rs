//! Amounts keep their currency on the way out.

use crate::harness::World;

#[test]
fn an_amount_in_cells_brings_its_currency() {
    let w = World::new();
    w.ok(&["company", "add", "Acme"]);
    w.ok(&["deal", "add", "Big", "--amount", "12k USD", "--company", "Acme"]);
    w.ok(&["deal", "add", "Far", "--amount", "500 JPY"]);
    w.ok(&["deal", "add", "None"]);
    let csv = "name,amount,amount_currency\nBig,12000.00,USD\nFar,500,JPY\nNone,,\n";
    assert_eq!(
        w.ok(&["deal", "list", "--sort", "name", "--columns", "name,amount", "-o", "csv"]),
        csv
    );
    let asked = ["deal", "export", "--columns", "amount_currency,name,amount", "--out", "out.csv"];
    w.ok(&asked);
    assert!(
        w.read("out.csv").starts_with("amount_currency,name,amount\n"),
        "{}",
        w.read("out.csv")
    );
    assert_eq!(
        w.ok(&["deal", "list", "name:big", "--columns", "amount,weighted", "-o", "tsv"]),
        "amount\tamount_currency\tweighted\tweighted_currency\n12000.00\tUSD\t1200.00\tUSD\n"
    );
    // What goes out so goes in elsewhere as it was.
    w.ok(&["deal", "export", "--columns", "name,amount", "--out", "two.csv"]);
    w.ok(&["--db", "other.db", "deal", "import", "two.csv"]);
    assert_eq!(
        w.ok(&[
            "--db",
            "other.db",
            "deal",
            "list",
            "--sort",
            "name",
            "--columns",
            "name,amount",
            "-o",
            "csv"
        ]),
        csv
    );
}
