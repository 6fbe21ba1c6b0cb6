//! Rates of currencies, and what they do to sums.

use crate::harness::World;

fn world() -> World {
    let w = World::new();
    w.ok(&["rate", "add", "EUR", "USD", "1.08", "--on", "2026-11-01"]);
    w
}

#[test]
fn an_amount_is_converted_both_ways_with_the_rate_and_its_day_named() {
    let w = world();
    let run = w.run(&["rate", "convert", "100 EUR", "USD"]);
    assert_eq!((run.code, run.out.as_str()), (0, "108.00 USD\n"));
    assert_eq!(run.err, "converted to USD at EUR/USD 1.08 of 2026-11-01\n");
    let back = w.json(&["rate", "convert", "100USD", "EUR", "-o", "json"]);
    assert_eq!(back["amount"].to_string(), "92.59");
    assert_eq!(back["amount_currency"], "EUR");
    assert_eq!(back["rates"][0]["rate"].to_string(), "1.08");
    assert_eq!(back["rates"][0]["date"], "2026-11-01");
}

#[test]
fn the_latest_rate_of_the_day_or_before_counts_and_none_before_the_first() {
    let w = world();
    w.ok(&["rate", "add", "eur", "usd", "1.20", "--on", "2026-11-20"]);
    assert_eq!(w.ok(&["rate", "convert", "1 EUR", "USD"]), "1.20 USD\n");
    assert_eq!(w.ok(&["rate", "convert", "1 EUR", "USD", "--on", "2026-11-19"]), "1.08 USD\n");
    let err = w.fails(4, &["rate", "convert", "1 EUR", "USD", "--on", "2026-10-31"]);
    assert!(err.contains("no rate from EUR to USD of 2026-10-31 or before"), "{err}");
    assert!(err.contains("rolo rate add EUR USD RATE --on 2026-10-31"), "{err}");
}

#[test]
fn a_half_cent_goes_to_the_even_neighbour() {
    let w = World::new();
    w.ok(&["rate", "add", "EUR", "USD", "0.5"]);
    assert_eq!(w.ok(&["rate", "convert", "0.01 EUR", "USD"]), "0.00 USD\n");
    assert_eq!(w.ok(&["rate", "convert", "0.03 EUR", "USD"]), "0.02 USD\n");
    assert_eq!(w.ok(&["rate", "convert", "0.05 EUR", "USD"]), "0.02 USD\n");
    assert_eq!(w.ok(&["rate", "convert", "-0.03 EUR", "USD"]), "-0.02 USD\n");
}

