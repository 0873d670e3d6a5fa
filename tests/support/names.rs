//! A name server on a loopback port: what it says is set by the test, truth or not.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::net::UdpSocket;

/// What there is of a name.
#[derive(Debug, Clone)]
pub enum Record {
    /// SRV: priority, weight, port, target.
    Srv(u16, u16, u16, &'static str),
    /// MX: preference, host.
    Mx(u16, &'static str),
    /// CNAME.
    Alias(&'static str),
}

/// How a name is answered.
#[derive(Debug, Clone)]
pub enum Said {
    /// With these records.
    Records(Vec<Record>),
    /// Never.
    Silence,
    /// "I failed."
    Failure,
    /// With octets that are no answer.
    Garbage,
}

/// The server. It ends with the test's runtime.
#[derive(Clone)]
pub struct Names {
    pub at: SocketAddr,
    zone: Arc<Mutex<HashMap<String, Said>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Names {
    pub async fn start() -> Self {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).await.expect("a port");
        let at = socket.local_addr().expect("an address");
        let names = Self { at, zone: Arc::default(), asked: Arc::default() };
        let own = names.clone();
        tokio::spawn(async move {
            let mut packet = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                if let Some(answer) = own.answer(&packet[..length]) {
                    let _ = socket.send_to(&answer, from).await;
                }
            }
        });
        names
    }

    pub fn say(&self, name: &str, said: Said) {
        self.zone.lock().expect("whole").insert(name.to_lowercase(), said);
    }

    pub fn has(&self, name: &str, records: &[Record]) {
        self.say(name, Said::Records(records.to_vec()));
    }

    /// The names that were asked for.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("whole").clone()
    }

    fn answer(&self, query: &[u8]) -> Option<Vec<u8>> {
        let mut at = 12;
        let mut labels = Vec::new();
        while query[at] != 0 {
            let length = usize::from(query[at]);
            labels.push(String::from_utf8_lossy(&query[at + 1..at + 1 + length]).into_owned());
            at += 1 + length;
        }
        let kind = u16::from_be_bytes([query[at + 1], query[at + 2]]);
        let question = &query[12..at + 5];
        let name = labels.join(".").to_lowercase();
        self.asked.lock().expect("whole").push(name.clone());
        let said = self.zone.lock().expect("whole").get(&name).cloned();
        let (code, records) = match said {
            Some(Said::Silence) => return None,
            Some(Said::Garbage) => return Some([&query[..2], &[0xff; 40][..]].concat()),
            Some(Said::Failure) => (2, Vec::new()),
            Some(Said::Records(records)) => (0, records),
            None => (3, Vec::new()),
        };
        let fitting: Vec<&Record> = records
            .iter()
            .filter(|record| match record {
                Record::Srv(..) => kind == 33,
                Record::Mx(..) => kind == 15,
                Record::Alias(_) => true,
            })
            .collect();
        let mut out = query[..2].to_vec();
        out.extend([0x81, 0x80 | code, 0, 1]);
        out.extend(u16::try_from(fitting.len()).expect("few").to_be_bytes());
        out.extend([0, 0, 0, 0]);
        out.extend(question);
        for record in fitting {
            let (kind, data): (u16, Vec<u8>) = match record {
                Record::Srv(priority, weight, port, target) => (33, {
                    let numbers = [priority, weight, port].map(|number| number.to_be_bytes());
                    [numbers.concat(), encoded(target)].concat()
                }),
                Record::Mx(preference, host) => {
                    (15, [preference.to_be_bytes().to_vec(), encoded(host)].concat())
                }
                Record::Alias(target) => (5, encoded(target)),
            };
            out.extend(encoded(&name));
            out.extend(kind.to_be_bytes());
            out.extend([0, 1, 0, 0, 0, 60]);
            out.extend(u16::try_from(data.len()).expect("short").to_be_bytes());
            out.extend(data);
        }
        Some(out)
    }
}

fn encoded(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        out.push(u8::try_from(label.len()).expect("short"));
        out.extend(label.as_bytes());
    }
    out.push(0);
    out
}
