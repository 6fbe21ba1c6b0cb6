//! What `quota attainment` means; what it counts stands in the declaration of quotas.

/// What it shows, in one sentence; what is counted and how, in plain words, with the formula; where
/// that comes from.
pub const TOLD: [&str; 3] =
    ["Show what was won of quotas, and the bonus for it", DEFINITION, SOURCE];

const DEFINITION: &str = "won: the sum of the deals in a won stage that were won in the quota's \
    period (closes, else closed) and are its user's, its team's (with the teams below) or of the \
    companies of its territory (with those below); of everybody where it names none. The sum of each \
    currency is converted once, with the rates of the period's last day, or of today where that is \
    still to come. percent = won / quota, to one decimal. bonus: of the highest rule that was reached, \
    its percent of what was won, or of what is above the quota, plus its amount; rounded once, half to \
    even.";

const SOURCE: &str = "Quota attainment, closed-won revenue / quota, as in Salesforce's and \
    HubSpot's guides to sales quotas; bonus by tiers of attainment as in plans of sales compensation.";
