//! Keys as a table: what was pressed becomes a [`Command`], whatever is on screen.
//!
//! Who has the keys, and which of the commands count then, is decided in [`super::focus`]. Letters
//! and signs are found on any layout ([`super::latin`]). `G` begins a pair ("G then I"). Phone keys
//! go by the printed digit.

use iced::keyboard::{
    Key,
    key::Named::{self, *},
};

use super::{
    latin::{Script, signs},
    sidebar::Place,
};

pub use super::press::Press;
use crate::wording::Word;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// About sound.
    Listen(Listen),
    /// About the choice in a list.
    Move(Move),
    /// To another place.
    Go(Go),
    /// About writing.
    Write(Write),
    /// About the messages chosen.
    Tidy(Tidy),
    /// About the size of fax pages.
    Zoom(Zoom),
    /// About the window.
    Window(Window),
}

/// Commands about sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Listen {
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
}

/// Commands about the choice in a list, and the pages of a fax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Move {
    Next,
    Previous,
    First,
    Last,
    PageOn,
    PageBack,
    Open,
    ExtendDown,
    ExtendUp,
    Select,
}

/// Commands that lead to another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Go {
    Place(Place),
    /// The inbox of the n-th account, from 1.
    Account(u8),
    Search,
    NextPane,
    PreviousPane,
}

/// Commands that open a composer or send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Write {
    ReplyVoice,
    ReplyText,
    ReplyAllVoice,
    Forward,
    NewVoice,
    NewText,
    Send,
}

/// Commands that change mail, and the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Tidy {
    Archive,
    Delete,
    ToggleHeard,
    KeepAsNew,
    Undo,
}

/// Commands about the size of fax pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Zoom {
    In,
    Out,
    FitWidth,
}

/// Commands about the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Window {
    Back,
    NextControl,
    PreviousControl,
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
    /// Bound to nothing; fields redo by it.
    CtrlShift,
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

/// One line of the table.
struct Binding(On, Held, Command);

