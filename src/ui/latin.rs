//! The signs of shortcuts, found on any keyboard layout.
//!
//! Shortcuts are written with Latin letters, digits and signs. What the layout itself produces
//! counts first, so that Dvorak has J where Dvorak has it, and AZERTY "-" where it has "-". Where
//! that is no sign of ours, the key may count by what a US keyboard has in its place: on layouts of
//! another script (Cyrillic, Greek, Arabic, Hebrew), and in the row of digits where digits need
//! Shift (AZERTY). Modifiers that choose a level (Shift, AltGr) are in what the layout produced.
//!
//! Whether a key press types is decided here too: a combination with Ctrl or Alt never does, except
//! where the system says AltGr by it.

use iced::keyboard::{
    Key, Modifiers,
    key::{Code, Physical},
};

use super::press::Press;

/// The script of the layout, learned from the letters it produced.
///
/// A layout of another script has signs on keys that are letters in the US layout (Greek ";" on Q,
/// Hebrew "/" on Q); by the sign alone they cannot be told from Dvorak's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Script {
    /// Latin, or nothing seen yet.
    #[default]
    Latin,
    /// Any other.
    Other,
}

impl Script {
    /// Takes note of the letter that a key produced.
    pub fn learn(&mut self, press: &Press) {
        if let Some(letter) = one(&press.key).filter(|c| c.is_alphabetic()) {
            *self = if is_latin(letter) { Self::Latin } else { Self::Other };
        }
    }
}

/// The signs that a key press may stand for, the likeliest first, in lower case.
#[must_use]
pub fn signs(press: &Press, script: Script) -> Vec<String> {
    let combination = press.modifiers.command();
    let shift = press.modifiers.shift();
    let mut all: Vec<String> = Vec::new();
    let mut push = |text: String| {
        if !all.contains(&text) {
            all.push(text);
        }
    };
    // With Ctrl held some systems give control characters for the modified key.
    let produced = [Some(&press.modified), combination.then_some(&press.key)];
    for key in produced.into_iter().flatten() {
        if let Key::Character(text) = key
            && !text.chars().any(char::is_control)
        {
            push(text.to_lowercase());
        }
    }
    // Some keys produce two letters at once (Arabic lam-alef).
    let of_another = |key: &Key| match key {
        Key::Character(text) => !text.chars().all(is_latin),
        Key::Named(_) | Key::Unidentified => false,
    };
    let base = one(&press.key);
    let foreign = of_another(&press.key)
        || of_another(&press.modified)
        || script == Script::Other && base.is_some_and(|c| !c.is_ascii_alphanumeric());
    let first_level = combination || !shift && press.key == press.modified;
    if foreign {
        if let Some(sign) = us(press.physical, shift) {
            push(sign.into());
        }
    } else if first_level
        && base.is_some()
        && let Some(digit) = digit(press.physical)
    {
        push(digit.into());
    }
    all
}

/// Whether a key press may type what it produces.
#[must_use]
pub fn types(modifiers: Modifiers) -> bool {
    types_on(modifiers, System::THIS)
}

/// How a system tells AltGr.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    /// AltGr is no modifier.
    #[cfg_attr(any(target_os = "macos", windows), allow(dead_code))]
    Linux,
    /// AltGr is Ctrl and Alt together.
    #[cfg_attr(not(windows), allow(dead_code))]
    Windows,
    /// Option chooses a level.
    #[cfg_attr(not(target_os = "macos"), allow(dead_code))]
    Mac,
}

impl System {
    #[cfg(windows)]
    const THIS: Self = Self::Windows;
    #[cfg(target_os = "macos")]
    const THIS: Self = Self::Mac;
    #[cfg(not(any(windows, target_os = "macos")))]
    const THIS: Self = Self::Linux;
}

fn types_on(modifiers: Modifiers, system: System) -> bool {
    let (ctrl, alt) = (modifiers.control(), modifiers.alt());
    !modifiers.logo()
        && match system {
            System::Linux => !ctrl && !alt,
            System::Windows => ctrl == alt,
            System::Mac => !ctrl,
        }
}

/// The only character of a key.
fn one(key: &Key) -> Option<char> {
    let Key::Character(text) = key else { return None };
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// Latin letters, and signs that all scripts share.
fn is_latin(c: char) -> bool {
    c < '\u{370}' || ('\u{1e00}'..'\u{1f00}').contains(&c)
}

/// The digit of a key in the upper row.
fn digit(physical: Physical) -> Option<&'static str> {
    let Physical::Code(code) = physical else { return None };
    let at = ROW.iter().position(|(row, ..)| *row == code)?;
    ROW.get(at).map(|(_, digit, _)| *digit)
}

