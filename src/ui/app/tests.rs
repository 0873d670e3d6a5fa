//! Feeds messages to the window and looks at its state and at what it shows. No engine, no sound
//! device, no display.

use iced::{
    Settings as Iced, Size,
    keyboard::{Key, Modifiers, key::Named},
};
use iced_test::Simulator;

use super::*;
use crate::{
    audio::{ClipId, Phase},
    engine::{AccountState, Failure, FailureWhy, ListPage, Progress},
    model::imap::MailboxRole,
    ui::testing::{NOW, account, mailbox, row},
};

mod pseudo;
mod voice_card;

/// A window with one account and ten unheard messages.
fn app() -> App {
    let launch = Launch::default();
    let (mut app, _) = App::boot(launch);
    app.shared.now = NOW;
    let overview = Overview {
        accounts: vec![account(1)],
        mailboxes: vec![
            mailbox(1, MailboxRole::Inbox, "INBOX", 4),
            mailbox(2, MailboxRole::Sent, "Sent", 0),
            mailbox(3, MailboxRole::Plain, "Leeds move", 0),
        ],
        counts: Counts { all: 5, unheard: 3, voice: 3, fax: 1, text: 1, outbox: 1 },
    };
    let _ = app.update(Message::Overview(Ok(overview)));
    page(&mut app, 10);
    app
}

/// Answers the list's last question with rows of keys 0 to `count`.
fn page(app: &mut App, count: i64) {
    let height = app.shared.row_height();
    let fetch = app.list.reload(height).remove(0);
    let total = u32::try_from(count).expect("small");
    let rows = (0..count).map(row).collect();
    let page = ListPage { rows, total, unseen: total };
    let _ = app.update(Message::List(list::Message::Page(fetch.generation, 0, Ok(page))));
}

fn press(app: &mut App, key: &str) {
    let press = keymap::Press::new(Key::Character(key.into()), Modifiers::empty());
    let _ = app.update(Message::Key(press));
}

fn named(app: &mut App, key: Named, modifiers: Modifiers) {
    let _ = app.update(Message::Key(keymap::Press::new(Key::Named(key), modifiers)));
}

fn show(app: &App) -> Simulator<'_, Message> {
    let settings = Iced {
        default_font: REGULAR,
        fonts: FONTS.iter().map(|font| (*font).into()).collect(),
        ..Iced::default()
    };
    Simulator::with_size(settings, app.shared.size, view::view(app))
}

fn sees(app: &App, text: &str) -> bool {
    show(app).find(text).is_ok()
}

/// Clicks on a text and feeds what that says back.
fn click(app: &mut App, text: &str) {
    let mut shown = show(app);
    shown.click(text).unwrap_or_else(|_| panic!("{text} is not there"));
    let messages: Vec<Message> = shown.into_messages().collect();
    assert!(!messages.is_empty(), "{text} says nothing");
    for message in messages {
        let _ = app.update(message);
    }
}

#[test]
fn shows_places_counts_and_rows() {
    let app = app();
    for text in [
        "New voice message",
        "All inboxes",
        "Unheard",
        "Outbox",
        "Account 1",
        "Leeds move",
        "10 new",
        "Sender 0",
        "Subject 3",
        "0:34",
        "Up to date · 10:40",
        "No message selected",
    ] {
        assert!(sees(&app, text), "{text}");
    }
}

#[test]
fn first_run_shows_the_welcome_page() {
    let launch = Launch::default();
    let (mut app, _) = App::boot(launch);
    let nothing =
        Overview { accounts: Vec::new(), mailboxes: Vec::new(), counts: Counts::default() };
    let _ = app.update(Message::Overview(Ok(nothing)));
    assert!(matches!(app.page, Page::Welcome));
    assert!(sees(&app, "Welcome to Aloud"));
    click(&mut app, "Add account");
    assert!(matches!(app.page, Page::Account(_)));
    named(&mut app, Named::Escape, Modifiers::empty());
    assert!(matches!(app.page, Page::Welcome));
}

#[test]
fn keys_choose_a_message_and_the_reading_pane_follows() {
    let mut app = app();
    press(&mut app, "j");
    press(&mut app, "j");
    assert_eq!(app.list.selected, Some(MessageKey(1)));
    assert_eq!(app.reader.as_ref().map(Reader::key), Some(MessageKey(1)));
    press(&mut app, "k");
    assert_eq!(app.shown(), Some(MessageKey(0)));
    // The phone's # is Next.
    press(&mut app, "#");
    assert_eq!(app.shown(), Some(MessageKey(1)));
}

