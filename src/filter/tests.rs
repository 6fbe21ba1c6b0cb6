//! The language as a whole: what is refused and how, which SQL comes of it, which rows it finds,
//! and laws over filters made by chance.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;
use rusqlite::{Connection, ToSql};

use super::expr::{Expr, FieldTerm, Node, Op, Operand, Term, Text};
use super::place::Place;
use super::{SEARCH_ID_BITS, SavedView, Scope, parse, to_sql};
use crate::entity::money::Currency;
use crate::entity::text::{fold, words};
use crate::entity::when::{Times, stored_instant};
use crate::entity::{CustomField, Kind, Locale, Model, Noun, Target, e164};
use crate::error::Result;

const NOW: &str = "2026-11-22T09:00:00Z";

fn locale() -> Locale {
    let times = Times {
        now: stored_instant(NOW).expect("an instant"),
        zone: "Europe/Sofia".parse().expect("a zone"),
        order: None,
    };
    Locale { times, currency: Currency::EUR, region: "GB".into() }
}

fn model() -> Model {
    let custom = |noun: &str, slug: &str, kind: &str| CustomField {
        noun: noun.into(),
        slug: slug.into(),
        name: slug.into(),
        kind: kind.into(),
        choices: Vec::new(),
    };
    crate::model::model()
        .with_custom(&[
            custom("contact", "contract_no", "text"),
            custom("contact", "fee", "money"),
            CustomField { choices: vec!["company".into()], ..custom("contact", "bank", "link") },
        ])
        .expect("custom fields")
}

fn view(name: &str) -> Option<SavedView> {
    let (noun, filter) = match name {
        "big" => ("deal", "amount>=10k"),
        "big-or-won" => ("deal", "@big or is:won"),
        "loop" => ("deal", "is:open @pool"),
        "pool" => ("deal", "@loop"),
        "broken" => ("deal", "amont>1"),
        "open" => ("deal", "(a"),
        "all" => ("deal", ""),
        "people" => ("contact", "name:a"),
        _ => return None,
    };
    Some(SavedView { noun: noun.into(), filter: filter.into() })
}

fn compiled(noun: &str, text: &str) -> Result<super::Sql> {
    let (model, locale) = (model(), locale());
    let scope = Scope { model: &model, locale: &locale, views: &view };
    to_sql(text, model.noun(noun)?, &scope)
}

fn sql(noun: &str, text: &str) -> String {
    let sql = compiled(noun, text).unwrap_or_else(|why| panic!("{text}: {why}"));
    let values: Vec<String> = sql
        .params
        .iter()
        .map(|(_, v)| match v {
            Value::Text(t) => t.clone(),
            Value::Integer(n) => n.to_string(),
            Value::Real(n) => format!("{n:?}"),
            other => format!("{other:?}"),
        })
        .collect();
    format!("{} [{}]", sql.text, values.join("|"))
}

fn refused(noun: &str, text: &str) -> String {
    match compiled(noun, text) {
        Ok(sql) => format!("accepted: {}", sql.text),
        Err(why) => {
            assert_eq!(why.kind.code(), 2, "{text}");
            format!("{}\n{}", why.message, why.hint.unwrap_or_default())
        }
    }
}

#[test]
fn an_unknown_name_is_pointed_at_with_the_nearest_and_all_known() {
    let said = refused("contact", "acme nmae:ann");
    assert!(
        said.starts_with(
            "contact has no field `nmae`\n  acme nmae:ann\n       ^^^^\ndid you mean `name`? fields: id, uid, name"
        ),
        "{said}"
    );
    let said = refused("deal", "company.indutry:retail");
    assert!(
        said.starts_with(
            "company has no field `indutry`\n  company.indutry:retail\n          ^^^^^^^\ndid you mean `industry`?"
        ),
        "{said}"
    );
    let said = refused("deal", "is:opn");
    assert!(
        said.starts_with(
            "deal has no state `opn`\n  is:opn\n     ^^^\ndid you mean `is:open`? states: open, won, lost, stale, overdue, mine, trashed"
        ),
        "{said}"
    );
}

