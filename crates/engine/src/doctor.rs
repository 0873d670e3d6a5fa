//! Looks at everything that Aloud stands on, and says of each whether it is in order: the data folder,
//! the disk, the database, the keyring, the clock, and for each account the names, connections,
//! sign-in and abilities of both servers. Sound devices are no affair of the engine.
//!
//! Nothing is changed and nothing is sent; passwords are used to sign in and go nowhere else. What is
//! found is a value with no address, no host and no words of others, except inside [`Fact::Failed`]:
//! whoever shows a report decides what of an [`Error`] goes into it. Every check ends within
//! [`LIMIT`].

use std::{path::Path, sync::Arc, time::Duration};

use tokio::time::timeout;

use crate::{
    account::Passwords,
    errors::Service,
    handle::Engine,
    imap,
    servers::{Fault, Matched, Table},
    smtp,
    store::{blobs, blocking, messages},
    types::{AccountSettings, Error, Security, Server, SignIn},
};
use aloud_model::{AccountId, Secret};

/// How long one check may take.
pub const LIMIT: Duration = Duration::from_secs(30);
/// Free octets below which nothing more can be kept, and below which it is soon so.
const SCARCE: (u64, u64) = (50 << 20, 1 << 30);
/// How far the newest message may be ahead of our clock, in seconds.
const AHEAD: i64 = 600;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The data folder can be written, by this user alone.
    Folder,
    /// Room on the disk.
    Disk,
    /// The database is sound.
    Database,
    /// The keyring can be used.
    Keyring,
    /// This computer's clock.
    Clock,
    /// The account's provider gives access tokens (OAuth 2.0).
    Provider,
    /// The server's name has an address.
    Name(Service),
    /// The server can be reached, and its certificate trusted.
    Connection(Service),
    /// The server accepts user name and password.
    SignIn(Service),
    /// What the server offers.
    Offers(Service),
    /// By which rows the server is treated ([`crate::servers`]).
    Profile(Service),
    /// The user's own rows.
    ServerRows,
    /// The white pages answer.
    WhitePages,
}

/// Something that a server lacks and that is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// New mail is not told at once (IDLE, RFC 2177).
    Idle,
    /// Messages are not moved in one step (MOVE, RFC 6851).
    Move,
    /// Changes are not told apart from what is known (CONDSTORE, RFC 7162).
    Condstore,
    /// Deliveries are not reported (DSN, RFC 3461).
    Dsn,
    /// The largest message is not told (SIZE, RFC 1870).
    Size,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// All is well.
    Good,
    /// So many octets are free.
    Free(u64),
    /// Other users of this computer can read the folder.
    OpenToOthers,
    /// No password is at hand, so nobody could sign in.
    NoPassword,
    /// There is no keyring that can be used.
    NoKeyring,
    /// The newest message came so many seconds after now.
    ClockBehind(i64),
    /// The name has no address.
    NoAddress,
    /// The connection is not encrypted; only to this computer.
    Unencrypted,
    /// The server does without.
    Lacks(Vec<Lack>),
    /// The server is treated by these rows.
    Treated(Vec<Matched>),
    /// These rows cannot be used.
    Rows(Vec<Fault>),
    /// It did not end within [`LIMIT`].
    TooLong,
    /// What it needs failed before.
    Skipped,
    /// It failed.
    Failed(Error),
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// In order.
    Good,
    /// It works, but something is missed.
    Warning,
    /// It does not work.
    Failure,
    /// It was not looked at.
    Skipped,
}

impl Fact {
    /// How bad it is.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Good | Self::Treated(_) => Verdict::Good,
            Self::Free(octets) if *octets < SCARCE.0 => Verdict::Failure,
            Self::Free(octets) if *octets < SCARCE.1 => Verdict::Warning,
            Self::Free(_) => Verdict::Good,
            Self::OpenToOthers
            | Self::NoPassword
            | Self::NoKeyring
            | Self::ClockBehind(_)
            | Self::Unencrypted
            | Self::Rows(_)
            | Self::Lacks(_) => Verdict::Warning,
            Self::NoAddress | Self::TooLong | Self::Failed(_) => Verdict::Failure,
            Self::Skipped => Verdict::Skipped,
        }
    }
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// Of which account; `None` for what all share.
    pub account: Option<AccountId>,
    /// What was found.
    pub fact: Fact,
}

fn of_all(check: Check, fact: Fact) -> Finding {
    Finding { check, account: None, fact }
}

fn failed(error: impl Into<Error>) -> Fact {
    Fact::Failed(error.into())
}

/// What can be said of a data folder without an engine. Blocks.
#[must_use]
pub fn folder(dir: &Path) -> Vec<Finding> {
    vec![of_all(Check::Folder, writable(dir)), of_all(Check::Disk, room(dir))]
}

