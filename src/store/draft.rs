//! From what was given to a whole record: links found or made, defaults, names from their parts,
//! currencies, and the checks that a declaration asks for.

use foldhash::HashMap;
use rusqlite::OptionalExtension;
use rusqlite::types::Value as Sql;
use uuid::Uuid;

use super::commit::{Draft, Writer};
use super::matching::{Match, email_key, is_digits};
use super::read::Among;
use super::schema::{column_name, quoted};
use crate::clock::named_uid;
use crate::entity::money::{Currency, Money};
use crate::entity::text::name_and_mail;
use crate::entity::{Default, Field, Item, Kind, LinkTo, Name, Noun, Target, Value};
use crate::error::{Error, ErrorKind, Result};

/// In the column of fingerprints: a record made in passing (a seed, a tag, the far end of a link),
/// which the first file of that noun fills.
pub const IN_PASSING: i64 = 0;

impl<'a> Writer<'a> {
    /// The values of a whole new record, in field order.
    pub(super) fn complete(
        &mut self,
        noun: &Noun,
        given: Vec<(usize, Value)>,
        fingerprint: Option<i64>,
    ) -> Result<Vec<Value>> {
        // The rest of a record that a uid names is still to come with the file of its noun.
        let uid = noun.index("uid");
        let to_come = fingerprint == Some(IN_PASSING) && given.iter().any(|(i, _)| Some(*i) == uid);
        let mut row: Vec<Value> =
            std::iter::repeat_with(|| Value::Null).take(noun.fields.len()).collect();
        for (index, value) in given {
            row[index] = value;
        }
        make_label(noun, &mut row);
        self.resolve_row(noun, &mut row)?;
        self.fill_defaults(noun, &mut row)?;
        self.fix_currencies(noun, &mut row, None)?;
        settle_main(noun, &mut row, None);
        if !to_come {
            check_required(noun, &row)?;
        }
        check_names(self.reader.model, noun, &mut row)?;
        let all: Vec<usize> = (0..row.len()).collect();
        self.check_rules(noun, &row, &all)?;
        self.check_unique(noun, &row, None)?;
        self.begin_trails(noun, &mut row)?;
        self.fill_kept(noun, &mut row)?;
        Ok(row)
    }

    /// The values of a record after an edit.
    pub(super) fn complete_edit(
        &mut self,
        noun: &Noun,
        id: i64,
        before: &[Value],
        given: Vec<(usize, Value)>,
    ) -> Result<Vec<Value>> {
        let mut row = before.to_vec();
        let touched: Vec<usize> = given.iter().map(|(i, _)| *i).collect();
        for (index, value) in given {
            row[index] = value;
        }
        remake_label(noun, before, &mut row, &touched);
        self.resolve_row(noun, &mut row)?;
        self.fix_currencies(noun, &mut row, Some(before))?;
        settle_main(noun, &mut row, Some((before, &touched)));
        for (index, field) in noun.fields.iter().enumerate() {
            let Some(stamp) = field.stamps.and_then(|s| noun.index(s)) else { continue };
            if !touched.contains(&stamp) && !super::commit::same(&before[index], &row[index]) {
                row[stamp] = Value::Instant(self.clock.now());
            }
        }
        check_required(noun, &row)?;
        refuse_lasting_words(noun, id, before, &row)?;
        check_names(self.reader.model, noun, &mut row)?;
        self.check_rules(noun, &row, &touched)?;
        self.check_unique(noun, &row, Some(id))?;
        self.refuse_loop(noun, id, before, &row)?;
        self.refuse_restation(noun, id, before, &row)?;
        self.follow_trails(noun, id, before, &mut row, &touched)?;
        self.follow_moves(noun, id, before, &mut row)?;
        Ok(row)
    }

    /// Replaces named links by the records they mean.
    fn resolve_row(&mut self, noun: &Noun, row: &mut [Value]) -> Result<()> {
        // Links within another link's record come after that one.
        for scoped in [false, true] {
            for (index, field) in noun.fields.iter().enumerate() {
                if field.within.is_some() != scoped {
                    continue;
                }
                match &row[index] {
                    Value::Named(name) if scoped => {
                        row[index] = self.resolve_scoped(noun, field, name, row)?;
                    }
                    Value::Named(name) => {
                        row[index] = Value::Link(self.resolve_name(field, name, None)?);
                    }
                    Value::NamedLinks(names) => {
                        let mut links: Vec<LinkTo> = Vec::new();
                        let scope = super::stays::scope_of_stays(noun, field, row);
                        for name in names {
                            let mut to = self.resolve_name(field, name, scope)?;
                            to.role.clone_from(&name.role);
                            let again = links.iter().any(|l| (l.noun, l.id) == (to.noun, to.id));
                            if field.dated || !again {
                                links.push(to);
                            }
                        }
                        row[index] = Value::Links(links);
                    }
                    _ => {}
                }
                if scoped {
                    self.settle_scope(noun, field, row)?;
                }
            }
        }
        Ok(())
    }

