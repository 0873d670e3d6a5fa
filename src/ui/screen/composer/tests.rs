use std::time::Duration;

use super::{original::prefixed, *};
use crate::{
    audio::{RecorderPhase, RecorderState, State},
    codec::Pcm,
    engine::{Account, Draft, DraftContent, Error, Missing, Recipient, Saved, Sound, Unsent},
    model::{Address, OutboxId},
    ui::{
        screen::{
            Toast, Undo,
            testing::{account, addr, ctx, mail, opened, person},
        },
        widget::lines::Change,
    },
};

/// A composer with an account, and the context to feed it.
struct Bench {
    composer: Composer,
    accounts: Vec<Account>,
    audio: State,
}

impl Bench {
    fn open(what: Compose) -> (Self, Act) {
        let accounts = vec![account()];
        let audio = State::default();
        let (composer, action) =
            Composer::open(&what, &Context { accounts: &accounts, ..ctx(&audio) });
        (Self { composer, accounts, audio }, action)
    }

    fn feed(&mut self, message: Message) -> Vec<Act> {
        let ctx = Context { accounts: &self.accounts, ..ctx(&self.audio) };
        self.composer.update(message, &ctx).flat()
    }

    fn hear(&mut self, phase: RecorderPhase, millis: u64) -> Vec<Act> {
        let file = self.composer.recorder_file();
        self.audio.recorder = RecorderState {
            phase,
            file,
            length: Duration::from_millis(millis),
            ..RecorderState::default()
        };
        self.feed(Message::Audio)
    }

    fn recorded(mut self) -> Self {
        self.feed(Message::Ready(Ok(())));
        self.feed(Message::Press);
        self.hear(RecorderPhase::Recording, 1800);
        self
    }
}

impl Composer {
    fn recorder_file(&self) -> Option<PathBuf> {
        Some(self.dir.join("take-1.wav"))
    }
}

fn to_graham() -> Compose {
    Compose::Voice(vec![person("Graham Pearce", "6135550142@vm.northgate.example")])
}

fn is_record(action: &Act) -> bool {
    matches!(action, Action::Audio(Command::Record { .. }))
}

fn sent_job(actions: &[Act]) -> Option<&work::Job> {
    actions.iter().find_map(|a| match a {
        Action::Ask(Question::Send(job)) => Some(&**job),
        _ => None,
    })
}

#[test]
fn nothing_is_recorded_before_its_folder_is_there() {
    let (mut b, opened) = Bench::open(to_graham());
    assert!(opened.flat().iter().any(|a| matches!(a, Action::Ask(Question::Prepare(..)))));
    assert!(!b.feed(Message::Press).iter().any(is_record));
    assert!(b.feed(Message::Ready(Ok(()))).iter().any(is_record));
}

#[test]
fn finish_and_send_waits_for_the_file() {
    let (b, _) = Bench::open(to_graham());
    let mut b = b.recorded();
    let actions = b.feed(Message::Send);
    assert!(matches!(actions.as_slice(), [Action::Audio(Command::FinishRecording)]));
    assert!(sent_job(&b.hear(RecorderPhase::Recording, 1900)).is_none());
    let actions = b.hear(RecorderPhase::Finished, 1950);
    let job = sent_job(&actions).expect("sent");
    assert_eq!(job.take, b.composer.recorder_file());
    assert_eq!(job.outgoing.to, [person("Graham Pearce", "6135550142@vm.northgate.example")]);
    assert_eq!(job.outgoing.draft.as_ref(), Some(b.composer.draft()));
    assert!(b.feed(Message::Send).is_empty(), "handed over once");
}

#[test]
fn an_empty_recording_is_never_sent() {
    let (mut b, _) = Bench::open(to_graham());
    b.feed(Message::Ready(Ok(())));
    assert!(sent_job(&b.feed(Message::Send)).is_none());
    assert_eq!(b.composer.trouble, Some(Trouble::NothingRecorded));
    b.feed(Message::Press);
    b.hear(RecorderPhase::Recording, 0);
    b.feed(Message::Send);
    assert!(sent_job(&b.hear(RecorderPhase::Finished, 0)).is_none());
    b.feed(Message::Send);
    assert_eq!(b.composer.trouble, Some(Trouble::NothingRecorded));
}

