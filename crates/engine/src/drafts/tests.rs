//! What the contract of the module says, on a folder of its own. A second process is a second
//! [`Drafts`] over the same folder: locks belong to open files.

use aloud_codec::Pcm;
use aloud_model::AddrSpec;

use super::*;

struct Desk {
    folder: tempfile::TempDir,
    drafts: Drafts,
}

fn drafts_in(folder: &tempfile::TempDir) -> Drafts {
    Drafts::new(folder.path().to_owned(), Arc::new(|| 1_760_434_800))
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().expect("a folder");
    let drafts = drafts_in(&folder);
    Desk { folder, drafts }
}

impl Desk {
    /// Another process over the same folder.
    fn other(&self) -> Drafts {
        drafts_in(&self.folder)
    }

    fn open(&self) -> DraftId {
        let id = DraftId::random();
        self.drafts.create(&id).expect("made");
        id
    }

    fn record(&self, id: &DraftId, name: &str, samples: usize) {
        let pcm = Pcm::telephone(vec![100; samples]);
        sound::write_take(&self.folder.path().join(id.as_str()).join(name), &pcm).expect("written");
    }

    fn ids(&self) -> Vec<DraftId> {
        self.drafts.list().into_iter().map(|draft| draft.id).collect()
    }
}

fn graham() -> Recipient {
    let addr = AddrSpec::parse("graham@example.com").expect("an address");
    Recipient::Address(Address { name: Some("Graham Pearce".into()), addr })
}

fn written(note: &str) -> DraftContent {
    DraftContent { text: true, note: note.into(), by_hand: true, ..DraftContent::default() }
}

/// Everything that a draft can hold.
fn full() -> DraftContent {
    DraftContent {
        account: Some(AccountId(3)),
        reply_to: Some(MessageKey(7)),
        reply_all: true,
        forward: None,
        to: vec![graham(), Recipient::Text("4417".into())],
        to_typed: "pri".into(),
        cc: vec![graham()],
        cc_typed: "+44 113".into(),
        subject: "Re: Friday \u{1F4DE}".into(),
        text: false,
        note: "Two lines\nof \"text\"".into(),
        importance: Importance::High,
        private: true,
        ask_receipt: true,
        format: Some(VoiceFormat::Ivm),
        take: Some("take-2.wav".into()),
        spoken_subject: Some("subject-1.wav".into()),
        by_hand: true,
    }
}

#[test]
fn everything_is_found_again_after_the_process_died() {
    let desk = desk();
    let id = desk.open();
    desk.record(&id, "take-1.wav", 4000);
    desk.record(&id, "take-2.wav", 8000);
    desk.record(&id, "subject-1.wav", 2000);
    assert_eq!(desk.drafts.save(&id, 1, &full()).expect("saved"), Saved::Written);
    assert!(desk.ids().is_empty(), "open here");
    assert!(desk.other().list().is_empty(), "open there");
    // The kernel lets go of the locks of a process that died.
    desk.drafts.let_go();
    let found = desk.other().list();
    let [draft] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(draft.content, full());
    assert_eq!(draft.take.as_ref().map(|s| s.length), Some(Duration::from_secs(1)));
    assert_eq!(draft.spoken.as_ref().map(|s| s.length), Some(Duration::from_millis(250)));
    assert!(!draft.sound_lost);
    assert_eq!(
        draft.content.relation(),
        Relation::Reply { to: MessageKey(7), include_original: false }
    );
}

