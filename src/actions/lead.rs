//! A lead is given to somebody, or rejected.

use super::call::Call;
use super::sharing::{Sharing, give};
use crate::entity::{Column, Value};
use crate::error::{Error, Result};
use crate::model::LEAD;
use crate::store::Among;

const STATUS: Column = LEAD.column("status");
const REASON: Column = LEAD.column("reason");

pub(super) fn assign(call: &mut Call) -> Result<()> {
    if let Some(text) = call.text("user").map(str::to_owned) {
        let users = call.other("user")?;
        let user = if text == "me" {
            call.writer.me
        } else {
            call.writer.reader().resolve(users, &text, Among::Live)?
        };
        for id in call.ids {
            give(call.writer, call.noun, *id, user, None, "by hand")?;
        }
        return Ok(());
    }
    let mut sharing = Sharing::new(call.writer, call.noun, call.locale)?;
    if sharing.is_empty() {
        return Err(Error::invalid("there are no rules for assigning leads")
            .hint("`rolo assignment add NAME --by round_robin --team TEAM` makes one; `--user HANDLE` gives them to somebody"));
    }
    for id in call.ids {
        if !sharing.share_out(call.writer, call.noun, *id)? {
            call.writer.warnings.push(format!("lead:{id}: no rule fits; its owner stays"));
        }
    }
    Ok(())
}

pub(super) fn reject(call: &mut Call) -> Result<()> {
    let mut fields = vec![call.set(STATUS, Value::Text("unqualified".into()))?];
    call.take(&mut fields, "reason", REASON)?;
    if fields.iter().any(|(_, v)| v.is_empty()) {
        return Err(Error::invalid("reason: it is empty")
            .hint("say why: `rolo lead reject 42 --reason \"no budget\"`"));
    }
    call.set_all(&fields)
}
