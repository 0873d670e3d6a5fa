//! The directory: people by letter, one person's card, and a plain form to change it.
//!
//! Data comes from contact cards and from what the user types, never from message headers; where
//! it comes from is always shown. Deleting and importing can be undone.

use std::{path::PathBuf, sync::Arc, time::Duration};

use iced::widget::operation;

use super::{
    Action, Compose, Context, Toast, Undo, Verb,
    words::{error_text, saved},
};
use crate::{
    audio::{ClipId, Command, Phase, PlayerState, Segment},
    codec::Pcm,
    engine::{CardOffer, Completion, Contact, ContactEmail, Error, UndoToken},
    model::{AddrSpec, Address, ContactId, DateTime, MessageKey},
    ui::theme::Icon,
};

mod ask;
pub mod form;
mod pages;
mod view;
mod work;

pub use ask::Question;
use form::Form;
use pages::Pages;

pub use view::{card, list};

/// The directory.
#[derive(Debug, Default)]
pub struct Directory {
    people: Vec<Contact>,
    loaded: bool,
    search: String,
    selected: Option<ContactId>,
    form: Option<Form>,
    newer: Option<Newer>,
    pages: Pages,
    more: bool,
    asked: u64,
}

/// A newer card of the selected person that waits in a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Newer {
    /// The person.
    pub person: ContactId,
    /// The message.
    pub key: MessageKey,
    /// What it offers.
    pub offer: CardOffer,
    /// Subject of the message.
    pub subject: String,
    /// When it came.
    pub date: DateTime,
}

/// What happens to the directory.
#[derive(Debug, Clone)]
pub enum Message {
    /// The people that match the search.
    People(u64, Result<Vec<Contact>, Error>),
    /// People of the white pages that match it.
    Pages(u64, Result<Vec<Completion>, Error>),
    /// "Add": takes somebody of the white pages over, by address.
    AddPage(AddrSpec),
    /// It was done.
    PageAdded(Result<(Vec<ContactId>, UndoToken), Error>),
    /// The engine says that it changed.
    Changed,
    /// Typing in the search field.
    Search(String),
    /// Shows a person.
    Select(ContactId),
    /// The next (1) or previous (-1) person.
    Step(isize),
    /// The newer card of a person.
    Newer(Option<Box<Newer>>),
    /// Plays the spoken name, or holds it.
    HearName,
    /// The spoken name.
    Name(ContactId, Result<Arc<Pcm>, Error>),
    /// "Record a message".
    Record,
    /// "Write".
    Write,
    /// Shows or hides the More menu.
    More,
    /// Copies a number or address.
    Copy(String),
    /// "Import cards…".
    Import,
    /// They were imported: how many.
    Imported(Result<Vec<ContactId>, Error>),
    /// "Export card".
    Export,
    /// It was saved.
    Exported(Result<Option<PathBuf>, Error>),
    /// "Delete contact".
    Delete,
    /// It was deleted.
    Deleted(String, Result<UndoToken, Error>),
    /// "Use new address" (true) or "Keep current".
    Accept(bool),
    /// The newer card was taken over.
    Accepted(String, Result<(ContactId, UndoToken), Error>),

    /// "Add": an empty form.
    New,
    /// "Edit".
    Edit,
    /// The form.
    Form(form::Message),
    /// It was saved.
    Saved(Result<ContactId, Error>),
    /// "Cancel".
    Cancel,
    /// Back to the list, in a narrow window.
    Back,
    /// Nothing.
    Ignored,
}

/// The directory's [`Action`].
pub type Act = Action<Message, Question>;

/// The clip of a spoken name.
#[must_use]
pub fn name_clip(id: ContactId) -> ClipId {
    ClipId(format!("name:{id}"))
}

/// Plays a spoken name from its start.
#[must_use]
pub fn play_name(id: ContactId, pcm: Arc<Pcm>) -> Command {
    Command::Load {
        clip: name_clip(id),
        segments: vec![Segment::whole("name", pcm, false)],
        segment: 0,
        at: Duration::ZERO,
        play: true,
    }
}

/// Whether the spoken name of a person sounds now.
#[must_use]
pub fn name_sounds(id: ContactId, player: &PlayerState) -> bool {
    player.clip == Some(name_clip(id)) && player.phase == Phase::Playing
}

