//! The composer: a voice message (new, reply, reply to all, forward with an introduction), or a
//! text message. Docked at the foot of the reading pane.
//!
//! The recording is a file from its first sample and a draft from its first second ([`draft`]);
//! closing keeps it, a crash keeps it, sending reads it. Nothing without sound is ever sent. The
//! engine checks the rules again and chooses a format per recipient; here is only its line.

use std::{path::PathBuf, sync::Arc, time::Duration};

use iced::widget::{operation, text_editor};

use super::{Action, Compose, Context, Toast, Undo, Verb, words};
use crate::{
    audio::{self, ClipId, Command, Segment},
    codec::Pcm,
    engine::{Account, Error, FormatPlan, Opened, Relation},
    message::{Mail, PartRole, address},
    model::{
        AccountId, Address, DateTime, Importance, MessageKey, MessageKind, voice::VoiceFormat,
    },
    ui::theme::Icon,
    wording,
};

mod ask;
pub mod draft;
pub mod people;
pub mod recorder;
mod sending;
mod types;
mod view;
mod work;

pub use ask::Question;
use draft::Draft;
use people::People;
use recorder::{Phase, Recorder, Take};
pub use types::{Kind, Line, Medium, Message, Trouble};
pub use view::view;
pub use work::read as take;

/// The message that is answered or forwarded, in short.
#[derive(Debug, Clone, PartialEq)]
struct Original {
    name: String,
    kind: MessageKind,
    length: Option<Duration>,
    pages: Option<u32>,
    date: DateTime,
    private: bool,
    paths: Vec<String>,
    /// The caller's name and number, which go along with a forward (RFC 3939 section 6.2).
    caller: Option<(Option<String>, String)>,
}

/// The composer.
#[derive(Debug)]
pub struct Composer {
    kind: Kind,
    medium: Medium,
    account: Option<AccountId>,
    to: People,
    cc: People,
    cc_open: bool,
    subject: String,
    /// The user changed the subject; a late original must not.
    subject_touched: bool,
    recorder: Recorder,
    /// The recorder of the spoken subject, while it is open or holds one.
    spoken: Option<Recorder>,
    /// Where its drafts are; made when the composer opens.
    dir: PathBuf,
    dir_ready: bool,
    record_when_ready: bool,
    importance: Importance,
    importance_open: bool,
    private: bool,
    private_hint: bool,
    receipt: bool,
    note: Option<text_editor::Content>,
    original: Option<Original>,
    /// Recipients come from the original as soon as it is here.
    fill: bool,
    plan: FormatPlan,
    planned: u64,
    format: Option<VoiceFormat>,
    format_open: bool,
    trouble: Option<Trouble>,
    send_after: bool,
    /// Handed to the engine, no answer yet.
    sending: bool,
    maximized: bool,
    /// Sound of what was handed over, to write it back after Undo.
    kept: work::Kept,
    /// Waveform of the finished take, and which it belongs to.
    peaks: Option<(ClipId, Arc<[u8]>)>,
}

/// The composer's [`Action`].
pub type Act = Action<Message, Question>;

