//! The command line as the dashboard knows it. Who opens the dashboard hands it over, so that the
//! dashboard offers every verb that there is with all that it takes, and knows no grammar of its own.

use std::sync::Arc;

/// What a command line came to.
#[derive(Debug, Clone, Default)]
pub struct Ran {
    pub ok: bool,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
}

impl Ran {
    /// All that it said.
    #[must_use]
    pub fn text(&self) -> String {
        [String::from_utf8_lossy(&self.out), String::from_utf8_lossy(&self.err)].concat()
    }
}

/// The command line.
pub trait Commands: Send + Sync {
    /// Runs a command line of rolo without a terminal, and gives what it said; tables for people are
    /// as wide as so many columns, where they are known.
    fn run(&self, line: &str, columns: Option<usize>) -> Ran;

    /// Every verb of every noun.
    fn verbs(&self) -> Vec<Verb> {
        Vec::new()
    }

    /// What a verb of a noun takes, in the order of its help.
    fn takes(&self, _noun: &str, _verb: &str) -> Vec<Taken> {
        Vec::new()
    }

    /// The first words of commands that aren't about one noun.
    fn commands(&self) -> Vec<String> {
        Vec::new()
    }

    /// The words that the last one of a line may become, each with what it means; asked beside the
    /// screens, as the database may be read for it.
    fn complete(&self, _line: &str) -> Vec<(String, String)> {
        Vec::new()
    }

    /// The lines that were typed before, the oldest first.
    fn past(&self) -> Vec<String> {
        Vec::new()
    }

    /// Keeps a line that was typed.
    fn keep(&self, _line: &str) {}
}

impl<F: Fn(&str, Option<usize>) -> Ran + Send + Sync> Commands for F {
    fn run(&self, line: &str, columns: Option<usize>) -> Ran {
        self(line, columns)
    }
}

/// The command line, shared by the screens and the worker.
pub type CommandLine = Arc<dyn Commands>;

/// A verb of a noun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verb {
    pub noun: &'static str,
    pub name: String,
    /// One sentence.
    pub about: String,
    /// Whether it is about certain records, which stand behind it.
    pub on_records: bool,
}

/// What may stand behind a verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub name: String,
    /// The option's name; what has none stands in its place.
    pub option: Option<String>,
    pub about: String,
    pub required: bool,
    /// Whether it may be given several times.
    pub several: bool,
    pub wants: Wants,
}

/// What can be given for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wants {
    /// The records that the verb is about.
    Refs,
    /// Nothing: it is there, or not.
    Nothing,
    Text,
    /// One of these words.
    Words(Vec<String>),
    /// A value of a noun's field.
    Field(&'static str, &'static str),
    /// A record of a noun.
    Record(&'static str),
}
