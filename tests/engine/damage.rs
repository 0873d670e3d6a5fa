//! A damaged database (reliability G3): whatever became of its file or its write-ahead log, Aloud
//! starts, nothing unsent is lost, nothing is sent twice, and a pass brings back the rest.

use std::{
    fs,
    io::{Read as _, Seek, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use aloud::{
    engine::{Contact, DraftContent, DraftId, Engine, Error, Options, OutboxState, Recipient},
    loopback::{DropAfterData, Faults, Loopback, Protocol},
    model::{AccountId, DateTime, Flag, Secret},
    wording::failure,
};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::support::user::{Desk, OWN, START, options, server, settings};

const MESSAGES: usize = 30;
const PAGE: u64 = 4096;

fn letter(subject: &str) -> Vec<u8> {
    format!(
        "From: Robin Vale <{OWN}>\r\nTo: Ada <ada@example.net>\r\nSubject: {subject}\r\n\
         Message-ID: <{subject}@example.com>\r\nDate: Wed, 05 Mar 2025 08:00:00 +0000\r\n\r\n\
         {}\r\n",
        "Text and more text.\r\n".repeat(200)
    )
    .into_bytes()
}

/// A folder as somebody's work left it, closed in order or not.
struct Work {
    server: Loopback,
    dir: tempfile::TempDir,
    account: AccountId,
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("copied");
        }
    }
}