#[test]
fn pressing_a_row_and_a_place() {
    let mut app = app();
    click(&mut app, "Sender 2");
    assert_eq!(app.list.selected, Some(MessageKey(2)));
    click(&mut app, "Unheard");
    assert_eq!(app.place, Place::Unheard);
    assert_eq!(app.list.selected, None);
    assert!(app.reader.is_none());
    press(&mut app, "g");
    press(&mut app, "i");
    assert_eq!(app.place, Place::AllInboxes);
}

#[test]
fn archiving_takes_the_row_away_selects_the_next_and_can_be_undone() {
    let mut app = app();
    press(&mut app, "j");
    press(&mut app, "e");
    assert_eq!(app.list.total, 9);
    assert_eq!(app.list.selected, Some(MessageKey(1)));
    let _ = app.update(Message::Done(
        Done::Archived(1, Some("Agenda for Thursday".into())),
        Ok(UndoToken(7)),
    ));
    assert!(sees(&app, "Archived “Agenda for Thursday”"));
    assert!(sees(&app, "Undo"));
    assert!(matches!(app.undo, Some(Undo::Engine(UndoToken(7)))));
    // The toast goes after six seconds; Ctrl+Z still works until the next act.
    for _ in 0..6 {
        let _ = app.update(Message::Second);
    }
    assert!(app.toast.is_none() && app.undo.is_some());
    let undo = keymap::Press::new(Key::Character("z".into()), Modifiers::CTRL);
    let _ = app.update(Message::Key(undo));
    assert!(app.undo.is_none());
}

#[test]
fn a_refused_act_says_so_and_loads_again() {
    let mut app = app();
    press(&mut app, "j");
    press(&mut app, "3");
    assert_eq!(app.list.total, 9, "3 on the phone deletes");
    let refused = engine::Error::Server("quota".into());
    let _ = app.update(Message::Done(Done::Deleted(1, None), Err(refused)));
    assert!(app.toast.is_some() && app.undo.is_none() && app.reload_due);
}

#[test]
fn several_selected_are_acted_on_together() {
    let mut app = app();
    press(&mut app, "j");
    named(&mut app, Named::ArrowDown, Modifiers::SHIFT);
    assert!(sees(&app, "2 messages selected"));
    click(&mut app, "Archive");
    assert_eq!(app.list.total, 8);
    assert!(app.list.marked.is_empty());
}

#[test]
fn marking_changes_the_row_at_once() {
    let mut app = app();
    press(&mut app, "j");
    press(&mut app, "u");
    assert_eq!(app.list.row(0).map(|r| r.progress), Some(Progress::Done));
    press(&mut app, "*");
    assert_eq!(app.list.row(0).map(|r| r.progress), Some(Progress::New));
}

#[test]
fn typing_in_the_search_field_triggers_nothing_else() {
    let mut app = app();
    let mut shown = show(&app);
    shown.click(super::super::id::SEARCH).expect("the search field");
    assert_eq!(shown.typewrite("e"), iced::event::Status::Captured);
    let messages: Vec<Message> = shown.into_messages().collect();
    for message in messages {
        let _ = app.update(message);
    }
    assert_eq!(app.list.search, "e");
    assert!(!app.list.loaded);
    named(&mut app, Named::Escape, Modifiers::empty());
    assert_eq!(app.list.search, "");
}

#[test]
fn search_leads_out_of_the_outbox_where_letters_are_orders() {
    let mut app = app();
    press(&mut app, "g");
    press(&mut app, "o");
    assert_eq!(app.place, Place::Outbox);
    press(&mut app, "/");
    assert_eq!(app.place, Place::AllInboxes);
}