#[test]
fn a_wrong_value_is_pointed_at() {
    for (noun, text, want) in [
        (
            "deal",
            "status:opn",
            "`opn` is no value of `status`\n  status:opn\n         ^^^\ndid you mean `open`? known: open, won, lost",
        ),
        (
            "deal",
            "amount>lots",
            "`lots` is not an amount\n  amount>lots\n         ^^^^\nwrite an amount",
        ),
        ("deal", "amount:1..x", "`x` is not an amount\n  amount:1..x\n            ^\n"),
        (
            "deal",
            "closes:2026-13-01",
            "`2026-13-01` is not a date\n  closes:2026-13-01\n         ^^^^^^^^^^\nwrite",
        ),
        (
            "deal",
            "closes:..",
            "a range needs an end, such as `a..b`, `a..` or `..b`\n  closes:..\n         ^^\n",
        ),
        (
            "deal",
            "name>5",
            "`name` has no order: `>` can't be used\n  name>5\n      ^\nfields of deal that have one: id, amount",
        ),
        ("deal", "name:\"a\"..b", "`name` has no order: a range can't be used\n"),
        (
            "deal",
            "name:\"\"",
            "there is nothing to look for in it\n  name:\"\"\n       ^^\nwrite `name:none`",
        ),
        (
            "deal",
            "name.x:1",
            "`name` of deal is not a link\n  name.x:1\n  ^^^^\nlinks: company, contact, contacts, pipeline",
        ),
        (
            "task",
            "about:42",
            "`42` doesn't say of which noun it is the id\n  about:42\n        ^^\nwrite the noun too, such as `about:deal:42`",
        ),
        ("deal", "company:deal:42", "`company` never leads to a deal\n"),
        (
            "event",
            "attendees:deal:4",
            "`attendees` never leads to a deal\n  attendees:deal:4\n            ^^^^^^\nit leads to: contact, user",
        ),
        (
            "task",
            "about.nope:1",
            "nothing that `about` can lead to has a field `nope`\n  about.nope:1\n        ^^^^\n",
        ),
        ("contact", "manager.manager.manager.manager.name:x", "more than 3 links deep\n"),
        ("contact", "uid:xyz", "`xyz` is not a uid\n"),
        ("user", "active:maybe", "`maybe` is neither yes nor no\n  active:maybe\n         ^^^^^\n"),
        ("deal", "is=open", "a state is asked for with `is:`\n"),
        ("deal", "@nope", "there is no view `@nope`\n  @nope\n  ^^^^^\n"),
        ("deal", "@people", "the view `@people` lists contacts, not deals\n"),
        (
            "deal",
            "@loop",
            "in the view `@loop`: in the view `@pool`: the view `@loop` contains itself\n  @loop\n  ^^^^^\nthe way there: @loop → @pool",
        ),
        (
            "deal",
            "won @broken",
            "in the view `@broken`: deal has no field `amont`\n  amont>1\n  ^^^^^\ndid you mean `amount`?",
        ),
        ("deal", "@open", "in the view `@open`: this parenthesis is never closed\n  (a\n  ^"),
    ] {
        let said = refused(noun, text);
        assert!(said.starts_with(want), "{text}:\n{said}\nwanted:\n{want}");
    }
}

#[test]
fn filters_become_sql_with_nothing_typed_in_it() {
    for (noun, text, want) in [
        ("deal", "", " []"),
        ("deal", "@all", " []"),
        ("deal", "name:Größe", "instr(t.\"name_fold\", :f1) > 0 [grosse]"),
        ("deal", "name=Acme", "t.\"name_fold\" = :f1 [acme]"),
        ("deal", "next_step!=Call", "(fold(t.\"next_step\") = :f1) IS NOT TRUE [call]"),
        ("deal", "name:none", "(t.\"name\" IS NOT NULL) IS NOT TRUE []"),
        ("deal", "name:\"none\"", "instr(t.\"name_fold\", :f1) > 0 [none]"),
        ("deal", "pipeline:7", "t.\"pipeline\" = :f1 [7]"),
        (
            "deal",
            "pipeline_id:7",
            "t.\"pipeline\" IN (SELECT t1.id FROM \"pipeline\" t1 WHERE t1.\"id\" = :f1) [7]",
        ),
        ("deal", "owner:me", "t.\"owner\" = :me []"),
        ("task", "about:deal:7", "(t.\"about_noun\" = 'deal' AND t.\"about\" = :f1) [7]"),
        ("deal", "closes:2026-Q4", "(t.\"closes\" BETWEEN :f1 AND :f2) [2026-10-01|2026-12-31]"),
        ("deal", "closes:today", "t.\"closes\" = :f1 [2026-11-22]"),
        (
            "activity",
            "at:today",
            "(t.\"at\" >= :f1 AND t.\"at\" < :f2) [2026-11-21T22:00:00Z|2026-11-22T22:00:00Z]",
        ),
        (
            "task",
            "due<today",
            "CASE length(t.\"due\") WHEN 10 THEN (t.\"due\" < :f2) ELSE (t.\"due\" < :f1) END [2026-11-21T22:00:00Z|2026-11-22]",
        ),
        (
            "deal",
            "amount>12kEUR",
            "(t.\"amount_currency\" = :f2 AND ((t.\"amount\" / 100.0) > :f1)) [12000|EUR]",
        ),
        ("deal", "amount_currency:usd", "instr(fold(t.\"amount_currency\"), :f1) > 0 [usd]"),
        (
            "deal",
            "+vip",
            "t.id IN (SELECT c.record FROM \"deal_tags\" c WHERE c.tag IN (SELECT g.id FROM tag g WHERE g.name_fold = :f1)) [vip]",
        ),
        (
            "contact",
            "email:ann",
            "(instr(fold(t.\"email\"), :f1) > 0 OR t.id IN (SELECT c.record FROM \"contact_emails\" c WHERE instr(fold(c.value), :f1) > 0)) [ann]",
        ),
        ("contact", "contract-no:x", "instr(fold(t.\"x_contract_no\"), :f1) > 0 [x]"),
        (
            "ticket",
            "number:7",
            "instr(fold((coalesce(t.number, CAST(t.id AS TEXT)))), :f1) > 0 [7]",
        ),
        ("contact", "trashed:any", "iif(t.\"trashed\" < 'a', t.\"trashed\", NULL) IS NOT NULL []"),
        ("product", "active:yes", "t.\"active\" = 1 []"),
        (
            "company",
            "o'brien",
            "t.id IN (SELECT rowid - 0 FROM search WHERE search MATCH :f1 AND rowid BETWEEN 0 AND 1099511627775) [\"o brien\" *]",
        ),
        (
            "contact",
            "\"Two  words\"",
            "t.id IN (SELECT rowid - 1099511627776 FROM search WHERE search MATCH :f1 AND rowid BETWEEN 1099511627776 AND 2199023255551) [\"two words\"]",
        ),
        ("contact", "***", "0 []"),
        (
            "contact",
            "' or 1=1 --",
            "(0 OR (t.id IN (SELECT rowid - 1099511627776 FROM search WHERE search MATCH :f1 AND rowid BETWEEN 1099511627776 AND 2199023255551) AND 0)) [\"1 1\" *]",
        ),
    ] {
        assert_eq!(sql(noun, text), want, "{text}");
    }
}

