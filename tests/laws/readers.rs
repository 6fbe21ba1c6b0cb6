//! Whatever bytes come, the readers neither break nor stall: detection, CSV and JSON, dates, money,
//! references and filters say what is wrong, in bounded time.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use rolo::entity::money::{Currency, parse_money, parse_number};
use rolo::entity::when::{DateOrder, Times, calendar_day, parse_duration, stored_instant};
use rolo::entity::{Kind, Locale};
use rolo::filter::parse;
use rolo::interchange::{
    Charset, Form, Input, Mapping, Mark, RawRow, ReadOptions, RowParser, Source, Written,
};
use rolo::model::model;

use crate::harness::cases;

/// No small input may take longer: milliseconds, on a slow machine that does other things too.
const LONGEST: Duration = Duration::from_secs(20);

fn locale() -> Locale {
    let now = stored_instant("2026-11-22T09:00:00Z").expect("an instant");
    let times = Times { now, zone: chrono_tz::Europe::Sofia, order: None };
    Locale { times, currency: Currency::EUR, region: "BG".into() }
}

/// Reads a file to its end, each row into values.
fn read_all(noun: &str, bytes: &[u8], options: &ReadOptions, written: &Written) {
    let input = Input::Stream(Box::new(std::io::Cursor::new(bytes.to_vec())));
    let Ok(mut source) = Source::open(input, options) else { return };
    let model = model();
    let noun = model.noun(noun).expect("a noun");
    let Ok(mapping) = Mapping::new(noun, source.headers(), &[]) else { return };
    let Ok(mut parser) = RowParser::new(noun, &mapping, &locale(), written, &mut source) else {
        return;
    };
    let mut row = RawRow::default();
    let mut line = 0;
    while let Ok(true) = source.read(&mut row) {
        assert!(row.line > line || source.is_json(), "lines go on");
        line = row.line;
        let _ = parser.values(&row);
        parser.fingerprint(&row);
    }
}

/// Bytes that mean something to a reader, and others.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[\"',;|\t\n\r\\\\ =@+()-]{1,3}".prop_map(String::into_bytes),
        4 => "[0-9]{1,4}[./,' -][0-9]{1,4}([./,' -][0-9]{1,4})?".prop_map(String::into_bytes),
        2 => "\\PC{0,6}".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 1..6),
        1 => Just(vec![0]),
        1 => Just(b"\xff\xfe".to_vec()),
        1 => Just("Иван".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        1 => Just(encoding_rs::WINDOWS_1251.encode("Пётр Иванов").0.into_owned()),
        1 => Just(b"{\"name\":[1,{\"label\":null}]}".to_vec()),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn header() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "name,birthday,emails,phone,city,tags\n",
        "name;amount;closes;probability;company;contacts\n",
        "title\tdue\tpriority\tabout\n",
        "sep=;\nname;amount\n",
        "\u{feff}uid,name,amount,company_uid\n",
        "[{\"name\":",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(400)))]

    #[test]
    fn any_bytes_are_read_or_refused(
        header in header(),
        body in bytes(),
        noun in prop::sample::select(vec!["contact", "deal", "task", "company"]),
        form in prop::sample::select(vec![None, Some(Form::Csv), Some(Form::Tsv), Some(Form::Json), Some(Form::Jsonl)]),
        encoding in prop::sample::select(vec![None, Some("utf-8"), Some("utf-16"), Some("utf-32be"), Some("windows-1251"), Some("shift_jis")]),
        decimal in prop::sample::select(vec![None, Some(Mark::Comma), Some(Mark::Point)]),
        order in prop::sample::select(vec![None, Some(DateOrder::Ymd), Some(DateOrder::Mdy)]),
    ) {
        let options = ReadOptions { form, charset: encoding.and_then(Charset::named), ..ReadOptions::default() };
        let written = Written { order, decimal, ..Written::default() };
        let begun = Instant::now();
        read_all(noun, &[header.as_bytes(), &body].concat(), &options, &written);
        prop_assert!(begun.elapsed() < LONGEST);
    }

    #[test]
    fn any_text_is_a_date_a_number_an_amount_or_none(text in prop_oneof![
        "\\PC{0,30}",
        "[0-9]{1,10}[-./: tTzZ+][0-9]{1,10}[-./: tTzZ+]{0,2}[0-9]{0,10}( ?[0-9:apm]{0,8})",
        "[-+−(]?[$€£A-Z]{0,3} ?[0-9]{0,30}[.,' ]?[0-9]{0,30}[.,kmb%)-]?( ?[A-Z₽руб.]{0,4})",
    ]) {
        let begun = Instant::now();
        let locale = locale();
        let _ = (locale.times.due(&text), locale.times.period(&text), parse_duration(&text));
        for order in [None, Some(DateOrder::Dmy), Some(DateOrder::Mdy), Some(DateOrder::Ymd)] {
            let _ = calendar_day(&text, order);
        }
        let _ = (parse_number(&text), parse_money(&text, Currency::EUR));
        for kind in [Kind::Int, Kind::Decimal, Kind::Percent, Kind::Money, Kind::Bool, Kind::Phone,
            Kind::Email, Kind::Address, Kind::Rrule, Kind::Zone, Kind::Duration, Kind::Tags] {
            let _ = (kind.parse(&text, &locale), kind.parse_item(&text));
        }
        prop_assert!(begun.elapsed() < LONGEST);
    }

    #[test]
    fn any_text_is_a_filter_or_says_where_it_is_wrong(text in prop_oneof![
        "\\PC{0,60}",
        "([a-z]{1,4}[:=<>~!]{0,2}|[(]|[)]|-|not |or |\"|[|]|@|is:|[#]|,|[.]{1,3}| ){0,40}",
    ]) {
        let begun = Instant::now();
        let _ = parse(&text);
        prop_assert!(begun.elapsed() < LONGEST);
    }
}