#[test]
fn settings_test_the_sound_and_take_the_own_name() {
    use super::settings::{Message as S, Section};
    let mut app = app();
    let _ = app.open_settings();
    let said = |app: &App, button: &str| -> Vec<Message> {
        let mut shown = show(app);
        shown.click(button).expect(button);
        shown.into_messages().collect()
    };
    assert!(matches!(said(&app, "Test")[..], [Message::Settings(S::TestOutput)]));
    let _ = app.update(Message::Settings(S::Show(Section::Recording)));
    let test = said(&app, "Test");
    assert!(matches!(test[..], [Message::Settings(S::TestInput)]));
    for message in test {
        let _ = app.update(message);
    }
    assert!(sees(&app, "Stop"));
    let _ = app.update(Message::Settings(S::Show(Section::VoiceCard)));
    let none = settings::voice_card::Message::Loaded(Ok(None));
    let _ = app.update(Message::Settings(S::Card(none)));
    assert!(sees(&app, "Two seconds are enough. It goes along with your voice messages."));
    for message in said(&app, "Record") {
        let _ = app.update(message);
    }
    let ready = settings::voice_card::Message::Ready(Ok(()));
    let _ = app.update(Message::Settings(S::Card(ready)));
    assert!(sees(&app, "Finish"));
    let _ = app.update(Message::Settings(S::Back));
    assert!(matches!(app.page, Page::Mail));
}

#[test]
fn a_focused_button_is_pressed_by_enter_and_not_by_the_pointer_ring() {
    let app = app();
    let mut shown = show(&app);
    shown.click("Newest").expect("the sort button");
    let said: Vec<Message> = shown.into_messages().collect();
    assert!(matches!(said.as_slice(), [Message::List(list::Message::SortMenu(true))]));
}

#[test]
fn panes_take_turns_and_arrows_walk_the_places() {
    let mut app = app();
    named(&mut app, Named::F6, Modifiers::empty());
    assert_eq!(app.pane, Pane::Reading);
    named(&mut app, Named::F6, Modifiers::empty());
    assert_eq!(app.pane, Pane::Sidebar);
    named(&mut app, Named::ArrowDown, Modifiers::empty());
    assert_eq!((app.place, app.pane), (Place::Unheard, Pane::Sidebar));
    named(&mut app, Named::F6, Modifiers::SHIFT);
    assert_eq!(app.pane, Pane::Reading);
}

#[test]
fn a_narrow_window_shows_one_pane_at_a_time() {
    let mut app = app();
    let _ = app.update(Message::Resized(Size::new(720.0, 800.0)));
    assert!(sees(&app, "Sender 0") && !sees(&app, "No message selected"));
    assert!(!sees(&app, "New voice message"), "the rail has icons only");
    click(&mut app, "Sender 0");
    assert_eq!(app.shown(), Some(MessageKey(0)));
    assert!(!sees(&app, "Sender 1"));
    named(&mut app, Named::Escape, Modifiers::empty());
    assert!(sees(&app, "Sender 1"));
    assert_eq!(app.shown(), None);
}

/// The state of the audio thread while a message plays.
fn playing(key: i64, heard: bool) -> audio::State {
    let mut state = audio::State::default();
    let clip = crate::ui::screen::player::clip_of(MessageKey(key), None);
    state.player.clip = Some(ClipId(clip.0));
    state.player.phase = Phase::Playing;
    state.player.label = crate::ui::screen::player::MESSAGE.into();
    state.player.position = std::time::Duration::from_secs(13);
    state.player.length = std::time::Duration::from_secs(34);
    state.player.heard = heard;
    state
}

#[test]
fn what_sounds_out_of_sight_stands_in_the_strip() {
    let mut app = app();
    press(&mut app, "j");
    let _ = app.update(Message::Sound(playing(0, false)));
    assert_eq!(app.list.row(0).map(|r| r.progress), Some(Progress::Started));
    assert!(!sees(&app, "0:13 of 0:34 · 1×"), "it is on screen");
    press(&mut app, "j");
    assert!(sees(&app, "0:13 of 0:34 · 1×"));
    let _ = app.update(Message::Sound(playing(0, true)));
    assert_eq!(app.list.row(0).map(|r| r.progress), Some(Progress::Done), "heard (D11)");
    click(&mut app, "0:13 of 0:34 · 1×");
    assert_eq!(app.shown(), Some(MessageKey(0)));
}