#[test]
fn dates_far_away_are_refused_or_compared() {
    for value in [
        "+4294967295h",
        "-4294967295min",
        "99999999d",
        "-99999y",
        "4294967295m",
        "0000",
        "9999",
        "+9999y",
    ] {
        let _ = compiled("task", &format!("due>{value}"));
        let _ = compiled("deal", &format!("closes:{value}..{value}"));
    }
}

#[test]
fn the_trash_is_mentioned_where_the_record_itself_is_meant() {
    let mentions = |text| compiled("deal", text).is_ok_and(|s| s.mentions_trash);
    assert!(mentions("is:trashed"));
    assert!(mentions("won or not is:trashed"));
    assert!(mentions("trashed>last-week"));
    assert!(!mentions("company.trashed:any"));
    assert!(!mentions("is:open"));
}

/// An empty file: the tables of all nouns as the brief of the store has them.
fn empty_file(model: &Model) -> Connection {
    let conn = Connection::open_in_memory().expect("a database");
    let mut ddl = vec![
        "CREATE VIRTUAL TABLE search USING fts5(body, content='', contentless_delete=1, tokenize='ascii')".to_owned(),
        "CREATE TABLE change (id, \"at\", undoes, undone_by)".to_owned(),
        "CREATE TABLE edit (change, noun, record, field, old, new)".to_owned(),
    ];
    for noun in &model.nouns {
        let mut columns = vec!["id INTEGER PRIMARY KEY".to_owned()];
        for field in noun.fields.iter().filter(|f| f.is_stored() && f.name != "id") {
            let name = if field.custom { format!("x_{}", field.name) } else { field.name.into() };
            let child = |more: &str| {
                format!("CREATE TABLE \"{}_{}\" (record, {more})", noun.name(), field.name)
            };
            match field.kind {
                Kind::Money => {
                    columns.extend([format!("\"{name}\""), format!("\"{name}_currency\"")]);
                }
                Kind::Link(Target::Any(_)) => {
                    columns.extend([format!("\"{name}\""), format!("\"{name}_noun\"")]);
                }
                Kind::List(_) => {
                    let one = field.one.unwrap_or(field.name);
                    columns.extend([format!("\"{one}\""), format!("\"{one}_label\"")]);
                    ddl.push(child("position, label, value"));
                }
                Kind::Links(..) => ddl.push(child("position, noun, target, role")),
                Kind::Words(_) => ddl.push(child("position, value")),
                Kind::Tags => ddl.push(child("tag")),
                _ => columns.push(format!("\"{name}\"")),
            }
            if field.sorted {
                columns.push(format!("\"{name}_fold\""));
            }
        }
        ddl.push(format!("CREATE TABLE \"{}\" ({})", noun.name(), columns.join(", ")));
    }
    for statement in ddl {
        conn.execute_batch(&statement).unwrap_or_else(|why| panic!("{why}: {statement}"));
    }
    let define = |name: &str, f: fn(&str) -> String| {
        conn.create_scalar_function(name, 1, FunctionFlags::SQLITE_UTF8, move |ctx| {
            Ok(ctx.get::<Option<String>>(0)?.map(|t| f(&t)))
        })
        .expect("a function");
    };
    define("fold", fold);
    define("e164", |t| e164(t, "GB"));
    define("office_due", crate::entity::hours::due_in_query);
    define("office_minutes", crate::entity::hours::minutes_in_query);
    conn
}