impl Directory {
    /// An empty one that asks for everyone.
    #[must_use]
    pub fn open() -> (Self, Act) {
        let mut directory = Self::default();
        let ask = directory.reload();
        (directory, ask)
    }

    /// The person shown.
    #[must_use]
    pub fn selected(&self) -> Option<&Contact> {
        let id = self.selected?;
        self.people.iter().find(|p| p.id == Some(id))
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.people.len()
    }

    /// Whether a person's form is open.
    #[must_use]
    pub fn is_editing(&self) -> bool {
        self.form.is_some()
    }

    /// Whether its menu is open.
    #[must_use]
    pub fn hangs(&self) -> bool {
        self.more
    }

    /// Closes the menu or the form; true when there was one.
    pub fn escape(&mut self) -> bool {
        std::mem::take(&mut self.more) || self.form.take().is_some()
    }

    /// Applies `message` and returns what the window should do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Act {
        self.more = self.menu_after(&message);
        match message {
            Message::People(number, result) if number == self.asked => self.people_here(result),
            Message::Pages(number, result) if number == self.asked => self.pages_here(result),
            Message::AddPage(address) => Action::Ask(Question::AddPage(address)),
            Message::PageAdded(Ok((ids, token))) => self.page_added(&ids, token),
            Message::People(..) | Message::Pages(..) | Message::Ignored | Message::More => {
                Action::None
            }
            Message::Changed => self.reload(),
            Message::Newer(newer) => {
                let ours = newer.as_ref().is_some_and(|n| Some(n.person) == self.selected);
                self.newer = newer.filter(|_| ours).map(|n| *n);
                Action::None
            }
            Message::Name(id, Ok(pcm)) if Some(id) == self.selected => {
                Action::Audio(play_name(id, pcm))
            }
            // Another person is shown by now.
            Message::Name(_, Ok(_)) => Action::None,
            Message::Imported(Ok(ids)) => self.imported(&ids),
            Message::Exported(Ok(Some(file))) => Action::say(saved(&file)),
            // The dialog was closed without a choice.
            Message::Exported(Ok(None)) => Action::None,
            Message::Deleted(name, Ok(token)) => {
                self.selected = None;
                Action::Toast(
                    Toast::new(Icon::Trash2, fl!("toast-contact-deleted", name = &name))
                        .undo(Undo::Engine(token)),
                )
                .and(self.reload())
            }
            Message::Accepted(name, Ok((_, token))) => {
                self.newer = None;
                Action::Toast(
                    Toast::new(Icon::UserRoundPlus, fl!("toast-card-updated", name = &name))
                        .undo(Undo::Engine(token)),
                )
                .and(self.reload())
            }
            Message::Saved(result) => self.saved(result),
            Message::Name(_, Err(error))
            | Message::Imported(Err(error))
            | Message::Exported(Err(error))
            | Message::Deleted(_, Err(error))
            | Message::PageAdded(Err(error))
            | Message::Accepted(_, Err(error)) => Action::say(error_text(&error)),

            Message::Search(text) => {
                self.search = text;
                let own = self.reload();
                own.and(self.ask_pages())
            }
            Message::Select(id) => self.select(id),
            Message::Step(by) => self.step(by),
            Message::HearName => self.hear_name(ctx),
            Message::Record => self.compose(true),
            Message::Write => self.compose(false),
            Message::Copy(text) => {
                Action::Run(iced::clipboard::write(text)).and(Action::say(fl!("toast-copied")))
            }
            Message::Import => Action::Ask(Question::Import),
            Message::Export => self.about_selected(Question::Export),
            Message::Delete => self.about_selected(Question::Delete),
            Message::Accept(accept) => self.accept(accept),
            Message::New => {
                self.form = Some(Form::of(&Contact::default()));
                Action::Run(operation::focus(form::FIRST))
            }
            Message::Edit => {
                self.form = self.selected().map(Form::of);
                Action::Run(operation::focus(form::FIRST))
            }
            Message::Form(message) => match self.form.as_mut().and_then(|f| f.update(message)) {
                Some(contact) => Action::Ask(Question::Save(Box::new(contact))),
                None => Action::None,
            },
            Message::Cancel => {
                self.form = None;
                Action::None
            }
            Message::Back => {
                if self.form.take().is_none() {
                    self.selected = None;
                }
                Action::None
            }
        }
    }

    /// Whether the menu is open after `message`: a press closes it, an answer leaves it alone.
    fn menu_after(&self, message: &Message) -> bool {
        match message {
            Message::More => !self.more,
            Message::People(..)
            | Message::Changed
            | Message::Newer(_)
            | Message::Name(..)
            | Message::Imported(_)
            | Message::Exported(_)
            | Message::Deleted(..)
            | Message::Accepted(..)
            | Message::Pages(..)
            | Message::PageAdded(_)
            | Message::Saved(_)
            | Message::Ignored => self.more,
            Message::Search(_)
            | Message::AddPage(_)
            | Message::Select(_)
            | Message::Step(_)
            | Message::HearName
            | Message::Record
            | Message::Write
            | Message::Copy(_)
            | Message::Import
            | Message::Export
            | Message::Delete
            | Message::Accept(_)
            | Message::New
            | Message::Edit
            | Message::Form(_)
            | Message::Cancel
            | Message::Back => false,
        }
    }

    fn imported(&mut self, ids: &[ContactId]) -> Act {
        let said = match ids {
            [] => Action::None,
            [one] => {
                let shown = self.select(*one);
                Action::say(fl!("toast-cards-added", count = 1)).and(shown)
            }
            many => Action::say(fl!("toast-cards-added", count = many.len())),
        };
        said.and(self.reload())
    }

    /// The form that was saved closes. Another one that was opened meanwhile stays.
    fn saved(&mut self, result: Result<ContactId, Error>) -> Act {
        let waits = self.form.as_ref().is_some_and(|form| form.saving);
        match (result, &mut self.form) {
            (Ok(id), _) if waits => {
                self.form = None;
                self.selected = Some(id);
                self.search.clear();
                self.reload()
            }
            (Ok(_), _) => self.reload(),
            (Err(error), Some(form)) if waits => {
                form.refused(error_text(&error));
                Action::None
            }
            (Err(error), _) => Action::say(error_text(&error)),
        }
    }

    fn about_selected(&self, question: fn(ContactId, String) -> Question) -> Act {
        match self.selected().and_then(|p| Some((p.id?, p.name.clone()))) {
            Some((id, name)) => Action::Ask(question(id, name)),
            None => Action::None,
        }
    }

    fn people_here(&mut self, result: Result<Vec<Contact>, Error>) -> Act {
        match result {
            Ok(mut people) => {
                people.sort_by_cached_key(sort_key);
                self.people = people;
                self.part_pages();
                self.loaded = true;
                if self.selected().is_none() && self.search.is_empty() {
                    self.selected = None;
                }
                self.ask_newer()
            }
            Err(error) => Action::say(error_text(&error)),
        }
    }

    fn reload(&mut self) -> Act {
        self.asked += 1;
        Action::Ask(Question::People(self.asked, self.search.trim().to_owned()))
    }

    fn select(&mut self, id: ContactId) -> Act {
        self.selected = Some(id);
        self.form = None;
        self.newer = None;
        self.ask_newer()
    }

    fn ask_newer(&self) -> Act {
        let ask = self.selected().and_then(|p| Some((p.id?, p.newer_card?)));
        match ask {
            Some((id, key)) if self.newer.as_ref().is_none_or(|n| n.key != key) => {
                Action::Ask(Question::Newer(id, key))
            }
            Some(_) | None => Action::None,
        }
    }

    fn step(&mut self, by: isize) -> Act {
        let at = self.people.iter().position(|p| p.id.is_some() && p.id == self.selected);
        let next = match at {
            None => 0,
            Some(at) => at.saturating_add_signed(by).min(self.people.len().saturating_sub(1)),
        };
        match self.people.get(next).and_then(|p| p.id) {
            Some(id) if Some(id) != self.selected => self.select(id),
            Some(_) | None => Action::None,
        }
    }

    fn hear_name(&self, ctx: &Context<'_>) -> Act {
        match self.selected {
            Some(id) if ctx.audio.player.clip == Some(name_clip(id)) => {
                Action::Audio(Command::Toggle)
            }
            Some(id) => Action::Ask(Question::Name(id)),
            None => Action::None,
        }
    }

    fn compose(&self, voice: bool) -> Act {
        let Some(person) = self.selected() else { return Action::None };
        let Some(address) = address_of(person, voice) else {
            return Action::say(fl!("directory-no-address", name = &person.name));
        };
        Action::Do(Verb::Compose(if voice {
            Compose::Voice(vec![address])
        } else {
            Compose::Text(vec![address])
        }))
    }

    fn accept(&mut self, accept: bool) -> Act {
        let Some(newer) = self.newer.take() else { return Action::None };
        let (key, path, name) = (newer.key, newer.offer.path.clone(), newer.offer.name.clone());
        if accept {
            self.newer = Some(newer);
            Action::Ask(Question::Accept { key, path, name })
        } else {
            Action::Ask(Question::Keep(key, path))
        }
    }
}