fn writable(dir: &Path) -> Fact {
    let file = dir.join(format!("doctor-{:016x}", rand::random::<u64>()));
    let tried = blobs::make_private_dir(dir).and_then(|()| {
        blobs::make_private_file(&file)?;
        Ok(std::fs::remove_file(&file)?)
    });
    match tried {
        Err(error) => Fact::Failed(error),
        Ok(()) if is_open(dir) => Fact::OpenToOthers,
        Ok(()) => Fact::Good,
    }
}

#[cfg(unix)]
fn is_open(dir: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(dir).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open(_dir: &Path) -> bool {
    false
}

#[cfg(unix)]
fn room(dir: &Path) -> Fact {
    match rustix::fs::statvfs(dir) {
        Ok(stat) => Fact::Free(stat.f_bavail.saturating_mul(stat.f_frsize)),
        Err(error) => failed(std::io::Error::from(error)),
    }
}

#[cfg(not(unix))]
fn room(_dir: &Path) -> Fact {
    Fact::Skipped
}

/// How white pages are that were asked.
fn answered(asked: Result<Security, Error>) -> Fact {
    match asked {
        Ok(Security::None) => Fact::Unencrypted,
        Ok(Security::Tls | Security::StartTls) => Fact::Good,
        Err(Error::PasswordNeeded) => Fact::NoPassword,
        Err(error) => Fact::Failed(error),
    }
}

/// What comes of a check, in time.
async fn within(check: impl Future<Output = Fact>) -> Fact {
    timeout(LIMIT, check).await.unwrap_or(Fact::TooLong)
}

impl Engine {
    /// Looks at everything, all accounts at once.
    pub async fn examine(&self) -> Vec<Finding> {
        let dir = self.inner.store.dir().to_owned();
        // A disk behind a network may be silent for ever.
        let mut found = match timeout(LIMIT, blocking(move || Ok(folder(&dir)))).await {
            Ok(found) => found.unwrap_or_default(),
            Err(_) => [Check::Folder, Check::Disk].map(|c| of_all(c, Fact::TooLong)).to_vec(),
        };
        found.push(of_all(Check::Database, within(self.database()).await));
        found.push(of_all(Check::Keyring, within(self.keyring()).await));
        found.push(of_all(Check::Clock, within(self.newest_message()).await));
        if let Some(faults) = Table::faults() {
            let fact = if faults.is_empty() { Fact::Good } else { Fact::Rows(faults) };
            found.push(of_all(Check::ServerRows, fact));
        }
        // Who has none misses nothing.
        match timeout(LIMIT, self.probe_white_pages()).await {
            Ok(None) => {}
            Ok(Some(asked)) => found.push(of_all(Check::WhitePages, answered(asked))),
            Err(_) => found.push(of_all(Check::WhitePages, Fact::TooLong)),
        }
        // A database that gives no answer was found above.
        let accounts = timeout(LIMIT, self.accounts()).await;
        let accounts = accounts.map(Result::unwrap_or_default).unwrap_or_default();
        let all = accounts.iter().map(|account| self.servers(account.id, &account.settings));
        found.extend(futures::future::join_all(all).await.into_iter().flatten());
        found
    }

    async fn database(&self) -> Fact {
        let looked = self.inner.store.read(|c| {
            let said: String = c.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if said == "ok" { Ok(()) } else { Err(Error::Damaged(said)) }
        });
        looked.await.map_or_else(failed, |()| Fact::Good)
    }

    async fn keyring(&self) -> Fact {
        match self.inner.passwords.keyring().await {
            Ok(()) => Fact::Good,
            Err(Error::NoKeyring(_)) => Fact::NoKeyring,
            Err(other) => Fact::Failed(other),
        }
    }

    async fn newest_message(&self) -> Fact {
        let now = self.inner.store.now();
        match self.inner.store.read(messages::newest).await {
            Ok(Some(newest)) if newest - now > AHEAD => Fact::ClockBehind(newest - now),
            Ok(Some(_)) => Fact::Good,
            // Servers tell no time: without a message there is nothing to compare with.
            Ok(None) => Fact::Skipped,
            Err(error) => Fact::Failed(error),
        }
    }

    async fn servers(&self, id: AccountId, settings: &AccountSettings) -> Vec<Finding> {
        let asked = timeout(LIMIT, self.inner.passwords.password(id)).await;
        let (secret, none) = match asked {
            Ok(Ok(secret)) => (Some(secret), Fact::Good),
            Ok(Err(Error::PasswordNeeded | Error::NoKeyring(_))) => (None, Fact::NoPassword),
            Ok(Err(error)) => (None, Fact::Failed(error)),
            Err(_) => (None, Fact::TooLong),
        };
        let mut found = Vec::new();
        // The provider's failure is its own, not that of the mail servers.
        let none = match &settings.sign_in {
            SignIn::OAuth(_) => {
                found.push((Check::Provider, none));
                Fact::Skipped
            }
            SignIn::Password => none,
        };
        let (imap, smtp) = tokio::join!(
            self.server(Service::Imap, settings, secret.as_ref().ok_or(&none)),
            self.server(Service::Smtp, settings, secret.as_ref().ok_or(&none))
        );
        found.extend(imap.into_iter().chain(smtp));
        let of = |(check, fact)| Finding { check, account: Some(id), fact };
        found.into_iter().map(of).collect()
    }

    /// Looks at a server; with why there is no password where there is none.
    async fn server(
        &self,
        service: Service,
        settings: &AccountSettings,
        password: Result<&Secret, &Fact>,
    ) -> Vec<(Check, Fact)> {
        let server = match service {
            Service::Imap => &settings.imap,
            Service::Smtp => &settings.smtp,
        };
        let name = within(self.name(server)).await;
        let (mut connection, mut sign_in, mut offers) =
            (Fact::Skipped, Fact::Skipped, Fact::Skipped);
        let mut treated = Vec::new();
        if name.verdict() == Verdict::Good {
            let asked = async {
                match password {
                    Ok(password) => self.offers(service, settings, password).await.map(Some),
                    Err(_) => self.reach(service, settings).await.map(|()| None),
                }
            };
            let reached = match server.security {
                Security::None => Fact::Unencrypted,
                Security::Tls | Security::StartTls => Fact::Good,
            };
            match timeout(LIMIT, asked).await {
                Err(_) => connection = Fact::TooLong,
                Ok(Ok(Some((lacks, rows)))) => {
                    treated = rows;
                    (connection, sign_in) = (reached, Fact::Good);
                    offers = if lacks.is_empty() { Fact::Good } else { Fact::Lacks(lacks) };
                }
                Ok(Ok(None)) => {
                    let why = password.err().cloned().unwrap_or(Fact::Skipped);
                    (connection, sign_in) = (reached, why);
                }
                Ok(Err(error @ (Error::Auth(_) | Error::NoSignIn | Error::SignIn(_)))) => {
                    (connection, sign_in) = (reached, Fact::Failed(error));
                }
                Ok(Err(error)) => connection = Fact::Failed(error),
            }
        }
        let mut found = vec![
            (Check::Name(service), name),
            (Check::Connection(service), connection),
            (Check::SignIn(service), sign_in),
            (Check::Offers(service), offers),
        ];
        if !treated.is_empty() {
            found.push((Check::Profile(service), Fact::Treated(treated)));
        }
        found
    }

    async fn name(&self, server: &Server) -> Fact {
        if self.inner.dialer.in_process(&server.host, server.port) {
            return Fact::Good;
        }
        match tokio::net::lookup_host((server.host.as_str(), server.port)).await {
            Ok(mut found) => found.next().map_or(Fact::NoAddress, |_| Fact::Good),
            Err(_) => Fact::NoAddress,
        }
    }

    /// Connects as for signing in, TLS and the server's first words included, and signs off.
    async fn reach(&self, service: Service, settings: &AccountSettings) -> Result<(), Error> {
        let dialer = self.inner.dialer.as_ref();
        match service {
            Service::Imap => imap::Session::greet(dialer, settings).await,
            Service::Smtp => smtp::greet(dialer, settings).await,
        }
    }

    /// Signs in and says what is missed, and by which rows the server is treated.
    async fn offers(
        &self,
        service: Service,
        settings: &AccountSettings,
        password: &Secret,
    ) -> Result<(Vec<Lack>, Vec<Matched>), Error> {
        let dialer = self.inner.dialer.as_ref();
        let (lacks, treated) = match service {
            Service::Imap => {
                let product = &self.inner.product;
                let session =
                    imap::Session::connect(dialer, settings, password, product, Arc::default())
                        .await?;
                let rev2 = session.has("IMAP4REV2");
                let lacks = [
                    (Lack::Idle, rev2 || session.has("IDLE")),
                    (Lack::Move, rev2 || session.has("MOVE")),
                    (Lack::Condstore, session.has("CONDSTORE") || session.has("QRESYNC")),
                ];
                let treated = session.profile().special();
                session.logout().await;
                (lacks.to_vec(), treated)
            }
            Service::Smtp => {
                let facts = smtp::probe(dialer, settings, password).await?;
                (vec![(Lack::Dsn, facts.dsn), (Lack::Size, facts.sized)], facts.treated)
            }
        };
        let lacks = lacks.into_iter().filter(|(_, here)| !here).map(|(lack, _)| lack).collect();
        Ok((lacks, treated))
    }
}