impl Composer {
    /// Opens a composer. A draft fills it once it is read.
    #[must_use]
    pub fn open(what: &Compose, ctx: &Context<'_>) -> (Self, Act) {
        let (kind, medium, to) = match what {
            Compose::Voice(to) => (Kind::New, Medium::Voice, to.clone()),
            Compose::Text(to) => (Kind::New, Medium::Text, to.clone()),
            Compose::ReplyVoice(key) => (Kind::Reply(*key), Medium::Voice, Vec::new()),
            Compose::ReplyAllVoice(key) => (Kind::ReplyAll(*key), Medium::Voice, Vec::new()),
            Compose::ReplyText(key) => (Kind::Reply(*key), Medium::Text, Vec::new()),
            Compose::Forward(key) => (Kind::Forward(*key), Medium::Voice, Vec::new()),
            Compose::Again { to, .. } => (Kind::New, Medium::Voice, to.clone()),
            Compose::Draft(_) => (Kind::New, Medium::Voice, Vec::new()),
        };
        let dir = draft::new_dir(ctx.recordings_dir);
        let mut composer = Self {
            kind,
            medium,
            account: ctx.accounts.first().map(|a| a.id),
            to: People::of(to),
            cc: People::default(),
            cc_open: false,
            subject: String::new(),
            subject_touched: false,
            recorder: Recorder::new(dir.clone(), "take", None),
            spoken: None,
            dir,
            dir_ready: false,
            record_when_ready: false,
            importance: Importance::Normal,
            importance_open: false,
            private: matches!(what, Compose::Again { private: true, .. }),
            private_hint: false,
            receipt: false,
            note: (medium == Medium::Text).then(text_editor::Content::new),
            original: None,
            fill: matches!(kind, Kind::Reply(_) | Kind::ReplyAll(_)),
            plan: FormatPlan::default(),
            planned: 0,
            format: None,
            format_open: false,
            trouble: None,
            send_after: false,
            sending: false,
            maximized: false,
            kept: Vec::new(),
            peaks: None,
        };
        if let Compose::Draft(dir) = what {
            composer.dir = dir.clone();
            return (composer, Action::Ask(Question::Draft(dir.clone())));
        }
        let mut action = Action::Ask(Question::Prepare(composer.dir.clone(), composer.facts()));
        let source = match what {
            Compose::Again { key, .. } => Some(*key),
            _ => composer.key(),
        };
        if let Some(key) = source {
            action = action.and(Action::Ask(Question::Open(key)));
        }
        if medium == Medium::Voice {
            action = action.and(Action::Audio(Command::Monitor(true)));
        }
        let plan = composer.replan(ctx);
        (composer, action.and(plan))
    }

    /// Opens what was kept on this computer.
    #[must_use]
    pub fn resume(draft: Draft, ctx: &Context<'_>) -> (Self, Act) {
        let facts = draft.facts;
        let medium = if facts.text { Medium::Text } else { Medium::Voice };
        let what = match medium {
            Medium::Voice => Compose::Voice(facts.to.clone()),
            Medium::Text => Compose::Text(facts.to.clone()),
        };
        let (mut composer, _) = Self::open(&what, ctx);
        composer.dir = draft.dir;
        composer.dir_ready = true;
        composer.recorder = Recorder::new(composer.dir.clone(), "again", None);
        if let Some(file) = draft.take {
            composer.recorder.adopt(Take { file, length: draft.length });
        }
        if let Some(file) = draft.spoken {
            let limit = Some(recorder::SUBJECT_LIMIT);
            let mut spoken = Recorder::new(composer.dir.clone(), "subject-again", limit);
            spoken.adopt(Take { file, length: draft.spoken_length });
            composer.spoken = Some(spoken);
        }
        composer.kind = match facts.relation() {
            Relation::Forward(key) => Kind::Forward(key),
            Relation::Reply { to, .. } => Kind::Reply(to),
            Relation::New => Kind::New,
        };
        let known = |id: &AccountId| ctx.accounts.iter().any(|a| a.id == *id);
        composer.account = facts.account.filter(known).or(composer.account);
        composer.cc = People::of(facts.cc);
        composer.cc_open = !composer.cc.chips.is_empty();
        composer.subject = facts.subject;
        composer.subject_touched = true;
        composer.importance = facts.importance;
        composer.private = facts.private;
        composer.receipt = facts.ask_receipt;
        if facts.text || !facts.note.is_empty() {
            composer.note = Some(text_editor::Content::with_text(&facts.note));
        }
        composer.fill = false;
        let mut action = composer.replan(ctx).and(composer.measure());
        if let Kind::Reply(key) | Kind::Forward(key) = composer.kind {
            action = action.and(Action::Ask(Question::Open(key)));
        }
        (composer, action)
    }

    /// After Undo of Send: as it was, with its recording written back.
    pub fn reopen(&mut self) -> Act {
        self.sending = false;
        self.send_after = false;
        let kept = std::mem::take(&mut self.kept);
        Action::Ask(Question::Restore(self.dir.clone(), self.facts(), kept))
    }