/// Puts a record in, with its folded columns and its search row.
fn put(conn: &Connection, model: &Model, noun: &str, id: i64, cells: &[(&str, &dyn ToSql)]) {
    let fields = &model.noun(noun).expect("a noun").fields;
    let mut columns = vec!["id".to_owned()];
    let mut values: Vec<Value> = vec![Value::Integer(id)];
    let mut body = Vec::new();
    for (column, cell) in cells {
        let value = match cell.to_sql().expect("a value") {
            rusqlite::types::ToSqlOutput::Borrowed(v) => Value::try_from(v).expect("a value"),
            rusqlite::types::ToSqlOutput::Owned(v) => v,
            _ => Value::Null,
        };
        if let Value::Text(text) = &value {
            body.push(words(text));
            if fields.iter().any(|f| f.name == *column && f.sorted) {
                columns.push(format!("\"{column}_fold\""));
                values.push(Value::Text(fold(text)));
            }
        }
        columns.push(format!("\"{column}\""));
        values.push(value);
    }
    let marks = vec!["?"; values.len()].join(", ");
    conn.execute(
        &format!("INSERT INTO \"{noun}\" ({}) VALUES ({marks})", columns.join(", ")),
        rusqlite::params_from_iter(values),
    )
    .expect("a row");
    let number = i64::try_from(model.position(noun).expect("a noun")).expect("a number");
    conn.execute(
        "INSERT INTO search (rowid, body) VALUES (?1, ?2)",
        (number << SEARCH_ID_BITS | id, body.join(" ␟ ")),
    )
    .expect("a search row");
}

fn run(conn: &Connection, model: &Model, noun: &str, text: &str) -> Vec<i64> {
    let locale = locale();
    let scope = Scope { model, locale: &locale, views: &view };
    let sql = to_sql(text, model.noun(noun).expect("a noun"), &scope)
        .unwrap_or_else(|why| panic!("{text}: {why}"));
    let live = if sql.mentions_trash {
        "(t.trashed IS NULL OR t.trashed < 'a')"
    } else {
        "t.trashed IS NULL"
    };
    let filter = if sql.text.is_empty() { "1" } else { &sql.text };
    let query = format!("SELECT t.id FROM \"{noun}\" t WHERE {live} AND {filter} ORDER BY t.id");
    let mut stmt = conn.prepare(&query).unwrap_or_else(|why| panic!("{text}: {why}: {query}"));
    let now = [
        (":now", Value::from(NOW.to_owned())),
        (":today", Value::from("2026-11-22".to_owned())),
        (":me", Value::from(1)),
    ];
    for (name, value) in
        now.iter().map(|(n, v)| (*n, v)).chain(sql.params.iter().map(|(n, v)| (&**n, v)))
    {
        if let Some(at) = stmt.parameter_index(name).expect("a name") {
            stmt.raw_bind_parameter(at, value).expect("a parameter");
        }
    }
    let mut rows = stmt.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next().unwrap_or_else(|why| panic!("{text}: {why}: {query}")) {
        found.push(row.get(0).expect("an id"));
    }
    found
}

