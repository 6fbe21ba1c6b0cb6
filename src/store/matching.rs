//! Finding the record that somebody means: by id, uid, key or label; the one place for it.

use std::fmt::Write as _;

use rusqlite::types::Value as Sql;
use uuid::Uuid;

use super::read::{Among, Reader};
use super::schema::{column_name, quoted};
use crate::entity::text::fold;
use crate::entity::{Field, Kind, LinkTo, Noun, Target};
use crate::error::{Error, ErrorKind, Result};

/// The records that a reference means, before anybody insists on one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    None,
    One(i64),
    Several(Vec<i64>),
}

impl Match {
    pub(super) fn of(mut ids: Vec<i64>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        match ids[..] {
            [] => Self::None,
            [one] => Self::One(one),
            _ => Self::Several(ids),
        }
    }

    /// All that were found.
    #[must_use]
    pub fn ids(self) -> Vec<i64> {
        match self {
            Self::None => Vec::new(),
            Self::One(id) => vec![id],
            Self::Several(ids) => ids,
        }
    }

    /// Whether something was found.
    #[must_use]
    pub fn is_some(&self) -> bool {
        *self != Self::None
    }
}

/// Whether a text is digits alone.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The query for records by a key; `None` for a field that can be none. Its parameters are the text,
/// for a folded column also the folded and the lower-cased text, and `:within`.
fn key_sql(noun: &Noun, field: &Field, among: Among, within: Option<&str>) -> Option<String> {
    let table = quoted(noun.name());
    let column = quoted(&column_name(field));
    let mut live = among.sql().to_owned();
    if let Some(link) = within {
        let _ = write!(live, " AND t.{} = :within", quoted(link));
    }
    if let Some(one) = field.one {
        let child = quoted(&format!("{}_{}", noun.name(), field.name));
        return Some(format!(
            "SELECT t.id FROM {table} t WHERE t.{one} = ?1 COLLATE NOCASE AND {live} \
             UNION ALL SELECT t.id FROM {child} c JOIN {table} t ON t.id = c.record WHERE c.value = ?1 COLLATE NOCASE AND {live} LIMIT 11"
        ));
    }
    if matches!(field.kind, Kind::Link(_) | Kind::Links(..) | Kind::Words(_) | Kind::Tags)
        || !field.is_stored()
    {
        return None;
    }
    if field.sorted {
        return Some(format!(
            "SELECT t.id FROM {table} t WHERE t.{} = ?2 AND (t.{column} = ?1 OR lower_u(t.{column}) = ?3) AND {live} LIMIT 11",
            quoted(&format!("{}_fold", column_name(field)))
        ));
    }
    Some(format!(
        "SELECT t.id FROM {table} t WHERE t.{column} = ?1 COLLATE NOCASE AND {live} LIMIT 11"
    ))
}

/// The list of e-mails that finds a record of a noun.
pub(super) fn email_key(noun: &Noun) -> Option<&'static Field> {
    let keys = noun.entity.key.iter().filter_map(|k| noun.index(k));
    keys.map(|i| noun.fields[i]).find(|f| matches!(f.kind, Kind::List(Kind::Email)))
}