    /// The field that has the keys when it opens, where one is missing.
    #[must_use]
    pub fn first_field(&self) -> Option<&'static str> {
        match (self.medium, self.kind) {
            (_, Kind::New | Kind::Forward(_)) if self.to.chips.is_empty() => Some(view::TO),
            (Medium::Text, _) => Some(view::TEXT),
            (Medium::Voice, _) => None,
        }
    }

    /// Whether it fills the pane.
    #[must_use]
    pub fn is_maximized(&self) -> bool {
        self.maximized
    }

    /// Whether Space belongs to the recorder.
    #[must_use]
    pub fn takes_space(&self) -> bool {
        self.medium == Medium::Voice && !self.sending
    }

    /// Its folder, so that it is not offered as a draft while it is open.
    #[must_use]
    pub fn dir(&self) -> &std::path::Path {
        &self.dir
    }

    /// Whether there is anything to lose.
    #[must_use]
    pub fn holds_something(&self) -> bool {
        match self.medium {
            Medium::Voice => self.recorder.take().is_some() || self.recorder.is_open(),
            Medium::Text => self.text().is_some(),
        }
    }

    /// Whether a menu is open in it.
    pub fn hangs(&self) -> bool {
        self.importance_open || self.format_open
    }

    /// Applies `message` and returns what the window should do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Act {
        // Handed over: only its outcome counts until it comes.
        if self.sending && !matches!(message, Message::Handed(_) | Message::Ignored) {
            return Action::None;
        }
        match message {
            Message::Original(key, result) => self.original_here(key, result, ctx),
            Message::Draft(Some(draft)) => {
                let (composer, action) = Self::resume(*draft, ctx);
                *self = composer;
                action
            }
            Message::Draft(None) => {
                Action::say(fl!("composer-draft-gone")).and(Action::Do(Verb::CloseComposer))
            }
            Message::Ready(Ok(())) => {
                self.dir_ready = true;
                if std::mem::take(&mut self.record_when_ready) {
                    return self.press();
                }
                Action::None
            }
            Message::Ready(Err(error)) => {
                self.record_when_ready = false;
                self.trouble = Some(Trouble::Said(words::error_text(&error)));
                Action::None
            }
            Message::Copied(file, Ok(pcm)) => {
                self.recorder.adopt(Take { file, length: pcm.duration() });
                self.measure().and(self.keep())
            }
            Message::Copied(_, Err(error)) => {
                self.trouble = Some(Trouble::Said(words::error_text(&error)));
                Action::None
            }
            Message::Audio => self.audio(ctx),
            Message::Typed(..)
            | Message::Enter(_)
            | Message::Found(..)
            | Message::Pick(..)
            | Message::Step(..)
            | Message::Dismiss(..)
            | Message::Remove(..)
            | Message::OpenCc => self.people(message, ctx),
            Message::Subject(text) => {
                self.subject = text;
                self.subject_touched = true;
                Action::None
            }
            Message::Press => match self.recorder.phase() {
                Phase::Review => self.play(ctx),
                _ => self.press(),
            },
            Message::Finish => orders(self.recorder.finish()).and(self.keep()),
            Message::StartAgain => {
                let had = self.recorder.take().is_some();
                let action = orders(self.recorder.start_again()).and(self.keep());
                if !had {
                    return action;
                }
                action.and(Action::Toast(
                    Toast::new(Icon::Mic, fl!("composer-new-recording")).undo(Undo::Take),
                ))
            }
            Message::UndoStartAgain => {
                orders(self.recorder.undo_start_again()).and(self.measure()).and(self.keep())
            }
            Message::RecordMore => orders(self.recorder.record_more()),
            Message::Play => self.play(ctx),
            Message::Seek(at) => self.seek(at, ctx),
            Message::Take(clip, result) => loaded(clip, result),
            Message::Measured(clip, peaks) => {
                self.peaks = Some((clip, peaks));
                Action::None
            }
            Message::PlayOriginal => self.play_original(ctx),
            Message::PlaySpoken => match self.spoken.as_ref().and_then(Recorder::take) {
                Some(take) => hear(take, ctx),
                None => Action::None,
            },
            Message::SpokenSubject | Message::SpokenFinish | Message::SpokenRemove => {
                self.spoken_subject(&message)
            }
            Message::OpenNote => {
                self.option(message);
                match self.note {
                    Some(_) => Action::Run(operation::focus(view::TEXT)),
                    None => Action::None,
                }
            }
            Message::OpenImportance
            | Message::Importance(_)
            | Message::Private(_)
            | Message::Receipt(_)
            | Message::Note(_)
            | Message::Planned(..)
            | Message::OpenFormat
            | Message::Format(_) => {
                self.option(message);
                Action::None
            }
            Message::Send => self.send(ctx),
            Message::Handed(result) => self.handed(result),
            Message::Close => self.close(),
            Message::Maximize => {
                self.maximized = !self.maximized;
                Action::None
            }
            Message::Ignored => Action::None,
        }
    }

    fn original_here(
        &mut self,
        key: MessageKey,
        result: Result<Box<Opened>, Error>,
        ctx: &Context<'_>,
    ) -> Act {
        let opened = match result {
            Ok(opened) => opened,
            Err(error) => {
                self.trouble = Some(Trouble::Said(words::error_text(&error)));
                return Action::None;
            }
        };
        let mail = &opened.mail;
        self.account = Some(opened.row.account);
        let paths: Vec<String> = mail
            .parts
            .iter()
            .filter(|p| p.role == PartRole::VoiceMessage)
            .map(|p| p.path.clone())
            .collect();
        if !matches!(self.kind, Kind::New) {
            self.original = Some(Original {
                name: opened.row.sender.clone(),
                kind: opened.row.kind,
                length: opened.row.duration,
                pages: opened.row.pages,
                date: opened.row.date,
                private: opened.row.private,
                paths: paths.clone(),
                caller: mail.sender.number.clone().map(|number| {
                    let name = mail.sender.name.clone();
                    (name.filter(|name| *name != number), number)
                }),
            });
        }
        if std::mem::take(&mut self.fill) {
            let account = ctx.accounts.iter().find(|a| a.id == opened.row.account);
            self.to = recipients(&opened, account, matches!(self.kind, Kind::ReplyAll(_)));
        }
        if !self.subject_touched {
            self.subject = match self.kind {
                Kind::New => opened.row.subject.clone(),
                Kind::Forward(_) => prefixed("Fwd: ", &opened.row.subject),
                Kind::Reply(_) | Kind::ReplyAll(_) => prefixed("Re: ", &opened.row.subject),
            };
        }
        let mut action = self.replan(ctx);
        // Sending a message again: its recording becomes ours.
        if self.kind == Kind::New && self.recorder.phase() == Phase::Ready {
            let file = self.dir.join("take-0.wav");
            action = action.and(Action::Ask(Question::Again { key, paths, file }));
        }
        action
    }

    fn audio(&mut self, ctx: &Context<'_>) -> Act {
        let recorder = &ctx.audio.recorder;
        let spoken = self.spoken.as_mut().is_some_and(|spoken| spoken.observe(recorder));
        let message = self.recorder.observe(recorder);
        if !message && !spoken {
            if self.recorder.phase() == Phase::Ready && self.recorder.problem().is_some() {
                self.send_after = false;
            }
            return Action::None;
        }
        let kept = if message { self.measure().and(self.keep()) } else { self.keep() };
        if self.send_after && self.takes_closed() {
            self.send_after = false;
            return kept.and(self.send(ctx));
        }
        kept
    }

    /// Whether the files of all takes are complete.
    fn takes_closed(&self) -> bool {
        self.recorder.is_closed() && self.spoken.as_ref().is_none_or(Recorder::is_closed)
    }

    fn people(&mut self, message: Message, ctx: &Context<'_>) -> Act {
        let Some(account) = self.account_of(ctx) else {
            self.trouble = Some(Trouble::NoAccount);
            return Action::None;
        };
        let before = self.everyone();
        let action = match message {
            Message::Typed(line, text) => match self.line(line).typed(text, account) {
                Some(ask) => Action::Ask(Question::Complete(line, ask)),
                None => Action::None,
            },
            Message::Enter(line) => {
                self.line(line).submit(account);
                Action::None
            }
            Message::Found(line, number, found) => {
                self.line(line).answered(number, found);
                Action::None
            }
            Message::Pick(line, at) => {
                self.line(line).pick(at);
                Action::None
            }
            Message::Step(line, by) => {
                self.line(line).step(by);
                Action::None
            }
            Message::Remove(line, at) => {
                self.line(line).remove(at);
                Action::None
            }
            Message::Dismiss(line) => {
                self.line(line).dismiss();
                Action::None
            }
            _ => {
                self.cc_open = true;
                Action::Run(operation::focus(view::CC))
            }
        };
        if self.everyone() == before {
            return action;
        }
        self.trouble = None;
        action.and(self.replan(ctx)).and(self.keep())
    }

    fn press(&mut self) -> Act {
        if !self.dir_ready {
            self.record_when_ready = true;
            return Action::None;
        }
        self.trouble = None;
        orders(self.recorder.press())
    }

    fn play(&mut self, ctx: &Context<'_>) -> Act {
        self.recorder.take().map_or(Action::None, |take| hear(take, ctx))
    }

    fn play_original(&mut self, ctx: &Context<'_>) -> Act {
        let (Some(original), Some(key)) = (&self.original, self.key()) else { return Action::None };
        let clip = super::player::clip_of(key, None);
        toggle(ctx.audio, &clip)
            .unwrap_or_else(|| Action::Ask(Question::Hear(clip, key, original.paths.clone())))
    }

    fn seek(&mut self, at: Duration, ctx: &Context<'_>) -> Act {
        let Some(take) = self.recorder.take() else { return Action::None };
        if ctx.audio.player.clip == Some(take_clip(take)) {
            return Action::Audio(Command::Seek(at.min(take.length)));
        }
        Action::None
    }

    fn spoken_subject(&mut self, message: &Message) -> Act {
        let limit = Some(recorder::SUBJECT_LIMIT);
        match (message, &mut self.spoken) {
            (Message::SpokenSubject, None) => {
                // One microphone: the message is held while the subject is spoken.
                let held = self.recorder.finish();
                let mut spoken = Recorder::new(self.dir.clone(), "subject", limit);
                let begun = spoken.press();
                self.spoken = Some(spoken);
                orders(held).and(orders(begun))
            }
            (Message::SpokenSubject, Some(spoken)) => {
                let pressed = match spoken.phase() {
                    Phase::Review => spoken.start_again(),
                    _ => spoken.press(),
                };
                orders(pressed)
            }
            (Message::SpokenFinish, Some(spoken)) => orders(spoken.finish()).and(self.keep()),
            (_, Some(spoken)) => {
                let discarded = spoken.discard();
                self.spoken = None;
                orders(discarded).and(self.keep())
            }
            _ => Action::None,
        }
    }

    fn option(&mut self, message: Message) {
        match message {
            Message::OpenImportance => self.importance_open = !self.importance_open,
            Message::Importance(importance) => {
                self.importance = importance;
                self.importance_open = false;
            }
            Message::Private(on) => {
                self.private = on;
                self.private_hint = on;
            }
            Message::Receipt(on) => self.receipt = on,
            Message::OpenNote if self.medium == Medium::Voice => {
                self.note = match self.note.take() {
                    None => Some(text_editor::Content::new()),
                    Some(_) => None,
                };
            }
            Message::Note(change) => {
                if let Some(note) = &mut self.note {
                    change.apply(note);
                }
                if self.trouble == Some(Trouble::NothingWritten) {
                    self.trouble = None;
                }
            }
            Message::Planned(number, Ok(plan)) if number == self.planned => {
                self.plan = plan;
                self.recorder.set_limit(self.plan.room(self.format));
            }
            Message::OpenFormat => self.format_open = !self.format_open,
            Message::Format(format) => {
                self.format = format;
                self.format_open = false;
                self.recorder.set_limit(self.plan.room(self.format));
            }
            _ => {}
        }
    }

    /// Asks again which format each recipient gets.
    fn replan(&mut self, ctx: &Context<'_>) -> Act {
        self.planned += 1;
        self.plan = FormatPlan::default();
        let to = self.everyone();
        match self.account_of(ctx) {
            Some(account) if self.medium == Medium::Voice => Action::Ask(Question::Plan {
                number: self.planned,
                account: account.id,
                relation: self.relation(),
                to,
            }),
            _ => Action::None,
        }
    }

    fn relation(&self) -> Relation {
        match self.kind {
            Kind::New => Relation::New,
            Kind::Reply(to) | Kind::ReplyAll(to) => Relation::Reply { to, include_original: false },
            Kind::Forward(key) => Relation::Forward(key),
        }
    }

    fn key(&self) -> Option<MessageKey> {
        match self.kind {
            Kind::New => None,
            Kind::Reply(key) | Kind::ReplyAll(key) | Kind::Forward(key) => Some(key),
        }
    }

    fn line(&mut self, line: Line) -> &mut People {
        match line {
            Line::To => &mut self.to,
            Line::Cc => &mut self.cc,
        }
    }

    fn everyone(&self) -> Vec<Address> {
        let mut all = self.to.addresses();
        all.extend(self.cc.addresses());
        all
    }

    /// "Graham Pearce", "Graham Pearce and Priya Raman", "Graham Pearce and 2 others".
    fn names(&self) -> String {
        let all: Vec<&str> =
            self.to.chips.iter().chain(&self.cc.chips).map(|c| c.label.as_str()).collect();
        match all.as_slice() {
            [] => String::new(),
            [one] => (*one).to_owned(),
            [one, two] => fl!("names-two", one = *one, two = *two),
            [one, rest @ ..] => fl!("names-many", count = rest.len(), one = *one),
        }
    }

    fn text(&self) -> Option<String> {
        let text = self.note.as_ref()?.text();
        (!text.trim().is_empty()).then(|| text.trim_end().to_owned())
    }

    fn account_of<'a>(&self, ctx: &Context<'a>) -> Option<&'a Account> {
        let chosen = self.account.and_then(|id| ctx.accounts.iter().find(|a| a.id == id));
        chosen.or(ctx.accounts.first())
    }

    /// The names of recipients whose system gets VPIM, and so no text note.
    fn without_note(&self) -> Vec<String> {
        let groups = self.plan.groups.iter();
        groups
            .filter(|(format, _)| self.format.unwrap_or(*format) == VoiceFormat::Vpim)
            .flat_map(|(_, to)| to.iter().map(|a| self.label_of(a)))
            .collect()
    }

    /// What recipients cost, or may cost: numbers that a gateway dials (RFC 3804 section 5).
    fn tolls(&self, ctx: &Context<'_>) -> Vec<String> {
        let gateway = self.account_of(ctx).and_then(|a| a.settings.gateway.as_deref());
        let mut all: Vec<String> = Vec::new();
        for to in self.everyone() {
            let parsed = address::parse(to.addr.as_str());
            let through = gateway.filter(|g| g.eq_ignore_ascii_case(to.addr.domain()));
            let said = wording::address::toll(&parsed).or_else(|| {
                let number = parsed.number.as_deref().filter(|n| n.starts_with('+'))?;
                let number = words::phone(number);
                Some(fl!("composer-toll-gateway", domain = through?, number = &number))
            });
            all.extend(said.filter(|said| !all.contains(said)));
        }
        all.truncate(3);
        all
    }

    fn label_of(&self, address: &Address) -> String {
        let chips = self.to.chips.iter().chain(&self.cc.chips);
        chips
            .filter(|c| c.address.as_ref().is_some_and(|a| a.addr.same_mailbox(&address.addr)))
            .map(|c| c.label.clone())
            .next()
            .unwrap_or_else(|| address.label().to_owned())
    }
}