const BINDINGS: &[Binding] = &[
    Binding(N(Space), Nothing, C::Listen(Listen::PlayPause)),
    Binding(N(ArrowLeft), Nothing, C::Listen(Listen::Back5)),
    Binding(N(ArrowRight), Nothing, C::Listen(Listen::On5)),
    Binding(Sign("["), Nothing, C::Listen(Listen::Slower)),
    Binding(Sign("]"), Nothing, C::Listen(Listen::Faster)),
    Binding(Letter("w"), Nothing, C::Listen(Listen::WhoFrom)),
    Binding(Letter("s"), Nothing, C::Listen(Listen::SkipSilence)),
    Binding(Letter("m"), Nothing, C::Listen(Listen::Mute)),
    Binding(Sign("+"), Nothing, C::Listen(Listen::Louder)),
    Binding(Sign("-"), Nothing, C::Listen(Listen::Quieter)),
    Binding(Letter("j"), Nothing, C::Move(Move::Next)),
    Binding(Letter("k"), Nothing, C::Move(Move::Previous)),
    Binding(N(ArrowDown), Nothing, C::Move(Move::Next)),
    Binding(N(ArrowUp), Nothing, C::Move(Move::Previous)),
    Binding(N(Home), Nothing, C::Move(Move::First)),
    Binding(N(End), Nothing, C::Move(Move::Last)),
    Binding(N(Enter), Nothing, C::Move(Move::Open)),
    Binding(N(Escape), Nothing, C::Window(Window::Back)),
    Binding(N(F6), Nothing, C::Go(Go::NextPane)),
    Binding(N(F6), Shift, C::Go(Go::PreviousPane)),
    Binding(N(Tab), Nothing, C::Window(Window::NextControl)),
    Binding(N(Tab), Shift, C::Window(Window::PreviousControl)),
    Binding(Letter("k"), Ctrl, C::Go(Go::Search)),
    Binding(Sign("/"), Nothing, C::Go(Go::Search)),
    Binding(Letter("r"), Nothing, C::Write(Write::ReplyVoice)),
    Binding(Letter("r"), Shift, C::Write(Write::ReplyText)),
    Binding(Letter("a"), Nothing, C::Write(Write::ReplyAllVoice)),
    Binding(Letter("f"), Nothing, C::Write(Write::Forward)),
    Binding(Letter("n"), Nothing, C::Write(Write::NewVoice)),
    Binding(Letter("n"), Ctrl, C::Write(Write::NewText)),
    Binding(N(Enter), Ctrl, C::Write(Write::Send)),
    Binding(Letter("e"), Nothing, C::Tidy(Tidy::Archive)),
    Binding(N(Delete), Nothing, C::Tidy(Tidy::Delete)),
    Binding(Letter("u"), Nothing, C::Tidy(Tidy::ToggleHeard)),
    Binding(Letter("z"), Ctrl, C::Tidy(Tidy::Undo)),
    Binding(Letter("x"), Nothing, C::Move(Move::Select)),
    Binding(N(ArrowDown), Shift, C::Move(Move::ExtendDown)),
    Binding(N(ArrowUp), Shift, C::Move(Move::ExtendUp)),
    Binding(N(PageUp), Nothing, C::Move(Move::PageBack)),
    Binding(N(PageDown), Nothing, C::Move(Move::PageOn)),
    Binding(Sign("+"), Ctrl, C::Zoom(Zoom::In)),
    Binding(Sign("="), Ctrl, C::Zoom(Zoom::In)),
    Binding(Sign("-"), Ctrl, C::Zoom(Zoom::Out)),
    Binding(Sign("0"), Ctrl, C::Zoom(Zoom::FitWidth)),
    Binding(Sign(","), Ctrl, C::Window(Window::Settings)),
    Binding(Sign("?"), Nothing, C::Window(Window::Keys)),
    Binding(N(F1), Nothing, C::Window(Window::Keys)),
    Binding(Letter("q"), Ctrl, C::Window(Window::Quit)),
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
pub const PHONE: [(&str, Command, Word); 12] = [
    ("1", C::Listen(Listen::FromStart), word!("phone-from-start")),
    ("2", C::Listen(Listen::WhoFrom), word!("phone-who")),
    ("3", C::Tidy(Tidy::Delete), word!("phone-delete")),
    ("4", C::Listen(Listen::Slower), word!("phone-slower")),
    ("5", C::Listen(Listen::PlayPause), word!("phone-play")),
    ("6", C::Listen(Listen::Faster), word!("phone-faster")),
    ("7", C::Listen(Listen::Back10), word!("phone-back")),
    ("8", C::Write(Write::ReplyVoice), word!("phone-reply")),
    ("9", C::Listen(Listen::On10), word!("phone-on")),
    ("*", C::Tidy(Tidy::KeepAsNew), word!("phone-keep")),
    ("0", C::Window(Window::Keys), word!("phone-keys")),
    ("#", C::Move(Move::Next), word!("phone-next")),
];

/// A group of the page of keys: its title and its lines, each with key caps and words.
pub type Group = (Word, &'static [(&'static [&'static str], Word)]);

/// The page of keys, by column.
pub const PAGE: [[Group; 2]; 2] = [
    [
        (
            word!("keys-listening"),
            &[
                (&["Space"], word!("key-play")),
                (&["←", "→"], word!("key-five")),
                (&["[", "]"], word!("key-speed")),
                (&["W"], word!("key-who")),
                (&["S"], word!("key-silence")),
                (&["M"], word!("key-mute")),
            ],
        ),
        (
            word!("keys-moving"),
            &[
                (&["J", "K"], word!("key-next")),
                (&["F6"], word!("key-pane")),
                (&["Ctrl", "K"], word!("key-search")),
                (&["Esc"], word!("key-back")),
                (&["?"], word!("key-page")),
            ],
        ),
    ],
    [
        (
            word!("keys-answering"),
            &[
                (&["R"], word!("key-reply-voice")),
                (&["Shift", "R"], word!("key-reply-text")),
                (&["F"], word!("key-forward")),
                (&["N"], word!("new-voice")),
                (&["Ctrl", "N"], word!("new-text")),
                (&["Ctrl", "Enter"], word!("key-send")),
            ],
        ),
        (
            word!("keys-tidying"),
            &[
                (&["E"], word!("key-archive")),
                (&["Delete"], word!("key-delete")),
                (&["U"], word!("key-unheard")),
                (&["Ctrl", "Z"], word!("key-undo")),
                (&["Ctrl", ","], word!("key-settings")),
            ],
        ),
    ],
];

/// How a command was asked for. Signs are what one types with, so they never count while something
/// is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// A letter, a digit or another sign, alone or with Shift.
    Sign,
    /// A key with a name: arrows, Enter, Delete, Space, F6.
    Named,
    /// A key with Ctrl held.
    Combination,
}

/// The keyboard: its script, and whether G came just before.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keyboard {
    script: Script,
    pair: bool,
}

impl Keyboard {
    /// What a key press means, and how it was asked for. `phone` says that phone keys are on.
    pub fn command(&mut self, press: &Press, phone: bool) -> Option<(Command, Stroke)> {
        let pair = std::mem::take(&mut self.pair);
        self.script.learn(press);
        let held = match (press.modifiers.command(), press.modifiers.shift()) {
            (true, false) => Ctrl,
            (true, true) => Held::CtrlShift,
            (false, true) => Shift,
            (false, false) => Nothing,
        };
        if press.modifiers.alt() || press.modifiers.logo() && !cfg!(target_os = "macos") {
            return None;
        }
        // With NumLock only the modified key is a digit.
        let named = match (&press.modified, &press.key) {
            (Key::Named(named), _) | (Key::Unidentified, Key::Named(named)) => Some(*named),
            (Key::Character(_), _) | (Key::Unidentified, _) => None,
        };
        if let Some(named) = named {
            let found = BINDINGS.iter().find(|Binding(on, needed, _)| {
                *needed == held && matches!(on, N(bound) if *bound == named)
            });
            let stroke =
                if press.modifiers.command() { Stroke::Combination } else { Stroke::Named };
            return found.map(|Binding(_, _, command)| (*command, stroke));
        }
        let signs = signs(press, self.script);
        if held == Nothing && !pair && signs.iter().any(|sign| sign == "g") {
            self.pair = !press.taken;
            return None;
        }
        let stroke = if press.modifiers.command() { Stroke::Combination } else { Stroke::Sign };
        signs.iter().find_map(|sign| of_sign(sign, held, pair, phone)).map(|c| (c, stroke))
    }
}

/// What a letter or sign means.
fn of_sign(sign: &str, held: Held, pair: bool, phone: bool) -> Option<Command> {
    let combination = matches!(held, Ctrl | Held::CtrlShift);
    if pair && held == Nothing {
        let place = GO.iter().find(|(key, _)| *key == sign).map(|(_, place)| *place);
        return place.map(|place| C::Go(Go::Place(place)));
    }
    if let (true, Ok(n @ 1..=9)) = (combination, sign.parse::<u8>()) {
        return Some(C::Go(Go::Account(n)));
    }
    let bound = BINDINGS.iter().find(|Binding(on, needed, _)| match on {
        Letter(letter) => *letter == sign && *needed == held,
        // A sign may need Shift on one keyboard and not on another.
        Sign(bound) => *bound == sign && (*needed == Ctrl) == combination,
        N(_) => false,
    });
    if let Some(Binding(_, _, command)) = bound {
        return Some(*command);
    }
    let phone = phone && !combination;
    phone.then(|| PHONE.iter().find(|(key, ..)| *key == sign).map(|(_, c, _)| *c)).flatten()
}

#[cfg(test)]
mod tests;
