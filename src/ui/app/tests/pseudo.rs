//! Every page, pane, dialog and toast in the pseudo-language, in a wide and in a narrow window.
//!
//! People, mailboxes and texts have Greek and Cyrillic letters here, so that a word of plain Latin
//! letters is one of ours that did not come through the door to words. Whatever a screen keeps as
//! text is made in the pseudo-language too: a scene acts inside [`spoken`].

use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    codec::Pcm,
    engine::{
        Broken, Contact, ContactEmail, ContactTel, Error, ListRow, OutboxRow, OutboxState, Preview,
        Service,
        doctor::{Check, Fact, Finding, Lack},
    },
    model::{AccountId, DateTime, Importance, MessageKind},
    ui::{
        screen::testing::{addr, person},
        testing::{drawing, faults},
    },
    wording::pseudo::spoken,
};

mod mail;

const WIDE: Size = Size::new(1280.0, 800.0);
const NARROW: Size = Size::new(720.0, 800.0);

/// What to do to a window with one account and ten messages, and the controls that must be seen.
type Act = fn(&mut App) -> Vec<String>;

/// Acts on a window of each size, draws it and collects what is wrong.
fn look(scenes: &[(&str, Act)]) {
    let mut all = Vec::new();
    for (name, act) in scenes {
        for size in [WIDE, NARROW] {
            spoken(|| {
                let mut app = window(size);
                let controls = act(&mut app);
                picture(&app, name);
                for fault in faults(size, &controls, view::view(&app)) {
                    all.push(format!("{name} at {}: {fault}", size.width));
                }
            });
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

/// Writes a picture, to be looked at, where the variable `ALOUD_PICTURES` names a folder.
fn picture(app: &App, name: &str) {
    let Some(folder) = std::env::var_os("ALOUD_PICTURES") else { return };
    let mut drawn = Simulator::with_size(drawing(), app.shared.size, view::view(app));
    let picture = drawn.snapshot(&app.shared.look().theme()).expect("drawn");
    let name = format!("pseudo-{}-{}.png", name.replace([' ', ','], "-"), app.shared.size.width);
    let written = picture.matches_image(std::path::Path::new(&folder).join(name));
    written.expect("written");
}

/// A window whose mailbox holds a row of each kind.
fn window(size: Size) -> App {
    let (mut app, _) = App::boot(Launch::default());
    app.shared.now = NOW;
    app.shared.size = size;
    let mut bureau = account(1);
    bureau.settings.label = "Бюро".into();
    bureau.settings.name = "Елена Маркова".into();
    let overview = Overview {
        accounts: vec![bureau],
        mailboxes: vec![
            mailbox(1, MailboxRole::Inbox, "INBOX", 4),
            mailbox(2, MailboxRole::Sent, "Sent", 0),
            mailbox(3, MailboxRole::Drafts, "Drafts", 0),
            mailbox(4, MailboxRole::Archive, "Archive", 0),
            mailbox(5, MailboxRole::Trash, "Trash", 0),
            mailbox(6, MailboxRole::Plain, "Переезд", 0),
        ],
        counts: Counts { all: 5, unheard: 3, voice: 3, fax: 1, text: 1, outbox: 1 },
    };
    put(&mut app, Message::Overview(Ok(overview)));
    rows(&mut app);
    app
}

fn put(app: &mut App, message: Message) {
    let _ = app.update(message);
}

/// Rows of all kinds, marked in all ways, of all ages.
fn rows(app: &mut App) {
    use MessageKind::{Dsn, Email, Fax, Mdn, Other, Video, Voice};
    let height = app.shared.row_height();
    let fetch = app.list.reload(height).remove(0);
    let days = [0, 1, 3, 20, 400];
    let rows = [Voice, Fax, Email, Dsn, Mdn, Other, Video, Voice, Fax, Email];
    let rows = rows.into_iter().zip(0_i64..).map(|(kind, n)| ListRow {
        kind,
        sender: format!("Анна Орлова {n}"),
        subject: if n < 5 { "Встреча в пятницу".into() } else { String::new() },
        preview: Preview::Text("Первые слова".into()),
        date: DateTime { unix: NOW.unix - days[n as usize % 5] * 86_400, ..NOW },
        pages: (kind == Fax).then_some(3),
        duration: (kind == Voice).then_some(Duration::from_secs(34)),
        estimated: n > 5,
        private: n % 4 == 0,
        receipt: n % 3 == 0,
        importance: if n % 5 == 0 { Importance::High } else { Importance::Normal },
        outside_caller: n == 7,
        ..row(n)
    });
    let page = ListPage { rows: rows.collect(), total: 10, unseen: 10 };
    put(app, Message::List(list::Message::Page(fetch.generation, 0, Ok(page))));
}

fn people() -> Vec<crate::model::Address> {
    vec![
        person("Анна Орлова", "6135550142@vm.example.com"),
        person("Αθηνά Δήμου", "4417@vm.example.com"),
    ]
}

#[test]
fn the_first_run_and_the_account_form() {
    fn form(app: &mut App, answer: Option<Error>) -> Vec<String> {
        use account::{Field, Message as A};
        let _ = app.new_form();
        put(app, Message::Account(A::ByHand));
        for (field, text) in [
            (Field::Name, "Елена Маркова"),
            (Field::Address, "helen@example.com"),
            (Field::Password, "пароль"),
        ] {
            put(app, Message::Account(A::Typed(field, text.into())));
        }
        if let Some(error) = answer {
            put(app, Message::Account(A::Check));
            put(app, Message::Account(A::Checked(2, Err(error))));
            // The form scrolls; its button is below what went wrong.
            return vec![];
        }
        vec![fl!("account-check")]
    }
    look(&[
        ("welcome", |app| {
            app.page = Page::Welcome;
            vec![fl!("welcome-demo-open"), fl!("welcome-account-add")]
        }),
        ("address and password", |app| {
            let _ = app.new_form();
            vec![fl!("account-find"), fl!("account-by-hand")]
        }),
        ("account", |app| form(app, None)),
        ("account, password", |app| form(app, Some(Error::Auth("нет".into())))),
        ("account, no encryption", |app| form(app, Some(Error::NoEncryption))),
        ("account, silent", |app| {
            let host = "mail.example.com".into();
            form(app, Some(Error::Unreachable { host, reason: Broken::Said("нет".into()) }));
            vec![]
        }),
        ("account, incomplete", |app| {
            let _ = app.new_form();
            put(app, Message::Account(account::Message::Check));
            vec![]
        }),
    ]);
}

#[test]
fn the_list_and_what_stands_for_it() {
    look(&[
        ("list", |_| vec![]),
        ("sorting", |app| {
            put(app, Message::List(list::Message::SortMenu(true)));
            vec![fl!("sort-oldest"), fl!("sort-longest")]
        }),
        ("several", |app| {
            press(app, "j");
            named(app, Named::ArrowDown, Modifiers::SHIFT);
            vec![]
        }),
        ("nothing unheard", |app| {
            press(app, "g");
            press(app, "u");
            page(app, 0);
            vec![fl!("show-all")]
        }),
        ("nothing found", |app| {
            put(app, Message::List(list::Message::Search("зебра".into())));
            page(app, 0);
            vec![]
        }),
        ("nothing anywhere", |app| {
            page(app, 0);
            vec![]
        }),
        ("no faxes", |app| {
            let _ = app.go(Place::Fax);
            page(app, 0);
            vec![]
        }),
        ("offline", |app| {
            app.shared.sidebar.accounts[0].state = AccountState::Offline(NOW);
            vec![fl!("try-again")]
        }),
        ("password", |app| {
            app.shared.sidebar.accounts[0].state =
                AccountState::NeedsPassword(Error::PasswordNeeded);
            vec![fl!("sign-in")]
        }),
        ("failed", |app| {
            let retry_at = DateTime { unix: NOW.unix + 300, ..NOW };
            let state = AccountState::Failed { error: Error::NoSignIn, retry_at };
            app.shared.sidebar.accounts[0].state = state;
            vec![fl!("try-now")]
        }),
        ("fetching", |app| {
            let state = AccountState::Fetching { done: 5, total: 9 };
            app.shared.sidebar.accounts[0].state = state;
            vec![]
        }),
        ("demo", |app| {
            app.demo = true;
            vec![fl!("demo-add")]
        }),
        ("sync", |app| {
            put(app, Message::Sidebar(sidebar::Message::Sync(true)));
            vec![]
        }),
        ("menu", |app| {
            app.menu = true;
            vec![]
        }),
    ]);
}

#[test]
fn the_outbox_and_the_directory() {
    fn waiting(app: &mut App, states: Vec<OutboxState>) {
        press(app, "g");
        press(app, "o");
        let row = |(state, n): (OutboxState, i64)| OutboxRow {
            id: OutboxId(n),
            account: AccountId(1),
            to: people(),
            subject: if n == 1 { String::new() } else { "Встреча".into() },
            duration: (n != 2).then_some(Duration::from_secs(18)),
            state,
            message_id: "1@example.com".into(),
            receipt: false,
            answers: None,
            forward: false,
        };
        let rows = states.into_iter().zip(1..).map(row).collect();
        put(app, Message::Outbox(outbox::Message::Loaded(Ok(rows), Vec::new())));
    }
    fn person_of(id: i64, name: &str) -> Contact {
        Contact {
            id: Some(ContactId(id)),
            name: name.into(),
            organization: Some("Бюро".into()),
            emails: [true, false]
                .map(|vpim| ContactEmail {
                    addr: addr(&format!("44{id}@vm.example.com")),
                    vpim,
                    preferred: vpim,
                })
                .into(),
            tels: ["work", "home", "cell", "fax", "msg"]
                .map(|kind| ContactTel {
                    number: "+1 613 555 0142".into(),
                    kinds: vec![kind.into(), "voice".into()],
                })
                .into(),
            place: Some("Оттава".into()),
            has_spoken_name: true,
            spoken_name_length: Some(Duration::from_secs(2)),
            source: crate::engine::ContactSource::File("Ω".into()),
            ..Contact::default()
        }
    }
    fn directory(app: &mut App, people: Vec<Contact>) {
        let _ = app.go(Place::Directory);
        put(app, Message::Directory(directory::Message::People(1, Ok(people))));
    }
    look(&[
        ("nothing waits", |app| {
            waiting(app, Vec::new());
            vec![]
        }),
        ("the outbox", |app| {
            let later = DateTime { unix: NOW.unix + 900, ..NOW };
            let failed = |why| Failure::new(why).saying("Ω");
            waiting(
                app,
                vec![
                    OutboxState::Held(later),
                    OutboxState::Queued,
                    OutboxState::Sending(40),
                    OutboxState::Accepted,
                    OutboxState::Ambiguous,
                    OutboxState::Failed(failed(FailureWhy::Refused)),
                    OutboxState::Retry { reason: failed(FailureWhy::Other), at: later },
                ],
            );
            vec![fl!("try-again")]
        }),
        ("nobody in the directory", |app| {
            directory(app, Vec::new());
            vec![fl!("directory-import")]
        }),
        ("people", |app| {
            directory(app, vec![person_of(1, "Анна Орлова"), person_of(2, "Αθηνά Δήμου")]);
            vec![]
        }),
        ("a person", |app| {
            directory(app, vec![person_of(1, "Анна Орлова")]);
            put(app, Message::Directory(directory::Message::Select(ContactId(1))));
            app.forward = true;
            vec![fl!("directory-record")]
        }),
        ("the menu of a person", |app| {
            directory(app, vec![person_of(1, "Анна Орлова")]);
            put(app, Message::Directory(directory::Message::Select(ContactId(1))));
            put(app, Message::Directory(directory::Message::More));
            app.forward = true;
            vec![]
        }),
        ("nobody found", |app| {
            directory(app, Vec::new());
            put(app, Message::Directory(directory::Message::Search("зебра".into())));
            put(app, Message::Directory(directory::Message::People(2, Ok(Vec::new()))));
            vec![]
        }),
    ]);
}

/// What a check-up finds, of every length.
fn found() -> Vec<Finding> {
    let facts = [
        (Check::Folder, Fact::OpenToOthers),
        (Check::Disk, Fact::Free(1 << 32)),
        (Check::Keyring, Fact::NoKeyring),
        (Check::Connection(Service::Imap), Fact::Failed(Error::NoEncryption)),
        (Check::Offers(Service::Smtp), Fact::Lacks(vec![Lack::Dsn, Lack::Size])),
    ];
    facts.map(|(check, fact)| Finding { check, account: None, fact }).to_vec()
}

#[test]
fn the_settings() {
    use settings::{Message as S, Section, voice_card};
    fn section(app: &mut App, section: Section) -> Vec<String> {
        let _ = app.open_settings();
        put(app, Message::Settings(S::Show(section)));
        // A narrow window has an arrow for it.
        if app.shared.size == WIDE { vec![fl!("set-back")] } else { vec![] }
    }
    look(&[
        ("accounts", |app| section(app, Section::Accounts)),
        ("voice card", |app| {
            let controls = section(app, Section::VoiceCard);
            put(app, Message::Settings(S::Card(voice_card::Message::Loaded(Ok(None)))));
            controls
        }),
        ("voice card, kept", |app| {
            let controls = section(app, Section::VoiceCard);
            let name = Some(Arc::new(Pcm::telephone(vec![1; 16_000])));
            put(app, Message::Settings(S::Card(voice_card::Message::Loaded(Ok(name)))));
            controls
        }),
        ("listening", |app| section(app, Section::Listening)),
        ("listening, devices", |app| {
            let controls = section(app, Section::Listening);
            put(app, Message::Settings(S::Devices(Some(settings::Device::Output))));
            controls
        }),
        ("recording", |app| section(app, Section::Recording)),
        ("recording, test", |app| {
            let controls = section(app, Section::Recording);
            put(app, Message::Settings(S::TestInput));
            controls
        }),
        ("sending", |app| section(app, Section::Sending)),
        ("appearance", |app| section(app, Section::Appearance)),
        ("keyboard", |app| section(app, Section::Keyboard)),
        ("doctor", |app| {
            let controls = section(app, Section::Doctor);
            put(app, Message::Settings(S::Doctor(settings::doctor::Message::Found(found()))));
            controls
        }),
        ("about", |app| section(app, Section::About)),
    ]);
}

#[test]
fn dialogs_and_toasts() {
    fn said(app: &mut App, done: Done) -> Vec<String> {
        put(app, Message::Done(done, Ok(UndoToken(7))));
        vec![fl!("undo")]
    }
    look(&[
        ("keys", |app| {
            press(app, "?");
            vec![]
        }),
        ("keys, phone keys off", |app| {
            app.shared.prefs.phone_keys = false;
            press(app, "?");
            vec![]
        }),
        ("password", |app| {
            let dialog = dialog::Dialog::Password { account: AccountId(1), value: String::new() };
            app.dialog = Some(dialog);
            vec![fl!("sign-in"), fl!("cancel")]
        }),
        ("sign in, no browser", |app| {
            let waits = Some(Waits { url: "https://id.example.com/".into(), no_browser: true });
            app.dialog = Some(dialog::Dialog::SignIn { account: AccountId(1), waits });
            vec![fl!("copy-address"), fl!("cancel")]
        }),
        ("remove an account", |app| {
            app.dialog = Some(dialog::Dialog::RemoveAccount(AccountId(1)));
            vec![fl!("remove"), fl!("cancel")]
        }),
        ("archived", |app| said(app, Done::Archived(1, Some("Встреча".into())))),
        ("archived many", |app| said(app, Done::Archived(3, None))),
        ("deleted", |app| said(app, Done::Deleted(1, None))),
        ("to the inbox", |app| said(app, Done::ToInbox(2))),
        ("heard", |app| said(app, Done::Heard(2))),
        ("unheard", |app| said(app, Done::Unheard(1))),
        ("refused", |app| {
            let refused = Err(Error::Server("Ω".into()));
            put(app, Message::Done(Done::Heard(1), refused));
            vec![]
        }),
        ("not sent", |app| {
            app.sending.push(Sending { ids: vec![OutboxId(3)], to: "Анна".into() });
            let why = Failure::new(FailureWhy::Other).saying("Ω");
            put(app, Message::Engine(Event::SendFailed(OutboxId(3), why)));
            vec![]
        }),
        ("sent", |app| {
            app.sending.push(Sending { ids: vec![OutboxId(3)], to: "Анна".into() });
            put(app, Message::Engine(Event::Sent(OutboxId(3))));
            vec![]
        }),
        ("deleted unheard", |app| {
            let unheard = engine::DeletedUnheard {
                key: MessageKey(1),
                sender: "Анна Орлова".into(),
                elsewhere: vec![addr("b@example.com")],
            };
            let done = Done::Deleted(1, Some("Встреча".into()));
            put(app, Message::Deleted(done, Ok((UndoToken(1), vec![unheard]))));
            vec![fl!("dont-tell"), fl!("send-receipt")]
        }),
    ]);
}