/// A small file with something of everything.
fn small_file(model: &Model) -> Connection {
    let conn = empty_file(model);
    let put =
        |noun: &str, id: i64, cells: &[(&str, &dyn ToSql)]| put(&conn, model, noun, id, cells);
    put("team", 1, &[("name", &"West")]);
    put("user", 1, &[("handle", &"ann"), ("team", &1), ("active", &1)]);
    put("user", 2, &[("handle", &"bob"), ("active", &0)]);
    put(
        "company",
        1,
        &[
            ("name", &"Acme GmbH"),
            ("domain", &"acme.example"),
            ("industry", &"Retail"),
            ("owner", &1),
            ("employees", &250),
        ],
    );
    put("company", 2, &[("name", &"Пётр и сыновья"), ("owner", &2)]);
    put("company", 3, &[("name", &"王伟 Trading"), ("trashed", &"2026-11-01T00:00:00Z")]);
    put("company", 4, &[("name", &"Taken back"), ("trashed", &"gone")]);
    put("company", 5, &[("name", &"Acme Ltd"), ("trashed", &"merged:6")]);
    put("company", 6, &[("name", &"Acme Group"), ("trashed", &"merged:1")]);
    put(
        "contact",
        1,
        &[
            ("name", &"Jan Müller"),
            ("email", &"jan@acme.example"),
            ("phone", &"+44 20 7946-0000"),
            ("company", &1),
            ("x_contract_no", &"A-1"),
            ("x_bank", &2),
            ("x_fee", &5000),
            ("x_fee_currency", &"EUR"),
        ],
    );
    put(
        "contact",
        2,
        &[("name", &"O'Brien, Zoë"), ("email", &"zoe@x.example"), ("company", &2), ("manager", &1)],
    );
    put("contact", 3, &[("name", &"none"), ("company", &3)]);
    put("pipeline", 1, &[("name", &"Sales")]);
    put(
        "stage",
        1,
        &[
            ("name", &"Lead"),
            ("pipeline", &1),
            ("kind", &"open"),
            ("probability", &10.0),
            ("stale_days", &30),
        ],
    );
    put(
        "stage",
        2,
        &[("name", &"Won"), ("pipeline", &1), ("kind", &"won"), ("probability", &100.0)],
    );
    put(
        "deal",
        1,
        &[
            ("name", &"Big roof"),
            ("company", &1),
            ("stage", &1),
            ("amount", &1_200_050),
            ("amount_currency", &"EUR"),
            ("closes", &"2026-11-30"),
            ("owner", &1),
            ("created", &"2026-11-12T09:00:00Z"),
            ("stage_since", &"2026-11-12T09:00:00Z"),
        ],
    );
    put(
        "deal",
        2,
        &[
            ("name", &"Small roof"),
            ("company", &2),
            ("stage", &2),
            ("amount", &1_000_000),
            ("amount_currency", &"KWD"),
            ("probability", &33.3),
            ("closes", &"2026-10-01"),
            ("owner", &2),
            ("created", &"2026-01-01T00:00:00Z"),
            ("stage_since", &"2026-01-01T00:00:00Z"),
        ],
    );
    put(
        "deal",
        3,
        &[
            ("name", &"Floor"),
            ("stage", &1),
            ("created", &"2026-09-01T00:00:00Z"),
            ("stage_since", &"2026-09-01T00:00:00Z"),
        ],
    );
    put(
        "task",
        1,
        &[
            ("title", &"Call"),
            ("status", &"open"),
            ("due", &"2026-11-22"),
            ("about", &1),
            ("about_noun", &"deal"),
            ("owner", &1),
            ("estimate", &90),
        ],
    );
    put(
        "task",
        2,
        &[
            ("title", &"Write"),
            ("status", &"done"),
            ("due", &"2026-11-21T23:30:00Z"),
            ("about", &1),
            ("about_noun", &"contact"),
        ],
    );
    put("task", 3, &[("title", &"Wait"), ("status", &"open"), ("due", &"2026-11-22T08:00:00Z")]);
    put(
        "activity",
        1,
        &[("kind", &"call"), ("subject", &"Roof"), ("at", &"2026-11-21T22:00:00Z"), ("author", &1)],
    );
    put("activity", 2, &[("kind", &"mail"), ("at", &"2026-11-21T21:59:59Z"), ("author", &2)]);
    put("tag", 1, &[("name", &"VIP")]);
    conn.execute_batch(
        "INSERT INTO contact_tags VALUES (1, 1);
         INSERT INTO contact_emails VALUES (1, 1, 'home', 'muller@home.example');
         INSERT INTO contact_companies VALUES (1, 1, NULL, 2, NULL);
         INSERT INTO company_roles VALUES (1, 0, 'customer'), (2, 0, 'Friend');
         INSERT INTO deal_contacts VALUES (3, 0, NULL, 2, 'blocker');
         INSERT INTO activity_about VALUES (1, 0, 'contact', 1, NULL), (1, 1, 'deal', 2, NULL);",
    )
    .expect("children");
    conn
}

