//! What the directory asks the engine, as data, and how each becomes work.

use iced::Task;

use super::{Message, Newer, work};
use crate::{
    engine::{CardOfferKind, Contact, Engine},
    model::{AddrSpec, ContactId, MessageKey},
    ui::screen::Ask,
    wording::rows,
};

/// Largest file of cards that is read.
const CARDS_MAX: u64 = 16 * 1024 * 1024;

/// What the directory asks the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// People that match.
    People(u64, String),
    /// People of the white pages that match.
    Pages(u64, String),
    /// Takes somebody of the white pages over.
    AddPage(AddrSpec),
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

impl Ask<Message> for Question {
    fn ask(self, engine: &Engine) -> Task<Message> {
        let e = engine.clone();
        match self {
            Self::People(number, search) => {
                Task::perform(async move { e.contacts(search).await }, move |r| {
                    Message::People(number, r)
                })
            }
            Self::Pages(number, search) => {
                Task::perform(async move { e.complete_elsewhere(search).await }, move |r| {
                    Message::Pages(number, r)
                })
            }
            Self::AddPage(address) => Task::perform(
                async move { e.add_from_white_pages(address).await },
                Message::PageAdded,
            ),
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
                        subject: rows::subject(&opened.row),
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
