//! Finding the servers of an address: from a table of large providers, from DNS (RFC 6186, 8314), from the
//! file that Mozilla's programs look for, from who takes the domain's mail, and by trying usual names. In
//! that order; what an earlier source says of a service, a later one does not change.
//!
//! Only the address's own domain hears the address, over HTTPS whose certificate holds and that leads
//! nowhere else (redirects are not followed). No password is asked for or said. What DNS or a file says is
//! said by whoever stands on the way: hosts outside the domain are named in [`Found::foreign`], and whoever
//! shows a result asks about them (RFC 6186 section 6). Answers are bounded: DNS in [`dns`], files have
//! [`FILE`] octets and [`WHOLE`] each.
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

pub mod dns;
mod table;
mod xml;

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::time::timeout;

pub use table::Known;

use crate::{
    errors::Service,
    handle::Engine,
    imap,
    net::Dialer,
    oauth, smtp,
    types::{AccountSettings, Error, Provider, Security, Server},
};
use aloud_message::address::host_in_ascii;
use aloud_model::AddrSpec;
use dns::{NoAnswer, Resolver, Srv};

/// Most octets of a file.
const FILE: usize = 256 * 1024;
/// How long fetching a file, or trying a server, may take.
const WHOLE: Duration = Duration::from_secs(10);

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In the table that comes with Aloud; the provider's name.
    Table(String),
    /// In DNS (SRV).
    Srv,
    /// In a file at this host.
    File(String),
    /// In the table, by who takes the domain's mail (MX); the provider's name.
    Exchanger(String),
    /// By trying usual names.
    Tried,
    /// An administrator has fixed it.
    Administrator,
}

/// A place that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// DNS, for services.
    Srv,
    /// A file at the domain, or beside it.
    File,
    /// The mirror that the user allowed.
    Mirror,
    /// DNS, for who takes the mail.
    Exchanger,
    /// Usual names.
    Usual,
}

/// Why a place gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nothing {
    /// It knows nothing.
    None,
    /// It did not answer in time.
    Silent,
    /// It cannot be reached, or its certificate does not hold.
    Unreachable,
    /// What it says cannot be used.
    Unreadable,
}

/// One service of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Half {
    server: Server,
    user: Option<String>,
    provider: Option<Provider>,
}

impl Half {
    fn new(server: Server) -> Self {
        Self { server, user: None, provider: None }
    }
}

/// What was found. Nothing of it was signed in at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// IMAP.
    pub imap: Server,
    /// Where that was found.
    pub imap_source: Source,
    /// Submission.
    pub smtp: Server,
    /// Where that was found.
    pub smtp_source: Source,
    /// Login name.
    pub user: String,
    /// Who gives access tokens, where a password is of no use or both can be had.
    pub provider: Option<Provider>,
    /// Hosts outside the address's domain that no table of ours vouches for.
    pub foreign: Vec<String>,
    /// The host of who gives the tokens, where it is outside that domain on a stranger's word: the
    /// servers hear what it gives.
    pub foreign_issuer: Option<String>,
    /// The provider wants a password of its own for mail programs.
    pub app_password: bool,
    /// A page of the provider that says how to get one.
    pub help: Option<String>,
}

/// That not all was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotFound {
    /// Incoming, where that was found.
    pub imap: Option<Server>,
    /// Outgoing, where that was found.
    pub smtp: Option<Server>,
    /// An administrator wants nobody asked.
    pub forbidden: bool,
    /// A service that the domain says it has not.
    pub not_offered: Option<Service>,
    /// What was asked, in order, and why it gave nothing.
    pub asked: Vec<(Asked, Nothing)>,
}

/// What may be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// A CA file that is trusted besides the platform's.
    pub ca_pem: Option<PathBuf>,
    /// An https address to which a domain is appended: a mirror of such files, which then learns the
    /// domain. Only by the user's word.
    pub mirror: Option<String>,
}

/// A name that can be a host's, in ASCII.
fn host_name(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.');
    let named = text.contains('.') && text.parse::<std::net::IpAddr>().is_err();
    host_in_ascii(text).filter(|_| named).map(|host| host.to_ascii_lowercase())
}

/// Whether a host is the domain's own.
fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