#[test]
fn recipients_or_a_subject_alone_are_a_draft_and_what_was_filled_in_is_none() {
    for (content, kept) in [
        (DraftContent { to: vec![graham()], by_hand: true, ..DraftContent::default() }, true),
        (DraftContent { to_typed: "gra".into(), by_hand: true, ..DraftContent::default() }, true),
        (DraftContent { subject: "Friday".into(), by_hand: true, ..DraftContent::default() }, true),
        (written("x"), true),
        // A reply that nobody touched: recipients and subject are ours.
        (
            DraftContent { to: vec![graham()], subject: "Re: x".into(), ..DraftContent::default() },
            false,
        ),
        (
            DraftContent { importance: Importance::High, by_hand: true, ..DraftContent::default() },
            false,
        ),
        (written("  \n "), false),
        // Recording was begun and nothing came of it.
        (
            DraftContent {
                to: vec![graham()],
                take: Some("take-1.wav".into()),
                ..DraftContent::default()
            },
            false,
        ),
    ] {
        let desk = desk();
        let id = desk.open();
        let closed = desk.drafts.close(&id, 1, Some(&content)).expect("closed");
        assert_eq!(closed.kept, kept, "{content:?}");
        assert_eq!(desk.ids().len(), usize::from(kept), "{content:?}");
        assert_eq!(desk.folder.path().join(id.as_str()).exists(), kept, "{content:?}");
    }
}

#[test]
fn a_recording_alone_is_a_draft() {
    let desk = desk();
    let id = desk.open();
    desk.record(&id, "take-1.wav", 800);
    let content = DraftContent { take: Some("take-1.wav".into()), ..DraftContent::default() };
    let closed = desk.drafts.close(&id, 1, Some(&content)).expect("closed");
    assert_eq!(closed, Closed { kept: true, sound_lost: false });
    assert_eq!(desk.ids(), [id]);
}

#[test]
fn a_recording_that_is_gone_is_said_and_the_rest_is_kept() {
    let desk = desk();
    let id = desk.open();
    desk.record(&id, "take-2.wav", 800);
    desk.drafts.save(&id, 1, &full()).expect("saved");
    fs::remove_file(desk.folder.path().join(id.as_str()).join("take-2.wav")).expect("removed");
    let closed = desk.drafts.close(&id, 2, Some(&full())).expect("closed");
    assert_eq!(closed, Closed { kept: true, sound_lost: true });
    let draft = desk.drafts.read(&id).expect("read");
    assert_eq!((draft.take, draft.sound_lost), (None, true));

    // The whole folder is gone: what the composer still knows is written again.
    let id = desk.open();
    fs::remove_dir_all(desk.folder.path().join(id.as_str())).expect("removed");
    let closed = desk.drafts.close(&id, 1, Some(&full())).expect("closed");
    assert_eq!(closed, Closed { kept: true, sound_lost: true });
    assert_eq!(desk.drafts.read(&id).map(|d| d.content).expect("read"), full());
}

#[test]
fn an_empty_revision_never_follows_a_full_one() {
    let desk = desk();
    let id = desk.open();
    let empty = DraftContent { by_hand: true, ..DraftContent::default() };
    assert_eq!(desk.drafts.save(&id, 1, &empty).expect("saved"), Saved::Written);
    assert_eq!(desk.drafts.save(&id, 2, &written("A word")).expect("saved"), Saved::Written);
    assert_eq!(desk.drafts.save(&id, 3, &empty).expect("saved"), Saved::FullerKept);
    assert_eq!(desk.drafts.read(&id).expect("read").content, written("A word"));
    let closed = desk.drafts.close(&id, 4, Some(&empty)).expect("closed");
    assert!(closed.kept);
    assert_eq!(desk.drafts.list()[0].content, written("A word"));
}

#[test]
fn a_late_revision_changes_nothing() {
    let desk = desk();
    let id = desk.open();
    assert_eq!(desk.drafts.save(&id, 2, &written("second")).expect("saved"), Saved::Written);
    assert_eq!(desk.drafts.save(&id, 1, &written("first")).expect("saved"), Saved::Late);
    assert_eq!(desk.drafts.save(&id, 3, &written("second")).expect("saved"), Saved::Unchanged);
    assert_eq!(desk.drafts.read(&id).expect("read").content, written("second"));
}