#[test]
fn filters_find_the_right_records() {
    let model = model();
    let conn = small_file(&model);
    let table: &[(&str, &str, &[i64])] = &[
        // Words and phrases.
        ("contact", "", &[1, 2, 3]),
        ("contact", "mul", &[1]),
        ("contact", "\"mul\"", &[]),
        ("contact", "\"jan muller\"", &[1]),
        ("contact", "o'brien zoe", &[2]),
        ("contact", "-jan", &[2, 3]),
        ("contact", "jan or zoe", &[1, 2]),
        ("company", "петр", &[2]),
        ("company", "ПЁТР и", &[2]),
        ("company", "伟 is:trashed", &[3]),
        ("deal", "roof -small", &[1]),
        ("deal", "not (roof small)", &[1, 3]),
        ("contact", "NEAR", &[]),
        // Texts.
        ("contact", "name:BRIEN", &[2]),
        ("contact", "name=\"jan muller\"", &[1]),
        ("contact", "name!=\"jan muller\"", &[2, 3]),
        ("contact", "name:\"none\"", &[3]),
        ("contact", "title:none", &[1, 2, 3]),
        ("contact", "contract-no:a", &[1]),
        ("contact", "contract_no!=a-1", &[2, 3]),
        ("contact", "bank:1", &[]),
        ("contact", "bank:2", &[1]),
        ("contact", "bank:петр fee:50", &[1]),
        // Lists.
        ("contact", "email:home", &[1]),
        ("contact", "emails=ZOE@x.example", &[2]),
        ("contact", "email:none", &[3]),
        ("contact", "email:any", &[1, 2]),
        ("contact", "email!=muller@home.example", &[2, 3]),
        ("contact", "phone:79460000", &[1]),
        ("contact", "phone:\"(20) 7946\"", &[1]),
        ("contact", "phone=02079460000", &[1]),
        ("company", "roles:client", &[1]),
        ("company", "roles:friend", &[2]),
        ("company", "role!=customer", &[2]),
        ("contact", "+vip", &[1]),
        ("contact", "tag:Vip,x", &[1]),
        ("contact", "tags:none", &[2, 3]),
        // Links.
        ("contact", "company:acme", &[1]),
        ("contact", "company:acme.example", &[1]),
        ("contact", "company=acme", &[]),
        ("contact", "company!=\"acme gmbh\"", &[2, 3]),
        ("contact", "company:3", &[3]),
        ("contact", "companies:2", &[1, 2]),
        ("contact", "companies:петр", &[1, 2]),
        ("contact", "company.owner:me", &[1]),
        ("contact", "company.owner.team:west", &[1]),
        ("contact", "company.owner.team.name:none", &[2, 3]),
        ("contact", "company.industry!=retail", &[2, 3]),
        ("contact", "companies.industry:none", &[2, 3]),
        ("contact", "manager.email:home", &[2]),
        ("deal", "contacts:zoe", &[3]),
        ("deal", "contacts.manager.tag:vip", &[3]),
        ("deal", "contacts:none", &[1, 2]),
        ("deal", "stage:Sales/won", &[2]),
        ("deal", "stage:sales/nope", &[]),
        ("deal", "owner:none,me", &[1, 3]),
        ("deal", "owner!=none", &[1, 2]),
        ("deal", "company_id:1,2", &[1, 2]),
        ("deal", "company_id>=2", &[2]),
        ("task", "about:deal:1", &[1]),
        ("task", "about:roof", &[1]),
        ("task", "about:contact:jan", &[2]),
        ("task", "about.company:acme", &[1, 2]),
        ("task", "about.email:home", &[2]),
        ("task", "about_id:1", &[1, 2]),
        ("task", "about:none", &[3]),
        ("activity", "about:jan", &[1]),
        ("activity", "about:deal:2 about:contact:1", &[1]),
        ("activity", "about.status:won", &[1]),
        ("activity", "about:any", &[1]),
        // Choices, computed and effective values.
        ("deal", "status:open", &[1, 3]),
        ("deal", "status:\"Closed Won\"", &[2]),
        ("deal", "chance:100 probability:33.3", &[2]),
        ("deal", "chance<=10%", &[1, 3]),
        ("deal", "age>20", &[2, 3]),
        ("deal", "weighted:1200.05", &[1]),
        ("deal", "weighted_currency:kwd", &[2]),
        ("company", "open_amount>12k", &[1]),
        ("company", "open_amount>12kUSD", &[]),
        ("company", "won_amount:1000", &[2]),
        ("company", "won_amount:none", &[1]),
        ("company", "open_deals:1..", &[1]),
        ("company", "last_activity:today", &[1, 2]),
        // Numbers and money.
        ("deal", "amount:12000.50", &[1]),
        ("deal", "amount:1k", &[2]),
        ("deal", "amount>1kEUR", &[1]),
        ("deal", "amount<5k", &[2]),
        ("deal", "amount:none", &[3]),
        ("deal", "amount!=1k", &[1, 3]),
        ("deal", "amount:\"12k EUR\"..", &[1]),
        ("deal", "amount_currency:none", &[3]),
        ("deal", "id:1,3", &[1, 3]),
        ("company", "employees>=250", &[1]),
        ("company", "employees:200..300", &[1]),
        ("company", "employees>249.5", &[1]),
        ("task", "estimate:1h30m", &[1]),
        ("task", "estimate>1h", &[1]),
        // Time.
        ("deal", "closes:2026-11", &[1]),
        ("deal", "closes<2026-11", &[2]),
        ("deal", "closes>2026-10", &[1]),
        ("deal", "closes:this-month,none", &[1, 3]),
        ("activity", "at:2026-11-22", &[1]),
        ("activity", "at:yesterday", &[2]),
        ("activity", "at>yesterday", &[1]),
        ("activity", "at<=2026-11-21T22:00Z", &[1, 2]),
        ("activity", "at<2026-11-21T22:00Z", &[2]),
        ("task", "due:today", &[1, 2, 3]),
        ("task", "due<now", &[2, 3]),
        ("task", "due<=now", &[1, 2, 3]),
        ("task", "due:2026-11-22T08:00Z", &[3]),
        ("task", "due>2026-11-21", &[1, 2, 3]),
        // States.
        ("deal", "is:open", &[1, 3]),
        ("deal", "is:open,won", &[1, 2, 3]),
        ("deal", "is:mine", &[1]),
        ("deal", "is:stale", &[3]),
        ("task", "is:overdue", &[3]),
        ("activity", "is:mine", &[1]),
        ("contact", "company:5", &[1]),
        ("contact", "company_id:6", &[1]),
        ("company", "id:5", &[1]),
        ("company", "id=5 or id=2", &[1, 2]),
        ("company", "id:4", &[]),
        ("company", "not id:6", &[2]),
        ("company", "trashed:any", &[3]),
        ("company", "is:trashed", &[3]),
        ("company", "is:trashed or acme", &[1, 3]),
        ("company", "not is:trashed", &[1, 2]),
        ("company", "trashed<=2026-11", &[3]),
        ("company", "trashed:none", &[1, 2]),
        ("deal", "@big", &[1]),
        ("deal", "@big-or-won -@big", &[2]),
        ("deal", "@all", &[1, 2, 3]),
    ];
    for (noun, text, want) in table {
        assert_eq!(run(&conn, &model, noun, text), *want, "{noun} {text}");
    }
}

