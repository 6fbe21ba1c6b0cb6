//! Command lines that were typed in the dashboard, kept in the state folder from one run to the next.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Most lines that come back.
const MOST: usize = 500;

/// The lines, the oldest first.
pub(super) struct Past {
    file: Option<PathBuf>,
    /// None until somebody asks: a dashboard whose line is never used reads nothing.
    lines: Mutex<Option<Vec<String>>>,
}

impl Past {
    pub(super) fn new(file: Option<PathBuf>) -> Self {
        Self { file, lines: Mutex::new(None) }
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.with(|lines| lines.clone())
    }

    /// Keeps a line, unless it is the same again. Nobody is stopped by a folder that can't be written:
    /// then the lines last as long as the dashboard.
    pub(super) fn keep(&self, line: &str) {
        let line = line.replace(['\n', '\r'], " ");
        let is_new = self.with(|lines| {
            let is_new = lines.last() != Some(&line);
            if is_new {
                lines.push(line.clone());
            }
            is_new
        });
        if let Some(file) = self.file.as_deref().filter(|_| is_new) {
            let _ = append(file, &line);
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<String>) -> T) -> T {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        work(lines.get_or_insert_with(|| self.file.as_deref().map_or(Vec::new(), read)))
    }
}

/// The latest lines of a file; of a long one the older half goes for good.
fn read(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    let latest = &all[all.len().saturating_sub(MOST)..];
    if all.len() > 2 * MOST {
        let _ = write(file, &(latest.join("\n") + "\n"), false);
    }
    latest.iter().map(ToString::to_string).collect()
}

fn append(file: &Path, line: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    write(file, &format!("{line}\n"), true)
}

fn write(file: &Path, text: &str, appends: bool) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).mode(0o600).write(true).append(appends).truncate(!appends);
    options.open(file)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn lines_come_back_in_the_next_run_and_the_latest_alone_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/rolo/lines");
        let one = Past::new(Some(file.clone()));
        assert!(one.lines().is_empty());
        for line in ["deal list", "deal list", "contacts /ёлка"] {
            one.keep(line);
        }
        assert_eq!(one.lines(), ["deal list", "contacts /ёлка"]);
        assert_eq!(Past::new(Some(file.clone())).lines(), ["deal list", "contacts /ёлка"]);
        for n in 0..1_100 {
            one.keep(&n.to_string());
        }
        let next = Past::new(Some(file.clone()));
        assert_eq!((next.lines().len(), next.lines().last().unwrap().as_str()), (MOST, "1099"));
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), MOST);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        // Without a place they last as long as the dashboard.
        let lost = Past::new(None);
        lost.keep("x");
        assert_eq!(lost.lines(), ["x"]);
    }
}