impl Reader<'_> {
    /// The one record of a noun that a reference means.
    ///
    /// # Errors
    /// None or several; the error lists the candidates.
    pub fn resolve(&self, noun: &Noun, text: &str, among: Among) -> Result<i64> {
        self.resolve_within(noun, text, among, None)
    }

    /// As [`Self::resolve`], for a noun whose labels are unique within another record: a stage
    /// within a pipeline.
    ///
    /// # Errors
    /// None or several.
    pub fn resolve_within(
        &self,
        noun: &Noun,
        text: &str,
        among: Among,
        scope: Option<i64>,
    ) -> Result<i64> {
        match self.find(noun, text, among, scope)? {
            Match::One(id) => Ok(id),
            Match::None => Err(match scope {
                Some(scope) => self.none_within(noun, text, scope)?,
                None => self.none_found(noun, text),
            }),
            Match::Several(ids) => Err(self.several_found(noun, text, &ids)?),
        }
    }

    /// A reference that names its noun, such as `deal:42`.
    ///
    /// # Errors
    /// No noun, or no or several records.
    pub fn resolve_typed<'n>(&'n self, text: &str, among: Among) -> Result<(&'n Noun, i64)> {
        let (noun, rest) = self.split_typed(text).ok_or_else(|| {
            Error::usage(format!("`{text}` does not say what it is"))
                .hint("write `NOUN:REF`, such as `deal:42` or `contact:ann@acme.example`")
        })?;
        Ok((noun, self.resolve(noun, rest, among)?))
    }

    /// The noun and the reference of `NOUN:REF`.
    #[must_use]
    pub fn split_typed<'n, 't>(&'n self, text: &'t str) -> Option<(&'n Noun, &'t str)> {
        let (noun, rest) = text.split_once(':')?;
        Some((self.model.typed(&noun.trim().to_lowercase())?, rest.trim()))
    }

    /// The record that a link's text means: `NOUN:REF` where the link may lead to several nouns,
    /// else a reference; without a noun, all allowed nouns are asked by key and label.
    ///
    /// # Errors
    /// None or several.
    pub fn resolve_link(&self, target: Target, text: &str, scope: Option<i64>) -> Result<LinkTo> {
        if let Target::One(entity) = target {
            let noun = self.model.noun(entity.name)?;
            if text == "me"
                && noun.name() == "user"
                && let Some(me) = self.moment.me
            {
                return Ok(LinkTo::bare(noun.name(), me));
            }
            let id = self.resolve_within(noun, text, Among::Live, scope)?;
            return Ok(LinkTo::bare(noun.name(), id));
        }
        if let Some((noun, rest)) = self.split_typed(text).filter(|(n, _)| target.allows(n.name()))
        {
            return Ok(LinkTo::bare(noun.name(), self.resolve(noun, rest, Among::Live)?));
        }
        match &self.find_anywhere(target, text)?[..] {
            [one] => Ok(one.clone()),
            [] => Err(Error::not_found(format!("no record matches `{text}`"))
                .hint("write `NOUN:REF`, such as `deal:42` or `contact:ann@acme.example`")),
            several => {
                let list: Vec<String> =
                    several.iter().map(|l| format!("{}:{}", l.noun, l.id)).collect();
                Err(Error::new(
                    ErrorKind::Ambiguous,
                    format!("`{text}` could be {}", list.join(", ")),
                )
                .hint("write one of these"))
            }
        }
    }

    /// Records of any noun a link may lead to, by uid, key or label; first the nouns of people.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn find_anywhere(&self, target: Target, text: &str) -> Result<Vec<LinkTo>> {
        let mut found = Vec::new();
        if text.contains('@') && !text.contains(' ') {
            // An address belongs to people: the first noun that knows it.
            for noun in self.model.nouns.iter().filter(|n| target.allows(n.name())) {
                let Some(emails) = email_key(noun) else { continue };
                let ids = match self.by_key(noun, emails, text, Among::Live, None)? {
                    Match::None => continue,
                    Match::One(id) => vec![id],
                    Match::Several(ids) => ids,
                };
                return Ok(ids.into_iter().map(|id| LinkTo::bare(noun.name(), id)).collect());
            }
        }
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        for noun in self.model.nouns.iter().filter(|n| target.allows(n.name()) && !digits) {
            // Unless the link is to a setup noun, a name means a record of the business.
            if noun.entity.setup && matches!(target, Target::Any([])) {
                continue;
            }
            let ids = match self.find(noun, text, Among::Live, None)? {
                Match::None => continue,
                Match::One(id) => vec![id],
                Match::Several(ids) => ids,
            };
            found.extend(ids.into_iter().map(|id| LinkTo::bare(noun.name(), id)));
        }
        Ok(found)
    }

    /// The records of a noun that a reference means.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn find(&self, noun: &Noun, text: &str, among: Among, scope: Option<i64>) -> Result<Match> {
        let mut text = text.trim();
        if let Some((named, rest)) = self.split_typed(text).filter(|(n, _)| n.name() == noun.name())
        {
            let _ = named;
            text = rest;
        }
        if text.is_empty() {
            return Ok(Match::None);
        }
        if is_digits(text) {
            let found = self.by_id(noun, text, among)?;
            // The end of a uid may have no letter in it.
            return match self.by_uid_text(noun, text, among)? {
                Some(by_uid) if !found.is_some() => Ok(by_uid),
                _ => Ok(found),
            };
        }
        if let Some(number) = text.strip_prefix('#') {
            let found = self.by_numbered_key(noun, number, among)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        if let Some(found) = self.by_uid_text(noun, text, among)? {
            return Ok(found);
        }
        self.find_called(noun, text, among, scope)
    }

    /// As [`Self::find`], of a text that a file says: digits alone are what a record is called there,
    /// no id, which is only of this file.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn find_named(
        &self,
        noun: &Noun,
        text: &str,
        among: Among,
        scope: Option<i64>,
    ) -> Result<Match> {
        let text = text.trim();
        if is_digits(text) {
            self.find_called(noun, text, among, scope)
        } else {
            self.find(noun, text, among, scope)
        }
    }

    /// By a key, else by the label.
    fn find_called(
        &self,
        noun: &Noun,
        text: &str,
        among: Among,
        scope: Option<i64>,
    ) -> Result<Match> {
        for key in noun.entity.key.iter().filter_map(|k| noun.index(k)) {
            let field = noun.fields[key];
            if field.name == noun.entity.label().name {
                continue;
            }
            let found = self.by_key(noun, field, text, among, scope)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        let by_label = self.by_key(noun, noun.entity.label(), text, among, scope)?;
        if by_label.is_some() {
            return Ok(by_label);
        }
        if let Some(found) = self.by_scoped_label(noun, text, among)? {
            return Ok(found);
        }
        self.by_label_at_company(noun, text, among)
    }

    fn by_id(&self, noun: &Noun, text: &str, among: Among) -> Result<Match> {
        let Ok(id) = text.parse::<i64>() else { return Ok(Match::None) };
        let sql = format!(
            "SELECT t.id FROM {} t WHERE t.id = ?1 AND {}",
            quoted(noun.name()),
            among.sql()
        );
        let found = self.matches(&sql, vec![Sql::Integer(id)])?;
        self.or_merged(noun, found, among, || Ok(Match::One(id)))
    }

    /// `#57`: the key, or where none was set the id that stands in for it.
    fn by_numbered_key(&self, noun: &Noun, number: &str, among: Among) -> Result<Match> {
        for field in noun.fields.iter().filter(|f| f.effective.is_some()) {
            let found = self.by_key(noun, field, number, among, None)?;
            if found.is_some() {
                return Ok(found);
            }
            let column = quoted(&column_name(field));
            let Ok(id) = number.parse::<i64>() else { continue };
            let sql = format!(
                "SELECT t.id FROM {} t WHERE t.id = ?1 AND t.{column} IS NULL AND {}",
                quoted(noun.name()),
                among.sql()
            );
            return self.matches(&sql, vec![Sql::Integer(id)]);
        }
        Ok(Match::None)
    }

    /// A whole uid, or its last eight or more hex digits.
    fn by_uid_text(&self, noun: &Noun, text: &str, among: Among) -> Result<Option<Match>> {
        let hex: String = text.chars().filter(|c| *c != '-').collect();
        if !(8..=32).contains(&hex.len()) || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(None);
        }
        if let Ok(uid) = hex.parse::<Uuid>() {
            return Ok(Some(self.by_uid(noun, uid, among)?));
        }
        let seek = |among: Among| {
            let sql = format!(
                "SELECT t.id FROM {} t WHERE substr(hex(t.uid), -{}) = ?1 AND {} LIMIT 11",
                quoted(noun.name()),
                hex.len(),
                among.sql()
            );
            self.matches(&sql, vec![Sql::Text(hex.to_uppercase())])
        };
        let found = self.or_merged(noun, seek(among)?, among, || seek(Among::Merged))?;
        Ok(found.is_some().then_some(found))
    }

    /// The record of a uid.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn by_uid(&self, noun: &Noun, uid: Uuid, among: Among) -> Result<Match> {
        let seek = |among: Among| {
            let sql = format!(
                "SELECT t.id FROM {} t WHERE t.uid = ?1 AND {}",
                quoted(noun.name()),
                among.sql()
            );
            self.matches(&sql, vec![Sql::Blob(uid.as_bytes().to_vec())])
        };
        self.or_merged(noun, seek(among)?, among, || seek(Among::Merged))
    }

    /// Records whose field is this text, exact but for case; any value of a list counts.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn by_key(
        &self,
        noun: &Noun,
        field: &Field,
        text: &str,
        among: Among,
        scope: Option<i64>,
    ) -> Result<Match> {
        let within = noun.entity.scope.zip(scope);
        self.by_key_within(noun, field, text, among, within)
    }

    /// As [`Self::by_key`], of the records that a link leads from to a certain other.
    fn by_key_within(
        &self,
        noun: &Noun,
        field: &Field,
        text: &str,
        among: Among,
        within: Option<(&'static str, i64)>,
    ) -> Result<Match> {
        let found = self.by_own_key(noun, field, text, among, within)?;
        self.or_merged(noun, found, among, || {
            self.by_own_key(noun, field, text, Among::Merged, within)
        })
    }

    /// As [`Self::by_key_within`], of these records alone.
    fn by_own_key(
        &self,
        noun: &Noun,
        field: &Field,
        text: &str,
        among: Among,
        within: Option<(&'static str, i64)>,
    ) -> Result<Match> {
        let link = within.map(|(link, _)| link);
        let kept = (noun.position, std::ptr::from_ref(field) as usize, among, link);
        let known = self.key_sql.borrow().get(&kept).cloned();
        let sql = if let Some(sql) = known {
            sql
        } else {
            let Some(sql) = key_sql(noun, field, among, link) else {
                return Ok(Match::None);
            };
            let sql: std::rc::Rc<str> = sql.into();
            self.key_sql.borrow_mut().insert(kept, sql.clone());
            sql
        };
        let mut stmt = self.conn.prepare_cached(&sql)?;
        stmt.raw_bind_parameter(1, text)?;
        if field.sorted && field.one.is_none() {
            stmt.raw_bind_parameter(2, fold(text))?;
            stmt.raw_bind_parameter(3, text.to_lowercase())?;
        }
        if let (Some(at), Some((_, id))) = (stmt.parameter_index(":within")?, within) {
            stmt.raw_bind_parameter(at, id)?;
        }
        let mut ids = Vec::new();
        let mut rows = stmt.raw_query();
        while let Some(row) = rows.next()? {
            ids.push(row.get(0)?);
        }
        Ok(Match::of(ids))
    }

    /// `Pipeline/Stage`: a label within the record that another label names.
    fn by_scoped_label(&self, noun: &Noun, text: &str, among: Among) -> Result<Option<Match>> {
        let (Some(link), Some((outer, inner))) = (noun.entity.scope, text.split_once('/')) else {
            return Ok(None);
        };
        let Some(index) = noun.index(link) else { return Ok(None) };
        let Kind::Link(Target::One(to)) = noun.fields[index].kind else { return Ok(None) };
        let Match::One(scope) = self.find(self.model.noun(to.name)?, outer, Among::Live, None)?
        else {
            return Ok(Some(Match::None));
        };
        Ok(Some(self.by_key(noun, noun.entity.label(), inner.trim(), among, Some(scope))?))
    }

    /// `Name @ Company`: of several records with one label, the one linked to that company.
    fn by_label_at_company(&self, noun: &Noun, text: &str, among: Among) -> Result<Match> {
        let (Some((label, company)), Some(_)) = (text.rsplit_once(" @ "), noun.index("company"))
        else {
            return Ok(Match::None);
        };
        let companies =
            match self.find(self.model.noun("company")?, company.trim(), Among::Both, None)? {
                Match::None => return Ok(Match::None),
                Match::One(id) => vec![id],
                Match::Several(ids) => ids,
            };
        let mut ids = Vec::new();
        for company in companies {
            // Within the company: a name that hundreds bear may be its alone there.
            let within = Some(("company", company));
            match self.by_key_within(noun, noun.entity.label(), label.trim(), among, within)? {
                Match::None => {}
                Match::One(id) => ids.push(id),
                Match::Several(found) => ids.extend(found),
            }
        }
        Ok(Match::of(ids))
    }

    fn matches(&self, sql: &str, params: Vec<Sql>) -> Result<Match> {
        let mut stmt = self.conn.prepare_cached(sql)?;
        let ids = stmt
            .query_map(rusqlite::params_from_iter(params), |r| r.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        Ok(Match::of(ids))
    }
}