/// Whom an answer goes to: the sender, and for all everyone else but ourselves.
fn recipients(opened: &Opened, account: Option<&Account>, all: bool) -> People {
    let mail: &Mail = &opened.mail;
    let own = account.map(|a| &a.settings.address);
    let mut to: Vec<Address> = Vec::new();
    if let Some(address) = &mail.reply_to {
        let mut address = address.clone();
        // A Reply-To without a name is still the sender's, when it is the sender's address.
        if address.name.is_none() && mail.sender.address.as_ref() == Some(&address.addr) {
            address.name = Some(opened.row.sender.clone()).filter(|n| n != address.addr.as_str());
        }
        to.push(address);
    }
    if all {
        let others = mail.to.iter().chain(&mail.cc);
        to.extend(
            others
                .filter(|a| own.is_none_or(|own| !own.same_mailbox(&a.addr)))
                .filter(|a| !a.addr.is_non_mail_user())
                .cloned(),
        );
    }
    People::of(to)
}

/// A subject with a prefix, unless it has it.
fn prefixed(prefix: &str, subject: &str) -> String {
    let has = subject
        .get(..prefix.trim_end().len())
        .is_some_and(|head| head.eq_ignore_ascii_case(prefix.trim_end()));
    if has { subject.to_owned() } else { format!("{prefix}{subject}") }
}