#[test]
fn what_comes_after_the_end_brings_nothing_back() {
    let desk = desk();
    let id = desk.open();
    desk.drafts.save(&id, 1, &written("sent")).expect("saved");
    desk.drafts.handed_over(&id).expect("removed");
    assert_eq!(desk.drafts.save(&id, 2, &written("sent")).expect("late"), Saved::Late);
    let closed = desk.drafts.close(&id, 3, Some(&written("sent"))).expect("closed");
    assert!(!closed.kept && desk.ids().is_empty());
    // Sending is undone: the draft is there again.
    desk.drafts.create(&id).expect("made anew");
    assert_eq!(desk.drafts.save(&id, 4, &written("sent")).expect("saved"), Saved::Written);
    // Closed before its folder was made, and never saved.
    let never = DraftId::random();
    let closed = desk.drafts.close(&never, 1, Some(&written("quick"))).expect("closed");
    assert!(closed.kept);
    let nothing = desk.drafts.close(&DraftId::random(), 1, None).expect("closed");
    assert_eq!(nothing, Closed { kept: false, sound_lost: false });
}

#[test]
fn twenty_revisions_and_the_largest_are_kept_and_can_be_brought_back() {
    let desk = desk();
    let id = desk.open();
    let long = written(&"everything ".repeat(50));
    desk.drafts.save(&id, 1, &long).expect("saved");
    for n in 2..=60 {
        desk.drafts.save(&id, n, &written(&format!("text {n}"))).expect("saved");
    }
    let kept = desk.drafts.revisions(&id).expect("revisions");
    let numbers: Vec<u64> = kept.iter().map(|revision| revision.number).collect();
    let mut expected: Vec<u64> = (42..=60).rev().collect();
    expected.push(1);
    assert_eq!(numbers, expected);
    assert_eq!(kept[19].content, long);
    assert!(matches!(desk.drafts.restore(&id, 1), Err(Error::DraftInUse)), "open");
    desk.drafts.close(&id, 61, None).expect("closed");
    assert!(matches!(desk.drafts.restore(&id, 7), Err(Error::NotFound(_))), "not kept");
    desk.drafts.restore(&id, 1).expect("restored");
    assert_eq!(desk.drafts.read(&id).expect("read").content, long);
    assert_eq!(desk.drafts.revisions(&id).expect("revisions")[1].content, written("text 60"));
}

#[test]
fn a_broken_revision_yields_to_the_one_before_and_is_not_written_over() {
    let desk = desk();
    let id = desk.open();
    desk.drafts.save(&id, 1, &written("good")).expect("saved");
    let dir = desk.folder.path().join(id.as_str());
    fs::write(dir.join("revision-000002.json"), b"{\"note\": \"torn").expect("written");
    fs::write(dir.join("revision-000003.json.new"), b"{").expect("written");
    assert_eq!(desk.drafts.read(&id).expect("read").content, written("good"));
    desk.drafts.save(&id, 2, &written("better")).expect("saved");
    assert!(dir.join("revision-000002.json").exists());
    assert_eq!(desk.drafts.read(&id).expect("read").revision, 3);
}

#[test]
fn what_cannot_be_read_is_never_removed() {
    let desk = desk();
    for (name, octets) in [("revision-000001.json", &b"{\"note\""[..]), ("take-1.wav", &[7; 500])] {
        let id = DraftId::random();
        let dir = desk.folder.path().join(id.as_str());
        fs::create_dir(&dir).expect("made");
        fs::write(dir.join(name), octets).expect("written");
        desk.drafts.list();
        assert!(dir.join(name).exists(), "{name}");
    }
    let foreign = desk.folder.path().join("letters");
    fs::create_dir(&foreign).expect("made");
    desk.drafts.list();
    assert!(foreign.exists());
}