#[test]
fn nobody_and_wrong_recipients_are_told() {
    let (b, _) = Bench::open(Compose::Voice(Vec::new()));
    let mut b = b.recorded();
    b.feed(Message::Send);
    assert_eq!(b.composer.trouble, Some(Trouble::Nobody));
    b.feed(Message::Typed(Line::To, "4417".into()));
    b.feed(Message::Send);
    assert!(
        matches!(&b.composer.trouble, Some(Trouble::Recipient(fact, _)) if fact.starts_with("4417"))
    );
}

#[test]
fn what_is_still_typed_counts_as_a_recipient() {
    let (b, _) = Bench::open(Compose::Voice(Vec::new()));
    let mut b = b.recorded();
    b.feed(Message::Typed(Line::To, "ada@example.com".into()));
    b.feed(Message::Send);
    let actions = b.hear(RecorderPhase::Finished, 1950);
    assert_eq!(
        sent_job(&actions).map(|j| j.outgoing.to.clone()),
        Some(vec![Address::bare(addr("ada@example.com"))])
    );
}

#[test]
fn a_reply_takes_recipients_subject_and_relation_from_the_original() {
    let key = MessageKey(7);
    let (mut b, action) = Bench::open(Compose::ReplyAllVoice(key));
    assert!(action.flat().iter().any(|a| matches!(a, Action::Ask(Question::Open(MessageKey(7))))));
    let actions = b.feed(Message::Original(key, Ok(Box::new(opened(mail())))));
    assert_eq!(
        b.composer.to.addresses(),
        [
            person("Graham Pearce", "6135550142@vm.northgate.example"),
            person("Leeds front desk", "4417@vm.calderfinch.example"),
        ],
        "without ourselves"
    );
    assert_eq!(b.composer.subject, "Re: Ottawa trunk migration: Friday window");
    assert!(actions.iter().any(|a| matches!(
        a,
        Action::Ask(Question::Plan {
            relation: Relation::Reply { to: MessageKey(7), include_original: false },
            ..
        })
    )));
}

#[test]
fn a_forward_asks_for_nobody_and_keeps_the_original_whole() {
    let key = MessageKey(7);
    let (mut b, _) = Bench::open(Compose::Forward(key));
    b.feed(Message::Original(key, Ok(Box::new(opened(mail())))));
    assert!(b.composer.to.chips.is_empty());
    assert_eq!(b.composer.subject, "Fwd: Ottawa trunk migration: Friday window");
    assert_eq!(b.composer.relation(), Relation::Forward(key));
}

/// What a message hands to the disk, once its timer went off.
fn saved(b: &mut Bench) -> Option<DraftContent> {
    b.feed(Message::SaveDue).into_iter().find_map(|a| match a {
        Action::Ask(Question::Save(_, _, content)) => Some(*content),
        _ => None,
    })
}

fn is_timer(action: &Act) -> bool {
    matches!(action, Action::Run(_))
}

#[test]
fn every_change_is_saved_and_one_timer_runs_while_something_is_not() {
    let (mut b, opened) = Bench::open(Compose::Text(Vec::new()));
    assert!(!opened.flat().iter().any(is_timer), "nothing to save yet");
    assert!(b.feed(Message::Typed(Line::To, "gra".into())).iter().any(is_timer));
    assert!(!b.feed(Message::Subject("Friday".into())).iter().any(is_timer), "it runs already");
    b.feed(Message::Note(Change::Do(text_editor::Action::Edit(text_editor::Edit::Insert('x')))));
    b.feed(Message::Importance(Importance::High));
    let content = saved(&mut b).expect("saved");
    assert_eq!(content.to_typed, "gra");
    assert_eq!((content.subject.as_str(), content.note.as_str()), ("Friday", "x"));
    assert_eq!(content.importance, Importance::High);
    assert!(content.text && content.by_hand);
    assert_eq!(saved(&mut b), None, "nothing changed since");
    let moved = text_editor::Action::Move(text_editor::Motion::Left);
    assert!(b.feed(Message::Note(Change::Do(moved))).is_empty(), "the cursor is no change");
    assert!(b.feed(Message::Private(true)).iter().any(is_timer), "and it runs again");
}