/// The time that something of a size takes, and of a size four times as large: about four times as
/// long, whatever the machine, where sixteen times would be its square.
fn grows_with(what: &str, act: impl Fn(usize)) {
    let time = |size: usize| {
        let begun = Instant::now();
        act(size);
        begun.elapsed()
    };
    let (one, four) = (time(1), time(4));
    assert!(four < 10 * one + Duration::from_secs(2), "{what}: {one:?}, of four times {four:?}");
}

/// A text of a size.
type Growing = Box<dyn Fn(usize) -> String>;

#[test]
fn what_grows_without_end_takes_time_that_grows_with_it() {
    let options = ReadOptions::default();
    let written = Written::default();
    let long = |piece: &'static str, count: usize| {
        move |size: usize| format!("name,amount,birthday\n{}", piece.repeat(count * size))
    };
    let texts: [(&str, Growing); 13] = [
        ("quotes", Box::new(long("\"", 50_000))),
        ("commas", Box::new(long(",", 50_000))),
        ("lines", Box::new(long("\n", 50_000))),
        ("apostrophes", Box::new(long("'", 50_000))),
        ("cells", Box::new(long("1,", 50_000))),
        ("brackets", Box::new(long("(1.000", 50_000))),
        ("empty cells", Box::new(long("\"\"\n", 50_000))),
        ("tags", Box::new(|size| format!("name,tags\nA,{}\n", "a;".repeat(5_000 * size)))),
        (
            "groups",
            Box::new(|size| format!("name,amount\nA,\"{}\"\n", "1,234.".repeat(5_000 * size))),
        ),
        ("days", Box::new(|size| format!("name,birthday\nA,{}\n", "1/".repeat(12_500 * size)))),
        ("letters", Box::new(|size| format!("name\n{}\n", "\u{b5}\u{430}".repeat(25_000 * size)))),
        ("arrays", Box::new(|size| format!("{}\n", "[".repeat(25_000 * size)))),
        ("objects", Box::new(|size| format!("[{}\n", "{\"a\":".repeat(12_500 * size)))),
    ];
    for (what, text) in &texts {
        for noun in ["contact", "deal"] {
            grows_with(what, |size| read_all(noun, text(size).as_bytes(), &options, &written));
        }
    }
    // Bytes that no encoding fits, as many as are looked at.
    grows_with("odd bytes", |size| {
        let odd: Vec<u8> = (0..u32::try_from(size).expect("small") * 500_000)
            .map(|n| 0x80 | n.wrapping_mul(n).to_le_bytes()[1])
            .collect();
        read_all("contact", &[b"name\n", odd.as_slice()].concat(), &options, &written);
    });
    for text in ["(", "not ", "a:", "\"", "-", "a or ", "@x "] {
        grows_with(text, |size| {
            let _ = parse(&text.repeat(5_000 * size));
        });
    }
}