#[test]
fn the_largest_filters_run() {
    let model = model();
    let conn = small_file(&model);
    let deep = |open: &str, n: usize| {
        format!("{}name:x{}", open.repeat(n), ")".repeat(n * open.matches('(').count()))
    };
    for text in [
        deep("not (a or ", 31),
        deep("(a or (b ", 31),
        deep("(a or (b ", 31).replace("name:x", "@people"),
        vec!["-name:x"; 900].join(" or "),
        vec!["word"; 1000].join(" "),
        format!("id:{}1", "1,".repeat(4990)),
        (0..1000).map(|n| format!("id:{n}")).collect::<Vec<_>>().join(" or "),
        (0..5).map(|n| format!("companies.owner.manager.name:x{n}")).collect::<Vec<_>>().join(" "),
    ] {
        let sql = compiled("contact", &text).unwrap_or_else(|why| panic!("{why}"));
        assert!(sql.params.len() < 32_766);
        run(&conn, &model, "contact", &text);
    }
    let some = |n: usize| (0..n).map(|n| format!("x{n},")).collect::<Vec<_>>().concat();
    let many = format!("about:{}x", some(900));
    assert!(refused("task", &many).contains("too much to compare"));
    let fewer = format!("about:{}x", some(150));
    run(&conn, &model, "task", &fewer);
}

/// Every field of every noun with every operator, as far as the check takes it.
#[test]
fn every_field_of_every_noun_can_be_filtered_by() {
    let model = model();
    let conn = small_file(&model);
    let values = [
        "x",
        "\"x y\"",
        "7",
        "1..2",
        "2026-11",
        "today..",
        "yes",
        "12kEUR",
        "none",
        "any",
        "me",
        "deal:1",
        "..\"fri 3pm\"",
        "open",
        "aaaaaaaa",
    ];
    for noun in &model.nouns {
        let mut names: Vec<String> = noun.fields.iter().map(|f| f.name.to_owned()).collect();
        let through =
            |f: &&&'static crate::entity::Field| matches!(f.kind, Kind::Link(_) | Kind::Links(..));
        names.extend(noun.fields.iter().filter(through).map(|f| format!("{}.name", f.name)));
        names.extend(noun.fields.iter().filter(through).map(|f| format!("{}_uid", f.name)));
        names.extend(
            noun.fields
                .iter()
                .filter(|f| f.kind == Kind::Money)
                .map(|f| format!("{}_currency", f.name)),
        );
        for name in names {
            let mut accepted = 0;
            for (op, value) in Op::ALL.iter().flat_map(|op| values.map(|v| (op, v))) {
                let text = format!("{name}{}{value}", op.sign());
                let locale = locale();
                let scope = Scope { model: &model, locale: &locale, views: &view };
                if to_sql(&text, noun, &scope).is_ok() {
                    run(&conn, &model, noun.name(), &text);
                    accepted += 1;
                }
            }
            assert!(accepted >= 2 || name.contains('.'), "{} {name}", noun.name());
        }
        for state in noun.entity.states {
            run(&conn, &model, noun.name(), &format!("is:{}", state.name));
        }
        run(&conn, &model, noun.name(), "is:mine");
    }
}

/// Not-so and so split the records in two, whatever is null.
#[test]
fn not_takes_the_rest() {
    let model = model();
    let conn = small_file(&model);
    for (noun, text) in [
        ("deal", "amount>5k"),
        ("deal", "closes:2026-11"),
        ("deal", "company.industry:retail"),
        ("task", "due<now"),
        ("contact", "phone:7946"),
        ("contact", "company:acme or email:home"),
        ("company", "open_amount>1"),
        ("deal", "is:overdue"),
        ("deal", "owner:me amount>1 or is:stale"),
    ] {
        let all: BTreeSet<i64> = run(&conn, &model, noun, "").into_iter().collect();
        let so: BTreeSet<i64> = run(&conn, &model, noun, text).into_iter().collect();
        let not = run(&conn, &model, noun, &format!("not ({text})")).into_iter().collect();
        assert!(so.is_disjoint(&not), "{text}");
        assert_eq!(so.union(&not).copied().collect::<BTreeSet<_>>(), all, "{text}");
    }
}

fn text(text: String, quoted: bool) -> Text {
    Text { typed: text, quoted, place: Place::default() }
}

fn any_bare() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9é王'*&/]{1,6}",
        "[a-z0-9][a-z0-9:+-]{0,5}",
        Just("none".to_owned()),
        Just("2026-11".to_owned()),
        Just("12k".to_owned()),
    ]
    // What begins so behind a colon is an address (`https://…`): a word, never a value.
    .prop_filter("an address", |text| !text.starts_with("//"))
}

fn any_text() -> impl Strategy<Value = Text> {
    prop_oneof![
        3 => any_bare().prop_map(|t| text(t, false)),
        1 => any::<String>().prop_map(|t| text(t, true)),
    ]
}

fn any_operand(op: Op) -> BoxedStrategy<Operand> {
    let one = any_text().prop_map(Operand::One);
    if op != Op::Has {
        return one.boxed();
    }
    let end = || proptest::option::of(any_text());
    let range = (end(), end()).prop_map(|(a, b)| Operand::Range(a, b, Place::default()));
    prop_oneof![3 => one, 1 => range].boxed()
}