/// The address for a message: for voice the preferred one that takes VPIM first.
fn address_of(person: &Contact, voice: bool) -> Option<Address> {
    let rank = |e: &&ContactEmail| (e.vpim != voice, !e.preferred);
    let best = person.emails.iter().min_by_key(rank)?;
    Some(Address { name: Some(person.name.clone()), addr: best.addr.clone() })
}

/// People are sorted by their last name, as the letters of the list show; firms, desks and numbers
/// by what they begin with.
#[must_use]
pub fn sort_key(person: &Contact) -> (String, String) {
    let name = person.name.trim();
    let words: Vec<&str> = name.split_whitespace().collect();
    let first = words.first().copied().unwrap_or_default();
    let firm = person
        .organization
        .as_deref()
        .is_some_and(|o| o.split_whitespace().next() == Some(first) && words.len() > 1);
    // A lower-case word after the first is no part of a person's name, but for "von" and the like.
    let desk = words
        .iter()
        .skip(1)
        .any(|w| w.chars().next().is_some_and(char::is_lowercase) && !PARTICLES.contains(w));
    let key = if firm || desk { first } else { words.last().copied().unwrap_or_default() };
    (key.to_lowercase(), name.to_lowercase())
}

/// Lower-case words inside the names of people.
const PARTICLES: [&str; 12] =
    ["von", "van", "de", "der", "den", "del", "di", "da", "la", "le", "bin", "al"];