#[test]
fn bars_say_what_keeps_mail_from_coming() {
    let mut app = app();
    app.shared.sidebar.accounts[0].state = AccountState::Offline(NOW);
    assert!(sees(&app, "You’re offline") && sees(&app, "Offline since 10:40"));
    app.shared.sidebar.accounts[0].state =
        AccountState::NeedsPassword(crate::engine::Error::PasswordNeeded);
    assert!(sees(&app, "Account 1 wants your password"));
    assert!(sees(&app, "Account 1 needs your password"));
    // Of an account that signs in at its provider nobody wants a password, whatever it lacks.
    let password = app.shared.sidebar.accounts[0].settings.sign_in.clone();
    app.shared.sidebar.accounts[0].settings.sign_in = engine::SignIn::OAuth(engine::OAuth {
        provider: engine::Provider::Google,
        client_id: "id".into(),
    });
    assert!(!sees(&app, "Account 1 wants your password"));
    assert!(!sees(&app, "Account 1 needs your password"));
    app.shared.sidebar.accounts[0].settings.sign_in = password;
    click(&mut app, "Sign in");
    assert!(sees(&app, "Sign in to Account 1"));
    named(&mut app, Named::Escape, Modifiers::empty());
    assert!(app.dialog.is_none());
    let account = &mut app.shared.sidebar.accounts[0];
    account.state = AccountState::Incomplete(NOW);
    account.notes.quota = Some(crate::engine::Quota { used: 99 << 20, limit: 100 << 20 });
    let said = "Maintenance at five".to_owned();
    account.notes.notices.push(crate::engine::Notice { at: NOW, said });
    assert!(sees(&app, "Not all mailboxes can be opened"));
    assert!(sees(&app, "A notice from the server of Account 1"));
    assert!(sees(&app, "Maintenance at five"));
    assert!(sees(&app, "Account 1 is nearly full"));
    app.demo = true;
    assert!(sees(&app, "This is the demo mailbox."));
}

#[test]
fn empty_places_say_so() {
    let mut app = app();
    press(&mut app, "g");
    press(&mut app, "u");
    page(&mut app, 0);
    assert!(sees(&app, "You’ve heard everything"));
    click(&mut app, "Show all inboxes");
    assert_eq!(app.place, Place::AllInboxes);
    let _ = app.update(Message::List(list::Message::Search("zebra".into())));
    page(&mut app, 0);
    assert!(sees(&app, "Nothing found for “zebra”"));
}

#[test]
fn the_page_of_keys_and_the_settings() {
    let mut app = app();
    press(&mut app, "?");
    assert!(sees(&app, "Like on your desk phone") && sees(&app, "Keep as new"));
    press(&mut app, "e");
    assert_eq!(app.list.total, 10, "no key works behind a dialog");
    named(&mut app, Named::Escape, Modifiers::empty());
    let keys = keymap::Press::new(Key::Character(",".into()), Modifiers::CTRL);
    let _ = app.update(Message::Key(keys));
    assert!(sees(&app, "Say who it’s from first"));
    for section in ["Accounts", "Recording", "Sending and receipts", "Appearance", "Keyboard"] {
        click(&mut app, section);
    }
    click(&mut app, "Appearance");
    click(&mut app, "Dark");
    assert!(app.shared.look().c.dark);
    click(&mut app, "150 %");
    assert!(sees(&app, "Back to mail"));
    click(&mut app, "Back to mail");
    assert!(sees(&app, "Sender 0"));
}

#[test]
fn a_toast_of_sending_counts_down_and_undo_is_gone_once_it_went() {
    let mut app = app();
    app.sending.push(Sending { ids: vec![OutboxId(1), OutboxId(2)], to: "Priya Raman".into() });
    let _ = app.update(Message::Engine(Event::Sent(OutboxId(1))));
    assert!(app.toast.is_none(), "the other format is still on its way");
    let _ = app.update(Message::Engine(Event::Sent(OutboxId(2))));
    assert!(sees(&app, "Sent to Priya Raman"));
    app.sending.push(Sending { ids: vec![OutboxId(3)], to: "Priya Raman".into() });
    let _ = app.update(Message::Engine(Event::SendFailed(
        OutboxId(3),
        Failure::new(FailureWhy::Other).saying("no such user"),
    )));
    assert!(sees(&app, "The server didn’t take your message. It said: no such user"));
}