#[test]
fn a_recipient_that_its_suggestion_replaces_is_saved() {
    let (mut b, _) = Bench::open(Compose::Text(Vec::new()));
    let asked = b.feed(Message::Typed(Line::To, "gra".into()));
    let number = asked.iter().find_map(|a| match a {
        Action::Ask(Question::Complete(Line::To, ask)) => Some(ask.number),
        _ => None,
    });
    b.feed(Message::Enter(Line::To));
    assert_eq!(saved(&mut b).expect("saved").to, [Recipient::Text("gra".into())]);
    let graham = person("Graham Pearce", "g@x.example");
    let found = crate::engine::Completion {
        kind: crate::engine::CompletionKind::Person { unproven: false },
        address: graham.clone(),
        contact: None,
    };
    let found = Message::Found(Line::To, number.expect("asked"), vec![found]);
    assert!(b.feed(found).iter().any(is_timer));
    assert_eq!(saved(&mut b).expect("saved").to, [Recipient::Address(graham)]);
}

#[test]
fn a_reply_that_nobody_touched_is_no_draft_and_one_that_is_recorded_has_its_recipients() {
    let key = MessageKey(7);
    let (mut b, _) = Bench::open(Compose::ReplyVoice(key));
    b.feed(Message::Enter(Line::To));
    b.feed(Message::OpenCc);
    let actions = b.feed(Message::Original(key, Ok(Box::new(opened(mail())))));
    assert!(!actions.iter().any(is_timer), "what Aloud fills in is not saved by itself");
    assert!(!b.composer.content().by_hand);

    // Recording begins before the original is here: both orders end with everything.
    let (mut b, _) = Bench::open(Compose::ReplyVoice(key));
    b.feed(Message::Ready(Ok(())));
    assert!(b.feed(Message::Press).iter().any(is_timer));
    assert!(saved(&mut b).expect("saved").to.is_empty());
    let actions = b.feed(Message::Original(key, Ok(Box::new(opened(mail())))));
    assert!(actions.iter().any(is_timer));
    let content = saved(&mut b).expect("saved");
    assert_eq!(content.to.len(), 1);
    assert_eq!(content.subject, "Re: Ottawa trunk migration: Friday window");
    assert_eq!(content.reply_to, Some(key));
}

#[test]
fn closing_ends_the_recording_and_leaves_everything_to_keep() {
    let (b, _) = Bench::open(to_graham());
    let mut b = b.recorded();
    let actions = b.feed(Message::Close);
    assert!(matches!(actions.as_slice(), [Action::Do(Verb::CloseComposer)]));
    let (act, parting) = b.composer.part();
    let finishes = |a: &Act| matches!(a, Action::Audio(Command::FinishRecording));
    assert!(act.flat().iter().any(finishes));
    let parting = parting.expect("something to keep");
    assert_eq!(&parting.draft, b.composer.draft());
    assert_eq!(parting.content.take.as_deref(), Some("take-1.wav"));
    // Nothing was recorded: no recording is claimed.
    let (mut b, _) = Bench::open(to_graham());
    b.feed(Message::Ready(Ok(())));
    b.feed(Message::Press);
    let content = b.composer.part().1.expect("asked").content;
    assert_eq!((content.take, content.by_hand), (None, false));
}

#[test]
fn a_disk_that_takes_nothing_is_said_and_tried_again() {
    let (mut b, _) = Bench::open(Compose::Text(Vec::new()));
    b.feed(Message::Subject("Friday".into()));
    saved(&mut b).expect("saved");
    let actions = b.feed(Message::Saved(Err(Error::Store("full".into()))));
    assert!(actions.iter().any(is_timer));
    assert!(matches!(b.composer.trouble, Some(Trouble::NotKept(_))));
    assert_eq!(saved(&mut b).expect("again").subject, "Friday");
    b.feed(Message::Saved(Ok(Saved::Written)));
    assert_eq!(b.composer.trouble, None);
}

