//! What can go wrong: one error type with a kind (which is the exit code), a message and a hint.

use std::fmt;

/// What sort of failure it was; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Something nobody foresaw (exit 1).
    Failed,
    /// The command line is wrong, or a confirmation is missing (exit 2).
    Usage,
    /// A reference finds nothing (exit 3).
    NotFound,
    /// A reference finds several records (exit 3).
    Ambiguous,
    /// A value doesn't parse or isn't allowed (exit 4).
    Invalid,
    /// The record changed since, or a later change stands in the way (exit 4).
    Conflict,
    /// The database can't be used (exit 5).
    Database,
    /// What is in the database can't be what rolo wrote (exit 5).
    Damaged,
    /// An outside program failed (exit 6).
    Outside,
    /// Standard output was closed by its reader: ends quietly (exit 0).
    ClosedPipe,
    /// A signal of this number ended the dashboard: ends quietly (exit 128 and the number).
    Signal(u8),
}

impl ErrorKind {
    /// The process's exit code for this kind.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::ClosedPipe => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound | Self::Ambiguous => 3,
            Self::Invalid | Self::Conflict => 4,
            Self::Database | Self::Damaged => 5,
            Self::Outside => 6,
            Self::Signal(number) => 128 + number,
        }
    }

    /// The word for it in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::NotFound => "not_found",
            Self::Ambiguous => "ambiguous",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::Database | Self::Damaged => "database",
            Self::Outside => "outside",
            Self::ClosedPipe => "closed_pipe",
            Self::Signal(_) => "signal",
        }
    }
}

/// One refused cell of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Line of the file where the record begins, from 1.
    pub line: u64,
    /// Header of the column, or empty when the whole row is meant.
    pub column: String,
    /// The cell as it stands in the file.
    pub value: String,
    /// What is wrong with it, and what would be right.
    pub reason: String,
}

/// An error for a person: what went wrong with which value, and what to do.
#[derive(Debug, Clone)]
pub struct Error {
    pub kind: ErrorKind,
    pub message: String,
    pub hint: Option<String>,
    /// Rows refused by an import.
    pub rows: Vec<RowError>,
    /// The field that the value was for, where one is to blame.
    pub field: Option<&'static str>,
}

/// The result of nearly everything here.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of a kind with its message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, rows: Vec::new(), field: None }
    }

    /// The same error with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same error with the field it is about.
    #[must_use]
    pub fn at(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// The same error with the rows it refuses.
    #[must_use]
    pub fn rows(mut self, rows: Vec<RowError>) -> Self {
        self.rows = rows;
        self
    }

    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Failed, message)
    }
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }
    pub fn database(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Database, message)
    }
    pub fn outside(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Outside, message)
    }

    /// An input or output failure on a named file; a closed pipe stays one.
    pub fn io(what: impl fmt::Display, cause: &std::io::Error) -> Self {
        if cause.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::new(ErrorKind::ClosedPipe, "the reader closed the pipe");
        }
        Self::failed(format!("{what}: {cause}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<rusqlite::Error> for Error {
    fn from(cause: rusqlite::Error) -> Self {
        Self::sqlite(&cause)
    }
}

impl Error {
    /// What an error of SQLite means to a person.
    #[must_use]
    pub fn sqlite(cause: &rusqlite::Error) -> Self {
        use rusqlite::Error as Cause;
        use rusqlite::ErrorCode as Code;
        let damaged = || Self::new(ErrorKind::Damaged, format!("the database is damaged: {cause}"));
        let Some(code) = cause.sqlite_error_code() else {
            return match cause {
                // Every column has a type and holds what rolo put there.
                Cause::FromSqlConversionFailure(..)
                | Cause::IntegralValueOutOfRange(..)
                | Cause::InvalidColumnType(..)
                | Cause::Utf8Error(..) => damaged(),
                _ => Self::failed(format!("the database answered: {cause}")),
            };
        };
        match code {
            Code::DatabaseBusy | Code::DatabaseLocked => Self::database(
                "the database is busy: another process is writing to it",
            )
            .hint("try again in a moment; `busy_timeout` in the config says how long to wait"),
            Code::ReadOnly => Self::database("the database can't be written: it is read-only")
                .hint("check the permissions of the file and of its folder"),
            Code::DatabaseCorrupt | Code::NotADatabase => damaged(),
            Code::DiskFull => Self::database("the disk is full: nothing was saved")
                .hint("free some space and run the command again"),
            Code::SystemIoFailure => {
                Self::database(format!("the disk failed: {cause}; nothing was saved"))
            }
            Code::CannotOpen => Self::database(format!("the database can't be opened: {cause}")),
            Code::OperationInterrupted => Self::failed("interrupted"),
            // The statements are rolo's own: it is the schema that isn't.
            Code::Unknown if cause.to_string().contains("no such ") => damaged(),
            _ => Self::failed(format!("the database answered: {cause}")),
        }
    }
}

/// The word nearest to `word` among `known`, if it is near enough to be a slip of the fingers.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&word, &k.to_lowercase()), k))
        .filter(|(distance, k)| {
            *distance <= (k.chars().count().max(word.chars().count()) / 3).max(1)
                && *distance < k.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}
