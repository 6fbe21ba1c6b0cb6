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
    word("prospect", &["lead", "потенциальный клиент"]).also(
        "interessent | potenzieller kunde | client potentiel | cliente potencial | \
               перспективный | потенциален клиент",
    ),
    word("customer", &["client", "клиент", "заказчик"]).also("kunde | cliente | покупатель"),
    word("partner", &["партнёр"]).also("partenaire | socio | партньор"),
    word("agent", &["агент"]).also("vertreter | agente"),
    word("supplier", &["vendor", "поставщик"])
        .also("lieferant | fournisseur | proveedor | доставчик"),
    word("competitor", &["конкурент"])
        .also("wettbewerber | mitbewerber | konkurrent | concurrent | competidor"),
]);

pub(super) static LIFECYCLES: Choices = closed(&[
    word("subscriber", &[]).also("abonnent | abonné | suscriptor | подписчик | абонат"),
    word("lead", &["marketing qualified lead", "sales qualified lead", "mql", "sql"]).also(
        "interessent | prospect | client potentiel | cliente potencial | лид | \
               потенциальный клиент | потенциален клиент",
    ),
    word("customer", &["client", "opportunity", "evangelist"])
        .also("kunde | cliente | клиент | покупатель | заказчик"),
    word("former", &["former customer", "churned", "ex-customer"]).also(
        "ehemaliger kunde | ehemalig | ancien client | antiguo cliente | бывший клиент | \
               бывший | бивш клиент | бивш",
    ),
]);

pub(super) static LEAD_STATUSES: Choices = closed(&[
    word("new", &["open - not contacted", "not contacted", "open", "новый"]).also(
        "neu | offen | nouveau | nouvelle | nuevo | nueva | новая | новое | нов | нова | \
               не обработан | untouched",
    ),
    word(
        "working",
        &["working - contacted", "contacted", "in progress", "attempting contact", "в работе"],
    )
    .also(
        "in bearbeitung | kontaktiert | en cours | contacté | en curso | en proceso | \
               contactado | в обработке | в процессе | в процес | обработва се | \
               attempted to contact | attempted contact | attempting to contact | \
               contact in future | connected | in process",
    ),
    word("nurturing", &["nurture", "on hold", "recycled"]).also(
        "später | à relancer | en espera | отложен | отложенный | на изчакване | \
               contact later | contact in the future",
    ),
    word("qualified", &["closed - converted candidate", "hot"]).also(
        "qualifiziert | qualifié | qualifiée | calificado | cualificado | квалифицирован | \
               квалифицированный | квалифицирана | pre qualified | prequalified | sales qualified",
    ),
    word("unqualified", &["closed - not converted", "disqualified", "dead", "lost", "junk"]).also(
        "nicht qualifiziert | unqualifiziert | disqualifiziert | non qualifié | disqualifié | \
               no calificado | descartado | неквалифицирован | некачественный | отказ | \
               забракован | неподходящ | junk lead | lost lead | not qualified | bad lead | spam | \
               bad timing",
    ),
    word("converted", &["closed - converted"]).also(
        "konvertiert | umgewandelt | converti | convertie | convertido | конвертирован | \
               сконвертирован | конвертиран | преобразован",
    ),
]);

/// What a stage means.
pub static STAGE_KINDS: Choices = closed(&[
    word("open", &["active", "in progress"])
        .also("ongoing | pending | new | reopened | offen | aktiv | laufend | in bearbeitung | \
               neu | ouvert | ouverte | en cours | actif | nouveau | nouvelle | abierto | abierta | \
               en curso | en proceso | activo | activa | nuevo | nueva | открыт | открыта | \
               открыто | открытая | активна | активная | в работе | в процессе | новая | новый | \
               отворен | отворена | отворено | активен | активно | в процес | нова | нов"),
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
    word("low", &["l", "низкий", "low priority", "4 low"]).also(
        "niedrig | gering | bas | basse | faible | baja | bajo | низкая | низкое | низък | \
               ниска | ниско | lowest | minor",
    ),
    word("normal", &["m", "medium", "middle", "обычный", "средний", "standard"]).also(
        "mittel | mittlere | moyen | moyenne | normale | media | medio | обычная | обычное | \
               средняя | среднее | нормальный | нормальная | нормальное | обикновен | среден | \
               средна | средно | нормален | нормална | нормално | none priority",
    ),
    word("high", &["h", "высокий", "important"]).also(
        "hoch | wichtig | haut | haute | élevé | élevée | alta | alto | высокая | высокое | \
               важный | важная | важно | висок | висока | високо | важен | важна | major",
    ),
    word("urgent", &["u", "срочный", "critical", "highest", "immediate"]).also(
        "dringend | kritisch | sehr hoch | urgente | critique | crítica | crítico | срочная | \
               срочное | срочно | критический | критическая | неотложный | спешен | спешна | \
               спешно | критичен | критична | blocker | emergency | very high",
    ),
]);

