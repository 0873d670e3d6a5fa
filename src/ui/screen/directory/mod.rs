//! The directory: people by letter, one person's card, and a plain form to change it.
//!
//! Data comes from contact cards and from what the user types, never from message headers; where
//! it comes from is always shown. Deleting and importing can be undone.

use std::{path::PathBuf, sync::Arc, time::Duration};

use iced::Task;

use super::{
    Action, Ask, Compose, Context, Toast, Undo, Verb,
    words::{error_text, saved},
};
use crate::{
    audio::{ClipId, Command, Phase, PlayerState, Segment},
    codec::Pcm,
    engine::{
        CardOffer, CardOfferKind, Contact, ContactEmail, ContactTel, Engine, Error, UndoToken,
    },
    model::{AddrSpec, Address, ContactId, DateTime, MessageKey},
    ui::theme::Icon,
};

mod view;
mod work;

pub use view::{card, list};

/// Largest file of cards that is read.
const CARDS_MAX: u64 = 16 * 1024 * 1024;

/// The directory.
#[derive(Debug, Default)]
pub struct Directory {
    people: Vec<Contact>,
    loaded: bool,
    search: String,
    selected: Option<ContactId>,
    form: Option<Form>,
    newer: Option<Newer>,
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

/// The form: one line a value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Form {
    /// The person as before.
    before: Contact,
    name: String,
    role: String,
    organization: String,
    emails: Vec<(String, bool)>,
    tels: Vec<(String, String)>,
    place: String,
    wrong: Option<String>,
}

/// A line of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Name.
    Name,
    /// Role.
    Role,
    /// Organisation.
    Organization,
    /// An address.
    Email(usize),
    /// A number.
    Tel(usize),
    /// Place.
    Place,
}

/// What happens to the directory.
#[derive(Debug, Clone)]
pub enum Message {
    /// The people that match the search.
    People(u64, Result<Vec<Contact>, Error>),
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
    /// Typing in the form.
    Typed(Field, String),
    /// Whether an address takes VPIM.
    Vpim(usize, bool),
    /// One more address.
    AddEmail,
    /// One more number.
    AddTel,
    /// "Save".
    Save,
    /// It was saved.
    Saved(Result<ContactId, Error>),
    /// "Cancel".
    Cancel,
    /// Back to the list, in a narrow window.
    Back,
    /// Nothing.
    Ignored,
}