#[test]
fn what_a_server_refuses_is_said_with_its_words() {
    let mut app = app();
    let refused = engine::Operation {
        id: engine::OperationId(7),
        account: crate::model::AccountId(1),
        mailbox: crate::model::MailboxId(1),
        message: MessageKey(1),
        subject: "Friday".into(),
        kind: engine::OperationKind::Move(crate::model::MailboxId(2)),
        state: engine::OperationState::Failed,
        why: engine::OpFailure::Server,
        said: "Not today".into(),
        attempts: 1,
    };
    let _ = app.update(Message::NotDone(engine::OperationId(8), vec![refused.clone()]));
    assert!(app.toast.is_none(), "that is another one");
    let _ = app.update(Message::NotDone(engine::OperationId(7), vec![refused]));
    assert!(sees(&app, "A message was not moved and is back. The server said: Not today"));
}

/// A message that waits for a password is where one signs in, whatever the mailbox says.
#[test]
fn a_message_that_waits_for_a_password_has_its_sign_in() {
    for (why, offers) in [
        (FailureWhy::Credentials, true),
        (FailureWhy::NoPassword, true),
        (FailureWhy::SignedOut, true),
        (FailureWhy::Certificate, false),
    ] {
        let mut app = app();
        press(&mut app, "g");
        press(&mut app, "o");
        let row = engine::OutboxRow {
            id: OutboxId(1),
            account: crate::model::AccountId(1),
            to: Vec::new(),
            subject: "Friday".into(),
            duration: None,
            state: engine::OutboxState::Retry { reason: Failure::new(why), at: NOW },
            message_id: "1@example.com".into(),
            receipt: false,
            answers: None,
            forward: false,
        };
        let loaded = crate::ui::screen::outbox::Message::Loaded(Ok(vec![row]), Vec::new());
        let _ = app.update(Message::Outbox(loaded));
        assert_eq!(sees(&app, "Sign in"), offers, "{why:?}");
        assert_eq!(sees(&app, "Try again"), !offers, "{why:?}");
        if offers {
            click(&mut app, "Sign in");
            let asked = matches!(&app.dialog, Some(dialog::Dialog::Password { account, .. }) if account.0 == 1);
            assert!(asked, "{why:?}");
        }
    }
}

fn unheard(key: i64) -> engine::DeletedUnheard {
    engine::DeletedUnheard {
        key: MessageKey(key),
        sender: "Graham Pearce".into(),
        elsewhere: Vec::new(),
    }
}

fn delete_unheard(app: &mut App, token: i64) {
    let done = Done::Deleted(1, Some("Friday".into()));
    let _ = app.update(Message::Deleted(done, Ok((UndoToken(token), vec![unheard(token)]))));
}

#[test]
fn deleting_unheard_asks_whether_the_sender_is_told() {
    let mut app = app();
    delete_unheard(&mut app, 1);
    assert!(sees(&app, "Graham Pearce asked for a receipt"));
    assert!(sees(&app, "Tell Graham you deleted this without listening?"));
    assert!(sees(&app, "Deleted “Friday”"), "and it can be taken back");
    click(&mut app, "Don’t tell");
    assert!(app.unheard.is_empty() && !sees(&app, "Send receipt"));
    delete_unheard(&mut app, 2);
    click(&mut app, "Send receipt");
    assert!(app.unheard.is_empty());
    let _ = app.update(Message::Told(Some("Graham Pearce".into()), Ok(())));
    assert!(sees(&app, "Receipt sent to Graham Pearce"));
}

#[test]
fn without_an_answer_nothing_is_told_and_undo_takes_the_question_back() {
    let mut app = app();
    delete_unheard(&mut app, 1);
    let _ = app.update(Message::List(list::Message::Bar(list::BarAct::LeaveUntold)));
    assert!(app.unheard.is_empty());
    delete_unheard(&mut app, 2);
    let _ = app.undo();
    assert!(app.unheard.is_empty());
    // A deletion further back keeps its question.
    delete_unheard(&mut app, 3);
    let _ = app.update(Message::Done(Done::Archived(1, None), Ok(UndoToken(4))));
    let _ = app.undo();
    assert_eq!(app.unheard.len(), 1);
}