/// The letter that a person stands under.
#[must_use]
pub fn letter(person: &Contact) -> String {
    let (key, _) = sort_key(person);
    match key.chars().next() {
        Some(c) if c.is_alphabetic() => c.to_uppercase().to_string(),
        Some(_) | None => "#".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audio::State,
        engine::CardOfferKind,
        ui::screen::testing::{NOW, addr, ctx},
    };

    fn person(id: i64, name: &str) -> Contact {
        Contact {
            id: Some(ContactId(id)),
            name: name.into(),
            emails: vec![
                ContactEmail { addr: addr("mail@x.example"), vpim: false, preferred: false },
                ContactEmail { addr: addr("voice@x.example"), vpim: true, preferred: true },
            ],
            ..Contact::default()
        }
    }

    fn directory() -> Directory {
        let (mut d, _) = Directory::open();
        let idle = State::default();
        let people = vec![person(1, "Priya Raman"), person(2, "Tomás Ortega")];
        d.update(Message::People(1, Ok(people)), &ctx(&idle));
        d
    }

    fn feed(d: &mut Directory, message: Message) -> Vec<Act> {
        d.update(message, &ctx(&State::default())).flat()
    }

    #[test]
    fn people_stand_under_the_letter_of_their_last_name() {
        let d = directory();
        let names: Vec<&str> = d.people.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["Tomás Ortega", "Priya Raman"]);
        for (name, organization, expected) in [
            ("Tomás Ortega", "Calder & Finch", "O"),
            ("Leeds front desk", "Calder & Finch", "L"),
            ("Harrow Freight", "Harrow Freight Ltd", "H"),
            ("Ludwig van Beek", "", "B"),
            ("Reception", "", "R"),
            ("+44 20 7946 0153", "", "#"),
        ] {
            let mut p = person(3, name);
            p.organization = Some(organization.into());
            assert_eq!(letter(&p), expected, "{name}");
        }
    }

    #[test]
    fn a_late_answer_to_an_older_search_is_dropped() {
        let mut d = directory();
        feed(&mut d, Message::Search("pri".into()));
        feed(&mut d, Message::People(1, Ok(Vec::new())));
        assert_eq!(d.count(), 2);
    }

    #[test]
    fn a_recording_goes_to_the_address_that_takes_voice() {
        let mut d = directory();
        feed(&mut d, Message::Select(ContactId(1)));
        let to = |actions: &[Act]| match actions {
            [Action::Do(Verb::Compose(Compose::Voice(to) | Compose::Text(to)))] => to[0].clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(to(&feed(&mut d, Message::Record)).addr, addr("voice@x.example"));
        assert_eq!(to(&feed(&mut d, Message::Write)).addr, addr("mail@x.example"));
    }

    #[test]
    fn deleting_offers_a_way_back() {
        let mut d = directory();
        feed(&mut d, Message::Select(ContactId(1)));
        assert!(matches!(
            feed(&mut d, Message::Delete).as_slice(),
            [Action::Ask(Question::Delete(ContactId(1), _))]
        ));
        let actions = feed(&mut d, Message::Deleted("Priya Raman".into(), Ok(UndoToken(4))));
        assert!(matches!(&actions[0], Action::Toast(toast)
            if toast.text == "Deleted Priya Raman from your directory"
                && toast.undo == Some(Undo::Engine(UndoToken(4)))));
        assert!(d.selected().is_none());
    }

    #[test]
    fn a_newer_address_is_taken_only_by_choice() {
        let mut d = directory();
        feed(&mut d, Message::Select(ContactId(1)));
        let newer = Newer {
            person: ContactId(1),
            key: MessageKey(9),
            offer: CardOffer {
                path: "4".into(),
                name: "Priya Raman".into(),
                kind: CardOfferKind::Conflict { in_use: "a@x".into(), new: "b@x".into() },
            },
            subject: "Re: Friday".into(),
            date: NOW,
        };
        feed(&mut d, Message::Newer(Some(Box::new(newer.clone()))));
        assert!(matches!(
            feed(&mut d, Message::Accept(false)).as_slice(),
            [Action::Ask(Question::Keep(MessageKey(9), _))]
        ));
        feed(&mut d, Message::Newer(Some(Box::new(newer))));
        assert!(matches!(
            feed(&mut d, Message::Accept(true)).as_slice(),
            [Action::Ask(Question::Accept { key: MessageKey(9), .. })]
        ));
    }

    #[test]
    fn the_form_checks_addresses_and_keeps_what_it_does_not_show() {
        let mut d = directory();
        feed(&mut d, Message::Select(ContactId(1)));
        feed(&mut d, Message::Edit);
        feed(
            &mut d,
            Message::Form(form::Message::Typed(form::Field::Email(0), "not an address".into())),
        );
        assert!(feed(&mut d, Message::Form(form::Message::Save)).is_empty());
        assert!(d.form.as_ref().is_some_and(|f| f.wrong.is_some()));
        feed(
            &mut d,
            Message::Form(form::Message::Typed(form::Field::Email(0), "new@x.example".into())),
        );
        let actions = feed(&mut d, Message::Form(form::Message::Save));
        let [Action::Ask(Question::Save(contact))] = actions.as_slice() else {
            panic!("{actions:?}")
        };
        assert_eq!(contact.id, Some(ContactId(1)));
        assert_eq!(contact.emails[0].addr, addr("new@x.example"));
        assert!(contact.emails[1].vpim && contact.emails[1].preferred);
    }

    #[test]
    fn an_answer_closes_neither_the_menu_nor_another_form() {
        let mut d = directory();
        feed(&mut d, Message::Select(ContactId(1)));
        for answer in [
            Message::Ignored,
            Message::Changed,
            Message::People(0, Ok(Vec::new())),
            Message::Newer(None),
            Message::Name(ContactId(9), Err(Error::Stopped)),
            Message::Imported(Ok(Vec::new())),
            Message::Exported(Ok(None)),
            Message::Accepted("Priya Raman".into(), Err(Error::Stopped)),
            Message::Saved(Ok(ContactId(2))),
            Message::Saved(Err(Error::Stopped)),
        ] {
            d.more = true;
            feed(&mut d, answer.clone());
            assert!(d.more, "the menu is closed by {answer:?}");
        }
        feed(&mut d, Message::Edit);
        assert!(!d.more, "a press closes it");
        feed(&mut d, Message::Form(form::Message::Save));
        assert!(feed(&mut d, Message::Form(form::Message::Save)).is_empty(), "under way");
        feed(&mut d, Message::Cancel);
        feed(&mut d, Message::New);
        feed(&mut d, Message::Saved(Ok(ContactId(1))));
        assert!(d.form.is_some(), "what is typed for somebody else stays");
    }
}
