use super::*;
use crate::ui::{keymap::Write, sidebar::Place};

const STAND: Stand = Stand {
    taken: false,
    layer: false,
    page: Page::Mail,
    composer: None,
    person: false,
    pane: Pane::List,
};

#[test]
fn what_is_nearest_has_the_keys() {
    let composer = Some(Space::Recorder);
    for (stand, holder) in [
        (STAND, Holder::Pane(Pane::List)),
        (Stand { pane: Pane::Sidebar, ..STAND }, Holder::Pane(Pane::Sidebar)),
        (Stand { person: true, ..STAND }, Holder::Form),
        (Stand { composer, ..STAND }, Holder::Beside(Pane::List, Space::Recorder)),
        (Stand { composer, person: true, ..STAND }, Holder::Form),
        (
            Stand { composer, person: true, pane: Pane::Reading, ..STAND },
            Holder::Composer(Space::Recorder),
        ),
        (Stand { composer, page: Page::Account, ..STAND }, Holder::Form),
        (Stand { composer, page: Page::Other, ..STAND }, Holder::Page),
        (Stand { composer, layer: true, page: Page::Account, ..STAND }, Holder::Layer),
        (Stand { composer, layer: true, taken: true, ..STAND }, Holder::Widget),
    ] {
        assert_eq!(stand.holder(), holder, "{stand:?}");
    }
}

const HOLDERS: [Holder; 12] = [
    Holder::Widget,
    Holder::Layer,
    Holder::Page,
    Holder::Form,
    Holder::Composer(Space::Recorder),
    Holder::Composer(Space::Nothing),
    Holder::Beside(Pane::Sidebar, Space::Nothing),
    Holder::Beside(Pane::List, Space::Recorder),
    Holder::Beside(Pane::List, Space::Nothing),
    Holder::Pane(Pane::Sidebar),
    Holder::Pane(Pane::List),
    Holder::Pane(Pane::Reading),
];

/// Every command, with each stroke that could ask for it.
fn commands() -> Vec<(Command, Stroke)> {
    let listen = [
        Listen::PlayPause,
        Listen::Back5,
        Listen::On5,
        Listen::Back10,
        Listen::On10,
        Listen::FromStart,
        Listen::Slower,
        Listen::Faster,
        Listen::WhoFrom,
        Listen::SkipSilence,
        Listen::Mute,
        Listen::Louder,
        Listen::Quieter,
    ];
    let moves = [
        Move::Next,
        Move::Previous,
        Move::First,
        Move::Last,
        Move::PageOn,
        Move::PageBack,
        Move::Open,
        Move::ExtendDown,
        Move::ExtendUp,
        Move::Select,
    ];
    let go =
        [Go::Place(Place::Unheard), Go::Account(1), Go::Search, Go::NextPane, Go::PreviousPane];
    let write = [
        Write::ReplyVoice,
        Write::ReplyText,
        Write::ReplyAllVoice,
        Write::Forward,
        Write::NewVoice,
        Write::NewText,
        Write::Send,
    ];
    let tidy = [Tidy::Archive, Tidy::Delete, Tidy::ToggleHeard, Tidy::KeepAsNew, Tidy::Undo];
    let window = [Window::Back, Window::Settings, Window::Keys, Window::Quit];
    let all = (listen.map(Command::Listen).into_iter())
        .chain(moves.map(Command::Move))
        .chain(go.map(Command::Go))
        .chain(write.map(Command::Write))
        .chain(tidy.map(Command::Tidy))
        .chain([Zoom::In, Zoom::Out, Zoom::FitWidth].map(Command::Zoom))
        .chain(window.map(Command::Window));
    all.flat_map(|command| {
        [Stroke::Sign, Stroke::Named, Stroke::Combination].map(|stroke| (command, stroke))
    })
    .collect()
}

fn written_in(holder: Holder) -> bool {
    matches!(holder, Holder::Form | Holder::Composer(_) | Holder::Beside(..))
}

#[test]
fn while_something_is_written_no_sign_counts_and_no_key_acts_on_mail() {
    for holder in HOLDERS.into_iter().filter(|holder| written_in(*holder)) {
        for (command, stroke) in commands() {
            let counts = counts(holder, command, stroke);
            if stroke == Stroke::Sign {
                assert!(!counts, "{holder:?} {command:?}");
            }
            if let Command::Tidy(
                Tidy::Archive | Tidy::Delete | Tidy::ToggleHeard | Tidy::KeepAsNew,
            ) = command
            {
                assert!(!counts, "{holder:?} {command:?} {stroke:?}");
            }
        }
    }
}

#[test]
fn nothing_counts_that_a_widget_took_and_everything_in_a_pane() {
    for (command, stroke) in commands() {
        assert!(!counts(Holder::Widget, command, stroke), "{command:?}");
        assert!(counts(Holder::Pane(Pane::List), command, stroke), "{command:?}");
    }
}

#[test]
fn the_keys_that_are_left() {
    use Stroke::{Combination, Named};
    let composer = Holder::Composer(Space::Recorder);
    let beside = Holder::Beside(Pane::List, Space::Recorder);
    let text = Holder::Composer(Space::Nothing);
    let space = Command::Listen(Listen::PlayPause);
    for (holder, command, stroke, expected) in [
        (composer, space, Named, true),
        (beside, space, Named, true),
        (text, space, Named, false),
        (Holder::Form, space, Named, false),
        (Holder::Layer, space, Named, false),
        (Holder::Page, space, Named, false),
        (composer, Command::Move(Move::Next), Named, false),
        (beside, Command::Move(Move::Next), Named, true),
        (Holder::Form, Command::Move(Move::Next), Named, false),
        (composer, Command::Move(Move::Open), Named, false),
        (composer, Command::Listen(Listen::On5), Named, false),
        (composer, Command::Write(Write::Send), Combination, true),
        (composer, Command::Go(Go::Search), Combination, true),
        (composer, Command::Go(Go::NextPane), Named, true),
        (composer, Command::Window(Window::Back), Named, true),
        (Holder::Form, Command::Window(Window::Back), Named, true),
        (Holder::Layer, Command::Window(Window::Back), Named, true),
        (Holder::Layer, Command::Go(Go::Search), Combination, false),
        (Holder::Layer, Command::Write(Write::NewText), Combination, false),
        (Holder::Layer, Command::Tidy(Tidy::Undo), Combination, false),
        (Holder::Page, Command::Tidy(Tidy::Undo), Combination, false),
        (Holder::Page, Command::Window(Window::Back), Named, true),
        (Holder::Page, Command::Go(Go::Place(Place::Unheard)), Stroke::Sign, true),
    ] {
        assert_eq!(counts(holder, command, stroke), expected, "{holder:?} {command:?} {stroke:?}");
    }
}
