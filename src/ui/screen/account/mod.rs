//! The form that adds an account, or changes one: name, address, password, both servers. "Check" signs
//! in at both; nothing is stored before that works, unless the user wants an account changed anyway, and
//! what was typed stays when it does not.

use std::path::PathBuf;

use iced::{
    Task,
    widget::{operation, scrollable::RelativeOffset},
};

use super::{
    Action, Verb,
    signing_in::{GivenUp, GivenUpAtEnd, Waits},
};
use crate::{
    engine::{
        self, AccountSettings, Error, Fingerprint, Pin, Provider, Security, Server,
        autoconfig::{Found, NotFound},
        handle::NewSecret,
        oauth::Grant,
    },
    model::{AccountId, AddrSpec, Secret},
};

mod ask;
mod find;
mod view;
mod wrong;
use find::{Searched, new_number};
pub use view::view;
pub use wrong::Wrong;

/// The page that scrolls.
const PAGE: &str = "account-page";
/// The first field.
pub const FIRST: &str = "account-name";

/// One server as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerForm {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: String,
    /// Encryption.
    pub security: Security,
    /// Fingerprint of a certificate that is trusted.
    pin: String,
    /// The user changed the host, so it no longer follows the address.
    touched: bool,
    /// The user changed the port, so it no longer follows the encryption.
    port_touched: bool,
}

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Incoming mail.
    Imap,
    /// Outgoing mail.
    Smtp,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// What the account is called in the sidebar.
    Label,
    /// Your name.
    Name,
    /// Mail address.
    Address,
    /// Password.
    Password,
    /// User name.
    User,
    /// Voicemail gateway.
    Gateway,
    /// File with a certificate that is trusted besides the system's.
    Ca,
    /// Fingerprint of a certificate of a server's host that is trusted.
    Pin(Which),
    /// Host of a server.
    Host(Which),
    /// Port of a server.
    Port(Which),
}

/// Where the form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Typing,
    Finding,
    Checking,
    /// The user signs in with the provider, in a browser.
    Browser,
    Adding,
}

/// The account that is changed.
struct Edited {
    id: AccountId,
    /// What holds until it is saved.
    before: AccountSettings,
}

/// The form.
pub struct Account {
    edited: Option<Edited>,
    /// The servers are shown: they were found, or are typed.
    by_hand: bool,
    found: Option<Found>,
    label: String,
    name: String,
    address: String,
    password: String,
    shown: bool,
    user: String,
    user_touched: bool,
    gateway: String,
    ca: String,
    imap: ServerForm,
    smtp: ServerForm,
    phase: Phase,
    /// Of the question that waits for its answer; no other one, of this form or of another, has it.
    number: u64,
    /// What was looked for, and the servers that it filled in.
    searched: Option<Searched>,
    wrong: Option<Wrong>,
    tried: bool,
    details: bool,
    given_up: GivenUpAtEnd,
    /// What the browser has to open, while it is waited for.
    waits: Option<Waits>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("phase", &self.phase).finish_non_exhaustive()
    }
}

/// What happens to the form.
#[derive(Clone)]
pub enum Message {
    /// Typing.
    Typed(Field, String),
    /// Show or hide the password.
    ShowPassword,
    /// Encryption of a server.
    Security(Which, Security),
    /// "Continue": find the servers.
    Find,
    /// They were found, or not.
    Found(u64, Result<Box<Found>, Box<NotFound>>),
    /// "Set up by hand"
    ByHand,
    /// "Check" or "Try again".
    Check,
    /// "Sign in with your provider".
    SignIn,
    /// "Cancel", while the browser is waited for.
    Cancel,
    /// The browser is waited for.
    Waits(u64, Waits),
    /// "Copy address"
    CopyAddress,
    /// The provider gave what both servers take, or not.
    SignedIn(u64, Result<(Box<AccountSettings>, Grant), Error>),
    /// Both servers let us in, or not.
    Checked(u64, Result<(), Error>),
    /// "Continue without sending".
    GoOn,
    /// The changes are stored.
    Edited(Result<(), Error>),
    /// Stored; and whether the keyring has the password.
    Added(Result<(AccountId, bool), Error>),
    /// Show or hide what the server said.
    Details,
    /// Choose a certificate file in a dialog.
    FindCa,
    /// It was chosen, or not.
    CaFound(Option<PathBuf>),
    /// Back.
    Back,
}

