use iced::keyboard::key::Code;

use iced::keyboard::{Modifiers, key::Physical};

use super::*;

/// The keys of four rows, left to right.
const PLACES: [[Code; 12]; 4] = {
    use Code::*;
    [
        [
            Digit1, Digit2, Digit3, Digit4, Digit5, Digit6, Digit7, Digit8, Digit9, Digit0, Minus,
            Equal,
        ],
        [KeyQ, KeyW, KeyE, KeyR, KeyT, KeyY, KeyU, KeyI, KeyO, KeyP, BracketLeft, BracketRight],
        [KeyA, KeyS, KeyD, KeyF, KeyG, KeyH, KeyJ, KeyK, KeyL, Semicolon, Quote, Backslash],
        [KeyZ, KeyX, KeyC, KeyV, KeyB, KeyN, KeyM, Comma, Period, Slash, IntlBackslash, IntlRo],
    ]
};

/// What a layout has on these keys, alone and with Shift; "·" is a dead key.
struct Layout(&'static str, [[&'static str; 2]; 4]);

const US: Layout = Layout(
    "us",
    [
        ["1234567890-=", "!@#$%^&*()_+"],
        ["qwertyuiop[]", "QWERTYUIOP{}"],
        ["asdfghjkl;'\\", "ASDFGHJKL:\"|"],
        ["zxcvbnm,./", "ZXCVBNM<>?"],
    ],
);
const RU: Layout = Layout(
    "ru",
    [
        ["1234567890-=", "!\"№;%:?*()_+"],
        ["йцукенгшщзхъ", "ЙЦУКЕНГШЩЗХЪ"],
        ["фывапролджэ\\", "ФЫВАПРОЛДЖЭ/"],
        ["ячсмитьбю.", "ЯЧСМИТЬБЮ,"],
    ],
);
const GR: Layout = Layout(
    "gr",
    [
        ["1234567890-=", "!@#$%^&*()_+"],
        [";ςερτυθιοπ[]", ":ΣΕΡΤΥΘΙΟΠ{}"],
        ["ασδφγηξκλ·'\\", "ΑΣΔΦΓΗΞΚΛ·\"|"],
        ["ζχψωβνμ,./", "ΖΧΨΩΒΝΜ<>?"],
    ],
);
const ARA: Layout = Layout(
    "ara",
    [
        ["١٢٣٤٥٦٧٨٩٠-=", "!@#$%^&*)(_+"],
        ["ضصثقفغعهخحجد", "ًٌَُﻹإ`÷×؛<>"],
        ["شسيبلاتنمكط\\", "ٍِ][ﻷأـ،/:\"|"],
        ["ئءؤرﻻىةوزظ", "~ْ}{ﻵآ',.؟"],
    ],
);
const HE: Layout = Layout(
    "he",
    [
        ["1234567890-=", "!@#$%^&*)(_+"],
        ["/'קראטוןםפ][", "QWERTYUIOP}{"],
        ["שדגכעיחלךף,\\", "ASDFGHJKL:\"|"],
        ["זסבהנמצתץ.", "ZXCVBNM><?"],
    ],
);
const DVORAK: Layout = Layout(
    "dvorak",
    [
        ["1234567890[]", "!@#$%^&*(){}"],
        ["',.pyfgcrl/=", "\"<>PYFGCRL?+"],
        ["aoeuidhtns-\\", "AOEUIDHTNS_|"],
        [";qjkxbmwvz", ":QJKXBMWVZ"],
    ],
);
const FR: Layout = Layout(
    "fr",
    [
        ["&é\"'(-è_çà)=", "1234567890°+"],
        ["azertyuiop·$", "AZERTYUIOP·£"],
        ["qsdfghjklmù*", "QSDFGHJKLM%µ"],
        ["wxcvbn,;:!", "WXCVBN?./§"],
    ],
);

impl Layout {
    fn press(&self, code: Code, held: Held) -> Press {
        let find = |row: &[Code; 12]| row.iter().position(|c| *c == code);
        let (row, at) = PLACES
            .iter()
            .enumerate()
            .find_map(|(row, codes)| find(codes).map(|at| (row, at)))
            .expect("a key of the table");
        let sign = |level: usize| match self.1[row][level].chars().nth(at) {
            Some('·') | None => Key::Unidentified,
            Some(c) => Key::Character(c.to_string().into()),
        };
        let (modifiers, level) = match held {
            Nothing => (Modifiers::empty(), 0),
            Shift => (Modifiers::SHIFT, 1),
            Ctrl => (Modifiers::CTRL, 0),
            Held::CtrlShift => (Modifiers::CTRL | Modifiers::SHIFT, 1),
        };
        Press {
            key: sign(0),
            modified: sign(level),
            physical: Physical::Code(code),
            modifiers,
            taken: false,
        }
    }

