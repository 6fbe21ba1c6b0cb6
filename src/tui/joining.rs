//! Making one record of several, and several of one again: what the dashboard asks the store, and what
//! it changes.

use super::deeds::done;
use super::desk::{Desk, Done};
use crate::entity::{LinkTo, Model, Record};
use crate::error::Result;
use crate::store::{Double, Hunt, Joined, Take};

/// Records that are to become one: the one that stays, the others, and the fields that they win.
#[derive(Debug, Clone)]
pub(crate) struct Join {
    pub noun: &'static str,
    pub keep: i64,
    pub others: Vec<i64>,
    pub take: Vec<usize>,
}

/// What it would come to.
#[derive(Debug, Clone)]
pub(crate) struct Outlook {
    /// The record that stays, as it is now.
    pub keep: Record,
    pub others: Vec<Record>,
    /// As it will be.
    pub then: Record,
    pub joined: Joined,
}

impl Join {
    fn takes(&self) -> Vec<Take> {
        self.take.iter().map(|field| Take { field: *field, from: None }).collect()
    }

    /// The command that does the same.
    fn command(&self, model: &Model) -> Result<String> {
        let noun = model.noun(self.noun)?;
        let others: Vec<String> = self.others.iter().map(ToString::to_string).collect();
        let mut line = format!("{} merge {} {}", self.noun, self.keep, others.join(" "));
        for at in &self.take {
            line += &format!(" --take {}", noun.fields[*at].name);
        }
        Ok(line)
    }
}

/// Does it and takes it back at once, to see what it comes to.
///
/// # Errors
/// The records can't be merged.
pub(crate) fn outlook(desk: &mut Desk, join: &Join) -> Result<Outlook> {
    let (keep, others) = {
        let (reader, noun) = (desk.reader()?, desk.store.noun(join.noun)?);
        let others = join.others.iter().map(|id| reader.record(noun, *id));
        (reader.record(noun, join.keep)?, others.collect::<Result<Vec<_>>>()?)
    };
    desk.store.dry_run = true;
    let tried = desk.write("merge", "", |w| {
        let noun = w.reader().model().noun(join.noun)?;
        let joined = w.merge(noun, join.keep, &join.others, &join.takes())?;
        Ok((joined, w.reader().record(noun, join.keep)?))
    });
    desk.store.dry_run = false;
    let (joined, then) = tried?.value;
    Ok(Outlook { keep, others, then, joined })
}

/// Makes one of them.
///
/// # Errors
/// The records can't be merged, or the file can't be written.
pub(crate) fn merge(desk: &mut Desk, join: &Join) -> Result<Done> {
    let command = join.command(desk.store.model())?;
    let what = labelled(desk, join.noun, &join.others)?;
    let into = labelled(desk, join.noun, &[join.keep])?;
    let written = desk.change("merge", &command, |w| {
        let noun = w.reader().model().noun(join.noun)?;
        w.merge(noun, join.keep, &join.others, &join.takes())
    })?;
    Ok(done(&written, format!("merged {what} into {into}"), command))
}

/// Brings a record back that went into another.
///
/// # Errors
/// It wasn't merged, or what it went into was merged itself since.
pub(crate) fn unmerge(desk: &mut Desk, noun: &'static str, id: i64) -> Result<Done> {
    let command = format!("{noun} unmerge {id}");
    let what = labelled(desk, noun, &[id])?;
    let written = desk.change("unmerge", &command, |w| {
        let noun = w.reader().model().noun(noun)?;
        w.unmerge(noun, id)
    })?;
    let parted = &written.value;
    let stays = parted.stays.iter().map(|stays| format!(" - {stays}")).collect::<String>();
    let line = format!("brought back {what} from {noun}:{}{stays}", parted.keep);
    Ok(done(&written, line, command))
}

/// The records that went into another, with what they are called.
///
/// # Errors
/// The database can't be read.
pub(crate) fn merged_into(desk: &mut Desk, noun: &str, keep: i64) -> Result<Vec<LinkTo>> {
    let (reader, noun) = (desk.reader()?, desk.store.noun(noun)?);
    let ids = reader.merged_in(noun, keep)?;
    let mut labels = reader.labels(noun.name(), &ids)?;
    Ok(ids.iter().map(|id| labels.remove(id).unwrap_or(LinkTo::bare(noun.name(), *id))).collect())
}

/// Remembers that two records are two.
///
/// # Errors
/// The file can't be written.
pub(crate) fn say_two(desk: &mut Desk, noun: &'static str, a: i64, b: i64) -> Result<Done> {
    // No command says it alone: it is an answer of the review.
    let command = format!("{noun} duplicates --review");
    let written = desk.change("not-double", &command, |w| {
        let noun = w.reader().model().noun(noun)?;
        w.say_no_double(noun, a, b)
    })?;
    Ok(done(&written, format!("{noun}:{a} and {noun}:{b} are two"), command))
}

/// A pair that may be one, with what both are called.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub double: Double,
    pub labels: [String; 2],
}

/// The least score of what is listed, as that of `duplicates`.
const LISTED: f64 = 0.6;

/// The pairs of records that may be one, the likeliest first.
///
/// # Errors
/// The database can't be read.
pub(crate) fn pairs(desk: &mut Desk, noun: &str) -> Result<Vec<Pair>> {
    let (reader, noun) = (desk.reader()?, desk.store.noun(noun)?);
    let hunt = Hunt { noun, filter: None, above: LISTED, region: &desk.locale.region };
    let found = reader.doubles(hunt)?;
    let mut ids: Vec<i64> = found.iter().flat_map(|d| [d.keep, d.other]).collect();
    ids.sort_unstable();
    ids.dedup();
    let labels = reader.labels(noun.name(), &ids)?;
    let label = |id: i64| labels.get(&id).map_or(String::new(), |l| l.label.clone());
    let pair = |double: Double| Pair { labels: [label(double.keep), label(double.other)], double };
    Ok(found.into_iter().map(pair).collect())
}

fn labelled(desk: &Desk, noun: &str, ids: &[i64]) -> Result<String> {
    let labels = desk.reader()?.labels(noun, ids)?;
    let label = |id: &i64| labels.get(id).map_or("", |l| l.label.as_str());
    let named: Vec<String> = ids.iter().map(|id| format!("{noun}:{id} {}", label(id))).collect();
    Ok(named.join(", "))
}