struct Search<'a> {
    dialer: Arc<dyn Dialer>,
    resolver: &'a dyn Resolver,
    ask: &'a Ask,
    address: &'a AddrSpec,
    domain: String,
    imap: Option<(Half, Source)>,
    smtp: Option<(Half, Source)>,
    asked: Vec<(Asked, Nothing)>,
    not_offered: Option<Service>,
    /// The provider that is known for the domain, or keeps it.
    known: Option<&'static Known>,
}

impl Engine {
    /// Finds the servers of an address. Nothing is stored, nobody is signed in at.
    ///
    /// # Errors
    /// [`NotFound`], with what was found of it.
    pub async fn find_servers(&self, address: &AddrSpec, ask: &Ask) -> Result<Found, NotFound> {
        let domain = host_name(address.domain()).ok_or_else(NotFound::default)?;
        let policy = &self.inner.policy;
        if let (Some(imap), Some(smtp)) = (&policy.imap, &policy.smtp) {
            return Ok(Found {
                imap: imap.clone(),
                imap_source: Source::Administrator,
                smtp: smtp.clone(),
                smtp_source: Source::Administrator,
                user: address.to_string(),
                provider: Provider::of_host(&imap.host),
                foreign: Vec::new(),
                foreign_issuer: None,
                app_password: false,
                help: None,
            });
        }
        if policy.autoconfig == Some(false) {
            return Err(NotFound { forbidden: true, ..NotFound::default() });
        }
        let search = Search {
            dialer: self.inner.dialer.clone(),
            resolver: self.inner.resolver.as_ref(),
            ask,
            address,
            domain,
            imap: None,
            smtp: None,
            asked: Vec::new(),
            not_offered: None,
            known: None,
        };
        search.run().await
    }
}

