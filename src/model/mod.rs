//! The declarations: every entity and field. Tables only; it reads like a data dictionary.
//!
//! A new entity or field is one edit here. Everything else (table, view, flags, help, completion,
//! import, export, filter, validation, history, search) follows from it. [`ENTITIES`] only ever
//! grows at its end: an entity's place is its number inside the file.

mod money;
mod people;
mod sales;
mod service;
mod setup;
mod sharing;
mod targets;
mod words;
mod work;

pub use money::RATE;
pub use people::{ANSWER_TO_LEAD, COMPANY, CONTACT, LEAD, POLICY_OF_LEAD};
pub use sales::{DEAL, LINE, PIPELINE, PRODUCT, SLIPS_OF_DEAL, STAGE};
pub use service::TICKET;
pub use setup::{FIELD, TAG, TEAM, USER, VIEW};
pub use sharing::{ASSIGNMENT, RESPONSE, SCORING};
pub use targets::{BONUS, DEALS_OF_QUOTA, QUOTA, TERRITORY};
pub use words::{Ending, STAGE_KINDS, ending, outcome};
pub use work::{ACTIVITY, EVENT, TASK};

use crate::entity::{Entity, Field, Kind, Model, field, link};

/// All entities; append only.
pub static ENTITIES: &[&Entity] = &[
    &COMPANY,
    &CONTACT,
    &LEAD,
    &PIPELINE,
    &STAGE,
    &DEAL,
    &TASK,
    &EVENT,
    &ACTIVITY,
    &TICKET,
    &PRODUCT,
    &USER,
    &TEAM,
    &TAG,
    &VIEW,
    &FIELD,
    &RATE,
    &ASSIGNMENT,
    &SCORING,
    &RESPONSE,
    &TERRITORY,
    &QUOTA,
    &BONUS,
    &LINE,
];

/// Fields of every record.
pub static COMMON: &[Field] = &[
    field("id", Kind::Int, "Number in this file, never used again").kept(),
    field("uid", Kind::Uid, "The same record in any file").kept(),
    field("created", Kind::Datetime, "When it was made").kept().headers(&[
        "created date",
        "created at",
        "created time",
        "createddate",
        "creation date",
        "date created",
        "created on",
        "deal created",
        "create date",
        "createdate",
        "add time",
        "deal created date",
        "дата создания",
        "erstellt am",
    ]),
    field("updated", Kind::Datetime, "When it was last changed").kept().headers(&[
        "updated at",
        "last modified date",
        "lastmodifieddate",
        "modified",
        "last modified",
        "update time",
    ]),
    link("created_by", &USER, "Who made it").kept(),
    field("trashed", Kind::Datetime, "When it went to the trash").kept(),
    field("tags", Kind::Tags, "Tags").aliases(&["tag", "labels"]).headers(&[
        "categories",
        "category list",
        "keywords",
    ]),
];

/// The model of the program, without any file's custom fields.
#[must_use]
pub fn model() -> Model {
    Model::new(ENTITIES, COMMON)
}
