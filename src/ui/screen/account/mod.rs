//! The form that adds an account: name, address, password, both servers. "Check" signs in at both;
//! nothing is stored before that works, and what was typed stays when it does not.

use std::path::PathBuf;

use iced::{
    Task,
    widget::{operation, scrollable::RelativeOffset},
};

use super::{
    Action, Ask, Verb,
    signing_in::{self, GivenUp},
};
use crate::{
    engine::{
        AccountSettings, BadCertificate, CertificateFault, Engine, Error, Provider, Security,
        Server, SignInFault, oauth::Grant,
    },
    model::{AccountId, AddrSpec, Secret},
    wording,
};

mod view;
pub use view::view;

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
    /// Host of a server.
    Host(Which),
    /// Port of a server.
    Port(Which),
}

/// What is wrong, and with which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The field it stands under; `None` stands at the end of the form.
    pub field: Option<Field>,
    /// A fact before it, where there is one.
    pub fact: Option<String>,
    /// The sentence.
    pub text: String,
    /// What the server or system said, for the curious.
    pub detail: Option<String>,
    /// Mail can be read but not sent: going on is offered.
    pub can_go_on: bool,
    /// A certificate file would help.
    pub asks_ca: bool,
}

/// Where the form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Typing,
    Checking,
    /// The user signs in with the provider, in a browser.
    Browser,
    Adding,
}

/// The form.
pub struct Account {
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
    /// Counts checks, so that the answer to an older one is dropped.
    number: u64,
    wrong: Option<Wrong>,
    tried: bool,
    details: bool,
    given_up: GivenUp,
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
    /// "Check" or "Try again".
    Check,
    /// "Sign in with your provider".
    SignIn,
    /// "Cancel", while the browser is waited for.
    Cancel,
    /// The provider gave what both servers take, or not.
    SignedIn(u64, Result<(Box<AccountSettings>, Grant), Error>),
    /// Both servers let us in, or not.
    Checked(u64, Result<(), Error>),
    /// "Continue without sending".
    GoOn,
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
            Self::Check => "Check",
            Self::SignIn => "SignIn",
            Self::Cancel => "Cancel",
            Self::SignedIn(..) => "SignedIn",
            Self::Checked(..) => "Checked",
            Self::GoOn => "GoOn",
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
    /// Sign in at both servers.
    Check(u64, Box<AccountSettings>, Secret),
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
            touched: false,
            port_touched: false,
        }
    }
}

impl Default for Account {
    fn default() -> Self {
        Self {
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
            number: 0,
            wrong: None,
            tried: false,
            details: false,
            given_up: GivenUp::default(),
        }
    }
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
            Message::Check => self.check(),
            Message::SignIn => self.sign_in(),
            Message::Cancel => {
                self.give_up();
                Action::None
            }
            Message::SignedIn(number, result) if number == self.number => match result {
                Ok((settings, grant)) => {
                    self.phase = Phase::Adding;
                    Action::Ask(Question::AddSignedIn(settings, grant))
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
        self.number += 1;
        self.phase = Phase::Typing;
        self.given_up.give_up();
    }

    fn failed(&mut self, error: Error) -> Act {
        self.phase = Phase::Typing;
        let wrong = self.explain(error);
        // What is wrong stands at the end of the form, or under a field at its top.
        let end = RelativeOffset { x: 0.0, y: f32::from(u8::from(wrong.field.is_none())) };
        self.wrong = Some(wrong);
        Action::Run(operation::snap_to(PAGE, end))
    }

    /// The provider that this address or server belongs to, where Aloud knows it.
    fn provider(&self) -> Option<Provider> {
        let domain = self.address.trim().rsplit_once('@').map_or("", |(_, domain)| domain);
        Provider::of_host(domain).or_else(|| Provider::of_host(&self.imap.host))
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
                self.number += 1;
                let (number, given_up) = (self.number, self.given_up.clone());
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
            Field::Port(which) => {
                let server = self.server(which);
                server.port = text.chars().filter(char::is_ascii_digit).take(5).collect();
                server.port_touched = true;
            }
            Field::Address => {
                self.address = text;
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
                self.number += 1;
                let password = Secret::new(self.password.clone());
                Action::Ask(Question::Check(self.number, Box::new(settings), password))
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
                let password = Secret::new(self.password.clone());
                Action::Ask(Question::Add(Box::new(settings), password))
            }
        }
    }