pub(super) static TASK_STATUSES: Choices = closed(&[
    word("open", &["not started", "todo", "to do", "new", "pending", "planned", "не начата"])
        .also("offen | nicht begonnen | nicht gestartet | ausstehend | neu | zu erledigen | \
               ouvert | ouverte | à faire | non commencé | non commencée | nouveau | nouvelle | \
               abierto | abierta | pendiente | por hacer | no iniciado | no iniciada | nuevo | \
               nueva | открыт | открыта | открыто | открытая | новый | новая | не начат | \
               не начато | к выполнению | ожидает выполнения | запланирована | отворен | отворена | \
               отворено | нов | нова | незапочната | за изпълнение"),
    word("doing", &["in progress", "started", "выполняется"])
        .also("in bearbeitung | in arbeit | begonnen | läuft | en cours | commencé | commencée | \
               en curso | en progreso | en proceso | iniciado | iniciada | в работе | в процессе | \
               начата | в процес | в изпълнение | започната | active | ongoing | working | \
               underway"),
    word("waiting", &["deferred", "on hold", "waiting on someone else", "blocked"])
        .also("wartend | wartet | warten auf andere | zurückgestellt | en attente | reporté | \
               reportée | en espera | aplazado | aplazada | esperando | ожидание | ожидает | \
               отложена | отложено | в ожидании | изчаква | чакаща | отложен | \
               waiting for someone else | waiting for input | postponed | pending input | \
               waiting for"),
    word("done", &["completed", "complete", "finished", "closed", "held", "завершена"])
        .also("erledigt | abgeschlossen | fertig | beendet | terminé | terminée | fait | faite | \
               achevé | completado | completada | hecho | hecha | terminado | terminada | \
               finalizado | finalizada | выполнено | выполнена | выполнен | завершено | завершён | \
               закончена | закончено | закрыта | готово | сделано | изпълнена | изпълнено | \
               завършена | завършено | приключена | приключено | resolved | ended"),
    word("cancelled", &["canceled", "not held", "dropped"])
        .also("abgebrochen | abgesagt | storniert | annulé | annulée | cancelado | cancelada | \
               отменена | отменено | отменён | прекратена | анулирана | rejected | abandoned | \
               won't do"),
]);

/// What an activity is, and the channel a ticket came by.
pub(super) static CHANNELS: Choices = open(&[
    word("call", &["phone", "phone call", "telephone", "звонок"]).also(
        "anruf | telefonat | telefon | appel | llamada | teléfono | телефон | \
               телефонный звонок | обаждане",
    ),
    word("mail", &["email", "e-mail", "письмо"]).also(
        "courriel | correo | correo electrónico | почта | электронное письмо | имейл | \
               писмо",
    ),
    word("meeting", &["appointment", "lunch", "demo", "встреча"])
        .also("besprechung | treffen | termin | réunion | rendez vous | cita | среща"),
    word("note", &["comment", "заметка"])
        .also("notiz | anmerkung | nota | remarque | примечание | комментарий | бележка"),
    word("sms", &["text", "text message"]).also("смс"),
    word("chat", &["messenger", "live chat", "im"]).also("чат | мессенджер"),
    word("visit", &["on site"]).also("besuch | visite | visita | визит | посещение"),
    word("fax", &[]).also("факс"),
    word("post", &["letter", "postal mail"])
        .also("brief | courrier | carta | correo postal | бумажное письмо | поща"),
    word("web", &["web form", "portal", "website"])
        .also("webformular | formulaire web | formulario web | веб форма | сайт | уеб форма"),
    word("social", &["social media", "twitter", "facebook"]).also(
        "soziale medien | réseaux sociaux | redes sociales | соцсети | социальные сети | \
               социални мрежи",
    ),
    word("event", &["conference", "webinar"])
        .also("veranstaltung | événement | evento | мероприятие | събитие"),
]);

