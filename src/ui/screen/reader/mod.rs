//! The reading pane: one message with its head, toolbar, bars, player, text, attachments, fax
//! pages, messages inside and, for reports, the card that says what happened.
//!
//! The toolbar is [`toolbar`], the bar is decided in [`bars`], fax pages are drawn in [`fax`], reports
//! in [`report`]. Only a press closes a menu or a popover; what the engine answers never does.
//!
//! The reader never decides what is allowed: `Mail::may_*` says so and why, and the engine refuses
//! again. Opening a message marks nothing; see decision D11 for what does.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use iced::{Task, widget::text_editor};

use super::{
    Action, Context, Verb,
    directory::{name_clip, play_name},
    player,
    player::Player,
    words,
};
use crate::{
    audio::{Command, State},
    codec::Pcm,
    engine::{Error, Opened, SpokenName},
    message::{Mail, PartRole, Rendering, Report},
    model::{ContactId, DateTime, MessageKey, MessageKind},
    wording::rows,
};

mod ask;
mod attachments;
pub mod bars;
pub mod clips;
pub mod fax;
mod hand;
mod message;
pub mod report;
pub mod toolbar;
mod view;
mod work;

pub use ask::Question;
use attachments::{enclosed, file_name};
#[cfg(test)]
use bars::Bar;
use clips::Clips;
use hand::Slot;
pub use message::Message;
pub use toolbar::{Overlay, Popover};
pub(crate) use view::conflict;
pub use view::view;

/// How long a text must be on screen to count as read (D11).
const READ_AFTER: Duration = Duration::from_secs(2);

/// The reading pane.
#[derive(Debug)]
pub struct Reader {
    key: MessageKey,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// Asked for.
    Loading,
    /// Could not be opened.
    Failed(Error),
    /// Open.
    Open(Box<Page>),
}

/// A message on screen.
#[derive(Debug)]
struct Page {
    opened: Opened,
    player: Option<Player>,
    clips: Clips,
    inner: Vec<Inner>,
    /// Recordings with sound but the message's own, the one asked for last at the end.
    recent: VecDeque<Slot>,
    fax: Option<fax::Fax>,
    /// Its pages are shown: at once in a fax, on a press where they came along with something else.
    fax_open: bool,
    about: Option<About>,
    /// It was told that the message of a report cannot be opened.
    about_failed: bool,
    text: text_editor::Content,
    /// The web addresses in it.
    links: Vec<String>,
    closed: HashSet<String>,
    /// The card whose tile was pressed.
    card: Option<String>,
    from_now_on: bool,
    review: bool,
    overlay: Option<Overlay>,
    details: bool,
    panel: Option<Panel>,
    /// A question about this message is under way; its buttons rest.
    busy: bool,
    /// When it was heard or read in this window.
    presented: Option<DateTime>,
    failed: bool,
}

/// What stands in the message, or in its place, until it is closed. One thing at a time.
#[derive(Debug)]
enum Panel {
    /// The original was asked for.
    OriginalAsked,
    /// The original.
    Original(text_editor::Content),
    /// The question whether to open a link.
    Link(String),
}

/// A message inside.
#[derive(Debug)]
struct Inner {
    /// The path that leads to it, and how many messages lie around it.
    path: String,
    depth: usize,
    mail: Mail,
    /// Its text, as it is shown.
    text: Option<String>,
    player: Option<Player>,
    clips: Clips,
    open: bool,
}

/// The message that a report is about.
#[derive(Debug)]
struct About {
    opened: Opened,
    player: Option<Player>,
}

/// The reader's [`Action`].
pub type Act = Action<Message, Question>;

impl Reader {
    /// Opens a message.
    #[must_use]
    pub fn open(key: MessageKey) -> (Self, Act) {
        let action = Action::Ask(Question::Peek(key)).and(Action::Ask(Question::Open(key)));
        (Self { key, phase: Phase::Loading }, action)
    }

    /// The message on screen.
    #[must_use]
    pub fn key(&self) -> MessageKey {
        self.key
    }

    /// The message, once it is open.
    #[must_use]
    pub fn opened(&self) -> Option<&Opened> {
        match &self.phase {
            Phase::Open(page) => Some(&page.opened),
            Phase::Loading | Phase::Failed(_) => None,
        }
    }

    /// The player that keys and the now-playing strip mean.
    #[must_use]
    pub fn player(&self, audio: &State) -> Option<&Player> {
        match &self.phase {
            Phase::Open(page) => page.player_at(page.in_hand(audio)?),
            Phase::Loading | Phase::Failed(_) => None,
        }
    }