    /// The record that a link's text means, made when the manner allows it.
    pub(super) fn resolve_name(
        &mut self,
        field: &Field,
        name: &Name,
        scope: Option<i64>,
    ) -> Result<LinkTo> {
        let (Kind::Link(target) | Kind::Links(target, _)) = field.kind else {
            return Err(Error::failed(format!("`{}` is no link", field.name)));
        };
        let noun = target.one().map_or("", |e| e.name);
        if let Some(known) = self.known_links.get(noun, scope, name) {
            return Ok(known.clone());
        }
        let link = match self.look_up(target, name, scope) {
            Ok(Some(link)) => link,
            Ok(None) if self.manner.create_links => self.make_linked(field, target, name, scope)?,
            Ok(None) => {
                let uid = name.uid.unwrap_or_default();
                let why = Error::not_found(format!("no record has the uid {uid}"));
                return Err(unknown_link(field, &why, self.manner.may_create));
            }
            Err(why) if why.kind == ErrorKind::NotFound => {
                return Err(unknown_link(field, &why, self.manner.may_create));
            }
            Err(why) => {
                return Err(Error {
                    message: format!("{}: {}", field.label(), why.message),
                    ..why
                }
                .at(field.name));
            }
        };
        if self.manner.import {
            if let Some(row) = &mut self.row {
                row.named(noun, scope, name);
            }
            self.known_links.insert(noun, scope, name, link.clone());
        }
        Ok(link)
    }

    /// The record of a name; `None` where nobody has it, so that one can be made.
    fn look_up(&self, target: Target, name: &Name, scope: Option<i64>) -> Result<Option<LinkTo>> {
        if let Some(uid) = name.uid {
            for noun in self.reader.model.nouns.iter().filter(|n| target.allows(n.name())) {
                if let Match::One(id) = self.reader.by_uid(noun, uid, Among::Both)? {
                    return Ok(Some(LinkTo::bare(noun.name(), id)));
                }
            }
            // A uid that nobody has names a record still to come, not another of the same name.
            return Ok(None);
        }
        let is_me = name.text == "me" && target.allows("user");
        if let (Target::One(entity), false) = (target, is_me) {
            let noun = self.reader.model.noun(entity.name)?;
            match self.find_meant(noun, &name.text, scope)? {
                Match::One(id) => return Ok(Some(LinkTo::bare(noun.name(), id))),
                // Ordinary while links are made; the hints of an error cost more than the search.
                Match::None if self.manner.create_links => return Ok(None),
                Match::None if self.manner.import && is_digits(&name.text) => {
                    return Err(Error::not_found(format!(
                        "no {} is called `{}`",
                        noun.name(),
                        name.text
                    )));
                }
                _ => {}
            }
        }
        match self.reader.resolve_link(target, &name.text, scope) {
            Err(why) if why.kind == ErrorKind::NotFound && self.manner.create_links => Ok(None),
            other => other.map(Some),
        }
    }

    /// The records that a link's text means: a person may type an id, a file names what it knows.
    fn find_meant(&self, noun: &Noun, text: &str, scope: Option<i64>) -> Result<Match> {
        if !self.manner.import {
            return self.reader.find(noun, text, Among::Live, scope);
        }
        let found = self.reader.find_named(noun, text, Among::Live, scope)?;
        match mail_behind(noun, text) {
            Some((_, mail)) if !found.is_some() => self.reader.find(noun, mail, Among::Live, scope),
            _ => Ok(found),
        }
    }