#[test]
fn a_timer_that_goes_off_while_it_is_sent_does_not_stop_saving() {
    let (mut b, _) = Bench::open(Compose::Text(vec![person("Ada", "ada@example.com")]));
    let insert = |c| text_editor::Action::Edit(text_editor::Edit::Insert(c));
    b.feed(Message::Note(Change::Do(insert('x'))));
    assert!(sent_job(&b.feed(Message::Send)).is_some());
    assert_eq!(saved(&mut b), None, "nothing changes meanwhile");
    b.feed(Message::Handed(Err(Error::Store("full".into()))));
    assert!(b.feed(Message::Note(Change::Do(insert('y')))).iter().any(is_timer));
    assert_eq!(saved(&mut b).expect("saved").note, "xy");
}

#[test]
fn start_again_can_be_undone() {
    let (b, _) = Bench::open(to_graham());
    let mut b = b.recorded();
    let actions = b.feed(Message::StartAgain);
    assert!(actions.iter().any(is_record));
    assert!(actions.iter().any(|a| matches!(
        a,
        Action::Toast(Toast { undo: Some(Undo::Take), text, .. }) if text == "New recording started"
    )));
    b.feed(Message::UndoStartAgain);
    assert_eq!(b.composer.recorder.take().map(|t| t.length), Some(Duration::from_millis(1800)));
}

#[test]
fn undo_of_send_brings_everything_back() {
    let (b, _) = Bench::open(to_graham());
    let mut b = b.recorded();
    b.feed(Message::Send);
    b.hear(RecorderPhase::Finished, 1950);
    let pcm = Arc::new(Pcm::telephone(vec![1; 8000]));
    let kept = vec![("take-1.wav".to_owned(), pcm)];
    let actions = b.feed(Message::Handed(Ok((vec![OutboxId(3)], kept))));
    let [Action::Do(Verb::Sent { ids, to, composer })] =
        <[Act; 1]>::try_from(actions).expect("one")
    else {
        panic!("not handed over")
    };
    assert_eq!((&ids, to.as_str()), (&vec![OutboxId(3)], "Graham Pearce"));
    let mut b = Bench { composer: *composer, ..b };
    assert!(matches!(
        b.composer.reopen(ids.clone()),
        Action::Ask(Question::Unsend(rows, _, content, kept))
            if rows == ids && kept.len() == 1 && content.take.as_deref() == Some("take-1.wav")
    ));
    assert!(b.feed(Message::Send).is_empty(), "not before it is back");
    b.feed(Message::Unsent(Ok(Unsent { back: ids, gone: Vec::new() })));
    assert!(b.composer.recorder.take().is_some());
    assert_eq!(b.composer.to.chips.len(), 1);
    assert!(sent_job(&b.feed(Message::Send)).is_some());
}

#[test]
fn what_went_out_already_leaves_no_draft_behind() {
    let (b, _) = Bench::open(to_graham());
    let mut b = b.recorded();
    b.composer.reopen(vec![OutboxId(3)]);
    let late = Err(Error::Refused(crate::engine::Refusal::OnItsWay));
    let actions = b.feed(Message::Unsent(late));
    assert!(matches!(actions.as_slice(), [Action::Toast(_)]) && b.composer.is_spent());
    assert_eq!(b.composer.part().1, None);
}

#[test]
fn a_refusal_keeps_the_composer_and_says_why() {
    let (b, _) = Bench::open(to_graham());
    let mut b = b.recorded();
    b.feed(Message::Send);
    b.hear(RecorderPhase::Finished, 1950);
    b.feed(Message::Handed(Err(Error::Refused(crate::engine::Refusal::OnItsWay))));
    assert_eq!(b.composer.trouble, Some(Trouble::Said(fl!("refused-on-its-way"))));
    assert!(b.composer.recorder.take().is_some());
    assert!(sent_job(&b.feed(Message::Send)).is_some(), "and it can be tried again");
}

#[test]
fn a_text_message_needs_words() {
    let (mut b, _) = Bench::open(Compose::Text(vec![person("Ada", "ada@example.com")]));
    b.feed(Message::Send);
    assert_eq!(b.composer.trouble, Some(Trouble::NothingWritten));
    for c in "Hello".chars() {
        b.feed(Message::Note(Change::Do(text_editor::Action::Edit(text_editor::Edit::Insert(c)))));
    }
    let actions = b.feed(Message::Send);
    let job = sent_job(&actions).expect("sent");
    assert_eq!(job.outgoing.text.as_deref(), Some("Hello"));
    assert_eq!(job.take, None);
}