    /// A keyboard that was typed on before.
    fn keyboard(&self) -> Keyboard {
        let mut keyboard = Keyboard::default();
        keyboard.command(&self.press(Code::KeyH, Nothing), true);
        keyboard
    }

    fn command(&self, code: Code, held: Held) -> Option<Command> {
        self.keyboard().command(&self.press(code, held), true).map(|(command, _)| command)
    }
}

const ARCHIVE: Option<Command> = Some(C::Tidy(Tidy::Archive));
const DELETE: Option<Command> = Some(C::Tidy(Tidy::Delete));
const UNDO: Option<Command> = Some(C::Tidy(Tidy::Undo));
const NEXT: Option<Command> = Some(C::Move(Move::Next));
const PREVIOUS: Option<Command> = Some(C::Move(Move::Previous));
const REPLY: Option<Command> = Some(C::Write(Write::ReplyVoice));
const REPLY_TEXT: Option<Command> = Some(C::Write(Write::ReplyText));
const NEW_TEXT: Option<Command> = Some(C::Write(Write::NewText));
const SEARCH: Option<Command> = Some(C::Go(Go::Search));
const SLOWER: Option<Command> = Some(C::Listen(Listen::Slower));
const PLAY: Option<Command> = Some(C::Listen(Listen::PlayPause));
const WHO: Option<Command> = Some(C::Listen(Listen::WhoFrom));
const KEEP: Option<Command> = Some(C::Tidy(Tidy::KeepAsNew));
const KEYS: Option<Command> = Some(C::Window(Window::Keys));
const SETTINGS: Option<Command> = Some(C::Window(Window::Settings));
const QUIT: Option<Command> = Some(C::Window(Window::Quit));
const ACCOUNT_1: Option<Command> = Some(C::Go(Go::Account(1)));

#[test]
fn shortcuts_on_seven_layouts() {
    use Code::*;
    for (layout, code, held, expected) in [
        (US, KeyJ, Nothing, NEXT),
        (US, KeyR, Shift, REPLY_TEXT),
        (US, KeyK, Ctrl, SEARCH),
        (US, Digit3, Nothing, DELETE),
        (US, Digit1, Ctrl, ACCOUNT_1),
        (US, Digit1, Shift, None),
        (US, Digit8, Shift, KEEP),
        (US, Digit3, Shift, NEXT),
        (US, Slash, Shift, KEYS),
        (US, KeyZ, Ctrl, UNDO),
        (US, KeyZ, Held::CtrlShift, None),
        (US, Semicolon, Ctrl, None),
        // By the place of the key, since the script is another.
        (RU, KeyJ, Nothing, NEXT),
        (RU, KeyR, Nothing, REPLY),
        (RU, KeyR, Shift, REPLY_TEXT),
        (RU, KeyK, Ctrl, SEARCH),
        (RU, KeyZ, Ctrl, UNDO),
        (RU, KeyQ, Ctrl, QUIT),
        (RU, Comma, Ctrl, SETTINGS),
        (RU, BracketLeft, Nothing, SLOWER),
        (RU, Digit3, Nothing, DELETE),
        (RU, Digit3, Shift, NEXT),
        // By what it produces, where that means something.
        (RU, Digit7, Shift, KEYS),
        (RU, Backslash, Shift, SEARCH),
        (RU, Slash, Nothing, SEARCH),
        (RU, Period, Nothing, None),
        (GR, KeyJ, Nothing, NEXT),
        (GR, KeyK, Ctrl, SEARCH),
        (GR, KeyQ, Ctrl, QUIT),
        (GR, KeyW, Nothing, WHO),
        (GR, Digit5, Nothing, PLAY),
        (GR, Semicolon, Ctrl, None),
        (ARA, KeyJ, Nothing, NEXT),
        (ARA, KeyR, Nothing, REPLY),
        (ARA, KeyB, Nothing, None),
        (ARA, KeyN, Ctrl, NEW_TEXT),
        (ARA, Digit3, Nothing, DELETE),
        (ARA, Digit1, Ctrl, ACCOUNT_1),
        (ARA, Slash, Shift, KEYS),
        (HE, KeyJ, Nothing, NEXT),
        (HE, KeyR, Shift, REPLY_TEXT),
        (HE, KeyQ, Ctrl, QUIT),
        (HE, KeyQ, Nothing, SEARCH),
        (HE, KeyW, Nothing, WHO),
        // By its own letters, never by the place.
        (DVORAK, KeyC, Nothing, NEXT),
        (DVORAK, KeyJ, Nothing, None),
        (DVORAK, KeyO, Nothing, REPLY),
        (DVORAK, KeyV, Ctrl, SEARCH),
        (DVORAK, KeyK, Ctrl, None),
        (DVORAK, Slash, Ctrl, UNDO),
        (DVORAK, KeyZ, Ctrl, None),
        (DVORAK, KeyW, Ctrl, SETTINGS),
        (DVORAK, KeyD, Nothing, ARCHIVE),
        (DVORAK, Minus, Nothing, SLOWER),
        (DVORAK, BracketLeft, Nothing, SEARCH),
        // Digits with Shift, or by their place where the sign there means nothing.
        (FR, Digit3, Shift, DELETE),
        (FR, Digit3, Nothing, DELETE),
        (FR, Digit2, Nothing, WHO),
        (FR, Digit6, Nothing, Some(C::Listen(Listen::Quieter))),
        (FR, Digit6, Shift, Some(C::Listen(Listen::Faster))),
        (FR, Digit1, Ctrl, ACCOUNT_1),
        (FR, Digit1, Held::CtrlShift, ACCOUNT_1),
        (FR, KeyW, Ctrl, UNDO),
        (FR, KeyQ, Nothing, Some(C::Write(Write::ReplyAllVoice))),
        (FR, KeyM, Shift, KEYS),
        (FR, KeyM, Ctrl, SETTINGS),
        (FR, Period, Shift, SEARCH),
        (FR, Comma, Ctrl, None),
        (FR, Backslash, Nothing, KEEP),
        (FR, KeyK, Nothing, PREVIOUS),
    ] {
        assert_eq!(layout.command(code, held), expected, "{} {code:?} {held:?}", layout.0);
    }
}