impl Search<'_> {
    async fn run(mut self) -> Result<Found, NotFound> {
        if let Some(known) = Known::of_domain(&self.domain) {
            self.take_known(known, Source::Table(known.name.clone()));
            return self.end();
        }
        self.services().await;
        if self.goes_on() {
            self.files().await;
        }
        if self.goes_on() {
            self.exchangers().await;
        }
        if self.goes_on() {
            self.usual().await;
        }
        self.end()
    }

    fn goes_on(&self) -> bool {
        self.not_offered.is_none() && (self.imap.is_none() || self.smtp.is_none())
    }

    fn take(&mut self, imap: Option<Half>, smtp: Option<Half>, source: &Source) {
        let with = |half: Half| (half, source.clone());
        self.imap = self.imap.take().or(imap.map(with));
        self.smtp = self.smtp.take().or(smtp.map(with));
    }

    fn take_known(&mut self, known: &'static Known, source: Source) {
        let (imap, smtp) = known.servers();
        let half = |server| Half { provider: known.provider(), ..Half::new(server) };
        self.take(Some(half(imap)), Some(half(smtp)), &source);
        self.known = Some(known);
    }

    /// SRV records (RFC 6186 section 3, RFC 8314 section 5.1): TLS before STARTTLS.
    async fn services(&mut self) {
        let ask = async |service: &str| {
            self.resolver.srv(&format!("_{service}._tcp.{}", self.domain)).await
        };
        let (imaps, imap, submissions, submission) =
            tokio::join!(ask("imaps"), ask("imap"), ask("submissions"), ask("submission"));
        let nothing = |answers: &[&Result<Vec<Srv>, NoAnswer>]| {
            answers.iter().fold(Nothing::None, |worst, answer| match answer {
                Err(NoAnswer::Silent) => Nothing::Silent,
                Err(NoAnswer::Failed) if worst == Nothing::None => Nothing::Unreachable,
                _ => worst,
            })
        };
        let none = nothing(&[&imaps, &imap, &submissions, &submission]);
        let mut found = Vec::new();
        for (service, tls, starttls) in
            [(Service::Imap, imaps, imap), (Service::Smtp, submissions, submission)]
        {
            let denied = |all: &Result<Vec<Srv>, NoAnswer>| {
                all.as_ref()
                    .is_ok_and(|all| !all.is_empty() && all.iter().all(|srv| srv.target.is_empty()))
            };
            let (no_tls, no_starttls) = (denied(&tls), denied(&starttls));
            let best = best(tls, Security::Tls).or_else(|| best(starttls, Security::StartTls));
            // A target of "." says that there is none, and nobody looks any further.
            if best.is_none() && (no_tls || no_starttls) {
                self.not_offered = self.not_offered.or(Some(service));
            }
            found.push(best);
        }
        let smtp = found.pop().flatten();
        let imap = found.pop().flatten();
        if imap.is_none() && smtp.is_none() {
            self.asked.push((Asked::Srv, none));
        }
        self.take(imap.map(Half::new), smtp.map(Half::new), &Source::Srv);
    }

    /// The file of Mozilla's programs, at the domain itself; then, by the user's word, at a mirror.
    async fn files(&mut self) {
        let encoded = percent_encoding::utf8_percent_encode(
            self.address.as_str(),
            percent_encoding::NON_ALPHANUMERIC,
        )
        .to_string();
        let domain = self.domain.clone();
        let own = [
            (
                format!("autoconfig.{domain}"),
                format!("/mail/config-v1.1.xml?emailaddress={encoded}"),
            ),
            (domain.clone(), "/.well-known/autoconfig/mail/config-v1.1.xml".to_owned()),
        ];
        for (host, path) in own {
            let url = format!("https://{host}{path}");
            self.file(&url, host, Asked::File).await;
            if !self.goes_on() {
                return;
            }
        }
        if let Some(mirror) = self.ask.mirror.clone()
            && let Some(rest) = mirror.strip_prefix("https://")
        {
            let host = rest.split('/').next().unwrap_or_default().to_owned();
            let url = format!("{}/{domain}", mirror.trim_end_matches('/'));
            self.file(&url, host, Asked::Mirror).await;
        }
    }

    async fn file(&mut self, url: &str, host: String, asked: Asked) {
        let (dialer, ca_pem) = (self.dialer.clone(), self.ask.ca_pem.clone());
        let got = oauth::get(dialer, ca_pem, url, FILE, WHOLE).await;
        let nothing = match got {
            Ok(Some(octets)) => match xml::read(&octets, self.address) {
                Some(offered) => {
                    if offered.imap.is_some() || offered.smtp.is_some() {
                        self.take(offered.imap, offered.smtp, &Source::File(host));
                        return;
                    }
                    Nothing::None
                }
                None => Nothing::Unreadable,
            },
            Ok(None) => Nothing::None,
            Err(Error::Protocol(_)) => Nothing::Unreadable,
            Err(Error::Unreachable { reason: crate::types::Broken::Silent, .. }) => Nothing::Silent,
            Err(_) => Nothing::Unreachable,
        };
        self.asked.push((asked, nothing));
    }

    /// Who takes the domain's mail usually keeps it, too.
    async fn exchangers(&mut self) {
        let nothing = match self.resolver.mx(&self.domain).await {
            Ok(hosts) => match hosts.iter().find_map(|host| Known::of_exchanger(host)) {
                Some(known) => {
                    return self.take_known(known, Source::Exchanger(known.name.clone()));
                }
                None => Nothing::None,
            },
            Err(NoAnswer::None) => Nothing::None,
            Err(NoAnswer::Silent) => Nothing::Silent,
            Err(NoAnswer::Failed) => Nothing::Unreachable,
        };
        self.asked.push((Asked::Exchanger, nothing));
    }

    /// Usual names at usual ports, all at once, the best that greets over TLS that holds.
    async fn usual(&mut self) {
        let (tls, starttls) = (Security::Tls, Security::StartTls);
        let domain = &self.domain;
        let imap = async {
            let all = usual_servers(domain, ["imap", "mail"], [(993, tls), (143, starttls)]);
            let all = all.into_iter().filter(|_| self.imap.is_none());
            futures::future::join_all(all.map(|server| self.greets(Service::Imap, server))).await
        };
        let smtp = async {
            let all = usual_servers(domain, ["smtp", "mail"], [(465, tls), (587, starttls)]);
            let all = all.into_iter().filter(|_| self.smtp.is_none());
            futures::future::join_all(all.map(|server| self.greets(Service::Smtp, server))).await
        };
        let (imap, smtp) = tokio::join!(imap, smtp);
        let first = |all: Vec<Option<Server>>| all.into_iter().flatten().next().map(Half::new);
        let (imap, smtp) = (first(imap), first(smtp));
        if imap.is_none() && smtp.is_none() {
            self.asked.push((Asked::Usual, Nothing::Unreachable));
        }
        self.take(imap, smtp, &Source::Tried);
    }

    /// The server, if it greets.
    async fn greets(&self, service: Service, server: Server) -> Option<Server> {
        let settings = AccountSettings {
            name: String::new(),
            address: self.address.clone(),
            label: String::new(),
            imap: server.clone(),
            smtp: server.clone(),
            user: String::new(),
            sign_in: Default::default(),
            ca_pem: self.ask.ca_pem.clone(),
            pins: Vec::new(),
            gateway: None,
            demo: false,
        };
        let dialer = self.dialer.as_ref();
        let greeting = async {
            match service {
                Service::Imap => imap::Session::greet(dialer, &settings).await,
                Service::Smtp => smtp::greet(dialer, &settings).await,
            }
        };
        timeout(WHOLE, greeting).await.ok()?.ok().map(|()| server)
    }

    fn end(self) -> Result<Found, NotFound> {
        let (imap, smtp) = match (self.imap, self.smtp) {
            (Some(imap), Some(smtp)) if self.not_offered.is_none() => (imap, smtp),
            (imap, smtp) => {
                let server = |half: Option<(Half, Source)>| half.map(|(half, _)| half.server);
                return Err(NotFound {
                    imap: server(imap),
                    smtp: server(smtp),
                    forbidden: false,
                    not_offered: self.not_offered,
                    asked: self.asked,
                });
            }
        };
        let ((imap, imap_source), (smtp, smtp_source)) = (imap, smtp);
        let mut foreign: Vec<String> = [(&imap, &imap_source), (&smtp, &smtp_source)]
            .into_iter()
            .filter(|(half, source)| match source {
                Source::Table(_) | Source::Administrator => false,
                Source::Srv | Source::File(_) | Source::Exchanger(_) | Source::Tried => {
                    !is_within(&half.server.host, &self.domain)
                }
            })
            .map(|(half, _)| half.server.host.clone())
            .collect();
        foreign.dedup();
        let foreign_issuer = match (&imap.provider, &imap_source) {
            (Some(Provider::Issuer(issuer)), Source::File(_)) => {
                let host = issuer.trim_start_matches("https://");
                let host = host.split([':', '/']).next().unwrap_or_default();
                (!is_within(host, &self.domain)).then(|| host.to_owned())
            }
            _ => None,
        };
        // Who is recognised by its servers wants what it always wants.
        let provider = imap.provider.or_else(|| {
            Provider::of_host(&imap.server.host)
                .filter(|provider| Provider::of_host(&smtp.server.host).as_ref() == Some(provider))
        });
        Ok(Found {
            user: imap.user.or(smtp.user).unwrap_or_else(|| self.address.to_string()),
            imap: imap.server,
            imap_source,
            smtp: smtp.server,
            smtp_source,
            provider,
            foreign,
            foreign_issuer,
            app_password: self.known.is_some_and(|known| known.app_password),
            help: self.known.and_then(|known| known.help.clone()),
        })
    }
}

/// Usual names below a domain, the best first.
fn usual_servers(domain: &str, names: [&str; 2], ports: [(u16, Security); 2]) -> Vec<Server> {
    let server =
        |name: &str, port, security| Server { host: format!("{name}.{domain}"), port, security };
    let all = ports.iter().flat_map(|(port, security)| names.map(|n| server(n, *port, *security)));
    all.collect()
}

/// The best of some records, by priority and then weight.
fn best(answers: Result<Vec<Srv>, NoAnswer>, security: Security) -> Option<Server> {
    let mut all = answers.ok()?;
    all.sort_by_key(|srv| (srv.priority, std::cmp::Reverse(srv.weight)));
    all.into_iter().find_map(|srv| {
        let host = host_name(&srv.target)?;
        // Port 465 speaks TLS at once, whatever its record is called.
        let security = if srv.port == 465 { Security::Tls } else { security };
        (srv.port > 0).then_some(Server { host, port: srv.port, security })
    })
}