    /// Whether fax pages are on screen.
    #[must_use]
    pub fn shows_fax(&self) -> bool {
        match &self.phase {
            Phase::Open(page) => page.fax_open && page.fax.is_some() && page.original().is_none(),
            Phase::Loading | Phase::Failed(_) => false,
        }
    }

    /// The bar on screen.
    #[cfg(test)]
    #[must_use]
    pub fn bar(&self) -> Option<Bar> {
        match &self.phase {
            Phase::Open(page) => page.bar(),
            Phase::Loading | Phase::Failed(_) => None,
        }
    }

    /// Whether a menu or a slider hangs open in it.
    pub fn hangs(&self) -> bool {
        match &self.phase {
            Phase::Open(page) => {
                let about = page.about.as_ref().and_then(|about| about.player.as_ref());
                let inside = page.inner.iter().filter_map(|inner| inner.player.as_ref());
                page.overlay == Some(Overlay::Menu)
                    || page.player.iter().chain(about).chain(inside).any(Player::hangs)
                    || page.clips.hangs()
                    || page.inner.iter().any(|inner| inner.clips.hangs())
            }
            Phase::Loading | Phase::Failed(_) => false,
        }
    }

    /// Closes what hangs open, else the original or the question about a link; true when there was one. Escape asks this first.
    pub fn escape(&mut self) -> bool {
        let Phase::Open(page) = &mut self.phase else { return false };
        if page.overlay.take().is_some() {
            return true;
        }
        match page.panel.take() {
            Some(Panel::Original(_) | Panel::Link(_)) => true,
            Some(Panel::OriginalAsked) | None => false,
        }
    }

    /// Applies `message` and returns what the window should do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Act {
        match (message, &mut self.phase) {
            (Message::Opened(key, result), _) if key == self.key => self.opened_now(result, ctx),
            // An answer about a message that is no longer on screen.
            (Message::Opened(..), _) => Action::None,
            (Message::Changed, _) => Action::Ask(Question::Peek(self.key)),
            (Message::Back, _) => Action::Do(Verb::Back),
            (message, Phase::Open(page)) => page.update(self.key, message, ctx),
            // Everything else is about an open page.
            (_, Phase::Loading | Phase::Failed(_)) => Action::None,
        }
    }

    fn opened_now(&mut self, result: Result<Box<Opened>, Error>, ctx: &Context<'_>) -> Act {
        match (result, &mut self.phase) {
            (Ok(opened), Phase::Open(page)) => page.refresh(*opened, ctx),
            (Ok(opened), phase) => {
                let (page, action) = Page::new(*opened, None, ctx);
                *phase = Phase::Open(Box::new(page));
                action
            }
            // What is on screen stays; the reason is told in a bar or a line.
            (Err(error), Phase::Open(page)) => {
                page.failed = true;
                Action::say(words::error_text(&error))
            }
            (Err(error), phase) => {
                *phase = Phase::Failed(error);
                Action::None
            }
        }
    }
}

impl Page {
    /// `before`: the page that stood here when less of the message was known.
    fn new(opened: Opened, before: Option<&Self>, ctx: &Context<'_>) -> (Self, Act) {
        let key = opened.row.key;
        let mail = &opened.mail;
        let is_report = matches!(mail.report, Some(Report::Dsn(_)));
        // What is private in any part is private as a whole.
        let saves = mail.may_save.is_allowed();
        let player = if is_report {
            Player::of_report(key, mail)
        } else {
            Player::new(key, mail, None, ctx.prefs.name_first)
        };
        let mut player = player.map(|player| player.saves(saves));
        if let Some(player) = &mut player {
            player.set_stopped_at(opened.stopped_at);
        }
        if let (Some(player), Some(before)) =
            (&mut player, before.and_then(|before| before.player.as_ref()))
        {
            player.inherit(before, ctx.audio);
        }
        let clips = Clips::new(key, mail, None, player.as_ref(), saves);
        let inner = enclosed(mail)
            .into_iter()
            .map(|(path, depth, mail)| {
                let player = Player::new(key, mail, Some(&path), false).map(|p| p.saves(saves));
                let clips = Clips::new(key, mail, Some(&path), player.as_ref(), saves);
                Inner {
                    path,
                    depth,
                    mail: mail.clone(),
                    text: shown_text(mail),
                    player,
                    clips,
                    open: true,
                }
            })
            .collect();
        let shown = shown_text(mail).unwrap_or_default();
        let links = view::links(&shown);
        let text = text_editor::Content::with_text(&shown);
        let mut page = Self {
            player,
            clips,
            inner,
            recent: VecDeque::new(),
            fax_open: opened.row.kind == MessageKind::Fax || fax::only_pages(mail).is_some(),
            fax: fax::Fax::new(key, mail),
            about: None,
            about_failed: false,
            text,
            links,
            closed: HashSet::new(),
            card: None,
            from_now_on: false,
            review: false,
            overlay: None,
            details: false,
            panel: None,
            busy: false,
            presented: None,
            failed: !opened.complete && ctx.offline,
            opened,
        };
        // Before anything is asked for: what is to be played is asked for first.
        if let Some(before) = before {
            page.inherit_beside(before);
        }
        let action = page.begin(key);
        (page, action)
    }