fn kept() -> Draft {
    let sound = |name: &str, seconds| {
        let file = PathBuf::from("/nowhere/draft-1").join(name);
        Some(Sound { file, length: Duration::from_secs(seconds) })
    };
    let content = DraftContent {
        to: vec![
            Recipient::Address(person("Ada", "ada@example.com")),
            Recipient::Text("4417".into()),
        ],
        to_typed: "pri".into(),
        cc_typed: "+44".into(),
        subject: "Re: Friday".into(),
        reply_to: Some(MessageKey(9)),
        reply_all: true,
        private: true,
        ask_receipt: true,
        importance: Importance::Low,
        format: Some(VoiceFormat::Ivm),
        note: "One\nTwo".into(),
        account: Some(AccountId(1)),
        take: Some("again-1.wav".into()),
        spoken_subject: Some("subject-1.wav".into()),
        by_hand: true,
        ..DraftContent::default()
    };
    Draft {
        id: DraftId::parse("draft-1").expect("a name"),
        dir: "/nowhere/draft-1".into(),
        content,
        take: sound("again-1.wav", 18),
        spoken: sound("subject-1.wav", 3),
        sound_lost: false,
        revision: 4,
        written: 0,
    }
}

#[test]
fn a_draft_is_taken_up_again_whole() {
    let audio = State::default();
    let accounts = [account()];
    let (c, _) = Composer::resume(kept(), &Context { accounts: &accounts, ..ctx(&audio) });
    let spoken = c.spoken.as_ref().and_then(Recorder::take);
    assert_eq!(spoken.map(|take| take.length.as_secs()), Some(3), "the spoken subject is kept");
    assert_eq!(c.kind, Kind::ReplyAll(MessageKey(9)));
    assert_eq!(c.recorder.take().map(|t| t.length), Some(Duration::from_secs(18)));
    assert!(c.to.wrong().is_some(), "what was no address is none now");
    assert!(c.cc_open && c.holds_something());
    // What it would save is what it was made of.
    assert_eq!(c.content(), kept().content);
    assert_eq!(c.draft().as_str(), "draft-1");
    // Without an account, as at a start where it is not loaded yet, nothing is lost either.
    let (c, _) = Composer::resume(kept(), &ctx(&audio));
    assert_eq!(c.content(), kept().content);
}

#[test]
fn an_answer_that_was_kept_before_its_original_was_read_is_filled_in() {
    let audio = State::default();
    let accounts = [account()];
    let ctx = Context { accounts: &accounts, ..ctx(&audio) };
    let answer = |by_hand| Draft {
        content: DraftContent { reply_to: Some(MessageKey(7)), by_hand, ..DraftContent::default() },
        ..kept()
    };
    let here = || Message::Original(MessageKey(7), Ok(Box::new(opened(mail()))));
    let (mut c, _) = Composer::resume(answer(false), &ctx);
    c.update(here(), &ctx);
    assert_eq!((c.to.chips.len(), c.subject.starts_with("Re: ")), (1, true));
    // Recipients that the user took away do not come back.
    let (mut c, _) = Composer::resume(answer(true), &ctx);
    c.update(here(), &ctx);
    assert_eq!((c.to.chips.len(), c.subject.as_str()), (0, ""));
}

#[test]
fn a_draft_that_is_open_elsewhere_or_gone_is_left_alone() {
    for (error, text) in [
        (Error::DraftInUse, "This draft is open in another window."),
        (Error::NotFound(Missing::Draft("draft-1".into())), "That draft isn’t there any more"),
    ] {
        let (mut b, asked) = Bench::open(Compose::Draft(kept().id));
        assert!(matches!(asked, Action::Ask(Question::Draft(id)) if id == kept().id));
        let actions = b.feed(Message::Draft(Err(error)));
        assert!(matches!(actions.as_slice(), [Action::Toast(said)] if said.text == text));
        assert!(b.composer.is_spent());
        assert_eq!(b.composer.part().1, None);
    }
}

