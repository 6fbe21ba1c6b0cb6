//! Who gets a lead: by the first rule that fits and finds somebody, and why.

use std::collections::{HashMap, VecDeque};

use crate::entity::{Column, LinkTo, Locale, Noun, Value};
use crate::error::{Error, Result};
use crate::filter;
use crate::model::LEAD;
use crate::store::{Candidate, ShareRule, Writer};

const OWNER: Column = LEAD.column("owner");
const TERRITORY: Column = LEAD.column("territory");
const RULE: Column = LEAD.column("assigned_rule");
const WHY: Column = LEAD.column("assigned_why");
const AT: Column = LEAD.column("assigned_at");

/// The rules, and whose turn it is while leads are shared out.
pub struct Sharing<'l> {
    rules: Vec<(ShareRule, Option<filter::Sql>)>,
    locale: &'l Locale,
    /// Who may get leads by a rule and a team, in the order of their turns.
    turns: HashMap<(i64, Option<i64>), VecDeque<Candidate>>,
}

/// Who gets a lead.
struct Pick {
    user: i64,
    why: String,
}

impl<'l> Sharing<'l> {
    /// The rules of the file.
    ///
    /// # Errors
    /// A rule's filter isn't right any more, or the database can't be read.
    pub fn new(w: &Writer, leads: &Noun, locale: &'l Locale) -> Result<Self> {
        let mut rules = Vec::new();
        for rule in w.reader().share_rules()? {
            let sql = compiled(w, leads, rule.filter.as_deref(), locale, "assignment", &rule.name)?;
            rules.push((rule, sql));
        }
        Ok(Self { rules, locale, turns: HashMap::new() })
    }