#[test]
fn what_lies_among_the_deleted_is_not_deleted_again_but_goes_back() {
    let mut app = app();
    let mut boxes = vec![mailbox(1, MailboxRole::Trash, "Deleted", 0)];
    boxes.extend(app.shared.sidebar.mailboxes.clone().into_iter().skip(1));
    app.shared.set_mailboxes(boxes);
    press(&mut app, "j");
    named(&mut app, Named::Delete, Modifiers::empty());
    assert_eq!(app.list.total, 10);
    assert!(sees(&app, "It lies in Deleted already"));
    let _ = app.verb(crate::ui::screen::Verb::MoveToInbox(MessageKey(0)));
    assert_eq!(app.list.total, 9);
    let _ = app.update(Message::Done(Done::ToInbox(1), Ok(UndoToken(5))));
    assert!(sees(&app, "Moved to the inbox"));
}

#[test]
fn a_program_for_other_recordings_is_chosen_in_the_settings() {
    let mut app = app();
    let _ = app.open_settings();
    assert!(sees(&app, "Other recordings"));
    let type_in = |app: &mut App, path: &str| {
        let _ = app.update(Message::Settings(settings::Message::Program(path.into())));
    };
    type_in(&mut app, "/nowhere/ffmpeg");
    assert!(sees(&app, "There is no such program. Type its whole path."));
    assert_eq!(app.shared.context().prefs.program_name(), None);
    let dir = tempfile::tempdir().expect("a folder");
    let program = dir.path().join("ffmpeg");
    std::fs::write(&program, "x").expect("written");
    type_in(&mut app, &program.to_string_lossy());
    assert_eq!(app.shared.context().prefs.program_name(), Some("ffmpeg"));
    type_in(&mut app, "");
    assert_eq!(app.shared.prefs.ffmpeg, None);
}

#[test]
fn a_new_message_has_its_recipients_typed_first() {
    use crate::ui::screen::Compose;
    let mut app = app();
    press(&mut app, "n");
    assert_eq!(
        app.composer.as_ref().and_then(composer::Composer::first_field),
        Some("composer-to")
    );
    app.composer = None;
    let _ = app.verb(crate::ui::screen::Verb::Compose(Compose::ReplyVoice(MessageKey(1))));
    assert_eq!(
        app.composer.as_ref().and_then(composer::Composer::first_field),
        None,
        "an answer by voice waits for Space"
    );
}

#[test]
fn with_a_composer_open_no_key_acts_on_mail() {
    let mut app = app();
    press(&mut app, "j");
    let _ = app.update(Message::Done(Done::Archived(1, None), Ok(UndoToken(7))));
    press(&mut app, "n");
    let composer = app.composer.as_ref().map(|c| c.draft().clone());
    for key in ["3", "e", "u", "*", "#", "8", "j", "r", "n", "f", "0", "?", "x", "g", "u", "5"] {
        press(&mut app, key);
    }
    for key in [Named::Delete, Named::Enter, Named::ArrowDown, Named::PageDown, Named::End] {
        named(&mut app, key, Modifiers::empty());
        named(&mut app, key, Modifiers::SHIFT);
    }
    let undo = keymap::Press::new(Key::Character("z".into()), Modifiers::CTRL);
    let _ = app.update(Message::Key(undo));
    assert!(matches!(app.undo, Some(Undo::Engine(_))), "mail is not brought back");
    assert_eq!((app.list.total, app.list.selected), (10, Some(MessageKey(0))));
    assert!(app.list.marked.is_empty() && app.dialog.is_none());
    assert_eq!(app.composer.as_ref().map(|c| c.draft().clone()), composer);
    // In the list, where the user went, arrows choose; letters still do nothing.
    named(&mut app, Named::F6, Modifiers::SHIFT);
    named(&mut app, Named::ArrowDown, Modifiers::empty());
    press(&mut app, "e");
    named(&mut app, Named::Delete, Modifiers::empty());
    assert_eq!((app.list.total, app.shown()), (10, Some(MessageKey(1))));
    named(&mut app, Named::F6, Modifiers::empty());
    named(&mut app, Named::Escape, Modifiers::empty());
    app.composer = None;
    press(&mut app, "e");
    assert_eq!(app.list.total, 9, "after closing they count again");
}