#[test]
fn a_draft_belongs_to_one_process() {
    let desk = desk();
    let other = desk.other();
    let id = desk.open();
    desk.record(&id, "take-1.wav", 800);
    desk.drafts.save(&id, 1, &written("mine")).expect("saved");
    assert!(matches!(other.resume(&id), Err(Error::DraftInUse)));
    assert!(matches!(other.remove(&id), Err(Error::DraftInUse)));
    assert!(matches!(other.restore(&id, 1), Err(Error::DraftInUse)));
    assert!(matches!(other.save(&id, 9, &written("theirs")), Err(Error::DraftInUse)));
    assert!(other.list().is_empty());
    let [listed] = other.list_all().try_into().expect("one draft");
    assert!(listed.open && listed.draft.content == written("mine"));
    let lengths = other.recordings(&id).expect("recordings").into_iter().map(|s| s.length);
    assert_eq!(lengths.collect::<Vec<_>>(), [Duration::from_millis(100)]);
    assert!(matches!(desk.drafts.remove(&id), Err(Error::DraftInUse)), "open here, too");
    // The owner goes on as if nobody had asked.
    desk.drafts.save(&id, 2, &written("mine, more")).expect("saved");
    desk.drafts.close(&id, 3, None).expect("closed");
    assert_eq!(other.resume(&id).expect("free now").content, written("mine, more"));
    assert!(matches!(desk.drafts.resume(&id), Err(Error::DraftInUse)));
    other.handed_over(&id).expect("sent");
    assert!(matches!(desk.drafts.resume(&id), Err(Error::NotFound(_))));
}

#[test]
fn a_draft_of_an_earlier_version_is_found() {
    let desk = desk();
    let id = DraftId::parse("draft-1760000000-0a1b2c3d").expect("a name");
    desk.record_into_new(&id);
    let dir = desk.folder.path().join(id.as_str());
    let facts = r#"{"account":1,"reply_to":7,"forward":null,"to":[{"name":"Graham","addr":
        "graham@example.com"}],"cc":[],"subject":"Re: Friday","text":false,"note":"",
        "importance":"normal","private":false,"ask_receipt":false,"take":"take-1.wav",
        "spoken_subject":null}"#;
    fs::write(dir.join("draft.json"), facts).expect("written");
    let draft = desk.drafts.resume(&id).expect("read");
    assert_eq!(draft.content.subject, "Re: Friday");
    assert_eq!(draft.content.to[0].label(), "Graham");
    assert_eq!((draft.revision, draft.take.is_some()), (0, true));
    // Going on with it leaves what was there.
    desk.drafts.save(&id, 1, &written("more")).expect("saved");
    let numbers = desk.drafts.revisions(&id).expect("revisions");
    assert_eq!(numbers.iter().map(|r| r.number).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn names_in_a_revision_are_no_paths() {
    let desk = desk();
    let outside = desk.folder.path().join("secret.wav");
    sound::write_take(&outside, &Pcm::telephone(vec![1; 800])).expect("written");
    let id = desk.open();
    let content = DraftContent { take: Some("../secret.wav".into()), ..written("x") };
    desk.drafts.save(&id, 1, &content).expect("saved");
    assert_eq!(desk.drafts.read(&id).expect("read").take, None);
    for bad in [
        "draft-",
        "draft-../x",
        "draft-a/b",
        "letters",
        "draft-a b",
        "draft-..",
        ".passing-draft-1",
    ] {
        assert_eq!(DraftId::parse(bad), None, "{bad}");
    }
    let id = DraftId::random();
    assert_eq!(DraftId::parse(id.as_str()), Some(id));
}

#[test]
fn a_recording_whose_header_lags_counts_as_long_as_its_file() {
    // The header counts nothing, or something, and the last octet is half a sample.
    for counted in [0, 800] {
        let desk = desk();
        let id = desk.open();
        desk.record(&id, "take-1.wav", counted);
        let file = desk.folder.path().join(id.as_str()).join("take-1.wav");
        let mut octets = fs::read(&file).expect("read");
        octets.extend(vec![1; 3201 - 2 * counted]);
        fs::write(&file, octets).expect("written");
        assert_eq!(sound::length(&file), Some(Duration::from_millis(200)));
        assert_eq!(read_take(&file).expect("read").samples.len(), 1600);
    }
}

impl Desk {
    /// A folder as an earlier version left it, with a second of sound and no lock file.
    fn record_into_new(&self, id: &DraftId) {
        fs::create_dir(self.folder.path().join(id.as_str())).expect("made");
        self.record(id, "take-1.wav", 8000);
    }
}
