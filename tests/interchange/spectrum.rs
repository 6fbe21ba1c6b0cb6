//! The files of csv-spectrum, each beside what it holds.

use rolo::interchange::{Input, RawRow, ReadOptions, Source};

#[test]
fn every_file_reads_as_the_json_beside_it_says() {
    let folder = format!("{}/tests/data/csv-spectrum", env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "csv") {
            continue;
        }
        let name = path.to_string_lossy().into_owned();
        let json = std::fs::read_to_string(path.with_extension("json")).expect("its JSON");
        let want: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let want = if want.is_array() { want } else { serde_json::json!([want]) };
        let input = Input::open(&name).expect("a file");
        let mut source = Source::open(input, &ReadOptions::default()).expect("a source");
        let headers = source.headers().to_vec();
        let mut row = RawRow::default();
        let mut found: Vec<serde_json::Map<String, serde_json::Value>> = Vec::new();
        while source.read(&mut row).expect("a row") {
            let cell = |at: usize| serde_json::Value::from(row.cell(at));
            found.push(headers.iter().cloned().zip((0..headers.len()).map(cell)).collect());
        }
        assert_eq!(serde_json::json!(found), want, "{name}");
        count += 1;
    }
    assert_eq!(count, 11);
}
