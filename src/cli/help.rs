//! Help topics: what `rolo help TOPIC` explains. They are text files, and the tables of the config's
//! keys and of the numbers.

use std::fmt::Write;

use super::print::width::wrap;
use crate::config::KEYS;
use crate::reports::{NUMBERS, attainment};

/// A topic of `rolo help`.
pub struct Topic {
    pub name: &'static str,
    /// One sentence for the list of topics.
    pub about: &'static str,
    body: Body,
}

enum Body {
    Text(&'static str),
    /// Its text and then the table of keys.
    Config(&'static str),
    /// Its text and then what each number means.
    Numbers(&'static str),
}

macro_rules! text {
    ($name:literal) => {
        Body::Text(include_str!(concat!("../../assets/help/", $name, ".txt")))
    };
}

/// Every topic, in the order of help.
pub static TOPICS: &[Topic] = &[
    Topic {
        name: "dashboard",
        about: "The screens, their keys and looks",
        body: text!("dashboard"),
    },
    Topic { name: "filter", about: "How records are chosen", body: text!("filter") },
    Topic { name: "refs", about: "How a record is named", body: text!("refs") },
    Topic {
        name: "dates",
        about: "How days, instants and spans are written",
        body: text!("dates"),
    },
    Topic {
        name: "values",
        about: "How money, lists, links, tags and words are written",
        body: text!("values"),
    },
    Topic {
        name: "money",
        about: "Currencies, rates, and how sums are made and rounded",
        body: text!("money"),
    },
    Topic { name: "intake", about: "From a web form to a deal", body: text!("intake") },
    Topic {
        name: "targets",
        about: "Territories, quotas, bonuses, partners",
        body: text!("targets"),
    },
    Topic {
        name: "pipelines",
        about: "Stages, the history of deals, lines, the past",
        body: text!("pipelines"),
    },
    Topic {
        name: "numbers",
        about: "What the numbers of the funnel mean, and where they come from",
        body: Body::Numbers(include_str!("../../assets/help/numbers.txt")),
    },
    Topic { name: "import", about: "How files come in", body: text!("import") },
    Topic {
        name: "doubles",
        about: "How records that are one are found and merged",
        body: text!("doubles"),
    },
    Topic { name: "export", about: "How records go out", body: text!("export") },
    Topic { name: "output", about: "JSON, CSV and their keys, for scripts", body: text!("output") },
    Topic { name: "undo", about: "What can be taken back, and what can't", body: text!("undo") },
    Topic { name: "exit-codes", about: "What the exit code says", body: text!("exit-codes") },
    Topic {
        name: "config",
        about: "The config file and its keys",
        body: Body::Config(include_str!("../../assets/help/config.txt")),
    },
];

/// The topic of a name. A command of the same name is explained by the topic, whose text leads on.
#[must_use]
pub fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|t| t.name == name)
}

impl Topic {
    /// The whole text.
    #[must_use]
    pub fn text(&self) -> String {
        match self.body {
            Body::Text(text) => text.to_owned(),
            Body::Config(text) => format!("{text}{}", keys()),
            Body::Numbers(text) => format!("{text}{}", numbers()),
        }
    }
}

/// The keys of the config with what they mean and what counts when they aren't set.
fn keys() -> String {
    let mut text = String::new();
    for key in KEYS {
        let _ = writeln!(
            text,
            "\n  {}\n      {}.\n      Default: {}",
            key.name, key.about, key.default
        );
    }
    text
}

/// What each number means, with the source of its formula.
fn numbers() -> String {
    let mut text = String::new();
    let told = NUMBERS
        .iter()
        .map(|n| (format!("deal {}", n.verb), [n.about, n.definition, n.source]))
        .chain([("quota attainment".to_owned(), attainment::TOLD)]);
    for (command, [about, definition, source]) in told {
        let _ = writeln!(text, "\nrolo {command}");
        for part in [about, definition, &format!("Source: {source}")] {
            for line in wrap(part, Some(78)) {
                let _ = writeln!(text, "{}", format!("  {line}").trim_end());
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::print::width::width;

    #[test]
    fn topics_are_tidy_text_of_eighty_columns() {
        for topic in TOPICS {
            let text = topic.text();
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{}", topic.name);
            for line in text.lines() {
                assert!(width(line) <= 80, "{}: {line}", topic.name);
                assert_eq!(line, line.trim_end(), "{}", topic.name);
                assert!(!line.contains('\t'), "{}: {line}", topic.name);
            }
        }
    }

    #[test]
    fn every_topic_that_a_text_names_exists() {
        let model = crate::model::model();
        let mut texts: Vec<String> = TOPICS.iter().map(Topic::text).collect();
        let mut whole = crate::cli::grammar::whole(&model);
        whole.build();
        collect(&whole, &mut texts);
        texts.push(crate::entity::when::hint().to_owned());
        let mut seen = 0;
        for text in texts {
            for rest in text.split("rolo help ").skip(1) {
                let word: String =
                    rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
                let is_word = word.is_empty() || topic(&word).is_some();
                assert!(is_word || model.typed(&word).is_some(), "`rolo help {word}`");
                seen += 1;
            }
        }
        assert!(seen > 10);
    }

    fn collect(command: &clap::Command, texts: &mut Vec<String>) {
        texts.push(command.clone().render_help().to_string());
        command.get_subcommands().for_each(|sub| collect(sub, texts));
    }
}
