//! The form that changes a person: one line a value. What it does not show is kept.

use iced::widget::Id;

use crate::{
    engine::{Contact, ContactEmail, ContactTel},
    model::AddrSpec,
};

/// The field that has the focus when the form opens.
pub const FIRST: Id = Id::new("person-name");

/// The form: one line a value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Form {
    /// The person as before.
    pub(super) before: Contact,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) organization: String,
    pub(super) emails: Vec<(String, bool)>,
    pub(super) tels: Vec<(String, String)>,
    pub(super) place: String,
    pub(super) wrong: Option<String>,
    /// It was handed to the engine, whose answer closes it.
    pub(super) saving: bool,
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

impl Field {
    /// The name of the field for the focus.
    pub(super) fn id(self) -> Id {
        let (name, at) = match self {
            Self::Name => return FIRST,
            Self::Role => return Id::new("person-role"),
            Self::Organization => return Id::new("person-organization"),
            Self::Place => return Id::new("person-place"),
            Self::Email(at) => ("email", at),
            Self::Tel(at) => ("number", at),
        };
        Id::from(format!("person-{name}-{at}"))
    }
}

/// What happens to the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Typing.
    Typed(Field, String),
    /// Whether an address takes VPIM.
    Vpim(usize, bool),
    /// One more address.
    AddEmail,
    /// One more number.
    AddTel,
    /// "Save".
    Save,
}

impl Form {
    /// The form of a person, or of a new one.
    pub(super) fn of(contact: &Contact) -> Self {
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
            saving: false,
            before: contact.clone(),
        }
    }

    /// Applies `message` and returns the person to save, once the form is right.
    pub(super) fn update(&mut self, message: Message) -> Option<Contact> {
        self.wrong = None;
        match message {
            Message::Typed(field, text) => self.typed(field, text),
            Message::Vpim(at, on) => {
                if let Some(email) = self.emails.get_mut(at) {
                    email.1 = on;
                }
            }
            Message::AddEmail => self.emails.push((String::new(), false)),
            Message::AddTel => self.tels.push((String::new(), String::new())),
            Message::Save if self.saving => {}
            Message::Save => match self.contact() {
                Ok(contact) => {
                    self.saving = true;
                    return Some(contact);
                }
                Err(text) => self.wrong = Some(text),
            },
        }
        None
    }

    fn typed(&mut self, field: Field, text: String) {
        match field {
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
        }
    }

    /// It could not be saved; what was typed stays.
    pub(super) fn refused(&mut self, why: String) {
        self.saving = false;
        self.wrong = Some(why);
    }

    /// The person as typed.
    pub(super) fn contact(&self) -> Result<Contact, String> {
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
            ..self.before.clone()
        })
    }
}