/// Never shows what is typed: a password may be in it.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Typed(..) => "Typed(..)",
            Self::ShowPassword => "ShowPassword",
            Self::Security(..) => "Security",
            Self::Find => "Find",
            Self::Found(..) => "Found",
            Self::ByHand => "ByHand",
            Self::Check => "Check",
            Self::SignIn => "SignIn",
            Self::Cancel => "Cancel",
            Self::Waits(..) => "Waits",
            Self::CopyAddress => "CopyAddress",
            Self::SignedIn(..) => "SignedIn",
            Self::Checked(..) => "Checked",
            Self::GoOn => "GoOn",
            Self::Edited(_) => "Edited",
            Self::Added(_) => "Added",
            Self::Details => "Details",
            Self::FindCa => "FindCa",
            Self::CaFound(_) => "CaFound",
            Self::Back => "Back",
        })
    }
}

/// What the form asks the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Find the servers of an address.
    Find(u64, AddrSpec),
    /// Sign in at both servers.
    Check(u64, Box<AccountSettings>, Secret),
    /// Sign in at both servers with what is changed, and the password that is known where none is typed.
    CheckEdit(u64, AccountId, Box<AccountSettings>, Option<Secret>),
    /// Store what is changed.
    Edit(AccountId, Box<AccountSettings>, NewSecret),
    /// Store it.
    Add(Box<AccountSettings>, Secret),
    /// Sign in at a provider, and then at both servers.
    SignIn(u64, Box<AccountSettings>, Provider, GivenUp),
    /// Store it with what the provider gave.
    AddSignedIn(Box<AccountSettings>, Grant),
}

/// The form's [`Action`].
pub type Act = Action<Message, Question>;

impl ServerForm {
    fn new(security: Security, port: u16) -> Self {
        Self {
            host: String::new(),
            port: port.to_string(),
            security,
            pin: String::new(),
            touched: false,
            port_touched: false,
        }
    }
}

impl Default for Account {
    fn default() -> Self {
        Self {
            edited: None,
            by_hand: false,
            found: None,
            label: String::new(),
            name: String::new(),
            address: String::new(),
            password: String::new(),
            shown: false,
            user: String::new(),
            user_touched: false,
            gateway: String::new(),
            ca: String::new(),
            imap: ServerForm::new(Security::Tls, 993),
            smtp: ServerForm::new(Security::Tls, 465),
            phase: Phase::Typing,
            number: new_number(),
            searched: None,
            wrong: None,
            tried: false,
            details: false,
            given_up: GivenUpAtEnd::default(),
            waits: None,
        }
    }
}

fn no_password() -> Secret {
    Secret::new(String::new())
}

/// The usual port for a kind of encryption.
fn usual_port(which: Which, security: Security) -> u16 {
    match (which, security) {
        (Which::Imap, Security::Tls) => 993,
        (Which::Imap, _) => 143,
        (Which::Smtp, Security::Tls) => 465,
        (Which::Smtp, _) => 587,
    }
}

impl Account {
    /// The form for an account that is there.
    #[must_use]
    pub fn edit(account: &engine::Account) -> Self {
        let s = account.settings.clone();
        let server = |which, server: &Server| ServerForm {
            host: server.host.clone(),
            port: server.port.to_string(),
            security: server.security,
            pin: String::new(),
            touched: true,
            port_touched: server.port != usual_port(which, server.security),
        };
        let mut form = Self {
            label: s.label.clone(),
            name: s.name.clone(),
            address: s.address.to_string(),
            user: s.user.clone(),
            user_touched: true,
            gateway: s.gateway.clone().unwrap_or_default(),
            ca: s.ca_pem.as_ref().map(|ca| ca.display().to_string()).unwrap_or_default(),
            imap: server(Which::Imap, &s.imap),
            smtp: server(Which::Smtp, &s.smtp),
            edited: Some(Edited { id: account.id, before: s.clone() }),
            by_hand: true,
            ..Self::default()
        };
        // One host may have two certificates, one a service.
        let (imap, smtp) = (s.pins_of(&s.imap.host), s.pins_of(&s.smtp.host));
        let second = usize::from(s.imap.host.eq_ignore_ascii_case(&s.smtp.host));
        let text = |pins: &[Fingerprint], at: usize| {
            pins.get(at).map(ToString::to_string).unwrap_or_default()
        };
        form.imap.pin = text(&imap, 0);
        form.smtp.pin = text(&smtp, second);
        form
    }

