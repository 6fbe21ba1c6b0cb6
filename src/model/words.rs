//! Words that several entities choose from.

use crate::entity::{Choices, Word, word};

const fn closed(words: &'static [Word]) -> Choices {
    Choices { words, open: false }
}

const fn open(words: &'static [Word]) -> Choices {
    Choices { words, open: true }
}

/// A word list that anybody may add to and that begins empty.
pub(super) static ANY: Choices = open(&[]);

pub(super) static ROLES: Choices = open(&[
    word("prospect", &["lead", "потенциальный клиент"]),
    word("customer", &["client", "клиент", "заказчик"]),
    word("partner", &["партнёр"]),
    word("agent", &["агент"]),
    word("supplier", &["vendor", "поставщик"]),
    word("competitor", &["конкурент"]),
]);

pub(super) static LIFECYCLES: Choices = closed(&[
    word("subscriber", &[]),
    word("lead", &["marketing qualified lead", "sales qualified lead", "mql", "sql"]),
    word("customer", &["client", "opportunity", "evangelist"]),
    word("former", &["former customer", "churned", "ex-customer"]),
]);

pub(super) static LEAD_STATUSES: Choices = closed(&[
    word("new", &["open - not contacted", "not contacted", "open", "новый"]),
    word(
        "working",
        &["working - contacted", "contacted", "in progress", "attempting contact", "в работе"],
    ),
    word("nurturing", &["nurture", "on hold", "recycled"]),
    word("qualified", &["closed - converted candidate", "hot"]),
    word("unqualified", &["closed - not converted", "disqualified", "dead", "lost", "junk"]),
    word("converted", &["closed - converted"]),
]);

/// What a stage means.
pub static STAGE_KINDS: Choices = closed(&[
    word(
        "open",
        &[
            "active",
            "in progress",
            "ongoing",
            "pending",
            "new",
            "reopened",
            "offen",
            "aktiv",
            "laufend",
            "in bearbeitung",
            "neu",
            "ouvert",
            "ouverte",
            "en cours",
            "actif",
            "active",
            "nouveau",
            "nouvelle",
            "abierto",
            "abierta",
            "en curso",
            "en proceso",
            "activo",
            "activa",
            "nuevo",
            "nueva",
            "открыт",
            "открыта",
            "открыто",
            "открытая",
            "активна",
            "активная",
            "в работе",
            "в процессе",
            "новая",
            "новый",
            "отворен",
            "отворена",
            "отворено",
            "активен",
            "активно",
            "в процес",
            "нова",
            "нов",
        ],
    ),
    word("won", &["closed won", "win"]),
    word("lost", &["closed lost", "lose"]),
]);

/// How sure a deal is, as a forecast counts it.
pub(super) static FORECAST: Choices = closed(&[
    word("pipeline", &["open"]),
    word("best_case", &["best case", "upside"]),
    word("commit", &["committed"]),
    word("omitted", &["omit"]),
    word("closed", &[]),
]);

pub(super) static DEAL_ROLES: Choices = open(&[
    word("decision_maker", &["decider", "economic buyer"]),
    word("influencer", &[]),
    word("user", &["end user"]),
    word("blocker", &[]),
]);

pub(super) static PRIORITIES: Choices = closed(&[
    word("low", &["l", "низкий", "low priority", "4 low"]),
    word("normal", &["m", "medium", "middle", "обычный", "средний", "standard"]),
    word("high", &["h", "высокий", "important"]),
    word("urgent", &["u", "срочный", "critical", "highest", "immediate"]),
]);

pub(super) static TASK_STATUSES: Choices = closed(&[
    word("open", &["not started", "todo", "to do", "new", "pending", "planned", "не начата"]),
    word("doing", &["in progress", "started", "выполняется"]),
    word("waiting", &["deferred", "on hold", "waiting on someone else", "blocked"]),
    word("done", &["completed", "complete", "finished", "closed", "held", "завершена"]),
    word("cancelled", &["canceled", "not held", "dropped"]),
]);

