//! Programs beside the dashboard: the editor, the desktop's opener. Text goes to them as arguments
//! or files, never through a shell.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Command, Stdio};

use crate::error::{Error, Result};

/// Lets the editor change a text, reading keys from `input`; the text that it left.
///
/// # Errors
/// The editor can't be started or fails; then the text stays in a named file.
pub(crate) fn edit(editor: &[String], text: &str, input: Stdio) -> Result<String> {
    let failed = |why: &std::io::Error| Error::io("a file for the editor", why);
    let file = tempfile::Builder::new()
        .prefix("rolo-")
        .suffix(".md")
        .make(|path| OpenOptions::new().write(true).create_new(true).mode(0o600).open(path))
        .map_err(|why| failed(&why))?;
    let (mut handle, path) = file.keep().map_err(|why| failed(&why.error))?;
    handle.write_all(text.as_bytes()).map_err(|why| failed(&why))?;
    drop(handle);
    let kept = |why: String| {
        Error::outside(why).hint(format!("your text is kept in `{}`", path.display()))
    };
    let Some((program, args)) = editor.split_first() else {
        return Err(kept("no editor is set".into()));
    };
    match Command::new(program).args(args).arg(&path).stdin(input).status() {
        Err(why) => Err(kept(format!("the editor `{program}` can't be started: {why}"))),
        Ok(status) if !status.success() => {
            Err(kept(format!("the editor `{program}` ended with {status}")))
        }
        Ok(_) => {
            let text = std::fs::read_to_string(&path).map_err(|why| {
                // An editor that removes its file leaves nothing to keep but what it was given.
                match put_back(&path, text) {
                    Ok(()) => kept(format!("the edited text can't be read: {why}")),
                    Err(_) => Error::outside(format!("the edited text can't be read: {why}")),
                }
            })?;
            // A temporary file that stays behind harms nobody; it has mode 0600.
            let _ = std::fs::remove_file(&path);
            Ok(text)
        }
    }
}

/// Writes a text again where its file is gone.
fn put_back(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()),
        Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(why) => Err(why),
    }
}

/// Opens an address with the desktop's program; only those that lead to the web, mail or a phone.
///
/// # Errors
/// Another kind of address, or there is no such program.
pub(crate) fn open_link(link: &str) -> Result<()> {
    let link = link.trim();
    let known = ["http://", "https://", "mailto:", "tel:"];
    let full = if link.contains("://") || known.iter().any(|k| link.to_lowercase().starts_with(k)) {
        link.to_owned()
    } else {
        format!("https://{link}")
    };
    if !known.iter().any(|k| full.to_lowercase().starts_with(k)) {
        return Err(Error::outside(format!(
            "`{link}` is not opened: only web, mail and phone addresses are"
        )));
    }
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let spawned = Command::new(opener)
        .arg(&full)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match spawned {
        Ok(mut child) => {
            // Nobody waits for a browser; its end is collected by a thread of its own.
            std::thread::spawn(move || child.wait());
            Ok(())
        }
        Err(why) => Err(Error::outside(format!("`{opener}` can't be started: {why}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_mail_and_phones_are_opened() {
        for link in ["file:///etc/passwd", "javascript://x", "ftp://a.example"] {
            assert!(open_link(link).is_err(), "{link}");
        }
    }

    #[test]
    fn an_editor_changes_the_text_and_a_failing_one_keeps_it() {
        let editor =
            |script: &str| vec!["sh".to_owned(), "-c".to_owned(), format!("{script} \"$0\"")];
        assert_eq!(edit(&editor("echo more >>"), "one\n", Stdio::null()).unwrap(), "one\nmore\n");
        for fails in [vec!["false".to_owned()], vec!["rm".to_owned()], editor("rm")] {
            let why = edit(&fails, "kept", Stdio::null()).unwrap_err();
            let hint = why.hint.unwrap();
            let path = hint.split('`').nth(1).unwrap();
            assert_eq!(std::fs::read_to_string(path).unwrap(), "kept");
            std::fs::remove_file(path).unwrap();
        }
    }
}