    /// Whether there are no rules at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Gives a lead to whom the rules say; `false` when none of them finds anybody.
    ///
    /// # Errors
    /// A rule lacks what it needs, or the database can't be written.
    pub fn share_out(&mut self, w: &mut Writer, leads: &Noun, id: i64) -> Result<bool> {
        let lead = w.stored(leads, id)?;
        for at in 0..self.rules.len() {
            let (rule, sql) = &self.rules[at];
            if let Some(sql) = sql
                && !w.reader().fits(leads, id, sql)?
            {
                continue;
            }
            let rule = rule.clone();
            if let Some(pick) = self.pick(w, leads, &lead, &rule)? {
                let why = format!("{}: {}", rule.name, pick.why);
                give(w, leads, id, pick.user, Some(rule.id), &why)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn pick(
        &mut self,
        w: &Writer,
        leads: &Noun,
        lead: &[Value],
        rule: &ShareRule,
    ) -> Result<Option<Pick>> {
        match rule.by.as_str() {
            "user" => {
                let user = rule.user.ok_or_else(|| lacks(rule, "user", "--user HANDLE"))?;
                let handle = label_of(w, "user", user)?;
                Ok(Some(Pick { user, why: format!("all of these go to {handle}") }))
            }
            "field" => Self::by_field(w, leads, lead, rule),
            "territory" => self.by_territory(w, leads, lead, rule),
            "load" => self.by_load(w, rule),
            _ => self.by_turn(w, rule, rule.team),
        }
    }

    fn people(
        &mut self,
        w: &Writer,
        rule: &ShareRule,
        team: Option<i64>,
    ) -> Result<&mut VecDeque<Candidate>> {
        use std::collections::hash_map::Entry;
        Ok(match self.turns.entry((rule.id, team)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(w.reader().candidates(rule.id, team)?.into()),
        })
    }

    fn by_turn(&mut self, w: &Writer, rule: &ShareRule, team: Option<i64>) -> Result<Option<Pick>> {
        let people = self.people(w, rule, team)?;
        let Some(mut next) = people.pop_front() else { return Ok(None) };
        next.open += 1;
        people.push_back(next.clone());
        let among = match team {
            Some(team) => format!("team {}", label_of(w, "team", team)?),
            None => "everybody".to_owned(),
        };
        Ok(Some(Pick {
            user: next.user,
            why: format!("round robin over {among}, {}'s turn", next.handle),
        }))
    }

    fn by_load(&mut self, w: &Writer, rule: &ShareRule) -> Result<Option<Pick>> {
        let people = self.people(w, rule, rule.team)?;
        let Some(least) = people.iter_mut().min_by_key(|c| (c.open, c.user)) else {
            return Ok(None);
        };
        let why = format!("{} has the fewest open leads, {}", least.handle, least.open);
        least.open += 1;
        Ok(Some(Pick { user: least.user, why }))
    }

    fn by_territory(
        &mut self,
        w: &Writer,
        leads: &Noun,
        lead: &[Value],
        rule: &ShareRule,
    ) -> Result<Option<Pick>> {
        let Some(to) = lead[leads.require(TERRITORY.0)?.index].as_link() else { return Ok(None) };
        let keeper = w.reader().keeper(to.id)?;
        if let Some((user, handle)) = keeper.owner {
            let why = format!("territory {}, looked after by {handle}", keeper.territory);
            return Ok(Some(Pick { user, why }));
        }
        let Some(team) = keeper.team.or(rule.team) else { return Ok(None) };
        let pick = self.by_turn(w, rule, Some(team))?;
        Ok(pick.map(|p| Pick { why: format!("territory {}, {}", keeper.territory, p.why), ..p }))
    }

    fn by_field(
        w: &Writer,
        leads: &Noun,
        lead: &[Value],
        rule: &ShareRule,
    ) -> Result<Option<Pick>> {
        let Some(name) = rule.field.as_deref() else {
            // A filter on fields and one user say the same.
            let user = rule.user.ok_or_else(|| lacks(rule, "field", "--field NAME"))?;
            let why = format!(
                "{} go to {}",
                rule.filter.as_deref().unwrap_or("all"),
                label_of(w, "user", user)?
            );
            return Ok(Some(Pick { user, why }));
        };
        let named = leads.find(name).ok_or_else(|| leads.unknown_field(name))?;
        let value = &lead[named.index];
        let user = match value {
            Value::Link(to) if to.noun == "user" => Some(to.id),
            other => {
                let text = match other {
                    Value::List(items) => items.first().map(|i| i.value.clone()),
                    other => Some(other.to_cell()),
                };
                let users = w.reader().model().noun("user")?;
                match text.filter(|t| !t.is_empty() && t.parse::<i64>().is_err()) {
                    Some(text) => {
                        match w.reader().find(users, &text, crate::store::Among::Live, None)? {
                            crate::store::Match::One(id) => Some(id),
                            _ => None,
                        }
                    }
                    None => None,
                }
            }
        };
        let Some(user) = user else { return Ok(None) };
        let why = format!("its {} names {}", named.field.label(), label_of(w, "user", user)?);
        Ok(Some(Pick { user, why }))
    }

    /// What dates and amounts in rules are read by.
    #[must_use]
    pub fn locale(&self) -> &Locale {
        self.locale
    }
}

/// A rule's filter, ready to be asked; an error names the rule.
///
/// # Errors
/// The filter isn't right.
pub(super) fn compiled(
    w: &Writer,
    leads: &Noun,
    text: Option<&str>,
    locale: &Locale,
    noun: &str,
    rule: &str,
) -> Result<Option<filter::Sql>> {
    let Some(text) = text.filter(|t| !t.trim().is_empty()) else { return Ok(None) };
    w.reader().filter(leads, text, locale).map(Some).map_err(|why| {
        Error::invalid(format!("the filter of the {noun} `{rule}`: {}", why.message))
            .hint(format!("mend it: `rolo {noun} edit \"{rule}\" --filter '…'`"))
    })
}

/// Gives a lead to somebody, with the reason.
///
/// # Errors
/// The database can't be written.
pub(super) fn give(
    w: &mut Writer,
    leads: &Noun,
    id: i64,
    user: i64,
    rule: Option<i64>,
    why: &str,
) -> Result<()> {
    let at = Value::Instant(w.clock().now());
    let link = |noun, id| Value::Link(LinkTo::bare(noun, id));
    let values = vec![
        (leads.require(OWNER.0)?.index, link("user", user)),
        (leads.require(RULE.0)?.index, rule.map_or(Value::Null, |r| link("assignment", r))),
        (leads.require(WHY.0)?.index, Value::Text(why.to_owned())),
        (leads.require(AT.0)?.index, at),
    ];
    w.update(leads, id, values)?;
    Ok(())
}

fn label_of(w: &Writer, noun: &'static str, id: i64) -> Result<String> {
    let labels = w.reader().labels(noun, &[id])?;
    Ok(labels.get(&id).map_or_else(|| format!("{noun}:{id}"), |l| l.label.clone()))
}

fn lacks(rule: &ShareRule, what: &str, flag: &str) -> Error {
    Error::invalid(format!("the assignment `{}` is by {what}, and names none", rule.name))
        .hint(format!("`rolo assignment edit \"{}\" {flag}`", rule.name))
}