    /// Starts what an open message needs: sizes, fax pages, the message that a report is about,
    /// and the two seconds after which a text counts as read.
    fn begin(&mut self, key: MessageKey) -> Act {
        self.note_completeness();
        let mut action = Action::None;
        if let Some(player) = &mut self.player {
            action = action.and(player.prepare().map(Message::Player, Question::Player));
        }
        action = action.and(self.prepare_beside());
        if self.opened.complete
            && self.fax_open
            && let Some(fax) = &mut self.fax
        {
            action = action.and(fax.begin().map(Message::Fax, Question::Fax));
        }
        if let Some(about) = self.opened.about
            && self.about.is_none()
        {
            action = action.and(Action::Ask(Question::About(about)));
        }
        if self.reads_by_showing() && self.opened.complete && self.presented.is_none() {
            let wait = Task::perform(async { tokio::time::sleep(READ_AFTER).await }, move |()| {
                Message::TextShown(key)
            });
            action = action.and(Action::Run(wait));
        }
        action
    }

    /// The engine told that the message changed: takes over its new state and keeps what is on
    /// screen where it was.
    fn refresh(&mut self, opened: Opened, ctx: &Context<'_>) -> Act {
        let grew = opened.complete != self.opened.complete
            || opened.mail.parts.len() != self.opened.mail.parts.len()
            || opened.mail.kind != self.opened.mail.kind;
        let arrived = opened.complete && !self.opened.complete;
        self.busy = false;
        if grew {
            let (mut page, action) = Self::new(opened, Some(self), ctx);
            // What the user opened, closed and ticked outlives the download.
            page.closed = std::mem::take(&mut self.closed);
            page.card = self.card.take();
            page.from_now_on = self.from_now_on;
            page.review = self.review;
            page.overlay = self.overlay;
            page.details = self.details;
            page.panel = self.panel.take();
            page.about = self.about.take();
            page.about_failed = self.about_failed;
            page.presented = self.presented;
            *self = page;
            let resumed = match &mut self.player {
                Some(player) if arrived => {
                    player.completed().map(Message::Player, Question::Player)
                }
                _ => Action::None,
            };
            return action.and(resumed);
        }
        self.opened = opened;
        if let Some(about) = self.opened.about
            && self.about.is_none()
        {
            return Action::Ask(Question::About(about));
        }
        self.note_completeness();
        Action::None
    }

    fn note_completeness(&mut self) {
        let (here, all) = self.opened.have;
        let (complete, failed) = (self.opened.complete, self.failed);
        let peaks = Arc::clone(&self.opened.peaks);
        self.clips.note(complete, failed, (here, all));
        for inner in &mut self.inner {
            inner.clips.note(complete, failed, (here, all));
        }
        if let Some(player) = &mut self.player {
            player.set_peaks(&peaks);
            if complete {
                player.set_progress(all, all);
            } else if failed {
                player.not_here();
            } else {
                player.set_progress(here, all.max(here + 1));
            }
        }
    }

    /// Text, reports and everything else that is no recording and no fax, whatever came along.
    fn reads_by_showing(&self) -> bool {
        !matches!(self.opened.row.kind, MessageKind::Voice | MessageKind::Fax)
    }