#[test]
fn the_keys_of_zoom_zoom_a_fax_and_nothing_else() {
    use crate::ui::screen::testing::{mail, opened, part};
    let mut app = app();
    let control = |app: &mut App, sign: &str| {
        let key = Key::Character(sign.into());
        let _ = app.update(Message::Key(keymap::Press::new(key, Modifiers::CTRL)));
    };
    press(&mut app, "j");
    control(&mut app, "+");
    let mut m = mail();
    m.kind = crate::model::MessageKind::Fax;
    m.parts = vec![part("1", "image/tiff", crate::message::PartRole::Fax, None)];
    let key = MessageKey(0);
    let say = |app: &mut App, message| drop(app.update(Message::Reader(message)));
    say(&mut app, reader::Message::Opened(key, Ok(Box::new(opened(m)))));
    let places = vec![reader::fax::Place { path: "1".into(), page: 0 }];
    say(&mut app, reader::Message::Fax(reader::fax::Message::Counted(key, Ok(places.into()))));
    assert!(sees(&app, "100 %"), "the whole width, whatever was pressed before");
    for (sign, percent) in
        [("+", "125 %"), ("=", "150 %"), ("-", "125 %"), ("0", "100 %"), ("-", "75 %")]
    {
        control(&mut app, sign);
        assert!(sees(&app, percent), "Ctrl+{sign} gives {percent}");
    }
    press(&mut app, "n");
    control(&mut app, "0");
    let Some(reader) = &app.reader else { panic!("the fax") };
    assert!(reader.shows_fax() && !sees(&app, "100 %"), "nothing zooms behind a composer");
}

#[test]
fn a_later_action_takes_the_place_of_undo_send() {
    let mut app = app();
    press(&mut app, "n");
    let composer = Box::new(app.composer.take().expect("a composer"));
    let sent = |composer| crate::ui::screen::Verb::Sent {
        ids: vec![OutboxId(1)],
        to: "Priya Raman".into(),
        composer,
    };
    let _ = app.verb(sent(composer));
    assert!(sees(&app, "Sending to Priya Raman in 10 s") && sees(&app, "Undo"));
    assert!(app.composer.is_none() && app.sent.is_some());
    let _ = app.undo();
    assert!(app.composer.is_some() && app.toast.is_none(), "its composer opens again");
    let composer = Box::new(app.composer.take().expect("a composer"));
    let _ = app.verb(sent(composer));
    let _ = app.update(Message::Done(Done::Archived(1, None), Ok(UndoToken(4))));
    assert!(app.sent.is_none() && app.undo == Some(Undo::Engine(UndoToken(4))));
    let _ = app.update(Message::Engine(Event::Sent(OutboxId(1))));
    assert_eq!(app.undo, Some(Undo::Engine(UndoToken(4))), "that one went; this one stays");
}

#[test]
fn a_sign_in_in_the_browser_shows_its_address_until_it_ends_or_is_given_up() {
    let mut app = app();
    let attempt = app.signing_in.clone();
    let dialog = || Some(dialog::Dialog::SignIn { account: account(1).id, waits: None });
    app.dialog = dialog();
    let _ = app.update(Message::SigningIn(
        attempt.clone(),
        Waits { url: "https://id.example.com/".into(), no_browser: true },
    ));
    assert!(sees(&app, &fl!("sign-in-no-browser")));
    click(&mut app, "Copy address");
    assert!(app.dialog.is_some(), "the address may be copied again");
    click(&mut app, "Cancel");
    assert!(app.dialog.is_none() && app.signing_in != attempt);
    // What the first comes to concerns nobody, whatever is open now.
    app.dialog = dialog();
    let late = engine::Error::SignIn(engine::SignInFault::TooLate);
    let _ = app.update(Message::SignedIn(attempt, Err(late)));
    assert!(app.dialog.is_some());
    let second = app.signing_in.clone();
    let _ = app.update(Message::SignedIn(second, Ok(())));
    assert!(app.dialog.is_none());
}

#[test]
fn an_account_is_changed_from_the_settings_and_back_there() {
    let mut app = app();
    let _ = app.open_settings();
    click(&mut app, "Accounts");
    click(&mut app, "Edit");
    assert!(matches!(&app.page, Page::Account(form) if form.is_edit()));
    assert!(sees(&app, "Edit account"));
    let _ = app.back();
    assert!(matches!(app.page, Page::Settings(_)));
    assert!(sees(&app, "Remove"), "at the accounts");
    click(&mut app, "Edit");
    let _ = app.update(Message::Account(account::Message::GoOn));
    let _ = app.update(Message::Account(account::Message::Edited(Ok(()))));
    assert!(matches!(app.page, Page::Settings(_)) && sees(&app, "Account saved."));
}
