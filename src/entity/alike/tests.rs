use super::*;
use crate::entity::when::stored_day;

fn person(id: i64, name: &str, email: &str, phone: &str, company: &str, city: &str) -> Sketch {
    Sketch {
        id,
        name: Name::of_person(name),
        mailboxes: canonical_email(email).into_iter().collect(),
        phones: [phone].iter().filter(|p| !p.is_empty()).map(|p| (*p).to_owned()).collect(),
        domains: domain_of(email).into_iter().collect(),
        company: (!company.is_empty()).then(|| Name::of_company(company)),
        city: place(city),
        ..Sketch::default()
    }
}

fn firm(id: i64, name: &str, domain: &str, phone: &str, city: &str, tax: &str) -> Sketch {
    Sketch {
        id,
        name: Name::of_company(name),
        phones: [phone].iter().filter(|p| !p.is_empty()).map(|p| (*p).to_owned()).collect(),
        domains: domain_of(domain).into_iter().collect(),
        city: place(city),
        tax_id: number(tax),
        ..Sketch::default()
    }
}

fn score(kind: Doubles, a: &Sketch, b: &Sketch) -> Likeness {
    let there = compare(kind, a, b, 2);
    let back = compare(kind, b, a, 2);
    assert!((there.score - back.score).abs() < 1e-9, "the same from either side");
    there
}

/// Two records of the same person.
#[test]
fn true_doubles_of_people_are_found() {
    let p = person;
    for (sure, a, b) in [
        (
            true,
            p(1, "Ann Lee", "ann.lee@gmail.com", "", "", ""),
            p(2, "Lee, Ann", "annlee+crm@googlemail.com", "", "", ""),
        ),
        (
            true,
            p(1, "Сергей Щукин", "", "+74951234567", "", ""),
            p(2, "Sergey Shchukin", "", "+74951234567", "", ""),
        ),
        (
            true,
            p(1, "Jon Smith", "", "+442079460000", "Acme", ""),
            p(2, "John Smith", "", "+442079460000", "Acme Ltd", ""),
        ),
        (
            true,
            p(1, "Bob Ray", "bob@acme.example", "", "", ""),
            p(2, "Robert Ray", "bob@acme.example", "", "", ""),
        ),
        (
            true,
            p(1, "Hans Müller", "h.mueller@x.example", "", "", ""),
            p(2, "Hans Mueller", "H.Mueller@x.example", "", "", ""),
        ),
        (true, p(1, "王伟", "wang@qq.com", "", "", ""), p(2, "王伟", "wang@qq.com", "", "", "")),
        (false, p(1, "Ann Lee", "", "", "", ""), p(2, "Ann Lee", "", "", "", "")),
        (false, p(1, "Jon Smith", "", "", "Acme", ""), p(2, "John Smith", "", "", "ACME GmbH", "")),
        (
            false,
            p(1, "Ann Lee", "", "", "Acme", ""),
            p(2, "Ann Lee", "a@gmail.com", "", "Acme", ""),
        ),
        (
            false,
            p(1, "Ann Lee", "ann@acme.example", "", "", ""),
            p(2, "Ann Smith", "ann@acme.example", "", "", ""),
        ),
    ] {
        let found = score(Doubles::Person, &a, &b);
        assert!(found.score >= if sure { 0.95 } else { 0.6 }, "{a:?}\n{b:?}\n{found:?}");
        assert!(!found.reasons.is_empty());
    }
}