    fn update(&mut self, key: MessageKey, message: Message, ctx: &Context<'_>) -> Act {
        match message {
            Message::Progress(here, all) => {
                self.opened.have = (here, all);
                self.note_completeness();
                Action::None
            }
            Message::Player(message) => match &mut self.player {
                Some(player) => {
                    if let player::Message::Came(clip, _, _, came) = &message
                        && clip == player.clip()
                        && !self.opened.complete
                    {
                        // The bar says that the rest is missing, until more of it comes.
                        self.failed = matches!(**came, player::Came::Broken(_));
                    }
                    player.update(message, ctx).map(Message::Player, Question::Player)
                }
                None => Action::None,
            },
            Message::Inner(at, message) => {
                let inner = self.inner.get_mut(at).and_then(|i| i.player.as_mut());
                let Some(player) = inner else { return Action::None };
                let action = player.update(message, ctx);
                self.keep(Slot::Inner(at), ctx.audio);
                action.map(move |m| Message::Inner(at, m), move |q| Question::Inner(at, q))
            }
            Message::Clips(message) => {
                let of = message.of();
                let action = self.clips.update(message, ctx);
                if let Some(of) = of {
                    self.keep(Slot::Beside(of), ctx.audio);
                }
                action.map(Message::Clips, Question::Clips)
            }
            Message::InnerClips(at, message) => {
                let Some(inner) = self.inner.get_mut(at) else { return Action::None };
                let of = message.of();
                let action = inner.clips.update(message, ctx);
                if let Some(of) = of {
                    self.keep(Slot::BesideInner(at, of), ctx.audio);
                }
                let to = move |m| Message::InnerClips(at, m);
                action.map(to, move |q| Question::InnerClips(at, q))
            }
            Message::Keyed(message) => self.keyed(key, message, ctx),
            Message::OpenInner(at) => {
                if let Some(inner) = self.inner.get_mut(at) {
                    inner.open = !inner.open;
                }
                Action::None
            }
            Message::AboutPlayer(message) => {
                match self.about.as_mut().and_then(|a| a.player.as_mut()) {
                    Some(player) => {
                        player.update(message, ctx).map(Message::AboutPlayer, Question::AboutPlayer)
                    }
                    None => Action::None,
                }
            }
            Message::AboutOpened(about, result)
                if self.opened.about == Some(about) && self.about.is_none() =>
            {
                self.about_opened_now(about, result)
            }
            Message::AboutOpened(..) => Action::None,
            Message::Heard => {
                self.presented = Some(ctx.now);
                Action::None
            }
            Message::TextShown(shown) if shown == key && self.presented.is_none() => {
                self.presented = Some(ctx.now);
                Action::Ask(Question::Presented(key))
            }
            Message::TextShown(_) => Action::None,
            Message::Fax(message) => self.fax(key, message, ctx),
            Message::Text(action) => {
                if !action.is_edit() {
                    self.text.perform(action);
                }
                Action::None
            }
            Message::RawText(action) => {
                if let Some(Panel::Original(raw)) = &mut self.panel
                    && !action.is_edit()
                {
                    raw.perform(action);
                }
                Action::None
            }
            Message::Raw(of, result)
                if of == key && matches!(self.panel, Some(Panel::OriginalAsked)) =>
            {
                self.panel = None;
                match result {
                    Ok(text) => {
                        let original = text_editor::Content::with_text(&text);
                        self.panel = Some(Panel::Original(original));
                        Action::None
                    }
                    Err(error) => Action::say(words::error_text(&error)),
                }
            }
            // Nobody waits for it any more.
            Message::Raw(..) => Action::None,
            Message::Name(id, result) => self.name(id, result),
            Message::Swapped(on) => self.swapped(on, ctx),
            Message::Treated(kind, result) => self.treated(kind, result),
            Message::Imported(name, result) => self.imported(key, &name, result),
            Message::ReceiptDone(sent, result) => self.receipt_done(key, sent, result),
            Message::Saved(Ok(Some(file))) => Action::say(words::saved(&file)),
            // The dialog was closed without a choice.
            Message::Saved(Ok(None)) => Action::None,
            Message::Saved(Err(error)) => Action::say(words::error_text(&error)),
            Message::Toolbar(message) => self.toolbar_update(key, message),
            Message::Bar(message) => self.bar_update(key, message),
            Message::Report(message) => self.report_update(message, ctx),
            Message::HearName => self.hear_name(ctx),
            Message::Link(url) => {
                self.panel = is_web(&url).then_some(Panel::Link(url));
                Action::None
            }
            Message::OpenLink(yes) => match self.panel.take() {
                Some(Panel::Link(url)) if yes => {
                    Action::Run(Task::future(work::open_link(url)).discard())
                }
                Some(_) | None => Action::None,
            },
            Message::Attachment(path) => self.attachment(key, &path),
            // These are answered before a page is asked.
            Message::Opened(..) | Message::Changed | Message::Back | Message::Ignored => {
                Action::None
            }
        }
    }

    /// The name in the sender's voice that the directory has, where the message brings none.
    fn known_name(&self) -> Option<&SpokenName> {
        let own = self.player.as_ref().and_then(|p| p.track(PartRole::SpokenName)).is_some();
        self.opened.spoken_name.as_ref().filter(|_| !own)
    }