pub(super) static DIRECTIONS: Choices = closed(&[
    word("in", &["inbound", "incoming", "received", "входящий"]).also(
        "eingehend | eingang | entrant | entrante | входящая | входящее | входящ | входяща | \
               incoming call | from client",
    ),
    word("out", &["outbound", "outgoing", "sent", "исходящий"]).also(
        "ausgehend | ausgang | sortant | sortante | saliente | исходящая | исходящее | \
               изходящ | изходяща | outgoing call",
    ),
    word("inside", &["internal"]).also(
        "intern | interne | interno | interna | внутренний | внутренняя | вътрешен | \
               вътрешна",
    ),
]);

pub(super) static TICKET_KINDS: Choices = open(&[
    word("question", &["inquiry"]).also("frage | pregunta | вопрос | въпрос"),
    word("problem", &["incident", "bug", "issue"]).also(
        "störung | fehler | problème | problema | incidencia | проблема | ошибка | инцидент | \
               проблем | грешка",
    ),
    word("request", &["feature request", "service request"])
        .also("anfrage | demande | solicitud | petición | запрос | заявка | искане"),
    word("complaint", &["grievance"]).also(
        "beschwerde | reklamation | réclamation | plainte | queja | reclamación | жалоба | \
               рекламация | претензия | оплакване",
    ),
]);

pub(super) static HORIZONS: Choices = closed(&[
    word("short", &["short term"]),
    word("medium", &["medium term"]),
    word("long", &["long term"]),
]);

pub(super) static TICKET_STATUSES: Choices = closed(&[
    word("new", &["новый"])
        .also("neu | nouveau | nouvelle | nuevo | nueva | новая | новое | нов | нова"),
    word("open", &["in progress", "assigned", "открыт"]).also(
        "offen | in bearbeitung | zugewiesen | ouvert | ouverte | en cours | abierto | \
               abierta | en curso | en proceso | asignado | открыта | открыто | открытый | \
               в работе | назначен | отворен | отворена | в процес | active | reopened | opened",
    ),
    word("pending", &["waiting", "waiting on customer", "waiting for customer"]).also(
        "wartend | ausstehend | wartet auf kunden | en attente | en attente du client | \
               pendiente | en espera del cliente | ожидает ответа | ожидание | ожидает клиента | \
               в ожидании | изчакващ | изчаква | waiting on contact | waiting for reply | \
               awaiting reply",
    ),
    word("on_hold", &["hold", "onhold"]).also(
        "zurückgestellt | angehalten | en pause | suspendu | en espera | en pausa | \
               приостановлен | отложен | отложена | на паузе | задържан | на пауза | paused | \
               waiting on third party",
    ),
    word("resolved", &["solved", "fixed", "решён"]).also(
        "gelöst | behoben | résolu | résolue | resuelto | resuelta | решена | решено | \
               разрешён | выполнен | разрешена | done | completed",
    ),
    word("closed", &["закрыт"]).also(
        "geschlossen | abgeschlossen | fermé | fermée | clos | cerrado | cerrada | закрыта | \
               закрыто | закрытый | затворен | затворена | приключен | приключена",
    ),
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

#[cfg(test)]
mod tests {
    use crate::entity::Kind;

    #[test]
    fn no_text_means_two_words() {
        let mut count = 0;
        for noun in &crate::model::model().nouns {
            for field in &noun.fields {
                let Kind::Choice(choices) = field.kind else { continue };
                for word in choices.words {
                    let also = word.also.split('|').filter(|w| !w.is_empty());
                    for text in word.aliases.iter().copied().chain(also) {
                        assert_eq!(choices.find(text), Some(word.word), "{}: {text}", field.name);
                        count += 1;
                    }
                }
            }
        }
        assert!(count > 500, "{count}");
    }
}
