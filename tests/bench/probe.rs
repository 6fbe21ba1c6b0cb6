use std::time::Instant;
use rusqlite::types::ValueRef;
fn main() {
    let path = std::env::var("ROLO_DB").unwrap();
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch("PRAGMA cache_size=-16000").ok();
    let file = std::env::args().nth(1).unwrap();
    for sql in std::fs::read_to_string(file).unwrap().split(";\n") {
        let sql = sql.trim(); if sql.is_empty() { continue }
        for read in [false, true] {
        let mut best = f64::MAX; let mut rows = 0; let mut last = String::new(); let mut sum = 0u64;
        for _ in 0..7 {
            let t = Instant::now(); rows = 0;
            let mut stmt = match conn.prepare(sql) { Ok(s) => s, Err(e) => { last = e.to_string(); break } };
            let n = stmt.column_count();
            let mut r = stmt.raw_query();
            while let Ok(Some(row)) = r.next() { rows += 1; if rows == 1 { last = format!("{:?}", row.get_ref(0)); }
                if read { for c in 0..n { sum = sum.wrapping_add(match row.get_ref_unwrap(c) { ValueRef::Integer(i) => i as u64, ValueRef::Text(t) => t.len() as u64, ValueRef::Blob(t) => t.len() as u64, ValueRef::Real(f) => f as u64, _ => 1 }); } }
            }
            best = best.min(t.elapsed().as_secs_f64() * 1e3);
        }
        println!("{best:9.3} ms {rows:7} rows {read} {last:.40} {sum} | {}", &sql.replace('\n', " ").chars().take(150).collect::<String>());
        }
    }
}
