//! How things look: a style for each role, and the signs that frames are drawn with. Nothing is
//! said by colour alone: each role differs by an attribute or a sign too, so that `mono` loses
//! nothing. Backgrounds are the terminal's own.

use std::borrow::Cow;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;
use toml_edit::DocumentMut;

use crate::config::Config;
use crate::entity::width;
use crate::error::{Error, Result, nearest};

/// What a piece of the screen is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Text,
    Dim,
    /// The row or card under the cursor.
    Focus,
    /// The same, where another pane has the cursor.
    FocusAway,
    Mark,
    Heading,
    /// The tab that is open.
    Tab,
    Border,
    BorderFocus,
    Good,
    Warn,
    Bad,
    Link,
    Key,
    Toast,
    Chart,
}

/// Roles by the name that a theme's file gives them.
const ROLES: [(&str, Role); 16] = [
    ("text", Role::Text),
    ("dim", Role::Dim),
    ("focus", Role::Focus),
    ("focus-away", Role::FocusAway),
    ("mark", Role::Mark),
    ("heading", Role::Heading),
    ("tab", Role::Tab),
    ("border", Role::Border),
    ("border-focus", Role::BorderFocus),
    ("good", Role::Good),
    ("warn", Role::Warn),
    ("bad", Role::Bad),
    ("link", Role::Link),
    ("key", Role::Key),
    ("toast", Role::Toast),
    ("chart", Role::Chart),
];

/// A theme with its signs.
#[derive(Debug, Clone)]
pub(crate) struct Theme {
    /// Frames of `+-|`, bars of `#`.
    pub ascii: bool,
    /// Addresses are links of the terminal (OSC 8).
    pub links: bool,
    styles: [Style; ROLES.len()],
}

/// The themes that need no file.
pub(crate) const BUILT_IN: [&str; 4] = ["dark", "light", "mono", "high-contrast"];

impl Theme {
    /// A theme by name: a built-in one, or a file `themes/NAME.toml` beside the config.
    ///
    /// # Errors
    /// There is none of this name, or its file is wrong.
    pub(crate) fn load(name: &str, ascii: bool, config: &Config) -> Result<Self> {
        if let Some(styles) = built_in(name) {
            return Ok(Self { ascii, links: false, styles });
        }
        let folder = config.path().and_then(Path::parent).unwrap_or(Path::new("")).join("themes");
        let path = folder.join(format!("{name}.toml"));
        let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        if !is_plain || !path.exists() {
            let near =
                nearest(name, BUILT_IN).map_or(String::new(), |n| format!("did you mean `{n}`? "));
            return Err(Error::usage(format!("there is no theme `{name}`")).hint(format!(
                "{near}themes: {}, or a file `{}`",
                BUILT_IN.join(", "),
                folder.join("NAME.toml").display()
            )));
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|why| Error::io(format!("can't read `{}`", path.display()), &why))?;
        let styles = from_file(&text).map_err(|why| {
            Error::usage(format!("`{}`: {}", path.display(), why.message))
                .hint(why.hint.unwrap_or_default())
        })?;
        Ok(Self { ascii, links: false, styles })
    }

    /// A built-in theme.
    #[cfg(test)]
    pub(crate) fn of(name: &str, ascii: bool) -> Self {
        Self { ascii, links: false, styles: built_in(name).expect("a built-in theme") }
    }

    /// The style of a role.
    pub(crate) fn style(&self, role: Role) -> Style {
        ROLES.iter().position(|(_, r)| *r == role).map_or(Style::new(), |at| self.styles[at])
    }

    /// What borders are made of.
    pub(crate) fn border(&self) -> border::Set<'static> {
        if self.ascii { ASCII } else { border::PLAIN }
    }

    /// One of two signs: the Unicode one, or its ASCII twin.
    pub(crate) fn sign(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.ascii { ascii } else { unicode }
    }

    /// The text within `room` columns.
    pub(crate) fn cut<'t>(&self, text: &'t str, room: usize) -> Cow<'t, str> {
        let cut = width::cut(text, room);
        match cut {
            Cow::Owned(text) if self.ascii => Cow::Owned(text.replace('…', "~")),
            other => other,
        }
    }
}

const ASCII: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

fn built_in(name: &str) -> Option<[Style; ROLES.len()]> {
    let plain = Style::new();
    let bold = plain.add_modifier(Modifier::BOLD);
    let reversed = plain.add_modifier(Modifier::REVERSED);
    let underlined = plain.add_modifier(Modifier::UNDERLINED);
    let mono = |role| match role {
        Role::Focus | Role::Toast => reversed,
        Role::Heading | Role::Mark | Role::Key | Role::BorderFocus | Role::Warn => bold,
        Role::Tab | Role::Bad => bold.add_modifier(Modifier::UNDERLINED),
        Role::Link | Role::FocusAway => underlined,
        _ => plain,
    };
    // Never colour 8: in some palettes it is the background itself.
    let dark = |role| match role {
        Role::Dim | Role::Border => plain.add_modifier(Modifier::DIM),
        Role::FocusAway => underlined,
        Role::Tab => bold.fg(Color::Cyan).add_modifier(Modifier::UNDERLINED),
        Role::BorderFocus | Role::Key => bold.fg(Color::Cyan),
        Role::Good => plain.fg(Color::Green),
        Role::Mark | Role::Warn => bold.fg(Color::Yellow),
        Role::Bad => bold.fg(Color::Red),
        Role::Link => underlined.fg(Color::Blue),
        Role::Chart => plain.fg(Color::Cyan),
        _ => mono(role),
    };
    let light = |role| match role {
        Role::Tab => bold.fg(Color::Blue).add_modifier(Modifier::UNDERLINED),
        Role::Mark | Role::Warn => bold.fg(Color::Magenta),
        Role::BorderFocus | Role::Key => bold.fg(Color::Blue),
        Role::Good => bold.fg(Color::Green),
        Role::Chart => plain.fg(Color::Blue),
        _ => dark(role),
    };
    let contrast = |role| match role {
        Role::Dim | Role::Border | Role::Text => plain,
        Role::Heading => bold.add_modifier(Modifier::UNDERLINED),
        // Reversed is the row in focus alone.
        Role::Warn | Role::Chart => bold,
        Role::Bad => bold.add_modifier(Modifier::UNDERLINED).fg(Color::Red),
        _ => mono(role),
    };
    let all = |of: &dyn Fn(Role) -> Style| ROLES.map(|(_, role)| of(role));
    match name {
        "dark" => Some(all(&dark)),
        "light" => Some(all(&light)),
        "mono" => Some(all(&mono)),
        "high-contrast" => Some(all(&contrast)),
        _ => None,
    }
}