/// What an activity is, and the channel a ticket came by.
pub(super) static CHANNELS: Choices = open(&[
    word("call", &["phone", "phone call", "telephone", "звонок"]),
    word("mail", &["email", "e-mail", "письмо"]),
    word("meeting", &["appointment", "lunch", "demo", "встреча"]),
    word("note", &["comment", "заметка"]),
    word("sms", &["text", "text message"]),
    word("chat", &["messenger", "live chat", "im"]),
    word("visit", &["on site"]),
    word("fax", &[]),
    word("post", &["letter", "postal mail"]),
    word("web", &["web form", "portal", "website"]),
    word("social", &["social media", "twitter", "facebook"]),
    word("event", &["conference", "webinar"]),
]);

pub(super) static DIRECTIONS: Choices = closed(&[
    word("in", &["inbound", "incoming", "received", "входящий"]),
    word("out", &["outbound", "outgoing", "sent", "исходящий"]),
    word("inside", &["internal"]),
]);

pub(super) static TICKET_KINDS: Choices = open(&[
    word("question", &["inquiry"]),
    word("problem", &["incident", "bug", "issue"]),
    word("request", &["feature request", "service request"]),
    word("complaint", &["grievance"]),
]);

pub(super) static HORIZONS: Choices = closed(&[
    word("short", &["short term"]),
    word("medium", &["medium term"]),
    word("long", &["long term"]),
]);

pub(super) static TICKET_STATUSES: Choices = closed(&[
    word("new", &["новый"]),
    word("open", &["in progress", "assigned", "открыт"]),
    word("pending", &["waiting", "waiting on customer", "waiting for customer"]),
    word("on_hold", &["hold", "onhold"]),
    word("resolved", &["solved", "fixed", "решён"]),
    word("closed", &["закрыт"]),
]);

pub(super) static ANSWERS: Choices = closed(&[
    word("accepted", &["yes", "going", "attending"]),
    word("declined", &["no", "not going"]),
    word("tentative", &["maybe"]),
    word("invited", &["needs-action", "no answer"]),
]);

/// How a rule finds who gets a lead.
pub(super) static ASSIGN_BY: Choices = closed(&[
    word("round_robin", &["rr", "turn", "in turn"]),
    word("load", &["least loaded", "workload"]),
    word("territory", &[]),
    word("field", &[]),
    word("user", &["person"]),
]);

pub(super) static BONUS_OF: Choices =
    closed(&[word("won", &[]), word("above", &["excess", "over"])]);

pub(super) static RECURRING: Choices = closed(&[
    word("once", &["one time", "one off", "no", "разово"]),
    word("weekly", &["week", "per week"]),
    word("monthly", &["month", "per month", "yes", "ежемесячно"]),
    word("quarterly", &["quarter", "per quarter"]),
    word("yearly", &["year", "annually", "annual", "per year", "ежегодно"]),
]);

/// What the name of a stage says about the deals in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Open,
    Won,
    Lost,
    /// They are closed, and nothing tells how.
    Unclear,
}

/// Words for a deal that was won, folded: a whole word of the name, or of a script without spaces any
/// part of it.
const WON: &[&str] = &[
    "won",
    "win",
    "wins",
    "sold",
    "closedwon",
    "gewonnen",
    "verkauft",
    "gagne",
    "gagnee",
    "vendu",
    "remporte",
    "remportee",
    "ganado",
    "ganada",
    "vendido",
    "vendida",
    "vinto",
    "vinta",
    "venduto",
    "ganho",
    "ganha",
    "ganhou",
    "vundet",
    "vunnet",
    "vunnen",
    "voitettu",
    "wygrana",
    "wygrane",
    "wygrany",
    "sprzedane",
    "vyhrano",
    "vyhrane",
    "vyhrany",
    "nyert",
    "megnyert",
    "castigat",
    "castigata",
    "kazanildi",
    "kazanilan",
    "dobiveno",
    "выиграно",
    "выиграна",
    "выигран",
    "успешно",
    "успешна",
    "успех",
    "продано",
    "продана",
    "реализовано",
    "спечелена",
    "спечелено",
    "спечелен",
    "виграно",
    "виграна",
    "добијено",
    "κερδισμενη",
    "成交",
    "赢单",
    "贏單",
    "受注",
    "수주",
    "성사",
    "فاز",
    "נסגר בהצלחה",
];

