//! One press of a key, as it comes from the terminal and as people write it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with what was held down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Press {
    pub code: KeyCode,
    pub held: KeyModifiers,
}

/// Keys that have a name.
const NAMES: &[(&str, KeyCode)] = &[
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
];

impl Press {
    /// What the terminal told, with one form for what it tells in several.
    pub(crate) fn of(event: KeyEvent) -> Self {
        let mut held =
            event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match event.code {
            KeyCode::BackTab => {
                held |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            // A capital tells by itself that shift was held.
            KeyCode::Char(c) => {
                held -= KeyModifiers::SHIFT;
                KeyCode::Char(if held.contains(KeyModifiers::CONTROL) {
                    c.to_ascii_lowercase()
                } else {
                    c
                })
            }
            other => other,
        };
        Self { code, held }
    }

    /// Whether it would type something.
    pub(crate) fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_))
            && !self.held.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    }

    /// The key that terminals send in place of this one.
    pub(crate) fn same_as(self) -> Option<&'static str> {
        if self.held != KeyModifiers::CONTROL {
            return None;
        }
        match self.code {
            KeyCode::Char('h') => Some("Backspace"),
            KeyCode::Char('i') => Some("Tab"),
            KeyCode::Char('j' | 'm') => Some("Enter"),
            KeyCode::Char('[') => Some("Esc"),
            _ => None,
        }
    }

    /// Whether it needs a letter of the alphabet.
    #[cfg(test)]
    pub(crate) fn is_letter(self) -> bool {
        matches!(self.code, KeyCode::Char(c) if c.is_alphabetic())
    }

    /// The presses that a text such as `g g` or `ctrl+r` names.
    pub(crate) fn sequence(text: &str) -> Result<Vec<Self>, String> {
        let presses: Vec<Self> =
            text.split(' ').filter(|p| !p.is_empty()).map(Self::parse).collect::<Result<_, _>>()?;
        if presses.is_empty() { Err(format!("`{text}` is no key")) } else { Ok(presses) }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut held = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((word, more)) =
            rest.split_once('+').filter(|(w, m)| !w.is_empty() && !m.is_empty())
        {
            held |= match word {
                "ctrl" => KeyModifiers::CONTROL,
                "alt" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => return Err(format!("`{text}` is no key")),
            };
            rest = more;
        }
        let named = NAMES.iter().find(|(name, _)| *name == rest).map(|(_, code)| *code);
        let function = || rest.strip_prefix('f')?.parse().ok().filter(|n| (1..=24).contains(n));
        let mut chars = rest.chars();
        let code = match (named, function(), chars.next(), chars.next()) {
            (Some(code), ..) => code,
            (_, Some(n), ..) => KeyCode::F(n),
            (_, _, Some(c), None) => KeyCode::Char(c),
            _ => return Err(format!("`{text}` is no key")),
        };
        Ok(Self { code, held })
    }

    /// The keys as people read them.
    pub(crate) fn shown(keys: &[Self]) -> String {
        let single = keys.iter().all(|k| k.is_text() && k.code != KeyCode::Char(' '));
        let words: Vec<String> = keys.iter().map(|k| k.name()).collect();
        words.join(if single { "" } else { " " })
    }

    fn name(self) -> String {
        let mut name = String::new();
        for (bit, word) in
            [(KeyModifiers::CONTROL, "^"), (KeyModifiers::ALT, "Alt+"), (KeyModifiers::SHIFT, "S-")]
        {
            if self.held.contains(bit) {
                name += word;
            }
        }
        let known = NAMES.iter().find(|(_, code)| *code == self.code);
        name += &match (known, self.code) {
            (Some((known, _)), _) => {
                let mut letters = known.chars();
                letters.next().map_or(String::new(), |c| c.to_uppercase().chain(letters).collect())
            }
            (None, KeyCode::F(n)) => format!("F{n}"),
            (None, KeyCode::Char(c)) if !self.held.is_empty() => c.to_uppercase().collect(),
            (None, KeyCode::Char(c)) => c.to_string(),
            _ => String::from("?"),
        };
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_and_show_as_people_write_them() {
        for (text, shown) in [
            ("g g", "gg"),
            ("ctrl+r", "^R"),
            ("shift+tab", "S-Tab"),
            ("f5", "F5"),
            ("space", "Space"),
            ("+", "+"),
            ("G", "G"),
            ("pgdn", "Pgdn"),
        ] {
            assert_eq!(Press::shown(&Press::sequence(text).unwrap()), shown);
        }
        for wrong in ["", "hyper+x", "f99", "foo"] {
            assert!(Press::sequence(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_press_has_one_form() {
        let of = |code, held| Press::of(KeyEvent::new(code, held));
        assert_eq!(
            of(KeyCode::BackTab, KeyModifiers::SHIFT),
            Press::sequence("shift+tab").unwrap()[0]
        );
        assert_eq!(of(KeyCode::Char('G'), KeyModifiers::SHIFT), Press::sequence("G").unwrap()[0]);
        assert_eq!(
            of(KeyCode::Char('R'), KeyModifiers::CONTROL),
            Press::sequence("ctrl+r").unwrap()[0]
        );
    }
}