    fn settings(&self) -> Result<AccountSettings, Wrong> {
        let settings = self.settings_without_password();
        if self.password.is_empty() && settings.as_ref().map_or_else(Wrong::is_late, |_| true) {
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
        Ok(AccountSettings {
            name: if name.is_empty() { address.local_part() } else { name }.to_owned(),
            label: address.domain().to_owned(),
            imap: server(Which::Imap, &self.imap)?,
            smtp: server(Which::Smtp, &self.smtp)?,
            user: if self.user.trim().is_empty() {
                address.to_string()
            } else {
                self.user.trim().to_owned()
            },
            sign_in: Default::default(),
            address,
            ca_pem: Some(self.ca.trim()).filter(|ca| !ca.is_empty()).map(PathBuf::from),
            gateway: (!gateway.is_empty()).then(|| gateway.to_owned()),
            demo: false,
        })
    }

    /// What is wrong with the server's certificate and what to do. The incoming server is tried
    /// first, so the name that was looked for is its, unless both differ.
    fn explain_certificate(&self, bad: BadCertificate) -> Wrong {
        use CertificateFault as F;
        let host = self.imap.host.trim();
        let (fact, text, asks_ca) = match &bad.kind {
            F::Expired(Some(at)) => {
                let day = crate::wording::figures::date(at.local().date());
                (fl!("account-expired"), fl!("account-expired-line", day = &day), false)
            }
            F::Expired(None) => (fl!("account-expired"), fl!("account-expired-line-bare"), false),
            F::OtherName(names) if names.is_empty() => {
                let text = fl!("account-other-name-line-bare", host = host);
                (fl!("account-other-name"), text, false)
            }
            F::OtherName(names) => {
                let names = names.join(", ");
                let text = fl!("account-other-name-line", names = &names, host = host);
                (fl!("account-other-name"), text, false)
            }
            F::UnknownIssuer => {
                (fl!("account-unknown-issuer"), fl!("account-unknown-issuer-line"), true)
            }
            F::OwnFile => (fl!("account-own-file"), fl!("account-own-file-line"), true),
            F::Other | _ => {
                let wrong = Wrong::new(None, fl!("account-certificate"));
                return Wrong { detail: Some(bad.reason), ..wrong };
            }
        };
        Wrong { fact: Some(fact), detail: Some(bad.reason), asks_ca, ..Wrong::new(None, text) }
    }

    // What the form knows no better sentence for has one of its own.
    #[allow(clippy::wildcard_enum_match_arm)]
    fn explain(&self, error: Error) -> Wrong {
        let smtp = format!("{}:{}", self.smtp.host.trim(), self.smtp.port);
        let imap = format!("{}:{}", self.imap.host.trim(), self.imap.port);
        let wrong = Wrong::new;
        match error {
            Error::Auth(said) => Wrong {
                detail: Some(said),
                ..wrong(Some(Field::Password), fl!("account-wrong-password"))
            },
            // The user gave it up.
            Error::SignIn(SignInFault::TooLate) => wrong(None, fl!("sign-in-too-late")),
            Error::NoEncryption => wrong(None, fl!("account-no-encryption")),
            Error::Certificate(bad) => self.explain_certificate(bad),
            // The outgoing server is tried last: incoming mail works.
            Error::Unreachable { host, reason } if host == smtp && host != imap => {
                let text = fl!(
                    "account-no-sending",
                    host = &host,
                    text = wording::failure::broken(&reason)
                );
                Wrong { can_go_on: true, ..wrong(None, text) }
            }
            Error::Unreachable { host, reason } => {
                let (name, port) = host.rsplit_once(':').unwrap_or((host.as_str(), ""));
                let text = fl!("account-silent", host = name, port = port);
                Wrong { detail: Some(wording::failure::broken(&reason)), ..wrong(None, text) }
            }
            other => wrong(None, super::words::error_text(&other)),
        }
    }
}

impl Wrong {
    /// It is about a field below the password.
    fn is_late(&self) -> bool {
        self.field != Some(Field::Address)
    }

    fn new(field: Option<Field>, text: String) -> Self {
        Self { field, fact: None, text, detail: None, can_go_on: false, asks_ca: false }
    }
}

impl Ask<Message> for Question {
    fn ask(self, engine: &Engine) -> Task<Message> {
        let e = engine.clone();
        match self {
            Self::Check(number, settings, password) => {
                Task::perform(async move { e.check_account(*settings, password).await }, move |r| {
                    Message::Checked(number, r)
                })
            }
            Self::SignIn(number, settings, provider, given_up) => {
                Task::perform(signing_in::new_account(e, *settings, provider, given_up), move |r| {
                    Message::SignedIn(number, r)
                })
            }
            Self::AddSignedIn(settings, grant) => Task::perform(
                async move {
                    let id = e.add_signed_in(*settings, grant).await?;
                    let saved = e.password_saved(id).await.unwrap_or(false);
                    Ok((id, saved))
                },
                Message::Added,
            ),
            Self::Add(settings, password) => Task::perform(
                async move {
                    let id = e.add_account(*settings, Some(password)).await?;
                    let saved = e.password_saved(id).await.unwrap_or(false);
                    Ok((id, saved))
                },
                Message::Added,
            ),
        }
    }
}

#[cfg(test)]
mod tests;