#[test]
fn what_is_worked_out_is_whole_in_the_smallest_unit_of_its_currency() {
    let w = World::new();
    w.ok(&["rate", "add", "EUR", "JPY", "160"]);
    w.ok(&["rate", "add", "EUR", "KWD", "0.3333"]);
    assert_eq!(w.ok(&["rate", "convert", "1.33 EUR", "JPY"]), "213 JPY\n");
    assert_eq!(w.ok(&["rate", "convert", "0.01 EUR", "KWD"]), "0.003 KWD\n");
    // What is said is kept, and is not converted to its own currency.
    assert_eq!(w.ok(&["rate", "convert", "100.37 JPY", "JPY"]), "100.37 JPY\n");
    for (amount, weighted) in [
        ("333 JPY", "166"),
        ("335 KRW", "168"),
        ("100.37 JPY", "50"),
        ("0.333 KWD", "0.166"),
        ("0.03", "0.02"),
    ] {
        let id = w.ok(&["deal", "add", "D", "--amount", amount, "--probability", "50"]);
        let deal = w.json(&["deal", "show", id.trim(), "-o", "json"]);
        assert_eq!(deal["weighted"].to_string(), weighted, "{amount}");
        let said = amount.split(' ').next().expect("a number");
        assert_eq!(deal["amount"].to_string(), said);
    }
    let board = w.json(&["deal", "board", "-o", "json"]);
    assert_eq!(board[0]["weighted"].to_string(), r#"{"EUR":0.02,"JPY":216,"KRW":168,"KWD":0.166}"#);
    // Each sum once: 216 + 0.02 × 160 + 168 × 160 / 1500 + 0.166 × 160 / 0.3333.
    let err = w.fails(4, &["deal", "pipeline", "--currency", "JPY"]);
    assert!(err.contains("no rate from KRW to JPY"), "{err}");
    w.ok(&["rate", "add", "EUR", "KRW", "1500"]);
    let sums = w.json(&["deal", "pipeline", "--by", "pipeline", "--currency", "JPY", "-o", "json"]);
    assert_eq!(sums[0]["weighted"].to_string(), r#"{"JPY":317}"#);
}

#[test]
fn a_total_of_a_line_a_commission_and_a_bonus_have_no_part_of_a_yen() {
    let w = World::new();
    w.ok(&["company", "add", "P", "--commission", "12.5"]);
    w.ok(&["deal", "add", "D", "--amount", "1 JPY", "--partner", "P"]);
    for (price, quantity, discount, total) in [
        ("333 JPY", "0.5", "0", "166"),
        ("335 JPY", "0.5", "0", "168"),
        ("100.37 JPY", "1", "0", "100"),
        ("89999999999 JPY", "1", "0.01", "89990999999"),
    ] {
        let args = ["line", "add", "x", "--deal", "1", "--price", price, "--quantity", quantity];
        let id = w.ok(&[&args[..], &["--discount", discount]].concat());
        let line = w.json(&["line", "show", id.trim(), "-o", "json"]);
        assert_eq!(line["total"].to_string(), total, "{price}");
        w.ok(&["line", "rm", id.trim()]);
    }
    w.ok(&["line", "add", "x", "--deal", "1", "--price", "100 JPY"]);
    let deal = w.json(&["deal", "show", "1", "-o", "json"]);
    assert_eq!(deal["commission_amount"].to_string(), "12");
    w.ok(&["deal", "win", "1"]);
    w.ok(&["quota", "add", "2026-Q4", "--amount", "100 JPY", "--user", "ann"]);
    w.ok(&["bonus", "add", "B", "--attainment", "50", "--percent", "1.5"]);
    let quotas = w.json(&["quota", "attainment", "-o", "json"]);
    assert_eq!(quotas[0]["bonus"].to_string(), "2", "{quotas}");
}

#[test]
fn what_is_no_rate_is_refused_with_the_value() {
    let w = world();
    for (args, word) in [
        (&["rate", "add", "EUR", "EUX", "1.1"][..], "`EUX` is not an ISO 4217 currency"),
        (&["rate", "add", "EUR", "USD", "0"], "`0` is not above 0"),
        (&["rate", "add", "EUR", "USD", "-1.1"], "`-1.1` is not above 0"),
        (&["rate", "add", "EUR", "USD", "much"], "`much`"),
        (&["rate", "add", "EUR", "EUR", "1"], "quote: both currencies are the same, `EUR`"),
        (&["rate", "edit", "1", "--base", "USD"], "quote: both currencies are the same, `USD`"),
        (&["rate", "add", "EUR", "USD", "1.1", "--on", "2026-13-01"], "--on"),
        (&["rate", "add", "EUR", "USD", "1.1", "--on", "2026-11-01"], "is taken by rate:1"),
    ] {
        let err = w.fails(4, args);
        assert!(err.contains(word), "{args:?}: {err}");
    }
    let file = w.file("r.csv", "base,quote,rate,date\nEUR,EUR,1.5,2026-01-01\n");
    let err = w.fails(4, &["rate", "import", &file]);
    assert!(err.contains("line 2, quote, `EUR`: quote: both currencies"), "{err}");
    assert_eq!(w.ok(&["rate", "list", "--count"]), "1\n");
}

#[test]
fn files_of_rates_come_in_by_many_names_once_and_go_back_with_undo() {
    let w = world();
    let file = w.file(
        "rates.csv",
        "From currency,To currency,Exchange rate,Date\nEUR,USD,1.09,2026-11-01\nEUR,GBP,0.85,2026-11-02\nUSD,JPY,150.125,2026-11-02\n",
    );
    for _ in 0..2 {
        let done = w.json(&["rate", "import", &file, "-o", "json"]);
        assert_eq!(done["read"], 3);
    }
    assert_eq!(w.ok(&["rate", "list", "--count"]), "3\n");
    assert_eq!(w.ok(&["rate", "convert", "1 EUR", "USD"]), "1.09 USD\n");
    w.ok(&["undo"]);
    assert_eq!(w.ok(&["rate", "convert", "1 EUR", "USD"]), "1.08 USD\n");
    let bad = w.file(
        "bad.csv",
        "base,quote,rate,date\nEUR,DOLLAR,1.1,2026-11-01\nEUR,USD,-2,2026-11-01\n",
    );
    let err = w.fails(4, &["rate", "import", &bad]);
    assert!(err.contains("DOLLAR") && err.contains("`-2` is not above 0"), "{err}");
}

#[test]
fn a_table_with_a_column_for_each_currency_needs_its_base_said() {
    let w = World::new();
    let file = w.file(
        "eurofxref-hist.csv",
        "Date,USD,JPY,BGN,\n2026-11-20,1.0825,162.37,N/A,\n2026-11-19,1.07,162,1.9558,\n",
    );
    let err = w.fails(2, &["rate", "import", &file]);
    assert!(err.contains("`--base EUR`"), "{err}");
    let done = w.json(&["rate", "import", &file, "--base", "EUR", "-o", "json"]);
    assert_eq!(done["created"], 5);
    assert_eq!(w.ok(&["rate", "convert", "100 BGN", "USD"]), "55.35 USD\n");
    w.fails(4, &["rate", "import", &file, "--base", "EUX"]);
}

#[test]
fn weighted_amounts_round_a_half_to_the_even_cent_and_the_board_agrees() {
    let w = World::new();
    for amount in ["0.01", "0.03", "0.05"] {
        w.ok(&["deal", "add", "D", "--amount", amount, "--probability", "50"]);
    }
    let list = w.json(&["deal", "list", "--sort", "id", "-o", "json", "--columns", "weighted"]);
    let found: Vec<String> = (0..3).map(|at| list[at]["weighted"].to_string()).collect();
    assert_eq!(found, ["0.00", "0.02", "0.02"]);
    let board = w.json(&["deal", "board", "-o", "json"]);
    assert_eq!(board[0]["weighted"]["EUR"].to_string(), "0.04");
}

#[test]
fn the_board_sums_up_in_the_report_currency_with_a_footer() {
    let w = World::new();
    w.ok(&["rate", "add", "EUR", "USD", "1.25", "--on", "2026-01-01"]);
    w.ok(&["rate", "add", "EUR", "USD", "2", "--on", "2026-11-22"]);
    for amount in ["100 USD", "0.01", "50 USD"] {
        w.ok(&["--now", "2026-11-20T09:00:00Z", "deal", "add", "Заказ", "--amount", amount]);
    }
    w.ok(&["--now", "2026-11-20T09:00:00Z", "deal", "add", "Bare"]);
    let own = w.json(&["deal", "board", "-o", "json"]);
    assert_eq!(own[0]["sums"].to_string(), r#"{"EUR":0.01,"USD":150.00}"#);
    assert_eq!(own[0]["rates"], serde_json::Value::Null);
    w.ok(&["config", "set", "report_currency", "EUR"]);
    let board = w.json(&["deal", "board", "-o", "json"]);
    assert_eq!(board[0]["sums"].to_string(), r#"{"EUR":75.01}"#);
    assert_eq!(board[0]["weighted"].to_string(), r#"{"EUR":7.50}"#);
    assert_eq!(board[0]["rates"][0]["rate"].to_string(), "2");
    assert_eq!((board[0]["count"].as_u64(), board[1]["sums"].to_string()), (Some(4), "{}".into()));
    // What a deal is worth stays as it was agreed.
    assert_eq!(board[0]["deals"][0]["amount_currency"], "USD");
    let shown = w.run(&["deal", "board"]);
    assert!(shown.out.contains("75.01 EUR"), "{}", shown.out);
    assert_eq!(shown.err, "converted to EUR at EUR/USD 2 of 2026-11-22\n");
    let rows = w.ok(&["deal", "board", "-o", "csv"]);
    assert!(rows.contains(",3,EUR,75.01,7.50\n") && rows.contains(",1,,,\n"), "{rows}");
    // A past board takes the rates of its day, whenever they were written down.
    let past = w.json(&["deal", "board", "--as-of", "2026-11-21", "-o", "json"]);
    assert_eq!(past[0]["sums"].to_string(), r#"{"EUR":120.01}"#);
    w.ok(&["config", "set", "report_currency", "JPY"]);
    let why = w.fails(4, &["deal", "board"]);
    assert!(why.contains("no rate from EUR to JPY of 2026-11-22 or before"), "{why}");
}

#[test]
fn what_counts_to_four_decimals_is_given_to_four() {
    let w = World::new();
    w.ok(&["deal", "add", "D", "--amount", "1000000", "--probability", "33.3333"]);
    for args in [
        &["deal", "edit", "D", "--probability", "33.33333"][..],
        &["deal", "edit", "D", "--commission", "1.00001"],
        &["company", "add", "P", "--commission", "1.00001"],
        &["stage", "edit", "Lead", "--probability", "1.00001"],
    ] {
        let err = w.fails(4, args);
        assert!(err.contains("has more than four decimals"), "{args:?}: {err}");
    }
    assert_eq!(w.json(&["deal", "show", "D", "-o", "json"])["weighted"].to_string(), "333333.00");
    let err = w.fails(4, &["line", "add", "x", "--deal", "D", "--price", "-5"]);
    assert!(err.contains("the lines of deal:1 come to -5.00 EUR, less than 0"), "{err}");
}
