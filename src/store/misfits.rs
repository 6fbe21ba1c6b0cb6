//! Values that another program put where no value of their field looks so.

use super::Store;
use super::check::Health;
use super::columns;
use super::forward::MARK;
use super::schema::{columns_of, has_columns, quoted, read_count};
use crate::entity::Noun;
use crate::error::Result;

/// How many of one field are named.
const NAMED: usize = 3;

/// What doesn't fit one field.
#[derive(Default)]
struct Strays {
    named: Vec<(i64, String)>,
    count: usize,
}

impl Store {
    /// Names values that don't fit their field. Nothing mends them: only people know what was meant.
    pub(super) fn check_values(&self, health: &mut Health) -> Result<()> {
        for noun in &self.model.nouns {
            self.check_values_of(noun, health)?;
        }
        Ok(())
    }

    fn check_values_of(&self, noun: &Noun, health: &mut Health) -> Result<()> {
        let fields: Vec<_> = noun.fields.iter().filter(|f| has_columns(f)).collect();
        let columns: Vec<String> = fields
            .iter()
            .flat_map(|f| columns_of(f).into_iter().take(read_count(f)).map(|(c, _)| quoted(&c)))
            .collect();
        let sql = format!(
            "SELECT id, {} FROM {} WHERE trashed IS NULL OR trashed <> 'gone' AND trashed NOT GLOB '{MARK}*'",
            columns.join(", "),
            quoted(noun.name())
        );
        let mut strays: Vec<Strays> = fields.iter().map(|_| Strays::default()).collect();
        let mut stmt = self.conn.prepare(&sql)?;
        let mut rows = stmt.query([])?;
        while let Some(row) = rows.next()? {
            let mut at = 1;
            for (field, found) in fields.iter().zip(&mut strays) {
                let Some(text) = columns::stray(field, row, &mut at, &self.model)? else {
                    continue;
                };
                found.count += 1;
                if found.named.len() < NAMED {
                    found.named.push((row.get(0)?, text));
                }
            }
        }
        for (field, found) in fields.iter().zip(strays).filter(|(_, s)| s.count > 0) {
            let named: Vec<String> = found
                .named
                .iter()
                .map(|(id, text)| format!("{}:{id} has `{text}`", noun.name()))
                .collect();
            let more = match found.count - found.named.len() {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            let message = format!("{} that can't be: {}{more}", field.label(), named.join(", "));
            health.note("values", message, false);
        }
        Ok(())
    }
}