/// The upper row: digit, and the sign with Shift, of a US keyboard.
const ROW: [(Code, &str, &str); 10] = [
    (Code::Digit1, "1", "!"),
    (Code::Digit2, "2", "@"),
    (Code::Digit3, "3", "#"),
    (Code::Digit4, "4", "$"),
    (Code::Digit5, "5", "%"),
    (Code::Digit6, "6", "^"),
    (Code::Digit7, "7", "&"),
    (Code::Digit8, "8", "*"),
    (Code::Digit9, "9", "("),
    (Code::Digit0, "0", ")"),
];

/// Letters and signs of a US keyboard, without and with Shift; letters are the same.
const US: [(Code, &str, &str); 47] = [
    (Code::KeyA, "a", "a"),
    (Code::KeyB, "b", "b"),
    (Code::KeyC, "c", "c"),
    (Code::KeyD, "d", "d"),
    (Code::KeyE, "e", "e"),
    (Code::KeyF, "f", "f"),
    (Code::KeyG, "g", "g"),
    (Code::KeyH, "h", "h"),
    (Code::KeyI, "i", "i"),
    (Code::KeyJ, "j", "j"),
    (Code::KeyK, "k", "k"),
    (Code::KeyL, "l", "l"),
    (Code::KeyM, "m", "m"),
    (Code::KeyN, "n", "n"),
    (Code::KeyO, "o", "o"),
    (Code::KeyP, "p", "p"),
    (Code::KeyQ, "q", "q"),
    (Code::KeyR, "r", "r"),
    (Code::KeyS, "s", "s"),
    (Code::KeyT, "t", "t"),
    (Code::KeyU, "u", "u"),
    (Code::KeyV, "v", "v"),
    (Code::KeyW, "w", "w"),
    (Code::KeyX, "x", "x"),
    (Code::KeyY, "y", "y"),
    (Code::KeyZ, "z", "z"),
    (Code::Minus, "-", "_"),
    (Code::Equal, "=", "+"),
    (Code::BracketLeft, "[", "{"),
    (Code::BracketRight, "]", "}"),
    (Code::Backslash, "\\", "|"),
    (Code::Semicolon, ";", ":"),
    (Code::Quote, "'", "\""),
    (Code::Backquote, "`", "~"),
    (Code::Comma, ",", "<"),
    (Code::Period, ".", ">"),
    (Code::Slash, "/", "?"),
    (Code::Numpad0, "0", "0"),
    (Code::Numpad1, "1", "1"),
    (Code::Numpad2, "2", "2"),
    (Code::Numpad3, "3", "3"),
    (Code::Numpad4, "4", "4"),
    (Code::Numpad5, "5", "5"),
    (Code::Numpad6, "6", "6"),
    (Code::Numpad7, "7", "7"),
    (Code::Numpad8, "8", "8"),
    (Code::Numpad9, "9", "9"),
];

/// What a US keyboard has in the place of a key.
fn us(physical: Physical, shift: bool) -> Option<&'static str> {
    let Physical::Code(code) = physical else { return None };
    let (_, plain, shifted) = US.iter().chain(&ROW).find(|(of, ..)| *of == code)?;
    Some(if shift { shifted } else { plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_combination_never_types_but_a_level_does() {
        use System::{Linux, Mac, Windows};
        let (none, shift) = (Modifiers::empty(), Modifiers::SHIFT);
        let (ctrl, alt, logo) = (Modifiers::CTRL, Modifiers::ALT, Modifiers::LOGO);
        for (modifiers, linux, windows, mac) in [
            (none, true, true, true),
            (shift, true, true, true),
            (ctrl, false, false, false),
            (ctrl | shift, false, false, false),
            (alt, false, false, true),
            (alt | shift, false, false, true),
            (ctrl | alt, false, true, false),
            (ctrl | alt | shift, false, true, false),
            (logo, false, false, false),
            (logo | shift, false, false, false),
        ] {
            for (system, expected) in [(Linux, linux), (Windows, windows), (Mac, mac)] {
                assert_eq!(types_on(modifiers, system), expected, "{modifiers:?} {system:?}");
            }
        }
    }

    #[test]
    fn the_script_follows_the_letters() {
        let mut script = Script::default();
        let mut type_in = |text: &str| {
            script.learn(&Press::new(Key::Character(text.into()), Modifiers::empty()));
            script
        };
        for (text, expected) in [
            ("7", Script::Latin),
            ("о", Script::Other),
            (";", Script::Other),
            ("ü", Script::Latin),
            ("ש", Script::Other),
            ("ắ", Script::Latin),
        ] {
            assert_eq!(type_in(text), expected, "{text}");
        }
    }
}