/// Words for a deal that was lost, folded.
const LOST: &[&str] = &[
    "lost",
    "lose",
    "loss",
    "closedlost",
    "dead",
    "abandoned",
    "disqualified",
    "rejected",
    "declined",
    "cancelled",
    "canceled",
    "verloren",
    "abgesagt",
    "abgelehnt",
    "perdu",
    "perdue",
    "abandonne",
    "perdido",
    "perdida",
    "perso",
    "persa",
    "perduto",
    "perdeu",
    "tabt",
    "tapt",
    "forlorad",
    "havitty",
    "przegrana",
    "przegrane",
    "przegrany",
    "utracone",
    "stracone",
    "ztraceno",
    "prohrano",
    "prohrane",
    "elveszett",
    "elvesztett",
    "pierdut",
    "pierduta",
    "kaybedildi",
    "kaybedilen",
    "izgubljeno",
    "проиграно",
    "проиграна",
    "проигран",
    "потеряно",
    "потеряна",
    "потерян",
    "отказ",
    "провал",
    "провалена",
    "провалено",
    "сорвана",
    "загубена",
    "загубено",
    "изгубена",
    "изгубено",
    "програно",
    "програна",
    "втрачено",
    "χαμενη",
    "输单",
    "丢单",
    "輸單",
    "失注",
    "실주",
    "실패",
    "خسر",
    "אבוד",
];

/// Words for a deal that is over, one way or the other, folded.
const OVER: &[&str] = &[
    "closed",
    "close",
    "done",
    "complete",
    "completed",
    "finished",
    "ended",
    "end",
    "archive",
    "archived",
    "inactive",
    "final",
    "finalized",
    "geschlossen",
    "abgeschlossen",
    "erledigt",
    "beendet",
    "ferme",
    "fermee",
    "clos",
    "cloture",
    "cloturee",
    "termine",
    "terminee",
    "cerrado",
    "cerrada",
    "finalizado",
    "terminado",
    "chiuso",
    "chiusa",
    "fechado",
    "fechada",
    "encerrado",
    "gesloten",
    "afgesloten",
    "lukket",
    "avslutad",
    "stangd",
    "suljettu",
    "zamkniete",
    "zamknieta",
    "zakonczone",
    "uzavreno",
    "uzavrene",
    "lezart",
    "inchis",
    "kapali",
    "kapandi",
    "zatvoreno",
    "закрыто",
    "закрыта",
    "закрыт",
    "завершено",
    "завершена",
    "завершен",
    "архив",
    "затворена",
    "затворено",
    "приключена",
    "приключено",
    "закрито",
    "закрита",
    "κλειστη",
    "关闭",
    "關閉",
    "结束",
    "完了",
    "終了",
    "종료",
    "완료",
];

const NOT: &[&str] =
    &["not", "no", "nicht", "non", "pas", "nao", "nie", "не", "ne", "ikke", "inte"];

/// What the words of a stage's name say, in whatever language.
#[must_use]
pub fn ending(name: &str) -> Ending {
    let folded = crate::entity::text::fold(name);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).collect();
    let has = |list: &[&str]| {
        list.iter()
            .any(|w| words.contains(w) || !w.is_ascii() && is_unspaced(w) && folded.contains(w))
    };
    let negated = has(NOT);
    match (has(WON), has(LOST), has(OVER)) {
        (true, false, _) if negated => Ending::Lost,
        (true, false, _) => Ending::Won,
        (false, true, _) if negated => Ending::Unclear,
        (false, true, _) => Ending::Lost,
        (true, true, _) | (_, _, true) => Ending::Unclear,
        _ => Ending::Open,
    }
}

/// What a column that says how deals stand means: `open`, `won`, `lost`, or `closed` where it doesn't
/// tell how; `None` for other words.
#[must_use]
pub fn outcome(text: &str) -> Option<&'static str> {
    STAGE_KINDS.find(text).or_else(|| match ending(text) {
        Ending::Won => Some("won"),
        Ending::Lost => Some("lost"),
        Ending::Unclear => Some("closed"),
        Ending::Open => None,
    })
}

/// Whether a word is of a script that sets no spaces between words.
fn is_unspaced(word: &str) -> bool {
    word.chars()
        .any(|c| matches!(u32::from(c), 0x3040..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7af))
}
