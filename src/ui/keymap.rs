//! Keys as a table: what was pressed becomes a [`Command`], whatever is on screen.
//!
//! Single keys count only when no text field took them; the window asks with what iced's event
//! status says. `G` begins a pair ("G then I"). Phone keys go by the printed digit.

use iced::keyboard::{
    Key, Modifiers,
    key::Named::{self, *},
};

use super::sidebar::Place;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Command {
    // Listening
    PlayPause,
    Back5,
    On5,
    Back10,
    On10,
    FromStart,
    Slower,
    Faster,
    WhoFrom,
    SkipSilence,
    Mute,
    Louder,
    Quieter,
    // Moving
    Next,
    Previous,
    First,
    Last,
    Open,
    Back,
    NextPane,
    PreviousPane,
    NextControl,
    PreviousControl,
    Search,
    /// Begins a pair.
    Go,
    GoTo(Place),
    /// The n-th account, from 1.
    Account(u8),
    // Answering
    ReplyVoice,
    ReplyText,
    ReplyAllVoice,
    Forward,
    NewVoice,
    NewText,
    Send,
    // Tidying
    Archive,
    Delete,
    ToggleHeard,
    KeepAsNew,
    Undo,
    Select,
    ExtendDown,
    ExtendUp,
    // Fax
    PageBack,
    PageOn,
    ZoomIn,
    ZoomOut,
    FitWidth,
    // Window
    Settings,
    Keys,
    Quit,
}

use Command as C;

/// What must be held besides the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Nothing,
    Shift,
    Ctrl,
}