fn orders(commands: Vec<Command>) -> Act {
    commands.into_iter().fold(Action::None, |all, command| all.and(Action::Audio(command)))
}

/// Holds or goes on, when the clip is loaded already.
fn toggle(audio: &audio::State, clip: &ClipId) -> Option<Act> {
    (audio.player.clip.as_ref() == Some(clip)).then_some(Action::Audio(Command::Toggle))
}

/// Plays a take, or holds it.
fn hear(take: &Take, ctx: &Context<'_>) -> Act {
    let clip = take_clip(take);
    toggle(ctx.audio, &clip).unwrap_or_else(|| Action::Ask(Question::Read(clip, take.file.clone())))
}

/// A take by its file and length: after "Record more" it is another clip.
fn take_clip(take: &Take) -> ClipId {
    ClipId(format!("take:{}:{}", take.file.display(), take.length.as_millis()))
}

/// Whether a clip is a take of a composer.
#[must_use]
pub fn is_take(clip: &ClipId) -> bool {
    clip.0.starts_with("take:")
}

fn stop_take(audio: &audio::State) -> Act {
    match &audio.player.clip {
        Some(clip) if is_take(clip) => Action::Audio(Command::Stop),
        _ => Action::None,
    }
}

/// Plays what was just read.
fn loaded(clip: ClipId, result: Result<Arc<Pcm>, Error>) -> Act {
    match result {
        Ok(pcm) => Action::Audio(Command::Load {
            segments: vec![Segment::whole(super::player::MESSAGE, pcm, !is_take(&clip))],
            clip,
            segment: 0,
            at: Duration::ZERO,
            play: true,
        }),
        Err(error) => Action::say(words::error_text(&error)),
    }
}

/// Everything that is kept on this computer, newest first; asked at the start and for the outbox.
pub async fn drafts(recordings: PathBuf, open: Option<PathBuf>) -> Vec<Draft> {
    work::find(recordings, open).await
}

/// Takes a message out of the outbox and makes a draft of it.
pub async fn from_outbox(
    engine: crate::engine::Engine,
    row: crate::engine::OutboxRow,
    recordings: PathBuf,
) -> Result<PathBuf, Error> {
    work::from_outbox(engine, row, recordings).await
}

/// Removes what is kept, for good ("Delete it").
pub async fn forget(dir: PathBuf) -> Result<(), Error> {
    work::remove(dir).await
}

#[cfg(test)]
mod tests;
