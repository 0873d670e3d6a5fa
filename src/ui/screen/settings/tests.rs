use super::*;
use crate::{
    audio::State,
    engine::ReceiptPolicy,
    ui::{
        screen::testing::ctx,
        theme::{Look, Mode},
    },
};

fn feed(settings: &mut Settings, message: Message) -> Vec<Act> {
    settings.update(message, &ctx(&State::default())).flat()
}

#[test]
fn the_devices_are_listed_when_the_page_opens() {
    let (settings, act) = Settings::open();
    assert!(matches!(act, Action::Audio(Command::ListDevices)));
    assert_eq!(settings.section, Section::Listening);
}

#[test]
fn a_choice_is_handed_to_the_window_as_it_is() {
    let (mut s, _) = Settings::open();
    for choice in [
        Choice::Theme(Mode::Dark),
        Choice::TextSize(130),
        Choice::UndoSeconds(30),
        Choice::Receipts(ReceiptPolicy::Never),
        Choice::PhoneKeys(false),
    ] {
        let acts = feed(&mut s, Message::Choose(choice.clone()));
        assert!(
            matches!(acts.as_slice(), [Action::Do(Verb::Choose(chosen))] if *chosen == choice),
            "{acts:?}"
        );
    }
}

#[test]
fn sound_is_ordered_from_the_audio_thread() {
    let (mut s, _) = Settings::open();
    let faster = feed(&mut s, Message::Speed(0.25));
    assert!(matches!(faster.as_slice(), [Action::Audio(Command::Speed(speed))] if *speed == 1.25));
    let slowest = feed(&mut s, Message::Speed(-9.0));
    assert!(matches!(slowest.as_slice(), [Action::Audio(Command::Speed(speed))] if *speed == 0.5));
    let test = feed(&mut s, Message::TestOutput);
    assert!(matches!(test.as_slice(), [Action::Audio(Command::Load { play: true, .. })]));
    feed(&mut s, Message::Devices(Some(Device::Input)));
    let chosen = feed(&mut s, Message::Use(Device::Input, Some("Headset".into())));
    assert!(
        matches!(chosen.as_slice(), [Action::Audio(Command::UseInput(Some(name)))] if name == "Headset")
    );
    assert_eq!((s.open, s.input.as_deref()), (None, Some("Headset")));
}

#[test]
fn the_microphone_closes_when_its_section_is_left() {
    let (mut s, _) = Settings::open();
    feed(&mut s, Message::Show(Section::Recording));
    let opened = feed(&mut s, Message::TestInput);
    assert!(matches!(opened.as_slice(), [Action::Audio(Command::Monitor(true))]));
    let closed = feed(&mut s, Message::Show(Section::About));
    assert!(matches!(closed.as_slice(), [Action::Audio(Command::Monitor(false))]));
    assert!(s.leave().flat().is_empty(), "closed once");
}

#[test]
fn the_voice_card_is_there_while_its_section_is_shown() {
    let (mut s, _) = Settings::open();
    let asked = feed(&mut s, Message::Show(Section::VoiceCard));
    let load = Question::Card(voice_card::Question::Load);
    assert!(matches!(asked.as_slice(), [Action::Ask(question)] if *question == load));
    feed(&mut s, Message::Card(voice_card::Message::Loaded(Ok(None))));
    let asked = feed(&mut s, Message::Card(voice_card::Message::Press));
    let folder = Question::Card(voice_card::Question::MakeDir("/nowhere/voice-card".into()));
    assert!(matches!(asked.as_slice(), [Action::Ask(question)] if *question == folder));
    feed(&mut s, Message::Show(Section::Listening));
    let late = feed(&mut s, Message::Card(voice_card::Message::Ready(Ok(()))));
    assert!(late.is_empty(), "nothing is recorded on another section: {late:?}");
}

#[test]
fn only_a_program_that_is_there_is_used() {
    let (mut s, _) = Settings::open();
    let chosen = |acts: Vec<Act>| match acts.as_slice() {
        [Action::Do(Verb::Choose(Choice::Program(program)))] => program.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(chosen(feed(&mut s, Message::Program("/nowhere/ffmpeg".into()))), None);
    assert!(s.program_wrong);
    let dir = tempfile::tempdir().expect("a folder");
    let program = dir.path().join("ffmpeg");
    std::fs::write(&program, "x").expect("written");
    let found = feed(&mut s, Message::ProgramFound(Some(program.clone())));
    assert_eq!(chosen(found), Some(program));
    assert!(!s.program_wrong);
    assert_eq!(chosen(feed(&mut s, Message::Program(String::new()))), None);
    assert!(!s.program_wrong, "none is no mistake");
    assert!(feed(&mut s, Message::ProgramFound(None)).is_empty(), "the dialog was closed");
}

#[test]
fn pages_and_questions_are_the_windows() {
    let (mut s, _) = Settings::open();
    assert!(matches!(feed(&mut s, Message::Back).as_slice(), [Action::Do(Verb::Back)]));
    assert!(matches!(feed(&mut s, Message::Keys).as_slice(), [Action::Do(Verb::ShowKeys)]));
    assert!(matches!(feed(&mut s, Message::AddAccount).as_slice(), [Action::Do(Verb::AddAccount)]));
    let account = AccountId(3);
    assert!(matches!(
        feed(&mut s, Message::EditAccount(account)).as_slice(),
        [Action::Do(Verb::EditAccount(id))] if *id == account
    ));
    assert!(matches!(
        feed(&mut s, Message::RemoveAccount(account)).as_slice(),
        [Action::Do(Verb::RemoveAccount(id))] if *id == account
    ));
}

#[test]
fn what_an_administrator_fixed_cannot_be_chosen() {
    let (mut s, _) = Settings::open();
    feed(&mut s, Message::Show(Section::Sending));
    let state = State::default();
    let sees = |fixed_receipts, text: &str| {
        let ctx = Context { fixed_receipts, ..ctx(&state) };
        let view = view(&s, &ctx, Look::new(false));
        let size = iced::Size::new(1000.0, 700.0);
        iced_test::Simulator::with_size(crate::ui::testing::drawing(), size, view)
            .find(text)
            .is_ok()
    };
    let (ask, fixed) = (fl!("receipts-ask"), fl!("set-by-administrator"));
    assert!(sees(None, &ask) && !sees(None, &fixed));
    let never = Some(ReceiptPolicy::Never);
    assert!(sees(never, &fixed) && sees(never, &fl!("receipts-never")) && !sees(never, &ask));
}