fn any_field(names: Vec<&'static str>) -> impl Strategy<Value = Term> {
    let name = prop_oneof![
        3 => proptest::sample::select(names),
        1 => Just("company.owner.name"),
        1 => Just("about.name"),
        1 => Just("x_y.z"),
        1 => Just("is"),
    ];
    (name, proptest::sample::select(&Op::ALL[..])).prop_flat_map(|(name, op)| {
        let most = if op.is_order() { 1 } else { 3 };
        proptest::collection::vec(any_operand(op), 1..=most).prop_map(move |values| {
            Term::Field(FieldTerm { name: name.into(), place: Place::default(), op, values })
        })
    })
}

fn any_term(names: Vec<&'static str>) -> impl Strategy<Value = Term> {
    let word = any_bare().prop_filter(
        "not a word",
        |w| matches!(parse(w).map(|e| e.node), Ok(Node::Term(Term::Word(found), _)) if found == *w),
    );
    prop_oneof![
        4 => any_field(names),
        2 => word.prop_map(Term::Word),
        1 => any::<String>().prop_map(Term::Phrase),
        1 => "[a-z\" (),é]{1,5}".prop_map(Term::Tag),
        1 => "[a-z\" (),é]{1,5}".prop_map(Term::View),
    ]
}

fn any_node(names: Vec<&'static str>) -> impl Strategy<Value = Node> {
    any_term(names).prop_map(|t| Node::Term(t, Place::default())).prop_recursive(
        5,
        24,
        4,
        |inner| {
            let some = || proptest::collection::vec(inner.clone(), 2..4);
            prop_oneof![
                some().prop_map(super::parse::all),
                some().prop_map(super::parse::any),
                inner.clone().prop_map(|n| Node::Not(Box::new(n))),
            ]
        },
    )
}

fn names_of(noun: &Noun) -> Vec<&'static str> {
    noun.field_names()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_parses_to_the_same(node in any_node(names_of(model().noun("deal").expect("a noun")))) {
        let expr = Expr { text: String::new(), node };
        let printed = expr.to_string();
        let back = parse(&printed).map_err(|why| TestCaseError::fail(format!("{printed:?}: {why}")))?;
        prop_assert_eq!(&back, &expr, "{}", printed);
        prop_assert_eq!(back.to_string(), printed);
    }

    #[test]
    fn whatever_parses_prints_back_and_parses_to_the_same(typed in "[a-c:=<>!.,()\"+@ -]{0,16}") {
        if let Ok(expr) = parse(&typed) {
            let printed = expr.to_string();
            let back = parse(&printed).map_err(|why| TestCaseError::fail(format!("{printed:?}: {why}")))?;
            prop_assert_eq!(&back, &expr, "{} -> {}", typed, printed);
            prop_assert_eq!(back.to_string(), printed);
        }
    }

    #[test]
    fn no_text_makes_it_panic(typed in any::<String>(), noun in proptest::sample::select(vec!["deal", "task", "contact"])) {
        let _ = compiled(noun, &typed);
    }

    #[test]
    fn no_value_makes_it_panic(name in proptest::sample::select(vec!["closes", "created", "amount", "probability", "age", "owner", "uid", "status", "company", "open"]), op in proptest::sample::select(&Op::ALL[..]), value in "[-+0-9a-zA-Z.,:€ éQ]{0,14}") {
        let _ = compiled("deal", &format!("{name}{}\"{value}\"", op.sign()));
        let _ = compiled("deal", &format!("{name}{}{value}", op.sign()));
        let _ = compiled("task", &format!("due{}\"{value}\"", op.sign()));
        let _ = compiled("task", &format!("estimate{}{value}", op.sign()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_accepted_filter_runs(nodes in proptest::collection::vec((proptest::sample::select(vec!["deal", "task", "contact", "company", "activity"]), 0..1u8), 1..2), seed in any_node(vec!["name", "amount", "company", "closes", "created", "owner", "tags", "emails", "status", "due", "about", "probability", "at", "contacts", "companies", "open_amount", "weighted", "trashed", "uid", "id"])) {
        let (model, locale) = (model(), locale());
        let scope = Scope { model: &model, locale: &locale, views: &view };
        let text = Expr { text: String::new(), node: seed }.to_string();
        let noun = nodes[0].0;
        if to_sql(&text, model.noun(noun).expect("a noun"), &scope).is_ok() {
            let conn = small_file(&model);
            let all: BTreeSet<i64> = run(&conn, &model, noun, "not is:trashed").into_iter().collect();
            let so: BTreeSet<i64> = run(&conn, &model, noun, &format!("({text}) not is:trashed")).into_iter().collect();
            let not: BTreeSet<i64> = run(&conn, &model, noun, &format!("not ({text}) not is:trashed")).into_iter().collect();
            prop_assert!(so.is_disjoint(&not));
            prop_assert_eq!(so.union(&not).copied().collect::<BTreeSet<_>>(), all);
        }
    }
}