#[test]
fn a_draft_whose_recording_is_gone_says_so() {
    let audio = State::default();
    let draft = Draft { take: None, sound_lost: true, ..kept() };
    let (c, _) = Composer::resume(draft, &ctx(&audio));
    assert_eq!(c.trouble, Some(Trouble::SoundLost));
    assert_eq!(c.subject, "Re: Friday");
}

#[test]
fn subjects_get_one_prefix() {
    assert_eq!(prefixed("Re: ", "Friday"), "Re: Friday");
    assert_eq!(prefixed("Re: ", "RE: Friday"), "RE: Friday");
    assert_eq!(prefixed("Re: ", "É"), "Re: É");
}

#[test]
fn the_server_says_how_long_a_recording_may_be() {
    let (mut b, opened) = Bench::open(Compose::Voice(Vec::new()));
    let asked = opened.flat().iter().any(|a| matches!(a, Action::Ask(Question::Plan { .. })));
    assert!(asked, "the room is shown before anybody is named");
    let submission = crate::engine::Submission { most: Some(400_000), reports: None };
    let plan = FormatPlan { submission, ..FormatPlan::default() };
    b.feed(Message::Planned(b.composer.planned, Ok(plan)));
    let room = |b: &Bench| b.composer.recorder.limit().map(|l| l.as_secs());
    assert_eq!(room(&b), Some(36));
    b.feed(Message::Format(Some(VoiceFormat::Vpim)));
    assert_eq!(room(&b), Some(73), "half as large, twice as long");
}

#[test]
fn numbers_that_a_gateway_dials_may_cost_money() {
    let to = |address: &str| Compose::Voice(vec![Address::bare(addr(address))]);
    let tolls = |address: &str, gateway: Option<&str>| {
        let (mut b, _) = Bench::open(to(address));
        b.accounts[0].settings.gateway = gateway.map(str::to_owned);
        b.composer.tolls(&Context { accounts: &b.accounts, ..ctx(&b.audio) })
    };
    assert_eq!(
        tolls("VOICE=+14165550199@gw.example.net", None),
        [
            "gw.example.net will telephone +1 416 555 0199. It decides the route, and the call may cost money."
        ]
    );
    assert_eq!(
        tolls("+14165550199@gw.example.com", Some("gw.example.com")),
        [
            "gw.example.com will telephone +1 416 555 0199. It decides the route, and the call may cost money."
        ]
    );
    for free in ["VPIM=+14165550199@gw.example.net", "4417@vm.example.com", "ada@example.com"] {
        assert!(tolls(free, Some("gw.example.com")).is_empty(), "{free}");
    }
}

#[test]
fn a_forward_says_that_the_callers_number_goes_along() {
    let (mut b, _) = Bench::open(Compose::Forward(MessageKey(7)));
    b.feed(Message::Original(MessageKey(7), Ok(Box::new(opened(mail())))));
    let caller = b.composer.original.as_ref().and_then(|o| o.caller.clone());
    assert_eq!(caller, Some((Some("Graham Pearce".into()), "+1 613 555 0142".into())));
}

#[test]
fn send_waits_for_the_spoken_subject_that_is_still_being_recorded() {
    let (b, _) = Bench::open(to_graham());
    let mut b = b.recorded();
    b.feed(Message::SpokenSubject);
    // The message itself is closed by the recording of the subject.
    b.audio.recorder = RecorderState {
        phase: RecorderPhase::Recording,
        file: Some(b.composer.dir.join("subject-1.wav")),
        length: Duration::from_millis(900),
        ..RecorderState::default()
    };
    b.feed(Message::Audio);
    assert!(b.composer.recorder.is_closed());
    assert!(sent_job(&b.feed(Message::Send)).is_none(), "its file is not closed yet");
    b.audio.recorder.phase = RecorderPhase::Finished;
    let sent = b.feed(Message::Audio);
    let job = sent_job(&sent).expect("it goes");
    assert_eq!(job.spoken_subject, Some(b.composer.dir.join("subject-1.wav")));
}

#[test]
fn the_user_marks_a_message_private() {
    let (b, _) = Bench::open(to_graham());
    let mut b = b.recorded();
    b.feed(Message::Private(true));
    b.feed(Message::Send);
    let sent = b.hear(RecorderPhase::Finished, 1800);
    assert!(sent_job(&sent).expect("it goes").outgoing.private);
}
