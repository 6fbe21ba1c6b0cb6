//! A database that somebody made to do harm: with triggers, views and functions of its own.

use rusqlite::Connection;

use super::{READS, ann, lay_inputs};
use crate::harness::World;

/// A world whose file was changed by somebody with a tool of their own.
fn tampered(sql: &str) -> World {
    let w = ann();
    lay_inputs(&w);
    w.ok(&["contact", "add", "Ben Ray", "--email", "ben@ray.example"]);
    let conn = Connection::open(w.db()).expect("a connection");
    conn.execute_batch(sql).expect("the harm");
    drop(conn);
    w
}

/// Doctor names it, and takes it out.
fn doctor_finds(w: &World, name: &str) {
    let run = w.run(&["doctor"]);
    assert_eq!(run.code, 5, "{}", run.out);
    assert!(run.out.contains(name), "{}", run.out);
    w.ok(&["doctor", "--mend"]);
    assert!(!w.ok(&["doctor"]).contains(name));
}

#[test]
fn triggers_of_the_file_never_run() {
    let w = tampered(
        "CREATE TRIGGER evil_add AFTER INSERT ON contact BEGIN DELETE FROM company; END;
         CREATE TRIGGER evil_edit AFTER UPDATE ON contact BEGIN DELETE FROM company; END;
         CREATE TRIGGER evil_rm AFTER DELETE ON contact BEGIN DELETE FROM company; END;",
    );
    w.ok(&["contact", "add", "Zed"]);
    w.ok(&["contact", "edit", "2", "--city", "Sofia"]);
    w.ok(&["contact", "rm", "2"]);
    w.ok(&["contact", "rm", "2", "--purge", "--yes"]);
    w.ok(&["undo"]);
    w.ok(&["contact", "import", "in.csv"]);
    assert_eq!(w.ok(&["company", "list", "--count"]), "1\n");
    doctor_finds(&w, "evil_add");
}

#[test]
fn a_view_put_in_the_place_of_ours_is_told_of() {
    let w = tampered(
        "DROP VIEW contacts;
         CREATE VIEW contacts AS SELECT id, name, load_extension('evil') AS city FROM contact;",
    );
    let run = w.run(&["sql", "SELECT * FROM contacts"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    run.assert_clean();
    assert_eq!(w.ok(&["contact", "list", "--count"]), "2\n");
    doctor_finds(&w, "contacts");
    assert!(w.ok(&["sql", "SELECT name FROM contacts"]).contains("Ben Ray"));
}

#[test]
fn a_table_replaced_by_a_view_is_refused() {
    let w = tampered(
        "ALTER TABLE contact RENAME TO hidden;
         CREATE VIEW contact AS SELECT * FROM hidden;
         CREATE TRIGGER evil INSTEAD OF INSERT ON contact BEGIN DELETE FROM company; END;",
    );
    for args in READS.iter().chain([&&["contact", "add", "Zed"][..]]) {
        let run = w.run(args);
        assert!(matches!(run.code, 0 | 1 | 2 | 5), "{args:?} {} {}", run.code, run.err);
        run.assert_clean();
    }
    assert_eq!(w.ok(&["company", "list", "--count"]), "1\n");
    let run = w.run(&["doctor"]);
    assert!(
        run.code == 5 && (run.out.contains("contact") || run.err.contains("contact")),
        "{} {}",
        run.out,
        run.err
    );
}

#[test]
fn functions_in_the_schema_of_the_file_are_not_trusted() {
    let w = tampered(
        "CREATE INDEX evil_index ON contact(hex(zeroblob(10)));
         ALTER TABLE contact ADD COLUMN evil TEXT AS (char(27) || name) VIRTUAL;",
    );
    for args in READS {
        let run = w.run(args);
        assert!(matches!(run.code, 0 | 5), "{args:?} {}", run.err);
        assert!(!run.out.contains('\x1b') && !run.err.contains('\x1b'), "{args:?}");
        run.assert_clean();
    }
    let run = w.run(&["doctor"]);
    assert!(run.code == 5 && run.out.contains("evil_index"), "{}", run.out);
}

#[test]
fn a_missing_table_is_damage_and_no_surprise() {
    let w = tampered("DROP TABLE contact_emails; DROP TABLE edit");
    for args in [
        &["contact", "show", "1"][..],
        &["contact", "edit", "1", "--city", "x"],
        &["contact", "export"],
    ] {
        let err = w.fails(5, args);
        assert!(err.contains("rolo.db"), "{args:?} {err}");
    }
    assert_eq!(w.run(&["doctor"]).code, 5);
}

#[test]
fn values_of_a_wrong_kind_never_reach_the_terminal() {
    let w = tampered(
        "UPDATE contact SET uid = x'00' WHERE id = 1;
         UPDATE contact SET name = CAST(x'ff1b5b33316d' AS TEXT), created = 'never' WHERE id = 2;",
    );
    for args in READS
        .iter()
        .chain([&&["contact", "show", "2"][..], &&["contact", "edit", "2", "--city", "x"][..]])
    {
        let run = w.run(args);
        assert!(matches!(run.code, 0 | 4 | 5), "{args:?} {} {}", run.code, run.err);
        assert!(!run.out.contains('\x1b') || args.contains(&"export"), "{args:?}");
        run.assert_clean();
    }
}