#[test]
fn a_level_of_its_own_is_what_it_produces() {
    // AltGr+5 on AZERTY is "[", AltGr+2 is "~", AltGr+Q on QWERTZ is "@".
    for (code, base, produced, expected) in [
        (Code::Digit5, "(", "[", SLOWER),
        (Code::Digit2, "é", "~", None),
        (Code::KeyQ, "q", "@", None),
    ] {
        let press = Press {
            modified: Key::Character(produced.into()),
            physical: Physical::Code(code),
            ..Press::new(Key::Character(base.into()), Modifiers::empty())
        };
        let found = Keyboard::default().command(&press, true);
        assert_eq!(found.map(|(command, _)| command), expected, "{produced}");
    }
}

#[test]
fn numbers_of_the_keypad_count_with_their_lock_only() {
    let press = |modified: Key| Press {
        modified,
        physical: Physical::Code(Code::Numpad7),
        ..Press::new(Key::Named(Home), Modifiers::empty())
    };
    let command = |modified| Keyboard::default().command(&press(modified), true);
    assert_eq!(
        command(Key::Character("7".into())),
        Some((C::Listen(Listen::Back10), Stroke::Sign))
    );
    assert_eq!(command(Key::Named(Home)), Some((C::Move(Move::First), Stroke::Named)));
}

#[test]
fn named_keys_and_what_must_not_be_held() {
    let (none, shift, ctrl) = (Modifiers::empty(), Modifiers::SHIFT, Modifiers::CTRL);
    for (named, modifiers, expected) in [
        (Space, none, PLAY.map(|c| (c, Stroke::Named))),
        (ArrowDown, shift, Some((C::Move(Move::ExtendDown), Stroke::Named))),
        (F6, shift, Some((C::Go(Go::PreviousPane), Stroke::Named))),
        (Enter, ctrl, Some((C::Write(Write::Send), Stroke::Combination))),
        (Enter, ctrl | shift, None),
        (Delete, shift, None),
        (Delete, ctrl, None),
        (Delete, Modifiers::ALT, None),
        (Tab, ctrl, None),
    ] {
        let press = Press::new(Key::Named(named), modifiers);
        assert_eq!(Keyboard::default().command(&press, true), expected, "{named:?} {modifiers:?}");
    }
    let held = Press::new(Key::Character("e".into()), Modifiers::ALT);
    assert_eq!(Keyboard::default().command(&held, true), None);
}

#[test]
fn pairs_and_the_setting_of_phone_keys() {
    let unheard = Some(C::Go(Go::Place(Place::Unheard)));
    for layout in [US, RU] {
        let mut keyboard = layout.keyboard();
        let mut type_in =
            |code| keyboard.command(&layout.press(code, Nothing), true).map(|(command, _)| command);
        assert_eq!(type_in(Code::KeyG), None);
        assert_eq!(type_in(Code::KeyU), unheard, "{}", layout.0);
        assert_eq!(type_in(Code::KeyU), Some(C::Tidy(Tidy::ToggleHeard)));
        // A second G ends a pair and begins none.
        assert_eq!((type_in(Code::KeyG), type_in(Code::KeyG)), (None, None));
        assert_eq!(type_in(Code::KeyE), ARCHIVE);
    }
    let mut keyboard = Keyboard::default();
    let typed = Press { taken: true, ..US.press(Code::KeyG, Nothing) };
    assert_eq!(keyboard.command(&typed, true), None);
    let next = keyboard.command(&US.press(Code::KeyE, Nothing), true);
    assert_eq!(next.map(|(command, _)| command), ARCHIVE, "what was typed begins no pair");
    assert_eq!(Keyboard::default().command(&US.press(Code::Digit5, Nothing), false), None);
}