/// What the directory asks the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// People that match.
    People(u64, String),
    /// A spoken name.
    Name(ContactId),
    /// The newer card in a message.
    Newer(ContactId, MessageKey),
    /// Lets the user choose files and imports them.
    Import,
    /// Lets the user choose a file and writes the card.
    Export(ContactId, String),
    /// Deletes.
    Delete(ContactId, String),
    /// Takes the newer card over.
    Accept {
        /// The message.
        key: MessageKey,
        /// The card in it.
        path: String,
        /// Whose, for the toast.
        name: String,
    },
    /// Never offers the newer card again.
    Keep(MessageKey, String),
    /// Saves.
    Save(Box<Contact>),
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

    /// Whether a card or form is shown, which fills a narrow window.
    #[must_use]
    pub fn shows_card(&self) -> bool {
        self.form.is_some() || self.selected.is_some()
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

    /// Closes the menu or the form; true when there was one.
    pub fn escape(&mut self) -> bool {
        std::mem::take(&mut self.more) || self.form.take().is_some()
    }

    /// Shows a person, wherever the search stands.
    pub fn show(&mut self, id: ContactId) -> Act {
        self.search.clear();
        self.form = None;
        self.selected = Some(id);
        self.newer = None;
        let card = self.ask_newer();
        self.reload().and(card)
    }

    /// What happens next.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Act {
        let menu = match message {
            // Answers do not close the menu.
            Message::People(..) | Message::Changed | Message::Newer(_) | Message::Name(..) => {
                self.more
            }
            _ => std::mem::take(&mut self.more),
        };
        match message {
            Message::People(number, result) if number == self.asked => self.people_here(result),
            Message::People(..) => Action::None,
            Message::Changed => self.reload(),
            Message::Search(text) => {
                self.search = text;
                self.reload()
            }
            Message::Select(id) => self.select(id),
            Message::Step(by) => self.step(by),
            Message::Newer(newer) => {
                let ours = newer.as_ref().is_some_and(|n| Some(n.person) == self.selected);
                self.newer = newer.filter(|_| ours).map(|n| *n);
                Action::None
            }
            Message::More => {
                self.more = !menu;
                Action::None
            }
            Message::Copy(text) => {
                Action::Run(iced::clipboard::write(text)).and(Action::say(fl!("toast-copied")))
            }
            Message::Back => {
                if self.form.take().is_none() {
                    self.selected = None;
                }
                Action::None
            }
            Message::HearName | Message::Name(..) => self.name(message, ctx),
            Message::Record | Message::Write => self.compose(&message),
            Message::Import => Action::Ask(Question::Import),
            Message::Imported(Ok(ids)) => match ids.as_slice() {
                [] => Action::None,
                [one] => {
                    let shown = self.select(*one);
                    Action::say(fl!("toast-cards-added", count = 1)).and(shown)
                }
                many => Action::say(fl!("toast-cards-added", count = many.len())),
            }
            .and(self.reload()),
            Message::Export => match self.selected().and_then(|p| Some((p.id?, p.name.clone()))) {
                Some((id, name)) => Action::Ask(Question::Export(id, name)),
                None => Action::None,
            },
            Message::Exported(Ok(Some(file))) => Action::say(saved(&file)),
            Message::Exported(Ok(None)) => Action::None,
            Message::Delete => match self.selected().and_then(|p| Some((p.id?, p.name.clone()))) {
                Some((id, name)) => Action::Ask(Question::Delete(id, name)),
                None => Action::None,
            },
            Message::Deleted(name, Ok(token)) => {
                self.selected = None;
                Action::Toast(Toast {
                    mark: Icon::Trash2,
                    text: fl!("toast-contact-deleted", name = &name),
                    undo: Some(Undo::Engine(token)),
                })
                .and(self.reload())
            }
            Message::Accept(accept) => self.accept(accept),
            Message::Accepted(name, Ok((_, token))) => {
                self.newer = None;
                Action::Toast(Toast {
                    mark: Icon::UserRoundPlus,
                    text: fl!("toast-card-updated", name = &name),
                    undo: Some(Undo::Engine(token)),
                })
                .and(self.reload())
            }
            Message::Imported(Err(error))
            | Message::Exported(Err(error))
            | Message::Deleted(_, Err(error))
            | Message::Accepted(_, Err(error)) => Action::say(error_text(&error)),
            message => self.form_update(message),
        }
    }

    fn people_here(&mut self, result: Result<Vec<Contact>, Error>) -> Act {
        match result {
            Ok(mut people) => {
                people.sort_by_cached_key(sort_key);
                self.people = people;
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
            _ => Action::None,
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
            _ => Action::None,
        }
    }

    fn name(&mut self, message: Message, ctx: &Context<'_>) -> Act {
        match message {
            Message::HearName => {
                let Some(id) = self.selected else { return Action::None };
                if ctx.audio.player.clip == Some(name_clip(id)) {
                    return Action::Audio(Command::Toggle);
                }
                Action::Ask(Question::Name(id))
            }
            Message::Name(id, Ok(pcm)) if Some(id) == self.selected => {
                Action::Audio(play_name(id, pcm))
            }
            Message::Name(_, Err(error)) => Action::say(error_text(&error)),
            _ => Action::None,
        }
    }

    fn compose(&self, message: &Message) -> Act {
        let Some(person) = self.selected() else { return Action::None };
        let voice = matches!(message, Message::Record);
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

    fn form_update(&mut self, message: Message) -> Act {
        match (message, &mut self.form) {
            (Message::New, form) => {
                *form = Some(Form::of(&Contact::default()));
                Action::None
            }
            (Message::Edit, _) => {
                self.form = self.selected().map(Form::of);
                Action::None
            }
            (Message::Cancel, form) => {
                *form = None;
                Action::None
            }
            (Message::Save, Some(form)) => match form.contact() {
                Ok(contact) => Action::Ask(Question::Save(Box::new(contact))),
                Err(text) => {
                    form.wrong = Some(text);
                    Action::None
                }
            },
            (Message::Saved(Ok(id)), form) => {
                *form = None;
                self.selected = Some(id);
                self.search.clear();
                self.reload()
            }
            (Message::Saved(Err(error)), Some(form)) => {
                form.wrong = Some(error_text(&error));
                Action::None
            }
            (message, Some(form)) => {
                form.update(message);
                Action::None
            }
            _ => Action::None,
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
        _ => "#".into(),
    }
}

impl Form {
    fn of(contact: &Contact) -> Self {
        let mut emails: Vec<(String, bool)> =
            contact.emails.iter().map(|e| (e.addr.to_string(), e.vpim)).collect();
        let mut tels: Vec<(String, String)> =
            contact.tels.iter().map(|t| (t.number.clone(), t.kinds.join(", "))).collect();
        if emails.is_empty() {
            emails.push((String::new(), false));
        }
        if tels.is_empty() {
            tels.push((String::new(), String::new()));
        }
        Self {
            name: contact.name.clone(),
            role: contact.role.clone().unwrap_or_default(),
            organization: contact.organization.clone().unwrap_or_default(),
            emails,
            tels,
            place: contact.place.clone().unwrap_or_default(),
            wrong: None,
            before: contact.clone(),
        }
    }

    fn update(&mut self, message: Message) {
        self.wrong = None;
        match message {
            Message::Typed(field, text) => match field {
                Field::Name => self.name = text,
                Field::Role => self.role = text,
                Field::Organization => self.organization = text,
                Field::Place => self.place = text,
                Field::Email(at) => {
                    if let Some(email) = self.emails.get_mut(at) {
                        email.0 = text;
                    }
                }
                Field::Tel(at) => {
                    if let Some(tel) = self.tels.get_mut(at) {
                        tel.0 = text;
                    }
                }
            },
            Message::Vpim(at, on) => {
                if let Some(email) = self.emails.get_mut(at) {
                    email.1 = on;
                }
            }
            Message::AddEmail => self.emails.push((String::new(), false)),
            Message::AddTel => self.tels.push((String::new(), String::new())),
            _ => {}
        }
    }

    /// The person as typed.
    fn contact(&self) -> Result<Contact, String> {
        let some = |text: &str| {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let name = some(&self.name).ok_or_else(|| fl!("directory-name-missing"))?;
        let mut emails = Vec::new();
        for (text, vpim) in self.emails.iter().filter(|(text, _)| !text.trim().is_empty()) {
            let addr = AddrSpec::parse(text).map_err(|_| fl!("account-bad-address"))?;
            let before = self.before.emails.iter().find(|e| e.addr == addr);
            emails.push(ContactEmail {
                preferred: before.is_some_and(|e| e.preferred),
                vpim: *vpim,
                addr,
            });
        }
        let tels = self
            .tels
            .iter()
            .filter(|(number, _)| !number.trim().is_empty())
            .map(|(number, kinds)| ContactTel {
                number: number.trim().to_owned(),
                kinds: kinds.split(", ").filter(|k| !k.is_empty()).map(str::to_owned).collect(),
            })
            .collect();
        Ok(Contact {
            name,
            role: some(&self.role),
            organization: some(&self.organization),
            place: some(&self.place),
            emails,
            tels,
            source: if self.before.source.is_empty() {
                fl!("directory-source-typed")
            } else {
                self.before.source.clone()
            },
            ..self.before.clone()
        })
    }
}

impl Ask<Message> for Question {
    fn ask(self, engine: &Engine) -> Task<Message> {
        let e = engine.clone();
        match self {
            Self::People(number, search) => {
                Task::perform(async move { e.contacts(search).await }, move |r| {
                    Message::People(number, r)
                })
            }
            Self::Name(id) => {
                Task::perform(async move { e.spoken_name(id).await }, move |r| Message::Name(id, r))
            }
            Self::Newer(person, key) => Task::perform(async move { e.peek(key).await }, move |r| {
                let newer = r.ok().and_then(|opened| {
                    let offers = opened.offers.iter();
                    let offer = offers
                        .filter(|o| !matches!(o.kind, CardOfferKind::Known))
                        .min_by_key(|o| !matches!(o.kind, CardOfferKind::Conflict { .. }))?;
                    Some(Box::new(Newer {
                        person,
                        key,
                        offer: offer.clone(),
                        subject: opened.row.subject.clone(),
                        date: opened.row.date,
                    }))
                });
                Message::Newer(newer)
            }),
            Self::Import => Task::perform(work::import(e, CARDS_MAX), Message::Imported),
            Self::Export(id, name) => Task::perform(work::export(e, id, name), Message::Exported),
            Self::Delete(id, name) => {
                Task::perform(async move { e.delete_contact(id).await }, move |r| {
                    Message::Deleted(name.clone(), r)
                })
            }
            Self::Accept { key, path, name } => {
                Task::perform(async move { e.import_card(key, path, true).await }, move |r| {
                    Message::Accepted(name.clone(), r)
                })
            }
            Self::Keep(key, path) => {
                Task::perform(async move { e.dismiss_card(key, path).await }, |_| Message::Ignored)
            }
            Self::Save(contact) => {
                Task::perform(async move { e.save_contact(*contact).await }, Message::Saved)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audio::State,
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
            source: "Typed in by you".into(),
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
        feed(&mut d, Message::Typed(Field::Email(0), "not an address".into()));
        assert!(feed(&mut d, Message::Save).is_empty());
        assert!(d.form.as_ref().is_some_and(|f| f.wrong.is_some()));
        feed(&mut d, Message::Typed(Field::Email(0), "new@x.example".into()));
        let actions = feed(&mut d, Message::Save);
        let [Action::Ask(Question::Save(contact))] = actions.as_slice() else {
            panic!("{actions:?}")
        };
        assert_eq!(contact.id, Some(ContactId(1)));
        assert_eq!(contact.emails[0].addr, addr("new@x.example"));
        assert!(contact.emails[1].vpim && contact.emails[1].preferred);
    }
}