#[derive(Debug, Clone, Copy)]
enum On {
    /// A letter, compared without case.
    Letter(&'static str),
    /// A sign as it comes out of the keyboard, with or without Shift.
    Sign(&'static str),
    Named(Named),
}

use Held::{Ctrl, Nothing, Shift};
use On::{Letter, Named as N, Sign};

/// One line of the table; `always` also counts while a text field has the focus.
struct Binding(On, Held, Command, bool);

const BINDINGS: &[Binding] = &[
    Binding(N(Space), Nothing, C::PlayPause, false),
    Binding(N(ArrowLeft), Nothing, C::Back5, false),
    Binding(N(ArrowRight), Nothing, C::On5, false),
    Binding(Sign("["), Nothing, C::Slower, false),
    Binding(Sign("]"), Nothing, C::Faster, false),
    Binding(Letter("w"), Nothing, C::WhoFrom, false),
    Binding(Letter("s"), Nothing, C::SkipSilence, false),
    Binding(Letter("m"), Nothing, C::Mute, false),
    Binding(Sign("+"), Nothing, C::Louder, false),
    Binding(Sign("-"), Nothing, C::Quieter, false),
    Binding(Letter("j"), Nothing, C::Next, false),
    Binding(Letter("k"), Nothing, C::Previous, false),
    Binding(N(ArrowDown), Nothing, C::Next, false),
    Binding(N(ArrowUp), Nothing, C::Previous, false),
    Binding(N(Home), Nothing, C::First, false),
    Binding(N(End), Nothing, C::Last, false),
    Binding(N(Enter), Nothing, C::Open, false),
    Binding(N(Escape), Nothing, C::Back, false),
    Binding(N(F6), Nothing, C::NextPane, true),
    Binding(N(F6), Shift, C::PreviousPane, true),
    Binding(N(Tab), Nothing, C::NextControl, false),
    Binding(N(Tab), Shift, C::PreviousControl, false),
    Binding(Letter("k"), Ctrl, C::Search, true),
    Binding(Sign("/"), Nothing, C::Search, false),
    Binding(Letter("g"), Nothing, C::Go, false),
    Binding(Letter("r"), Nothing, C::ReplyVoice, false),
    Binding(Letter("r"), Shift, C::ReplyText, false),
    Binding(Letter("a"), Nothing, C::ReplyAllVoice, false),
    Binding(Letter("f"), Nothing, C::Forward, false),
    Binding(Letter("n"), Nothing, C::NewVoice, false),
    Binding(Letter("n"), Ctrl, C::NewText, true),
    Binding(N(Enter), Ctrl, C::Send, true),
    Binding(Letter("e"), Nothing, C::Archive, false),
    Binding(N(Delete), Nothing, C::Delete, false),
    Binding(Letter("u"), Nothing, C::ToggleHeard, false),
    Binding(Letter("z"), Ctrl, C::Undo, false),
    Binding(Letter("x"), Nothing, C::Select, false),
    Binding(N(ArrowDown), Shift, C::ExtendDown, false),
    Binding(N(ArrowUp), Shift, C::ExtendUp, false),
    Binding(N(PageUp), Nothing, C::PageBack, false),
    Binding(N(PageDown), Nothing, C::PageOn, false),
    Binding(Sign("+"), Ctrl, C::ZoomIn, true),
    Binding(Sign("="), Ctrl, C::ZoomIn, true),
    Binding(Sign("-"), Ctrl, C::ZoomOut, true),
    Binding(Sign("0"), Ctrl, C::FitWidth, true),
    Binding(Sign(","), Ctrl, C::Settings, true),
    Binding(Sign("?"), Nothing, C::Keys, false),
    Binding(N(F1), Nothing, C::Keys, true),
    Binding(Letter("q"), Ctrl, C::Quit, true),
];

/// Second keys of a pair that G begins.
const GO: &[(&str, Place)] = &[
    ("i", Place::AllInboxes),
    ("u", Place::Unheard),
    ("v", Place::Voice),
    ("x", Place::Fax),
    ("t", Place::Text),
    ("o", Place::Outbox),
    ("d", Place::Directory),
];

/// The telephone keypad: sign, command, and the words below it.
pub const PHONE: [(&str, Command, &str); 12] = [
    ("1", C::FromStart, "phone-from-start"),
    ("2", C::WhoFrom, "phone-who"),
    ("3", C::Delete, "phone-delete"),
    ("4", C::Slower, "phone-slower"),
    ("5", C::PlayPause, "phone-play"),
    ("6", C::Faster, "phone-faster"),
    ("7", C::Back10, "phone-back"),
    ("8", C::ReplyVoice, "phone-reply"),
    ("9", C::On10, "phone-on"),
    ("*", C::KeepAsNew, "phone-keep"),
    ("0", C::Keys, "phone-keys"),
    ("#", C::Next, "phone-next"),
];

/// A group of the page of keys: its title and its lines, each with key caps and words.
pub type Group = (&'static str, &'static [(&'static [&'static str], &'static str)]);

/// The page of keys, by column.
pub const PAGE: [[Group; 2]; 2] = [
    [
        (
            "keys-listening",
            &[
                (&["Space"], "key-play"),
                (&["←", "→"], "key-five"),
                (&["[", "]"], "key-speed"),
                (&["W"], "key-who"),
                (&["S"], "key-silence"),
                (&["M"], "key-mute"),
            ],
        ),
        (
            "keys-moving",
            &[
                (&["J", "K"], "key-next"),
                (&["F6"], "key-pane"),
                (&["Ctrl", "K"], "key-search"),
                (&["Esc"], "key-back"),
                (&["?"], "key-page"),
            ],
        ),
    ],
    [
        (
            "keys-answering",
            &[
                (&["R"], "key-reply-voice"),
                (&["Shift", "R"], "key-reply-text"),
                (&["F"], "key-forward"),
                (&["N"], "new-voice"),
                (&["Ctrl", "N"], "new-text"),
                (&["Ctrl", "Enter"], "key-send"),
            ],
        ),
        (
            "keys-tidying",
            &[
                (&["E"], "key-archive"),
                (&["Delete"], "key-delete"),
                (&["U"], "key-unheard"),
                (&["Ctrl", "Z"], "key-undo"),
                (&["Ctrl", ","], "key-settings"),
            ],
        ),
    ],
];

/// A key press as the window saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Press {
    /// The key with Shift applied.
    pub key: Key,
    /// What was held.
    pub modifiers: Modifiers,
    /// A widget took it (a text field, a focused button).
    pub taken: bool,
}

/// What a key press means. `pair` says that G came just before; `phone` that phone keys are on.
#[must_use]
pub fn command(press: &Press, pair: bool, phone: bool) -> Option<Command> {
    let held = match (press.modifiers.command(), press.modifiers.shift()) {
        (true, _) => Ctrl,
        (_, true) => Shift,
        _ => Nothing,
    };
    if press.modifiers.alt() || press.modifiers.logo() && !cfg!(target_os = "macos") {
        return None;
    }
    let text = match &press.key {
        Key::Character(text) => text.to_lowercase(),
        _ => String::new(),
    };
    if pair && held == Nothing && !press.taken {
        return GO.iter().find(|(key, _)| *key == text).map(|(_, place)| C::GoTo(*place));
    }
    let digit = text.parse::<u8>().ok().filter(|_| text.len() == 1);
    if let (Ctrl, Some(n @ 1..=9)) = (held, digit) {
        return Some(C::Account(n));
    }
    let found = BINDINGS.iter().find(|Binding(on, needed, _, always)| {
        (*always || !press.taken)
            && match on {
                Letter(letter) => *letter == text && *needed == held,
                // A sign may need Shift on one keyboard and not on another.
                Sign(sign) => *sign == text && (*needed == Ctrl) == (held == Ctrl),
                N(named) => press.key == Key::Named(*named) && *needed == held,
            }
    });
    if let Some(Binding(_, _, command, _)) = found {
        return Some(*command);
    }
    (phone && !press.taken && held != Ctrl)
        .then(|| PHONE.iter().find(|(sign, ..)| *sign == text).map(|(_, c, _)| *c))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::Character(text.into())
    }

    fn press(key: Key, modifiers: Modifiers, taken: bool) -> Option<Command> {
        command(&Press { key, modifiers, taken }, false, true)
    }

    #[test]
    fn the_table_of_keys() {
        let (none, shift, ctrl) = (Modifiers::empty(), Modifiers::SHIFT, Modifiers::CTRL);
        for (k, modifiers, expected) in [
            (key("r"), none, Some(C::ReplyVoice)),
            (key("R"), shift, Some(C::ReplyText)),
            (key("?"), shift, Some(C::Keys)),
            (key("/"), none, Some(C::Search)),
            (key("k"), ctrl, Some(C::Search)),
            (key("K"), none, Some(C::Previous)),
            (key("3"), ctrl, Some(C::Account(3))),
            (key("0"), ctrl, Some(C::FitWidth)),
            (key("5"), none, Some(C::PlayPause)),
            (key("*"), shift, Some(C::KeepAsNew)),
            (key("#"), shift, Some(C::Next)),
            (key("+"), shift, Some(C::Louder)),
            (Key::Named(Space), none, Some(C::PlayPause)),
            (Key::Named(ArrowDown), shift, Some(C::ExtendDown)),
            (Key::Named(F6), shift, Some(C::PreviousPane)),
            (key("e"), Modifiers::ALT, None),
            (key("b"), none, None),
        ] {
            assert_eq!(press(k.clone(), modifiers, false), expected, "{k:?} {modifiers:?}");
        }
    }

    #[test]
    fn typing_triggers_nothing_but_the_few_that_always_count() {
        let ctrl = Modifiers::CTRL;
        for k in ["r", "5", "?", "/", "e", "g", "#"] {
            assert_eq!(press(key(k), Modifiers::empty(), true), None, "{k}");
        }
        assert_eq!(press(Key::Named(Space), Modifiers::empty(), true), None);
        assert_eq!(press(Key::Named(Enter), ctrl, true), Some(C::Send));
        assert_eq!(press(key("k"), ctrl, true), Some(C::Search));
    }

    #[test]
    fn pairs_and_the_setting_of_phone_keys() {
        let press = |k: &str| Press { key: key(k), modifiers: Modifiers::empty(), taken: false };
        assert_eq!(command(&press("u"), true, true), Some(C::GoTo(Place::Unheard)));
        assert_eq!(command(&press("u"), false, true), Some(C::ToggleHeard));
        assert_eq!(command(&press("5"), false, false), None);
    }
}