    /// Makes the record that a link names and nobody has.
    fn make_linked(
        &mut self,
        field: &Field,
        target: Target,
        name: &Name,
        scope: Option<i64>,
    ) -> Result<LinkTo> {
        let (noun, text) = self.noun_to_make(field, target, &name.text)?;
        let behind = mail_behind(noun, &text).filter(|_| self.manner.import && name.uid.is_none());
        let (called, mail) = behind.unwrap_or((&text, &text));
        let label = noun.entity.label();
        let mut values =
            vec![(noun.label_index(), label.parse(called, self.locale).map_err(Error::invalid)?)];
        if let Some(uid) = name.uid {
            values.push((noun.require("uid")?.index, Value::Uid(uid)));
        }
        if let Some(emails) = email_key(noun).and_then(|f| noun.index(f.name))
            && Kind::Email.parse(mail, self.locale).is_ok()
        {
            let item = Item { label: String::new(), value: mail.to_owned() };
            values.push((emails, Value::List(vec![item])));
        }
        if let (Some(link), Some(id)) = (noun.entity.scope, scope) {
            let index = noun.require(link)?.index;
            if let Kind::Link(Target::One(to)) = noun.fields[index].kind {
                values.push((index, Value::Link(LinkTo::bare(to.name, id))));
            }
        }
        guess_made(noun, &text, &mut values);
        if name.uid.is_none() {
            fill_keys(noun, &text, &mut values);
        }
        let touched = self.touched;
        let id = self.insert(noun, Draft { values, fingerprint: Some(IN_PASSING), ready: None })?;
        self.touched = touched;
        Ok(LinkTo::bare(noun.name(), id))
    }

    fn noun_to_make(
        &self,
        field: &Field,
        target: Target,
        text: &str,
    ) -> Result<(&'a Noun, String)> {
        let model = self.reader.model;
        if let Target::One(entity) = target {
            return Ok((model.noun(entity.name)?, text.to_owned()));
        }
        if let Some((noun, rest)) =
            text.split_once(':').and_then(|(n, rest)| Some((model.typed(n.trim())?, rest)))
            && target.allows(noun.name())
        {
            return Ok((noun, rest.trim().to_owned()));
        }
        // An address can only be a person's: the noun that is found by its e-mails.
        let by_email =
            model.nouns.iter().find(|n| target.allows(n.name()) && email_key(n).is_some());
        match by_email.filter(|_| text.contains('@')) {
            Some(noun) => Ok((noun, text.to_owned())),
            None => Err(Error::not_found(format!("no record matches `{text}`"))
                .hint(format!("write `NOUN:NAME` in `{}` to say what it is", field.name))),
        }
    }

    /// A link within another link's record: a stage within the record's pipeline, else within the
    /// default one, else wherever the name is unique.
    fn resolve_scoped(
        &mut self,
        noun: &Noun,
        field: &Field,
        name: &Name,
        row: &[Value],
    ) -> Result<Value> {
        let Some((own, _)) = field.within else { return Ok(Value::Null) };
        let own_index = noun.require(own)?.index;
        if let Some(scope) = row[own_index].as_link() {
            return Ok(Value::Link(self.resolve_name(field, name, Some(scope.id))?));
        }
        let default = self.default_link(noun, own_index, row)?;
        let Kind::Link(target) = field.kind else { return Ok(Value::Null) };
        if name.uid.is_none()
            && let (Some(scope), Target::One(entity)) = (default, target)
        {
            let inner = self.reader.model.noun(entity.name)?;
            if self.find_meant(inner, &name.text, Some(scope))?.is_some() {
                return Ok(Value::Link(self.resolve_name(field, name, Some(scope))?));
            }
            let anywhere = self.find_meant(inner, &name.text, None)?;
            if !anywhere.is_some() {
                return Ok(Value::Link(self.resolve_name(field, name, Some(scope))?));
            }
        }
        Ok(Value::Link(self.resolve_name(field, name, default.filter(|_| name.uid.is_some()))?))
    }