/// The styles of a theme's file: `base = "dark"`, then `ROLE = "bold yellow on blue"`.
fn from_file(text: &str) -> Result<[Style; ROLES.len()]> {
    let document: DocumentMut =
        text.parse().map_err(|why: toml_edit::TomlError| Error::usage(why.message().to_owned()))?;
    let base = document.get("base").and_then(|b| b.as_str()).unwrap_or("dark");
    let mut styles = built_in(base).ok_or_else(|| {
        Error::usage(format!("`base` can't be `{base}`"))
            .hint(format!("write one of: {}", BUILT_IN.join(", ")))
    })?;
    for (name, item) in document.iter().filter(|(name, _)| *name != "base") {
        let at = ROLES.iter().position(|(n, _)| *n == name).ok_or_else(|| {
            let known: Vec<&str> = ROLES.iter().map(|(n, _)| *n).collect();
            Error::usage(format!("there is no role `{name}`"))
                .hint(format!("roles: {}", known.join(", ")))
        })?;
        styles[at] = parse_style(item.as_str().unwrap_or_default()).map_err(|word| {
            Error::usage(format!("`{name}`: `{word}` is neither a colour nor an attribute"))
                .hint("write it as `bold yellow on blue`; colours: black, red, green, yellow, blue, magenta, cyan, gray, white, `#ff8800`; attributes: bold, dim, italic, underlined, reversed")
        })?;
    }
    Ok(styles)
}

fn parse_style(text: &str) -> std::result::Result<Style, String> {
    let mut style = Style::new();
    let mut behind = false;
    for word in text.split_whitespace() {
        let modifier = match word {
            "on" => {
                behind = true;
                continue;
            }
            "bold" => Some(Modifier::BOLD),
            "dim" => Some(Modifier::DIM),
            "italic" => Some(Modifier::ITALIC),
            "underlined" => Some(Modifier::UNDERLINED),
            "reversed" => Some(Modifier::REVERSED),
            _ => None,
        };
        style = if let Some(modifier) = modifier {
            style.add_modifier(modifier)
        } else {
            let color: Color = word.parse().map_err(|_| word.to_owned())?;
            if behind { style.bg(color) } else { style.fg(color) }
        };
    }
    Ok(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mono_has_no_colour_and_still_tells_roles_apart() {
        let theme = Theme::of("mono", false);
        for (name, role) in ROLES {
            let style = theme.style(role);
            assert!(style.fg.is_none() && style.bg.is_none(), "{name}");
        }
        assert_ne!(theme.style(Role::Focus), theme.style(Role::Text));
        assert_ne!(theme.style(Role::Tab), theme.style(Role::Text));
    }

    #[test]
    fn no_built_in_theme_paints_a_background() {
        for name in BUILT_IN {
            let theme = Theme::of(name, false);
            assert!(ROLES.iter().all(|(_, role)| theme.style(*role).bg.is_none()), "{name}");
        }
    }

    #[test]
    fn the_focus_alone_is_reversed_and_nothing_hides_in_colour_8() {
        for name in BUILT_IN {
            let theme = Theme::of(name, false);
            for (role_name, role) in ROLES {
                let style = theme.style(role);
                let reversed = style.add_modifier.contains(Modifier::REVERSED);
                assert_eq!(
                    reversed,
                    matches!(role, Role::Focus | Role::Toast),
                    "{name} {role_name}"
                );
                assert_ne!(style.fg, Some(Color::DarkGray), "{name} {role_name}");
            }
        }
    }

    #[test]
    fn a_file_changes_roles_and_wrong_words_are_named() {
        let styles = from_file("base = \"mono\"\nbad = \"bold red on #102030\"").unwrap();
        let theme = Theme { ascii: false, links: false, styles };
        assert_eq!(theme.style(Role::Bad).fg, Some(Color::Red));
        assert_eq!(theme.style(Role::Bad).bg, Some(Color::Rgb(0x10, 0x20, 0x30)));
        assert_eq!(theme.style(Role::Focus), Theme::of("mono", false).style(Role::Focus));
        assert!(from_file("bad = \"loud\"").unwrap_err().message.contains("loud"));
        assert!(from_file("loud = \"red\"").unwrap_err().message.contains("loud"));
    }
}