/// Two people who share something.
#[test]
fn people_who_share_something_stay_two() {
    let p = person;
    for (a, b) in [
        // A switchboard, an office's mailbox, a family's phone.
        (
            p(1, "Ann Lee", "", "+442079460000", "Acme", ""),
            p(2, "Bob Ray", "", "+442079460000", "Acme", ""),
        ),
        (
            p(1, "Ann Lee", "info@acme.example", "", "Acme", ""),
            p(2, "Bob Ray", "info@acme.example", "", "Acme", ""),
        ),
        (
            p(1, "Иван Петров", "", "+79161234567", "", ""),
            p(2, "Мария Петрова", "", "+79161234567", "", ""),
        ),
        (
            p(1, "Александр Иванов", "", "+79161234567", "", ""),
            p(2, "Александра Иванова", "", "+79161234567", "", ""),
        ),
        // One name in two places.
        (
            p(1, "John Smith", "j@acme.example", "", "Acme", "Berlin"),
            p(2, "John Smith", "js@globex.example", "", "Globex", "Sofia"),
        ),
        (
            p(1, "Иванов Иван Петрович", "", "", "Вектор", ""),
            p(2, "Иванов Иван Сергеевич", "", "", "Вектор", ""),
        ),
        (
            p(1, "Maria Ivanova", "", "", "Acme", "Sofia"),
            p(2, "Marta Ivanova", "m@x.example", "", "Globex", "Varna"),
        ),
        (
            p(1, "Test User 1", "", "", "Acme", "Berlin"),
            p(2, "Test User 2", "", "", "Acme", "Berlin"),
        ),
        (p(1, "王伟", "", "", "田中", ""), p(2, "王芳", "", "", "田中", "")),
    ] {
        let found = score(Doubles::Person, &a, &b);
        assert!(found.score < 0.6, "{a:?}\n{b:?}\n{found:?}");
    }
    let mut son = p(1, "John Smith Jr", "", "+442079460000", "", "");
    let father = p(2, "John Smith Sr.", "", "+442079460000", "", "");
    assert!(score(Doubles::Person, &son, &father).score < 0.6);
    son = p(1, "Ann Lee", "", "+442079460000", "", "");
    let mut other = p(2, "Ann Lee", "", "+442079460000", "", "");
    (son.birthday, other.birthday) = (stored_day("1970-01-01"), stored_day("1999-01-01"));
    assert!(score(Doubles::Person, &son, &other).score < 0.6);
}

#[test]
fn true_doubles_of_companies_are_found() {
    let f = firm;
    for (sure, a, b) in [
        (
            true,
            f(1, "Acme GmbH", "acme.example", "", "", ""),
            f(2, "ACME", "https://www.acme.example/", "", "", ""),
        ),
        (
            true,
            f(1, "ООО «Ромашка»", "", "", "", "7701234567"),
            f(2, "Romashka LLC", "", "", "", "77-0123-4567"),
        ),
        (
            true,
            f(1, "Acme GmbH", "", "+4930123456", "", ""),
            f(2, "Acme", "", "+4930123456", "", ""),
        ),
        (
            true,
            f(1, "株式会社田中", "tanaka.example", "", "", ""),
            f(2, "田中", "tanaka.example", "", "", ""),
        ),
        (false, f(1, "Acme GmbH", "", "", "", ""), f(2, "Acme", "", "", "", "")),
        (false, f(1, "Ромашка", "", "", "Москва", ""), f(2, "OOO Romashka", "", "", "Moskva", "")),
        (
            false,
            f(1, "IBM", "ibm.example", "", "", ""),
            f(2, "International Business Machines", "ibm.example", "", "", ""),
        ),
    ] {
        let found = score(Doubles::Company, &a, &b);
        assert!(found.score >= if sure { 0.95 } else { 0.6 }, "{a:?}\n{b:?}\n{found:?}");
    }
}

#[test]
fn companies_of_one_name_stay_two() {
    let f = firm;
    for (a, b) in [
        (
            f(1, "Acme GmbH", "acme.example", "", "Berlin", ""),
            f(2, "Acme AG", "acme.test", "", "Wien", ""),
        ),
        (
            f(1, "Вектор", "", "", "Москва", "7701234567"),
            f(2, "Вектор", "", "", "Омск", "5501234567"),
        ),
        (f(1, "Школа №5", "", "", "Омск", ""), f(2, "Школа №7", "", "", "Омск", "")),
        (f(1, "Acme", "gmail.com", "", "", ""), f(2, "Globex", "gmail.com", "", "", "")),
        (f(1, "First Bank", "", "", "", ""), f(2, "First Choice", "", "", "", "")),
    ] {
        let found = score(Doubles::Company, &a, &b);
        assert!(found.score < 0.6, "{a:?}\n{b:?}\n{found:?}");
    }
    let branch = Sketch { others: vec![1], ..f(2, "Acme", "acme.example", "", "", "") };
    let found = score(Doubles::Company, &f(1, "Acme", "acme.example", "", "", ""), &branch);
    assert!(found.score < 0.6, "a branch is no double: {found:?}");
}

#[test]
fn a_name_that_many_bear_says_less() {
    let (a, b) =
        (person(1, "Ivan Ivanov", "", "", "", ""), person(2, "Ivan Ivanov", "", "", "", ""));
    let rare = compare(Doubles::Person, &a, &b, 2).score;
    let common = compare(Doubles::Person, &a, &b, 200).score;
    assert!(rare > 0.6 && common < 0.2, "{rare} {common}");
}