    /// Fills the outer link from the inner one (the pipeline from the stage), and refuses two that
    /// don't belong together.
    fn settle_scope(&self, noun: &Noun, field: &Field, row: &mut [Value]) -> Result<()> {
        let (Some((own, theirs)), Some(index)) = (field.within, noun.index(field.name)) else {
            return Ok(());
        };
        let Some(inner) = row[index].as_link().cloned() else { return Ok(()) };
        let sql = format!("SELECT {} FROM {} WHERE id = ?1", quoted(theirs), quoted(inner.noun));
        let outer: Option<i64> =
            self.reader.conn.prepare_cached(&sql)?.query_row([inner.id], |r| r.get(0))?;
        let own_index = noun.require(own)?.index;
        let Kind::Link(Target::One(to)) = noun.fields[own_index].kind else { return Ok(()) };
        match (row[own_index].as_link(), outer) {
            (Some(given), Some(outer)) if given.id != outer => {
                let name = |noun: &'static str, id: i64| -> Result<String> {
                    let labels = self.reader.labels(noun, &[id])?;
                    Ok(labels.get(&id).map_or_else(String::new, |l| l.label.clone()))
                };
                let (label, theirs) = (name(inner.noun, inner.id)?, name(to.name, outer)?);
                let given = name(to.name, given.id)?;
                Err(Error::invalid(format!(
                    "the {} `{label}` is of another {own}, `{theirs}`, not of `{given}`",
                    field.name
                ))
                .hint(format!("name a {0} of `{given}`, or `--{own} \"{theirs}\"`; `rolo {0} list` shows them", field.name))
                .at(field.name))
            }
            (None, Some(outer)) => {
                row[own_index] = Value::Link(LinkTo::bare(to.name, outer));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn fill_defaults(&mut self, noun: &Noun, row: &mut [Value]) -> Result<()> {
        for (index, field) in noun.fields.iter().enumerate() {
            if !row[index].is_empty() || self.is_to_the_letter(noun, index) && !field.required {
                continue;
            }
            match field.default {
                Default::Nothing => {}
                Default::Text(text) => {
                    row[index] = field.parse(text, self.locale).map_err(Error::invalid)?;
                }
                Default::Me | Default::Zone if self.manner.import => {}
                Default::Zone => row[index] = Value::Text(self.locale.times.zone.name().to_owned()),
                Default::Me => row[index] = Value::Link(LinkTo::bare("user", self.me)),
                Default::Now => row[index] = Value::Instant(self.clock.now()),
                Default::Linked(link, other) => {
                    row[index] = self.linked_value(noun, link, other, row)?;
                }
                Default::OfWord(other, of) => {
                    let word = noun.index(other).and_then(|i| row[i].as_text());
                    if let Some((_, text)) = of.iter().find(|(w, _)| Some(*w) == word) {
                        row[index] = field.parse(text, self.locale).map_err(Error::invalid)?;
                    }
                }
                Default::Query(_) => {
                    if let (Some(id), Kind::Link(Target::One(to))) =
                        (self.default_link(noun, index, row)?, field.kind)
                    {
                        row[index] = Value::Link(LinkTo::bare(to.name, id));
                    }
                }
            }
        }
        Ok(())
    }

    /// The value of a field of the record behind a link.
    fn linked_value(&self, noun: &Noun, link: &str, field: &str, row: &[Value]) -> Result<Value> {
        let Some(to) = noun.index(link).and_then(|i| row[i].as_link()) else {
            return Ok(Value::Null);
        };
        let other = self.reader.model.noun(to.noun)?;
        let index = other.require(field)?.index;
        Ok(self.read_stored(other, to.id)?.map_or(Value::Null, |mut all| all.swap_remove(index)))
    }

    /// Whether an empty cell is what the file says: no default fills it.
    pub(super) fn is_to_the_letter(&self, noun: &Noun, index: usize) -> bool {
        self.to_the_letter
            .as_ref()
            .is_some_and(|(name, fields)| *name == noun.name() && fields.contains(&index))
    }

    /// The id that a link's default query gives for a record without anything.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn default_of(&self, noun: &Noun, index: usize) -> Result<Option<i64>> {
        let row = vec![Value::Null; noun.fields.len()];
        self.default_link(noun, index, &row)
    }

    /// Whether a noun has no record at all, so that none need be looked for.
    fn is_vacant(&self, noun: &'static str) -> Result<bool> {
        if self.first_made.contains_key(noun) {
            return Ok(false);
        }
        if let Some(known) = self.vacant.borrow().get(noun) {
            return Ok(*known);
        }
        let sql = format!("SELECT NOT EXISTS (SELECT 1 FROM {})", quoted(noun));
        let vacant = self.reader.conn.query_row(&sql, [], |r| r.get(0))?;
        self.vacant.borrow_mut().insert(noun, vacant);
        Ok(vacant)
    }

    /// The id that a field's default query gives for this record.
    pub(super) fn default_link(
        &self,
        noun: &Noun,
        index: usize,
        row: &[Value],
    ) -> Result<Option<i64>> {
        let Default::Query(sql) = noun.fields[index].default else { return Ok(None) };
        if let Kind::Link(Target::One(to)) = noun.fields[index].kind
            && self.is_vacant(to.name)?
        {
            return Ok(None);
        }
        let mut stmt = self.reader.conn.prepare_cached(sql)?;
        for at in 1..=stmt.parameter_count() {
            let Some(name) = stmt.parameter_name(at).and_then(|n| n.strip_prefix(':')) else {
                continue;
            };
            let value = noun.index(name).map_or(&Value::Null, |other| &row[other]);
            match value {
                Value::Link(to) => stmt.raw_bind_parameter(at, to.id)?,
                Value::Text(text) => stmt.raw_bind_parameter(at, text)?,
                Value::Int(n) => stmt.raw_bind_parameter(at, n)?,
                _ => stmt.raw_bind_parameter(at, Sql::Null)?,
            }
        }
        let mut rows = stmt.raw_query();
        Ok(match rows.next()? {
            Some(found) => found.get(0)?,
            None => None,
        })
    }

    /// Gives amounts without a currency the one that counts: the record's own, that of the links
    /// its declaration names, the config's.
    fn fix_currencies(
        &self,
        noun: &Noun,
        row: &mut [Value],
        before: Option<&[Value]>,
    ) -> Result<()> {
        for index in 0..row.len() {
            let Value::Amount(amount) = row[index] else { continue };
            let field = noun.fields[index];
            let own = before.and_then(|b| match &b[index] {
                Value::Money(m) => Some(m.currency),
                _ => None,
            });
            let currency = match own {
                Some(own) => own,
                None => self.linked_currency(noun, field, row)?.unwrap_or(self.locale.currency),
            };
            let money = Money::of(amount, currency).ok_or_else(|| {
                Error::invalid(format!("{}: `{amount}` can't be an amount in {currency}: too large, or too many decimals", field.label()))
                    .hint(field.kind.hint())
                    .at(field.name)
            })?;
            row[index] = Value::Money(money);
        }
        Ok(())
    }

    fn linked_currency(
        &self,
        noun: &Noun,
        field: &Field,
        row: &[Value],
    ) -> Result<Option<Currency>> {
        for path in field.currency_from {
            let Some((link, column)) = path.split_once('.') else { continue };
            let Some(to) = noun.index(link).and_then(|i| row[i].as_link()) else { continue };
            // `pipeline.currency` lies behind one more link.
            let (column, from) = match column.split_once('.') {
                None => (quoted(column), String::new()),
                Some((link, column)) => {
                    let Some(Kind::Link(Target::One(next))) =
                        self.reader.model.noun(to.noun)?.find(link).map(|n| n.field.kind)
                    else {
                        continue;
                    };
                    let join = format!("JOIN {} n ON n.id = t.{}", quoted(next.name), quoted(link));
                    (format!("n.{}", quoted(column)), join)
                }
            };
            let sql = format!("SELECT {column} FROM {} t {from} WHERE t.id = ?1", quoted(to.noun));
            let code: Option<String> = self
                .reader
                .conn
                .prepare_cached(&sql)?
                .query_row([to.id], |r| r.get(0))
                .optional()?
                .flatten();
            if let Some(found) = code.and_then(|c| c.parse().ok()) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// What declarations ask of values beyond their kind: filters that are right, amounts that are
    /// not below nothing, values that go together.
    fn check_rules(&self, noun: &Noun, row: &[Value], touched: &[usize]) -> Result<()> {
        for index in touched {
            let field = noun.fields[*index];
            if !self.is_exact(noun) {
                refuse_negative(field, &row[*index])?;
            }
            // A file of rolo's own may name a view or a custom field that comes behind it.
            let is_sure = self.to_the_letter.is_none();
            if let (Some(of), Some(text)) =
                (field.filter_of.filter(|_| is_sure), row[*index].as_text())
            {
                self.reader.filter(self.reader.model.noun(of.name)?, text, self.locale).map_err(
                    |why| Error {
                        kind: ErrorKind::Invalid,
                        message: format!("{}: {}", field.label(), why.message),
                        ..why
                    },
                )?;
            }
        }
        let Some(rule) = noun.entity.rule.filter(|_| self.to_the_letter.is_none()) else {
            return Ok(());
        };
        rule(&|name| noun.index(name).map_or(&Value::Null, |index| &row[index])).map_err(|misfit| {
            let label = misfit.field.replace('_', " ");
            Error::invalid(format!("{label}: {}", misfit.why)).hint(misfit.hint).at(misfit.field)
        })
    }

    /// No two live records of such a noun have one key.
    pub(super) fn check_unique(&self, noun: &Noun, row: &[Value], own: Option<i64>) -> Result<()> {
        if !noun.entity.unique {
            return Ok(());
        }
        let Some(index) = noun.entity.key.first().and_then(|k| noun.index(k)) else {
            return Ok(());
        };
        let Some(text) = row[index].as_text() else { return Ok(()) };
        let field = noun.fields[index];
        let others = match self.scoped_key(noun, field, text, row)? {
            Match::None => return Ok(()),
            Match::One(id) => vec![id],
            Match::Several(ids) => ids,
        };
        match others.into_iter().find(|id| Some(*id) != own) {
            None => Ok(()),
            Some(other) => Err(Error::new(
                ErrorKind::Invalid,
                format!("{}: `{text}` is taken by {}:{other}", field.label(), noun.name()),
            )
            .hint(format!("choose another, or `rolo show {}:{other}`", noun.name()))
            .at(field.name)),
        }
    }

    fn scoped_key(&self, noun: &Noun, field: &Field, text: &str, row: &[Value]) -> Result<Match> {
        let Some(scope) = noun.entity.scope.and_then(|s| noun.index(s)) else {
            return self.reader.by_key(noun, field, text, Among::Live, None);
        };
        if let Some(link) = row[scope].as_link() {
            return self.reader.by_key(noun, field, text, Among::Live, Some(link.id));
        }
        // A scope that is plain text: a custom field's noun.
        let sql = format!(
            "SELECT id FROM {} WHERE {} = ?1 COLLATE NOCASE AND {} = ?2 AND trashed IS NULL",
            quoted(noun.name()),
            quoted(&column_name(field)),
            quoted(noun.fields[scope].name)
        );
        let scope = row[scope].as_text().unwrap_or_default().to_owned();
        let mut stmt = self.reader.conn.prepare_cached(&sql)?;
        let mut rows = stmt.query([Sql::Text(text.to_owned()), Sql::Text(scope)])?;
        Ok(match rows.next()? {
            Some(found) => Match::One(found.get(0)?),
            None => Match::None,
        })
    }

    /// The uid and the stamps of a new record.
    fn fill_kept(&mut self, noun: &Noun, row: &mut [Value]) -> Result<()> {
        // Seeds are made by nobody, at no time: they are the same in every file.
        let (now, by) = if self.change == 0 {
            (Value::Null, Value::Null)
        } else {
            (Value::Instant(self.clock.now()), Value::Link(LinkTo::bare("user", self.me)))
        };
        for (name, value) in [("created", now.clone()), ("created_by", by)] {
            if let Some(index) = noun.index(name).filter(|i| row[*i].is_empty()) {
                row[index] = value;
            }
        }
        let (created, updated) = (noun.index("created"), noun.index("updated"));
        if let (Some(created), Some(updated)) = (created, updated)
            && row[updated].is_empty()
        {
            row[updated] = if self.manner.import { row[created].clone() } else { now };
        }
        let Some(index) = noun.index("uid") else { return Ok(()) };
        let uid = match row[index] {
            Value::Uid(uid) => {
                self.clear_uid(noun, uid)?;
                uid
            }
            _ if noun.entity.named_uid => {
                let named = named_uid(noun.name(), &self.full_key(noun, row)?);
                match self.reader.by_uid(noun, named, Among::Both)? {
                    Match::None => {
                        self.clear_uid(noun, named)?;
                        named
                    }
                    // Its namesake lies in the trash.
                    _ => self.new_uid(),
                }
            }
            _ => self.new_uid(),
        };
        row[index] = Value::Uid(uid);
        Ok(())
    }

    /// The label of a record, with the label of the record it belongs within before it.
    fn full_key(&self, noun: &Noun, row: &[Value]) -> Result<String> {
        let label = row[noun.label_index()].as_text().unwrap_or_default();
        let scope = noun.entity.scope.and_then(|s| noun.index(s)).and_then(|i| row[i].as_link());
        Ok(match scope {
            Some(link) => {
                let labels = self.reader.labels(link.noun, &[link.id])?;
                format!("{}/{label}", labels.get(&link.id).map_or("", |l| l.label.as_str()))
            }
            None => label.to_owned(),
        })
    }

    /// Makes room for a uid that an undone creation still holds; a living holder is an error.
    fn clear_uid(&self, noun: &Noun, uid: uuid::Uuid) -> Result<()> {
        match self.reader.by_uid(noun, uid, Among::Both)? {
            Match::None => self.erase_gone(noun, uid),
            _ => Err(Error::invalid(format!("the uid {uid} is taken"))),
        }
    }
}

/// What a link is known by while a file goes in: noun, scope and name.
pub(super) type LinkName = (&'static str, Option<i64>, Name);

/// What names of links have meant while a file goes in: files name the same few records again and
/// again.
#[derive(Debug, Default)]
pub(super) struct KnownLinks {
    texts: HashMap<(&'static str, Option<i64>), HashMap<String, LinkTo>>,
    uids: HashMap<(&'static str, Uuid), LinkTo>,
    count: usize,
}

impl KnownLinks {
    /// Beyond so many, all are forgotten and looked up anew.
    const MOST: usize = 500_000;

    fn get(&self, noun: &'static str, scope: Option<i64>, name: &Name) -> Option<&LinkTo> {
        match name.uid {
            Some(uid) => self.uids.get(&(noun, uid)),
            None => self.texts.get(&(noun, scope))?.get(name.text.as_str()),
        }
    }

    pub(super) fn remove(&mut self, (noun, scope, name): &LinkName) {
        match name.uid {
            Some(uid) => self.uids.remove(&(*noun, uid)),
            None => self.texts.get_mut(&(*noun, *scope)).and_then(|m| m.remove(&name.text)),
        };
    }

    fn insert(&mut self, noun: &'static str, scope: Option<i64>, name: &Name, to: LinkTo) {
        self.count += 1;
        if self.count > Self::MOST {
            *self = Self::default();
        }
        match name.uid {
            Some(uid) => self.uids.insert((noun, uid), to),
            None => self.texts.entry((noun, scope)).or_default().insert(name.text.clone(), to),
        };
    }
}

/// What a setup record made by name is likely to be: a stage called `Closed Won` is a won one;
/// a user is inactive until somebody acts as them.
fn guess_made(noun: &Noun, label: &str, values: &mut Vec<(usize, Value)>) {
    if !noun.entity.setup {
        return;
    }
    for (index, field) in noun.fields.iter().enumerate() {
        match field.kind {
            Kind::Choice(choices) if !choices.open => {
                if let Some(word) = choices.find(label) {
                    values.push((index, Value::Text(word.to_owned())));
                }
            }
            Kind::Bool if field.name == "active" => values.push((index, Value::Bool(false))),
            _ => {}
        }
    }
}

/// The error of a link that finds nothing, with what would make it where that could be asked for.
fn unknown_link(field: &Field, why: &Error, may_create: bool) -> Error {
    let made = may_create.then(|| "`--create-links` makes what is missing".to_owned());
    let hint: Vec<String> = why.hint.clone().into_iter().chain(made).collect();
    let error = Error::not_found(format!("{}: {}", field.label(), why.message)).at(field.name);
    if hint.is_empty() { error } else { error.hint(hint.join("; ")) }
}

/// Makes an empty label out of its parts: `given_name` and `family_name` make up `name`.
pub(super) fn make_label(noun: &Noun, row: &mut [Value]) {
    let index = noun.label_index();
    if row[index].is_empty()
        && let Some(made) = joined(noun, |i| row.get(i))
    {
        row[index] = Value::Text(made);
    }
}

/// When the parts of a label change and the label was made of them, it is made anew.
fn remake_label(noun: &Noun, before: &[Value], row: &mut [Value], touched: &[usize]) {
    let index = noun.label_index();
    let parts = noun.entity.label().made_of;
    let parts_touched = parts.iter().filter_map(|p| noun.index(p)).any(|p| touched.contains(&p));
    if touched.contains(&index) || !parts_touched {
        return;
    }
    let old = joined(noun, |i| before.get(i));
    if (old.is_none() || old.as_deref() == before[index].as_text())
        && let Some(made) = joined(noun, |i| row.get(i))
    {
        row[index] = Value::Text(made);
    }
}

/// The label that its parts make up.
pub(super) fn joined<'v>(
    noun: &Noun,
    value: impl Fn(usize) -> Option<&'v Value>,
) -> Option<String> {
    let parts = noun.entity.label().made_of.iter().filter_map(|p| noun.index(p));
    let parts: Vec<String> =
        parts.filter_map(|i| Some(value(i)?.to_cell())).filter(|t| !t.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Keeps a main link and the list it heads in step. The list value given is all of them; stored
/// are the others. `before` tells what an edit touched.
fn settle_main(noun: &Noun, row: &mut [Value], before: Option<(&[Value], &[usize])>) {
    for (index, field) in noun.fields.iter().enumerate() {
        let Some(main) = field.main.and_then(|m| noun.index(m)) else { continue };
        let touched = |i: usize| before.is_none_or(|(_, t)| t.contains(&i));
        let all = match &row[index] {
            Value::Links(links) => links.clone(),
            _ => Vec::new(),
        };
        let list_given = touched(index) && (before.is_some() || !all.is_empty());
        let main_given = touched(main) && !row[main].is_empty();
        if list_given && !main_given {
            // The main one stays the main one as long as it is in the list.
            let kept = row[main].as_link().filter(|m| all.iter().any(|l| l.id == m.id)).cloned();
            row[main] = kept.or_else(|| all.first().cloned()).map_or(Value::Null, Value::Link);
        }
        let main_id = row[main].as_link().map(|l| l.id);
        let switched = !list_given && main_given && all.iter().any(|l| Some(l.id) == main_id);
        let mut others: Vec<LinkTo> = all.into_iter().filter(|l| Some(l.id) != main_id).collect();
        // To make another of several the main one takes nobody out of the list.
        let old_main =
            before.and_then(|(before, _)| before[main].as_link()).filter(|m| Some(m.id) != main_id);
        if let (true, Some(old)) = (switched, old_main) {
            others.insert(0, old.clone());
        }
        row[index] = Value::Links(others);
    }
}

/// A record made by its name alone has it for the key that it needs: the article number of a product.
/// `Ann Lee <ann@acme.example>` and `Ann Lee (ann@acme.example)` as name and address, where records of
/// the noun are found by their e-mails.
fn mail_behind<'t>(noun: &Noun, text: &'t str) -> Option<(&'t str, &'t str)> {
    email_key(noun)?;
    name_and_mail(text)
}

fn fill_keys(noun: &Noun, text: &str, values: &mut Vec<(usize, Value)>) {
    for index in noun.entity.key.iter().filter_map(|k| noun.index(k)) {
        let field = noun.fields[index];
        let is_empty = !values.iter().any(|(i, _)| *i == index);
        if field.required
            && is_empty
            && matches!(field.kind, Kind::Text)
            && field.default == Default::Nothing
        {
            values.push((index, Value::Text(text.trim().to_owned())));
        }
    }
}

/// A word that came by a verb stays until that is undone.
fn refuse_lasting_words(noun: &Noun, id: i64, before: &[Value], row: &[Value]) -> Result<()> {
    for (index, field) in noun.fields.iter().enumerate() {
        let Some((word, verb)) = field.word_by else { continue };
        if before[index].as_text() == Some(word) && row[index].as_text() != Some(word) {
            return Err(Error::invalid(format!(
                "{}: {}:{id} is {word}, and stays so",
                field.label(),
                noun.name()
            ))
            .hint(format!(
                "`rolo undo` takes a `{verb}` back; `rolo history {}:{id}` tells which change it was",
                noun.name()
            ))
            .at(field.name));
        }
    }
    Ok(())
}

/// An amount of less than nothing, where a field holds none.
///
/// # Errors
/// It is one.
pub fn refuse_negative(field: &Field, value: &Value) -> Result<()> {
    let below = match value {
        Value::Money(money) if money.minor < 0 => money.to_string(),
        Value::Amount(number) if *number < rust_decimal::Decimal::ZERO => number.to_string(),
        _ => return Ok(()),
    };
    if !field.not_negative {
        return Ok(());
    }
    Err(Error::invalid(format!("{}: {below} is less than 0", field.label()))
        .hint("give 0 or more, such as `12k` or `950.50 EUR`")
        .at(field.name))
}

/// Words that have to name fields do.
fn check_names(model: &crate::entity::Model, noun: &Noun, row: &mut [Value]) -> Result<()> {
    for (index, field) in noun.fields.iter().enumerate() {
        let Some(entity) = field.names_of else { continue };
        let named = model.noun(entity.name)?;
        let words = match &mut row[index] {
            Value::Words(words) => words,
            Value::Text(word) => {
                *word = named_field(named, field, word)?;
                continue;
            }
            _ => continue,
        };
        // No name of a field has a comma.
        *words = words.iter().flat_map(|w| w.split(',')).map(|w| w.trim().to_owned()).collect();
        words.retain(|w| !w.is_empty());
        for word in words {
            *word = named_field(named, field, word)?;
        }
    }
    Ok(())
}

/// The name of the field that a word means.
fn named_field(of: &Noun, field: &Field, word: &str) -> Result<String> {
    let found = of.require(word).map_err(|why| {
        let fault = Error::invalid(format!("{}: {}", field.label(), why.message));
        fault.hint(why.hint.unwrap_or_default()).at(field.name)
    })?;
    Ok(found.field.name.to_owned())
}

fn check_required(noun: &Noun, row: &[Value]) -> Result<()> {
    for (index, field) in noun.fields.iter().enumerate() {
        if field.required && field.is_stored() && row[index].is_empty() {
            return Err(Error::invalid(format!(
                "{} of a {} can't be empty",
                field.label(),
                noun.name()
            ))
            .hint(format!("give it with `--{}`: {}", field.flag(), field.about.to_lowercase()))
            .at(field.name));
        }
    }
    Ok(())
}
