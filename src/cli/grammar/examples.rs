//! What examples of help say about each noun. A noun that isn't here gets something general.

use crate::entity::Noun;

/// Words for examples: behind `add`, as a filter, behind `edit 42`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) noun: &'static str,
    pub(super) add: &'static str,
    pub(super) filter: &'static str,
    pub(super) edit: &'static str,
}

const fn of(
    noun: &'static str,
    add: &'static str,
    filter: &'static str,
    edit: &'static str,
) -> Sample {
    Sample { noun, add, filter, edit }
}

const GENERAL: Sample = of("", "\"A name\"", "tag:new", "--untag new");

static SAMPLES: &[Sample] = &[
    of(
        "company",
        "\"Acme GmbH\" --domain acme.example --city Berlin",
        "industry:retail",
        "--industry retail --owner me",
    ),
    of(
        "contact",
        "\"Ann Lee\" --email ann@acme.example --company \"Acme GmbH\"",
        "company.city:Berlin",
        "--title CEO --add phone=\"+49 30 1234567\"",
    ),
    of(
        "lead",
        "\"Bo Chen\" --email bo@globex.example --source fair",
        "status:new",
        "--status working --score 40",
    ),
    of(
        "deal",
        "\"Spring order\" --company \"Acme GmbH\" --amount 12k --closes eom",
        "is:open",
        "--amount 15k --closes +2w",
    ),
    of(
        "task",
        "\"Send the offer\" --about deal:42 --due fri --priority high",
        "is:overdue",
        "--priority urgent --due tomorrow",
    ),
    of(
        "event",
        "\"Kick-off\" --start \"mon 10:00\" --end \"mon 11:30\" --about deal:42",
        "is:upcoming",
        "--place \"room 3\"",
    ),
    of(
        "activity",
        "\"Second call\" --kind call --about deal:42 --direction out",
        "kind:call",
        "--outcome agreed --duration 15",
    ),
    of(
        "ticket",
        "\"Can't log in\" --contact ann@acme.example --priority high",
        "is:open",
        "--priority urgent --queue support",
    ),
    of(
        "product",
        "Widget --sku W-1 --price \"9.90 EUR\"",
        "is:active",
        "--price \"10.90 EUR\" --active no",
    ),
    of("user", "ann --name \"Ann Lee\" --team west", "is:active", "--role manager --team east"),
    of("team", "west --lead ann", "lead:ann", "--lead bob"),
    of("pipeline", "Partners --currency USD", "currency:USD", "--is-default yes"),
    of(
        "stage",
        "Signed --pipeline Partners --position 3 --kind won",
        "pipeline:Partners",
        "--probability 60",
    ),
    of("tag", "vip --colour gold", "colour:gold", "--colour gold"),
    of(
        "view",
        "hot --noun deal --filter 'is:open amount>10k'",
        "noun:deal",
        "--filter 'is:open amount>20k'",
    ),
    of("rate", "EUR USD 1.08 --on 2026-11-20", "base:EUR", "--rate 1.09"),
    of(
        "assignment",
        "Web --filter source:web --by round_robin --team west",
        "by:load",
        "--by load --team east",
    ),
    of(
        "scoring",
        "Calls --activity call --points 5 --most 4 --half-life 30",
        "points>10",
        "--points 10",
    ),
    of("response", "Web --source web --within 1h", "source:web", "--within 30m"),
    of(
        "territory",
        "DACH --country DE --country AT --country CH --owner ann",
        "countries:DE",
        "--min-employees 50",
    ),
    of("quota", "2026-Q4 --user ann --amount 250k", "period:2026-Q4", "--amount 300k"),
    of("bonus", "Full --attainment 100 --percent 2", "attainment>=100", "--percent 2.5"),
    of("field", "contact \"Contract no\"", "noun:contact", "--name \"Contract number\""),
];

pub(super) fn sample(noun: &Noun) -> Sample {
    SAMPLES.iter().find(|s| s.noun == noun.name()).copied().unwrap_or(GENERAL)
}