    /// Whether an account that is there is changed.
    #[must_use]
    pub fn is_edit(&self) -> bool {
        self.edited.is_some()
    }

    /// Whether an answer is awaited.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.phase != Phase::Typing
    }

    /// What is wrong.
    #[cfg(test)]
    #[must_use]
    pub fn wrong(&self) -> Option<&Wrong> {
        self.wrong.as_ref()
    }

    /// The answer to the check that runs.
    #[cfg(test)]
    pub fn refuse(&mut self, error: Error) {
        self.update(Message::Checked(self.number, Err(error)));
    }

    /// Applies `message` and returns what the window should do.
    pub fn update(&mut self, message: Message) -> Act {
        match message {
            Message::Typed(field, text) => {
                self.typed(field, text);
                Action::None
            }
            Message::ShowPassword => {
                self.shown = !self.shown;
                Action::None
            }
            Message::Security(which, security) => {
                let server = self.server(which);
                server.security = security;
                if !server.port_touched {
                    server.port = usual_port(which, security).to_string();
                }
                Action::None
            }
            Message::Find => self.find(),
            Message::Found(number, found) if number == self.number => self.found(found),
            Message::Found(..) => Action::None,
            Message::ByHand => {
                self.give_up();
                self.by_hand = true;
                Action::None
            }
            Message::Check => self.check(),
            Message::SignIn => self.sign_in(),
            Message::Cancel => {
                self.give_up();
                Action::None
            }
            Message::Waits(number, waits) => {
                self.waits = Some(waits).filter(|_| number == self.number);
                Action::None
            }
            Message::CopyAddress => match &self.waits {
                Some(waits) => Action::Run(iced::clipboard::write(waits.url.clone())),
                None => Action::None,
            },
            Message::SignedIn(number, result) if number == self.number => match result {
                Ok((settings, grant)) => {
                    self.phase = Phase::Adding;
                    Action::Ask(match &self.edited {
                        Some(edited) => {
                            Question::Edit(edited.id, settings, NewSecret::Grant(grant))
                        }
                        None => Question::AddSignedIn(settings, grant),
                    })
                }
                Err(error) => self.failed(error),
            },
            Message::Checked(number, result) if number == self.number => match result {
                Ok(()) => self.add(),
                Err(error) => self.failed(error),
            },
            Message::SignedIn(..) => Action::None,
            Message::Checked(..) => Action::None,
            Message::GoOn => self.add(),
            Message::Edited(_) | Message::Added(_) if self.phase != Phase::Adding => Action::None,
            Message::Edited(Ok(())) => {
                self.phase = Phase::Typing;
                self.password.clear();
                Action::Do(Verb::AccountEdited)
            }
            Message::Edited(Err(error)) => {
                self.phase = Phase::Typing;
                self.wrong = Some(self.explain(error));
                Action::None
            }
            Message::Added(Ok((_, saved))) => {
                self.phase = Phase::Typing;
                self.password.clear();
                let added = Action::Do(Verb::AccountAdded);
                if saved { added } else { added.and(Action::say(fl!("account-no-keyring"))) }
            }
            Message::Added(Err(error)) => {
                self.phase = Phase::Typing;
                self.wrong = Some(self.explain(error));
                Action::None
            }
            Message::Details => {
                self.details = !self.details;
                Action::None
            }
            Message::FindCa => Action::Run(Task::perform(
                async {
                    let found = rfd::AsyncFileDialog::new().pick_file().await;
                    found.map(|file| file.path().to_owned())
                },
                Message::CaFound,
            )),
            Message::CaFound(None) => Action::None,
            Message::CaFound(Some(file)) => {
                self.ca = file.to_string_lossy().into_owned();
                self.check()
            }
            Message::Back => {
                self.give_up();
                Action::Do(Verb::Back)
            }
        }
    }

    /// A check that is still running is dropped by its number, a sign-in is ended.
    fn give_up(&mut self) {
        self.number = new_number();
        self.phase = Phase::Typing;
        self.given_up.give_up();
        self.waits = None;
    }

    fn failed(&mut self, error: Error) -> Act {
        self.phase = Phase::Typing;
        let mut wrong = self.explain(error);
        // A server may be down while its new name is right.
        wrong.can_go_on |= self.is_edit() && self.settings().is_ok();
        // What is wrong stands at the end of the form, or under a field at its top.
        let end = RelativeOffset { x: 0.0, y: f32::from(u8::from(wrong.field.is_none())) };
        self.wrong = Some(wrong);
        Action::Run(operation::snap_to(PAGE, end))
    }

    fn sign_in(&mut self) -> Act {
        let Some(provider) = self.provider().filter(|_| !self.is_busy()) else {
            return Action::None;
        };
        match self.settings_without_password() {
            Err(wrong) => {
                self.wrong = Some(wrong);
                Action::None
            }
            Ok(settings) => {
                self.wrong = None;
                self.details = false;
                self.phase = Phase::Browser;
                self.waits = None;
                self.number = new_number();
                let (number, given_up) = (self.number, self.given_up.anew());
                Action::Ask(Question::SignIn(number, Box::new(settings), provider, given_up))
            }
        }
    }

    fn typed(&mut self, field: Field, text: String) {
        // The field for a certificate file stands with the sentence that asks for it.
        let about = |w: &Wrong| w.field == Some(field) || w.field.is_none() && !w.asks_ca;
        if self.wrong.as_ref().is_some_and(about) {
            self.wrong = None;
        }
        match field {
            Field::Label => self.label = text,
            Field::Name => self.name = text,
            Field::Password => self.password = text,
            Field::Gateway => self.gateway = text,
            Field::Ca => self.ca = text,
            Field::User => {
                self.user = text;
                self.user_touched = !self.user.is_empty();
            }
            Field::Host(which) => {
                let server = self.server(which);
                server.touched = !text.is_empty();
                server.host = text;
            }
            Field::Pin(which) => self.server(which).pin = text,
            Field::Port(which) => {
                let server = self.server(which);
                server.port = text.chars().filter(char::is_ascii_digit).take(5).collect();
                server.port_touched = true;
            }
            Field::Address => {
                self.address = text;
                self.forget_search();
                self.follow_address();
            }
        }
    }

    /// The usual names, until the user types others.
    fn follow_address(&mut self) {
        let address = self.address.trim();
        if !self.user_touched {
            self.user = address.to_owned();
        }
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain).to_owned();
        let known = Provider::of_host(&domain).and_then(|provider| provider.servers());
        let (imap, smtp) = known.unzip();
        for (server, label, known) in
            [(&mut self.imap, "imap", imap), (&mut self.smtp, "smtp", smtp)]
        {
            if let Some(known) = known.filter(|_| !server.touched) {
                server.host = known.host;
                server.port = known.port.to_string();
                server.security = known.security;
            } else if !server.touched {
                // What was a provider's own goes with it.
                if Provider::of_host(&server.host).is_some() && !server.port_touched {
                    let usual = if label == "imap" { Which::Imap } else { Which::Smtp };
                    *server = ServerForm::new(Security::Tls, usual_port(usual, Security::Tls));
                }
                server.host =
                    if domain.contains('.') { format!("{label}.{domain}") } else { String::new() };
            }
        }
    }

    fn server(&mut self, which: Which) -> &mut ServerForm {
        match which {
            Which::Imap => &mut self.imap,
            Which::Smtp => &mut self.smtp,
        }
    }

    fn check(&mut self) -> Act {
        if self.is_busy() {
            return Action::None;
        }
        match self.settings() {
            Err(wrong) => {
                self.wrong = Some(wrong);
                Action::None
            }
            Ok(settings) => {
                self.wrong = None;
                self.details = false;
                self.phase = Phase::Checking;
                self.tried = true;
                self.number = new_number();
                let settings = Box::new(settings);
                let typed = (!self.password.is_empty()).then(|| Secret::new(self.password.clone()));
                Action::Ask(match &self.edited {
                    Some(edited) => Question::CheckEdit(self.number, edited.id, settings, typed),
                    None => {
                        Question::Check(self.number, settings, typed.unwrap_or_else(no_password))
                    }
                })
            }
        }
    }

    fn add(&mut self) -> Act {
        match self.settings() {
            Err(wrong) => {
                self.phase = Phase::Typing;
                self.wrong = Some(wrong);
                Action::None
            }
            Ok(settings) => {
                self.phase = Phase::Adding;
                let settings = Box::new(settings);
                let password = Secret::new(self.password.clone());
                Action::Ask(match &self.edited {
                    Some(edited) if self.password.is_empty() => {
                        Question::Edit(edited.id, settings, NewSecret::Same)
                    }
                    Some(edited) => {
                        Question::Edit(edited.id, settings, NewSecret::Password(password))
                    }
                    None => Question::Add(settings, password),
                })
            }
        }
    }

    fn settings(&self) -> Result<AccountSettings, Wrong> {
        let settings = self.settings_without_password();
        let needed = self.edited.is_none();
        if needed
            && self.password.is_empty()
            && settings.as_ref().map_or_else(Wrong::is_late, |_| true)
        {
            return Err(Wrong::new(Some(Field::Password), fl!("account-password-missing")));
        }
        settings
    }

    fn settings_without_password(&self) -> Result<AccountSettings, Wrong> {
        let inline = |field, text: String| Wrong::new(Some(field), text);
        let address = AddrSpec::parse(&self.address)
            .ok()
            .filter(|a| a.domain().contains('.') || a.domain() == "localhost")
            .ok_or_else(|| inline(Field::Address, fl!("account-bad-address")))?;
        let server = |which, form: &ServerForm| -> Result<Server, Wrong> {
            let host = form.host.trim().to_owned();
            if host.is_empty() || host.chars().any(|c| c.is_whitespace() || c.is_control()) {
                return Err(inline(Field::Host(which), fl!("account-bad-host")));
            }
            let port = form.port.parse::<u16>().ok().filter(|p| *p > 0);
            let port = port.ok_or_else(|| inline(Field::Port(which), fl!("account-bad-port")))?;
            Ok(Server { host, port, security: form.security })
        };
        let name = self.name.trim();
        let gateway = self.gateway.trim();
        let before = self.edited.as_ref().map(|edited| &edited.before);
        let mut pins = Vec::new();
        for (which, form) in [(Which::Imap, &self.imap), (Which::Smtp, &self.smtp)] {
            let text = form.pin.trim();
            if !text.is_empty() {
                let wrong = |_| inline(Field::Pin(which), fl!("account-bad-pin"));
                let sha256 = text.parse().map_err(wrong)?;
                pins.push(Pin { host: form.host.trim().to_owned(), sha256 });
            }
        }
        let label = self.label.trim();
        // A password that is typed is what is signed in with.
        let sign_in = before.filter(|_| self.password.is_empty()).map(|b| b.sign_in.clone());
        Ok(AccountSettings {
            name: if name.is_empty() { address.local_part() } else { name }.to_owned(),
            label: if label.is_empty() { address.domain() } else { label }.to_owned(),
            imap: server(Which::Imap, &self.imap)?,
            smtp: server(Which::Smtp, &self.smtp)?,
            user: if self.user.trim().is_empty() {
                address.to_string()
            } else {
                self.user.trim().to_owned()
            },
            sign_in: sign_in.unwrap_or_default(),
            address,
            ca_pem: Some(self.ca.trim()).filter(|ca| !ca.is_empty()).map(PathBuf::from),
            pins,
            gateway: (!gateway.is_empty()).then(|| gateway.to_owned()),
            demo: before.is_some_and(|before| before.demo),
        })
    }
}

#[cfg(test)]
mod tests;
