//! Names that DNS knows about mail: where services are (SRV, RFC 2782, 6186, 8314) and who takes mail
//! (MX). Asked through the system's own resolver; what comes back is bounded and was said by whoever
//! stands on the way.

use std::{net::SocketAddr, time::Duration};

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig},
    net::{DnsError, NetError, runtime::TokioRuntimeProvider},
    proto::rr::{RData, RecordType},
};
use tokio::time::timeout;

/// How long one question may take in all.
const WHOLE: Duration = Duration::from_secs(8);
/// Most answers that are looked at.
const ANSWERS: usize = 50;

/// A place of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Srv {
    /// Less is better.
    pub priority: u16,
    /// More is better, among those of a priority.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host without the last dot; empty where the service is said not to be offered.
    pub target: String,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// There is no such name or record.
    None,
    /// Nobody answers in time.
    Silent,
    /// It failed.
    Failed,
}

/// Asks DNS.
#[async_trait::async_trait]
pub trait Resolver: Send + Sync {
    /// The places of a service, such as `_imaps._tcp.example.com`.
    ///
    /// # Errors
    /// [`NoAnswer`].
    async fn srv(&self, name: &str) -> Result<Vec<Srv>, NoAnswer>;
    /// The hosts that take a domain's mail, the first first.
    ///
    /// # Errors
    /// [`NoAnswer`].
    async fn mx(&self, domain: &str) -> Result<Vec<String>, NoAnswer>;
}

/// The system's name servers, or given ones.
#[derive(Debug, Clone, Default)]
pub struct Dns {
    servers: Vec<SocketAddr>,
}

impl Dns {
    /// Asks these and no others.
    #[must_use]
    pub fn at(servers: Vec<SocketAddr>) -> Self {
        Self { servers }
    }

    fn resolver(&self) -> Result<TokioResolver, NoAnswer> {
        let runtime = TokioRuntimeProvider::default();
        let mut builder = if self.servers.is_empty() {
            TokioResolver::builder(runtime).map_err(|_| NoAnswer::Failed)?
        } else {
            let all = self.servers.iter().map(|at| {
                let mut udp = ConnectionConfig::udp();
                udp.port = at.port();
                NameServerConfig::new(at.ip(), true, vec![udp])
            });
            let config = ResolverConfig::from_parts(None, Vec::new(), all.collect());
            TokioResolver::builder_with_config(config, runtime)
        };
        let options = builder.options_mut();
        options.timeout = Duration::from_secs(3);
        options.attempts = 1;
        builder.build().map_err(|_| NoAnswer::Failed)
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, NoAnswer> {
        // The file of the system is small, and read at each question.
        let resolver = self.resolver()?;
        // A name with its last dot is looked for as it is, in no other domain.
        let name = format!("{}.", name.trim_end_matches('.'));
        let asked = timeout(WHOLE, resolver.lookup(name, kind)).await;
        let found = asked.map_err(|_| NoAnswer::Silent)?.map_err(|error| no_answer(&error))?;
        let answers = found.answers().iter().take(ANSWERS);
        Ok(answers.map(|record| record.data.clone()).collect())
    }
}

fn no_answer(error: &NetError) -> NoAnswer {
    match error {
        NetError::Timeout => NoAnswer::Silent,
        NetError::Dns(DnsError::NoRecordsFound(_)) => NoAnswer::None,
        _ => NoAnswer::Failed,
    }
}

fn host(name: &hickory_resolver::proto::rr::Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}

#[async_trait::async_trait]
impl Resolver for Dns {
    async fn srv(&self, name: &str) -> Result<Vec<Srv>, NoAnswer> {
        let found = self.ask(name, RecordType::SRV).await?;
        let all = found.into_iter().filter_map(|data| match data {
            RData::SRV(srv) => Some(Srv {
                priority: srv.priority,
                weight: srv.weight,
                port: srv.port,
                target: host(&srv.target),
            }),
            _ => None,
        });
        Ok(all.collect())
    }

    async fn mx(&self, domain: &str) -> Result<Vec<String>, NoAnswer> {
        let found = self.ask(domain, RecordType::MX).await?;
        let mut all: Vec<(u16, String)> = found
            .into_iter()
            .filter_map(|data| match data {
                RData::MX(mx) => Some((mx.preference, host(&mx.exchange))),
                _ => None,
            })
            .collect();
        all.sort();
        Ok(all.into_iter().map(|(_, host)| host).filter(|host| !host.is_empty()).collect())
    }
}