    fn hear_name(&mut self, ctx: &Context<'_>) -> Act {
        match self.known_name().map(|name| name.contact) {
            None => match &mut self.player {
                Some(player) => player
                    .update(player::Message::Chip(PartRole::SpokenName), ctx)
                    .map(Message::Player, Question::Player),
                None => Action::None,
            },
            Some(id) if ctx.audio.player.clip == Some(name_clip(id)) => {
                Action::Audio(Command::Toggle)
            }
            Some(id) => Action::Ask(Question::Name(id)),
        }
    }

    /// The directory's spoken name came; one that was asked for before the sender changed is dropped.
    fn name(&self, id: ContactId, result: Result<Arc<Pcm>, Error>) -> Act {
        let known = self.known_name().map(|name| name.contact);
        match result {
            Ok(pcm) if known == Some(id) => Action::Audio(play_name(id, pcm)),
            Ok(_) => Action::None,
            Err(error) => Action::say(words::error_text(&error)),
        }
    }

    /// Takes over the message that a report is about. That it cannot be opened is told once.
    fn about_opened_now(&mut self, about: MessageKey, result: Result<Box<Opened>, Error>) -> Act {
        match result {
            Ok(opened) => {
                let mut player = Player::new(about, &opened.mail, None, false);
                let ask = player.as_mut().map_or(Action::None, |player| {
                    player.set_peaks(&opened.peaks);
                    player.prepare().map(Message::AboutPlayer, Question::AboutPlayer)
                });
                self.about = Some(About { opened: *opened, player });
                ask
            }
            Err(_) if std::mem::replace(&mut self.about_failed, true) => Action::None,
            Err(error) => {
                Action::say(fl!("toast-report-about", reason = words::error_text(&error)))
            }
        }
    }

    /// The code words are read in another order now: everything that sounds is decoded again.
    fn swapped(&mut self, on: bool, ctx: &Context<'_>) -> Act {
        self.opened.swapped = on;
        let mut action = Action::None;
        if let Some(player) = &mut self.player {
            action = action.and(player.reload(ctx).map(Message::Player, Question::Player));
        }
        let ask = self.clips.reload(ctx);
        action = action.and(ask.map(Message::Clips, Question::Clips));
        for (at, inner) in self.inner.iter_mut().enumerate() {
            if let Some(player) = &mut inner.player {
                let ask = player.reload(ctx);
                action = action
                    .and(ask.map(move |m| Message::Inner(at, m), move |q| Question::Inner(at, q)));
            }
            let ask = inner.clips.reload(ctx);
            action = action.and(
                ask.map(move |m| Message::InnerClips(at, m), move |q| Question::InnerClips(at, q)),
            );
        }
        action
    }

    /// Whether it has sound whose code words can be read in another order.
    fn has_code_words(&self) -> bool {
        let coded = |mail: &Mail| {
            mail.parts.iter().any(|p| p.rendering == Rendering::Sound { code_words: true })
        };
        coded(&self.opened.mail) || self.inner.iter().any(|inner| coded(&inner.mail))
    }

    /// The original, where it is shown.
    fn original(&self) -> Option<&text_editor::Content> {
        match &self.panel {
            Some(Panel::Original(original)) => Some(original),
            Some(Panel::OriginalAsked | Panel::Link(_)) | None => None,
        }
    }

    /// Whether there is text under the player.
    fn has_text(&self) -> bool {
        !self.text.is_empty()
    }

    fn about_opened(&self) -> Option<&Opened> {
        self.about.as_ref().map(|a| &a.opened)
    }

    /// Whether what it says may be taken out of this program.
    fn may_copy(&self) -> bool {
        self.opened.mail.may_save.is_allowed()
    }

    fn offer_name(&self, path: &str) -> String {
        self.opened
            .offers
            .iter()
            .find(|o| o.path == path)
            .map_or_else(|| self.sender(), |o| o.name.clone())
    }

    fn sender(&self) -> String {
        rows::sender(&self.opened.row)
    }
}

/// The text that stands under the player: the transcript, else the sender's text, never both. What
/// only says that a recording is attached is no text.
fn shown_text(mail: &Mail) -> Option<String> {
    let own = || mail.text.clone().filter(|_| !mail.has_cover_only());
    let text = mail.transcript.as_ref().map(|t| t.text.clone()).or_else(own)?;
    let text = text.trim_end().replace("\r\n", "\n");
    (!text.trim().is_empty()).then_some(text)
}

/// Only web addresses are ever handed to the browser.
fn is_web(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default().to_ascii_lowercase();
    matches!(scheme.as_str(), "http" | "https") && !url.chars().any(char::is_control)
}

#[cfg(test)]
mod clips_tests;
#[cfg(test)]
mod tests;