/// Thirty messages, of which three were archived and one flagged while the server was away; two
/// messages that wait, one that may have gone; a draft; a person in the directory.
async fn work(in_order: bool) -> Work {
    let desk = Desk::with(server(), |_| ()).await;
    for n in 0..MESSAGES {
        let text = format!(
            "From: Ada <ada@example.net>\r\nTo: {OWN}\r\nSubject: Number {n}\r\n\
             Message-ID: <in{n}@example.net>\r\nDate: Tue, 04 Mar 2025 09:10:00 +0000\r\n\r\n\
             {}\r\n",
            "Words.\r\n".repeat(n * 40)
        );
        desk.server
            .deliver("INBOX", text.into_bytes(), &[] as &[Flag], DateTime::utc(START + n as i64))
            .expect("delivered");
    }
    desk.sync().await;
    let contact = Contact { name: "Ada Okafor".into(), ..Contact::default() };
    desk.engine.save_contact(contact).await.expect("added");
    let doubtful = desk.engine.submit_raw(letter("doubtful")).await.expect("frozen");
    let lost = Faults { drop_after_data: Some(DropAfterData::Taken), ..Faults::default() };
    desk.server.fault_next(Protocol::Smtp, lost);
    let gone = async {
        loop {
            let rows = desk.engine.outbox().await.expect("rows");
            if rows.iter().any(|row| row.id == doubtful && row.state == OutboxState::Sending(100)) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::select! { _ = desk.engine.drain_outbox() => {}, () = gone => {} }
    desk.server.fault_always(Protocol::Imap, Faults { cut_output: Some(0), ..Faults::default() });
    desk.engine.submit_raw(letter("first")).await.expect("frozen");
    desk.engine.submit_raw(letter("second")).await.expect("frozen");
    let keys: Vec<_> = desk.inbox().await.iter().map(|row| row.key).collect();
    desk.engine.archive(keys[..3].to_vec()).await.expect("archived");
    let draft = DraftId::random();
    let content = DraftContent {
        to: vec![Recipient::Text("Bo".into())],
        note: "Half a thought".into(),
        text: true,
        by_hand: true,
        ..DraftContent::default()
    };
    desk.engine.save_draft(draft, 1, content).await.expect("saved");
    let dir = tempfile::tempdir().expect("a folder");
    if in_order {
        desk.engine.shutdown().await;
    }
    copy(&desk.dir.path().join("data"), dir.path());
    let Desk { server, engine, account, .. } = desk;
    engine.shutdown().await;
    server.fault_always(Protocol::Imap, Faults::default());
    Work { server, dir, account }
}

type Damage = (String, Box<dyn Fn(&Path)>);

fn change(file: &Path, mut with: impl FnMut(&mut fs::File, u64)) {
    let Ok(mut file) = fs::OpenOptions::new().read(true).write(true).open(file) else { return };
    let len = file.metadata().expect("a length").len();
    with(&mut file, len);
}

fn zero(file: &Path, at: u64, octets: u64) {
    change(file, |file, len| {
        file.seek(SeekFrom::Start(at.min(len))).expect("there");
        let octets = octets.min(len.saturating_sub(at));
        file.write_all(&vec![0; octets as usize]).expect("zeroed");
    });
}

fn cut(file: &Path, of: impl Fn(u64) -> u64) {
    change(file, |file, len| file.set_len(of(len)).expect("cut"));
}

fn flip(file: &Path, seed: u64, count: usize) {
    let mut random = StdRng::seed_from_u64(seed);
    change(file, |file, len| {
        for _ in 0..count.min(len as usize) {
            let at = random.random_range(0..len);
            let mut octet = [0];
            file.seek(SeekFrom::Start(at)).expect("there");
            file.read_exact(&mut octet).expect("an octet");
            octet[0] ^= 1 << random.random_range(0..8);
            file.seek(SeekFrom::Start(at)).expect("there");
            file.write_all(&octet).expect("flipped");
        }
    });
}

/// Everything that is done to a folder. `foreign` is the folder of another user.
fn damages(foreign: PathBuf) -> Vec<Damage> {
    let mut all: Vec<Damage> = Vec::new();
    let mut add = |name: String, what: Box<dyn Fn(&Path)>| all.push((name, what));
    let db = |dir: &Path| dir.join("aloud.db");
    let wal = |dir: &Path| dir.join("aloud.db-wal");
    add("nothing".into(), Box::new(|_| ()));
    for (name, file) in [("database", "aloud.db"), ("log", "aloud.db-wal")] {
        let of = move |dir: &Path| dir.join(file);
        add(format!("{name} gone"), Box::new(move |dir| drop(fs::remove_file(of(dir)))));
        add(format!("{name} empty"), Box::new(move |dir| cut(&of(dir), |_| 0)));
        add(format!("{name} of one octet"), Box::new(move |dir| cut(&of(dir), |_| 1)));
        add(format!("{name} of 100 octets"), Box::new(move |dir| cut(&of(dir), |_| 100)));
        add(format!("half a {name}"), Box::new(move |dir| cut(&of(dir), |len| len / 2)));
        add(
            format!("{name} less an octet"),
            Box::new(move |dir| cut(&of(dir), |len| len.saturating_sub(1))),
        );
        add(
            format!("{name} less a page"),
            Box::new(move |dir| cut(&of(dir), |len| len.saturating_sub(PAGE))),
        );
        add(format!("{name} header zero"), Box::new(move |dir| zero(&of(dir), 0, 100)));
        add(format!("{name} all zero"), Box::new(move |dir| zero(&of(dir), 0, u64::MAX)));
        for seed in 0..3 {
            add(format!("{name} flip {seed}"), Box::new(move |dir| flip(&of(dir), seed, 1)));
            add(format!("{name} 30 flips {seed}"), Box::new(move |dir| flip(&of(dir), seed, 30)));
        }
        add(format!("{name} 5000 flips"), Box::new(move |dir| flip(&of(dir), 9, 5000)));
    }
    for page in 0..8 {
        add(format!("page {page} zero"), Box::new(move |dir| zero(&db(dir), page * PAGE, PAGE)));
        add(
            format!("page {page} torn"),
            Box::new(move |dir| zero(&db(dir), page * PAGE + 512, PAGE - 512)),
        );
    }
    add(
        "last page zero".into(),
        Box::new(move |dir| {
            let len = fs::metadata(db(dir)).map_or(0, |meta| meta.len());
            zero(&db(dir), len.saturating_sub(PAGE), PAGE);
        }),
    );
    add(
        "no database".into(),
        Box::new(move |dir| fs::write(db(dir), b"Dear diary").expect("written")),
    );
    // The next hundreds of versions are newer programs', which are not taken for damage.
    for version in [0u32, 3, 0x6300_0009] {
        add(
            format!("schema {version}"),
            Box::new(move |dir| {
                change(&db(dir), |file, _| {
                    file.seek(SeekFrom::Start(60)).expect("there");
                    file.write_all(&version.to_be_bytes()).expect("written");
                });
            }),
        );
    }
    let other = foreign.clone();
    add(
        "log of another".into(),
        Box::new(move |dir| {
            fs::copy(other.join("aloud.db-wal"), wal(dir)).expect("copied");
        }),
    );
    add(
        "database of another".into(),
        Box::new(move |dir| {
            fs::copy(foreign.join("aloud.db"), db(dir)).expect("copied");
            let _ = fs::remove_file(wal(dir));
        }),
    );
    all
}

/// A clock that moves on by three seconds whenever somebody looks at it.
fn running() -> Arc<dyn Fn() -> i64 + Send + Sync> {
    let clock = AtomicI64::new(START + 100);
    Arc::new(move || clock.fetch_add(3, Ordering::SeqCst))
}

async fn started(work: &Work, dir: &Path) -> Result<Engine, Error> {
    let options = options(dir.to_owned(), &work.server, &Arc::default());
    Engine::start(Options { clock: running(), ..options }).await
}

fn sent(server: &Loopback, subject: &str) -> usize {
    let wanted = format!("Subject: {subject}\r\n");
    let all = server.submitted();
    all.iter().filter(|s| String::from_utf8_lossy(&s.octets).contains(&wanted)).count()
}

/// What must be so after a start, and after a pass; whether the database was made anew.
async fn whole(work: &Work, dir: &Path, name: &str) -> bool {
    let subjects = ["doubtful", "first", "second"];
    let before = subjects.map(|subject| sent(&work.server, subject));
    let engine = started(work, dir).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    let rebuilt = engine.rebuilt().cloned();
    let aside = rebuilt.as_ref().map(|rebuilt| rebuilt.aside.as_ref().is_some_and(|a| a.is_dir()));
    assert!(aside != Some(false), "{name}");
    assert!(rebuilt.as_ref().is_none_or(|rebuilt| rebuilt.strays == 0), "{name}");
    let accounts = engine.accounts().await.expect("accounts");
    assert_eq!(accounts.iter().map(|a| a.id).collect::<Vec<_>>(), [work.account], "{name}");
    assert_eq!(accounts[0].settings, settings(), "{name}");
    let rows = engine.outbox().await.expect("rows");
    let mut waiting: Vec<(&str, bool)> = rows
        .iter()
        .map(|row| {
            let doubtful = matches!(row.state, OutboxState::Sending(100) | OutboxState::Ambiguous);
            (row.message_id.as_str(), doubtful)
        })
        .collect();
    waiting.sort_unstable();
    let expected = [
        ("doubtful@example.com", true),
        ("first@example.com", false),
        ("second@example.com", false),
    ];
    assert_eq!(waiting, expected, "{name}");
    for row in &rows {
        let subject = row.message_id.split('@').next().unwrap_or_default();
        let octets = engine.outbox_raw(row.id).await.expect("octets");
        assert_eq!(octets, letter(subject), "{name}");
    }
    assert_eq!(engine.drafts().await.expect("drafts").len(), 1, "{name}");
    let people = engine.contacts(String::new()).await.expect("people");
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, ["Ada Okafor"], "{name}");
    let password = Secret::new("secret".into());
    engine.supply_password(work.account, password).await.expect("kept");
    for _ in 0..2 {
        let reports = engine.sync_once(None).await.expect("a pass");
        assert!(reports.iter().all(|report| report.errors.is_empty()), "{name}: {reports:?}");
        engine.settle_operations().await;
        engine.drain_outbox().await.expect("drained");
    }
    let after = subjects.map(|subject| sent(&work.server, subject));
    assert_eq!(after, [before[0], before[1] + 1, before[2] + 1], "{name}");
    let left = engine.outbox().await.expect("rows");
    assert!(left.iter().all(|row| row.message_id == "doubtful@example.com"), "{name}: {left:?}");
    engine.shutdown().await;
    rebuilt.is_some()
}

async fn after_all_damages(in_order: bool) {
    let foreign = work(false).await;
    let work = work(in_order).await;
    let all = damages(foreign.dir.path().to_owned());
    assert!(all.len() > 40);
    let mut rebuilt = 0;
    for (name, damage) in &all {
        let dir = tempfile::tempdir().expect("a folder");
        copy(work.dir.path(), dir.path());
        damage(dir.path());
        let anew = whole(&work, dir.path(), name).await;
        rebuilt += usize::from(anew);
        if name == "nothing" {
            assert!(!anew, "what is sound is left alone");
        }
        // The next start finds nothing to do.
        if anew {
            let again = started(&work, dir.path()).await.expect("an engine");
            assert!(again.rebuilt().is_none(), "{name}: twice");
            again.shutdown().await;
        }
    }
    println!("{} damages, {rebuilt} databases made anew", all.len());
    assert!(rebuilt > 10, "{rebuilt}");
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_after_an_orderly_end_costs_nothing_unsent() {
    after_all_damages(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_after_a_kill_costs_nothing_unsent() {
    after_all_damages(false).await;
}

/// What was asked for of the server is asked for again once the mailbox is here.
#[tokio::test(flavor = "multi_thread")]
async fn operations_outlive_their_database() {
    for damage in ["gone", "header", "copy"] {
        let work = work(true).await;
        let dir = work.dir.path();
        match damage {
            "gone" => fs::remove_file(dir.join("aloud.db")).expect("removed"),
            "copy" => {
                // The newest copy of the tables is damaged too: the one before serves.
                let mut copies: Vec<PathBuf> = fs::read_dir(dir.join("kept"))
                    .expect("a folder")
                    .flatten()
                    .map(|entry| entry.path())
                    .filter(|file| file.extension().is_some_and(|e| e == "db"))
                    .collect();
                copies.sort();
                flip(copies.last().expect("a copy"), 1, 1);
                zero(&dir.join("aloud.db"), 0, 100);
            }
            _ => zero(&dir.join("aloud.db"), 0, 100),
        }
        let engine = started(&work, dir).await.expect("an engine");
        assert!(engine.rebuilt().is_some(), "{damage}");
        if damage == "copy" {
            engine.shutdown().await;
            continue;
        }
        let password = Secret::new("secret".into());
        engine.supply_password(work.account, password).await.expect("kept");
        for _ in 0..2 {
            engine.sync_once(None).await.expect("a pass");
            engine.settle_operations().await;
        }
        let count = |name: &str| work.server.mailbox(name).map_or(0, |m| m.messages().len());
        assert_eq!((count("INBOX"), count("Archive")), (MESSAGES - 3, 3), "{damage}");
        engine.shutdown().await;
    }
}

/// The last copy of a message is damaged like its database: it is not thrown away, and that is said.
#[tokio::test(flavor = "multi_thread")]
async fn unsent_mail_that_cannot_be_put_back_is_put_aside() {
    let work = work(true).await;
    let dir = work.dir.path();
    let unsent = fs::read_dir(dir.join("unsent")).expect("a folder").flatten();
    let mut files: Vec<PathBuf> = unsent.map(|entry| entry.path()).collect();
    files.sort();
    assert_eq!(files.len(), 3);
    // One octet of the message of the first, one of the description of the second.
    let last = fs::metadata(&files[0]).expect("there").len() - 1;
    zero(&files[0], last, 1);
    zero(&files[1], 560, 1);
    let damaged = files[..2].iter().map(|file| fs::read(file).expect("octets"));
    let damaged: Vec<Vec<u8>> = damaged.collect();
    zero(&dir.join("aloud.db"), 0, 100);
    let engine = started(&work, dir).await.expect("an engine");
    let rebuilt = engine.rebuilt().expect("said");
    assert_eq!((rebuilt.unsent, rebuilt.strays), (1, 2));
    let (_, line) = failure::rebuilt(rebuilt);
    assert!(line.contains("2 unsent messages") && !line.contains("unsent mail"), "{line}");
    let entries = fs::read_dir(&rebuilt.folder).expect("a folder").flatten();
    let aside = entries.map(|entry| entry.path()).filter(|path| path.is_file());
    let aside: Vec<Vec<u8>> = aside.map(|file| fs::read(file).expect("octets")).collect();
    assert_eq!(aside.len(), 2);
    assert!(damaged.iter().all(|octets| aside.contains(octets)));
    engine.shutdown().await;
    let again = started(&work, dir).await.expect("an engine");
    assert!(again.rebuilt().is_none());
    again.shutdown().await;
}

/// A database of an earlier version has no second places: what can be read of it is taken over, and
/// nothing of its outbox goes without the user's word.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_without_second_places_is_read_as_far_as_it_goes() {
    let work = work(true).await;
    let dir = work.dir.path();
    fs::remove_dir_all(dir.join("kept")).expect("removed");
    fs::remove_dir_all(dir.join("unsent")).expect("removed");
    // A page of the messages, far from those of accounts and outbox, and its schema's version.
    change(&dir.join("aloud.db"), |file, _| {
        file.seek(SeekFrom::Start(60)).expect("there");
        file.write_all(&[0, 0, 0, 3]).expect("written");
    });
    let engine = started(&work, dir).await.expect("an engine");
    assert!(engine.rebuilt().is_some());
    assert_eq!(engine.accounts().await.expect("accounts").len(), 1);
    let rows = engine.outbox().await.expect("rows");
    assert_eq!(rows.len(), 3);
    let asks = |state: &OutboxState| matches!(state, OutboxState::Ambiguous);
    assert!(rows.iter().all(|row| asks(&row.state)), "{rows:?}");
    engine.shutdown().await;
}
